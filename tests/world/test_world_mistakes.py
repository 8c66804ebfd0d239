"""A world of one's own: what is wrong with its files is reported, all of it, and nothing else is ever raised."""

from __future__ import annotations

import gzip
import re
import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from sim.errors import InputError
from sim.world import load_world
from sim.world.reading import read_world

SHIPPED = load_world("seven-harbours").folder
TABLES = ("members", "ties", "sanctions", "rollcalls", "resolutions", "ideal_points", "fills")
ASSEMBLY = "date,resolution,ASH,BRI,CAL,DUN,ELM,FER,GUL\n2029-05-01,SH/0,N,Y,Y,A,N,X,\n"

Break = Callable[[Path], object]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "mine"))


def read_messages(folder: Path) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_world(folder)
    return str(caught.value).splitlines()


def text(file: str, old: str, new: str) -> Break:
    """Replace a text that is there, once."""

    def change(folder: Path) -> None:
        before = (folder / file).read_text(encoding="utf-8")
        assert old in before, (file, old)
        (folder / file).write_text(before.replace(old, new, 1), encoding="utf-8")

    return change


def line(file: str, added: str) -> Break:
    return lambda folder: (folder / file).write_text((folder / file).read_text("utf-8") + added + "\n", "utf-8")


def whole(file: str, content: str | bytes) -> Break:
    data = content.encode() if isinstance(content, str) else content
    return lambda folder: (folder / file).write_bytes(data)


def zipped(file: str, damage: Callable[[bytes], bytes]) -> Break:
    def change(folder: Path) -> None:
        data = gzip.compress((folder / file).read_bytes())
        (folder / file).unlink()
        (folder / f"{file}.gz").write_bytes(damage(data))

    return change


def gone(file: str) -> Break:
    return lambda folder: (folder / file).unlink()


def in_place_of(file: str) -> Break:
    def change(folder: Path) -> None:
        (folder / file).unlink()
        (folder / file).mkdir()

    return change


GROUP = '[[group]]\nkey = "X"\nname = "Group X"\nmembers = ["ASH"]\n'
MEMBERS = "members.csv"
BAD: dict[str, tuple[Break, str]] = {
    # files and their form
    "no header file": (gone("world.toml"), "mine/world.toml: missing. Give title and date."),
    "no members": (gone(MEMBERS), "mine/members.csv: missing. Give a table with the columns iso3, name"),
    "no ties": (gone("ties.csv"), "mine/ties.csv: missing."),
    "a folder for a file": (in_place_of("world.toml"), "mine/world.toml: cannot be read"),
    "empty table": (whole(MEMBERS, ""), "members.csv: is empty. Give a table with the columns iso3"),
    "header alone": (
        whole(MEMBERS, (SHIPPED / MEMBERS).read_text("utf-8").splitlines()[0] + "\n"),
        "members.csv: no members.",
    ),
    "not UTF-8": (
        whole("fills.csv", b"iso3,quantity,rule\nFER,x,caf\xe9\n"),
        "fills.csv: is not UTF-8 text (byte 29). Save it in UTF-8.",
    ),
    "header file not UTF-8": (whole("world.toml", b'title = "\xff"'), "world.toml: is not UTF-8 text (byte 10)."),
    "truncated gzip": (zipped("ties.csv", lambda data: data[:-40]), "ties.csv.gz: cannot be read"),
    "damaged gzip": (
        zipped("ties.csv", lambda data: data[:20] + b"\0" * 40 + data[60:]),
        "ties.csv.gz: cannot be read",
    ),
    "no gzip at all": (zipped("ties.csv", lambda data: b"iso3,partnr\n"), "ties.csv.gz, partner: missing column."),
    "open quote": (whole("fills.csv", 'iso3,quantity,rule\nFER,x,"no\n'), "fills.csv: cannot be read"),
    "a cell too long": (
        whole("fills.csv", f"iso3,quantity,rule\nFER,x,{'a' * 200_000}\n"),
        "fills.csv: cannot be read",
    ),
    "missing column": (
        text(MEMBERS, "population", "populaton"),
        "population: missing column. Did you mean 'populaton'?",
    ),
    "column twice": (text(MEMBERS, "gdp_usd", "population"), "members.csv, population: 2 columns of this name."),
    "too few cells": (line("fills.csv", "FER,x"), "fills.csv, line 3: 2 cells; the header has 3."),
    "too many cells": (line("fills.csv", "FER,x,y,z"), "fills.csv, line 3: 4 cells; the header has 3."),
    # members
    "blank number": (
        text(MEMBERS, ",10000,", ",,"),
        "line 2, income_usd: got blank; allowed is 1 to 1e+07. Fill it by",
    ),
    "no number": (text(MEMBERS, ",10000,", ",much,"), "members.csv, line 2, income_usd: got 'much'; allowed is"),
    "not a number": (text(MEMBERS, ",10000,", ",nan,"), "members.csv, line 2, income_usd: got 'nan'; allowed is"),
    "infinite": (text(MEMBERS, ",10000,", ",inf,"), "members.csv, line 2, income_usd: got 'inf'; allowed is"),
    "no people": (text(MEMBERS, "60000000", "0"), "line 2, population: got '0'; allowed is 1 to 1e+11."),
    "off the globe": (text(MEMBERS, "Shore,12,", "Shore,120,"), "line 2, latitude: got '120'; allowed is -90 to 90."),
    "a percentage": (
        text(MEMBERS, "0.4,0.1,1,0", "40,0.1,1,0"),
        "line 2, trade_openness: got '40'; allowed is 0 to 1.",
    ),
    "line of an unsorted table": (
        text(
            MEMBERS,
            "CAL,Calderis,Southern Shore,-8",
            "ZZZ,Zed,Shore,0,0,1,1,0,1,1,1,0\nCAL,Calderis,Southern Shore,-98",
        ),
        "members.csv, line 5, latitude: got '-98'",
    ),
    "line after blank lines": (
        text(MEMBERS, "\nBRI,Brinehold,Northern Shore,10", "\n\n\nBRI,Brinehold,Northern Shore,100"),
        "members.csv, line 5, latitude: got '100'",
    ),
    "member twice": (text(MEMBERS, "BRI,Brinehold", "ASH,Brinehold"), "members.csv, line 3: ASH: already on line 2."),
    "two of a name": (text(MEMBERS, "Brinehold", "Ashmoor"), "members.csv, BRI: its code or name is that of ASH too."),
    "name of another's code": (text(MEMBERS, "Brinehold", "ash"), "BRI: its code or name is that of ASH too."),
    "blank code": (
        text(MEMBERS, "BRI,", ","),
        "members.csv, line 3, iso3: got ''; 3 to 12 capital letters and digits are needed",
    ),
    "lower-case code": (
        text(MEMBERS, "BRI,", "bri,"),
        "line 3, iso3: got 'bri'; 3 to 12 capital letters and digits are needed",
    ),
    "blank name": (text(MEMBERS, "Brinehold", " "), "members.csv, line 3, name: got blank; a text is needed."),
    "name like a removal": (
        text(MEMBERS, "Brinehold", "-Bri"),
        "line 3, name: got '-Bri'; it must not begin with '-'.",
    ),
    "blank region": (text(MEMBERS, "Northern Shore", ""), "members.csv, line 2, region: got blank; a text is needed."),
    "region like a member": (text(MEMBERS, "Northern Shore", "Gullrock"), "the region 'Gullrock' has the name of GUL."),
    # ties
    "tie of a stranger": (
        line("ties.csv", "ASX,BRI" + ",0" * 10),
        "line 44, iso3: 'ASX' is not a member of this world.",
    ),
    "tie with a stranger": (line("ties.csv", "ASH,BRY" + ",0" * 10), "line 44, partner: 'BRY' is not a member"),
    "self tie": (line("ties.csv", "ASH,ASH" + ",0" * 10), "ties.csv, line 44: ASH has a tie with itself."),
    "tie twice": (line("ties.csv", "ASH,BRI" + ",0" * 10), "ties.csv, line 44: ASH, BRI: already on line 2."),
    "unknown tie": (
        text("ties.csv", "trade", "trades"),
        "ties.csv, trades: unknown kind of tie. Did you mean 'trade'?",
    ),
    "border one way": (
        text("ties.csv", "ASH,BRI,0.15,0,0,1", "ASH,BRI,0.15,0,0,0"),
        "border: ASH with BRI differs from BRI",
    ),
    "pact one way": (text("ties.csv", "ASH,ELM,0.2,0,0.5,1,1", "ASH,ELM,0.2,0,0.5,1,0"), "pact: ASH with ELM differs"),
    "agreement one way": (text("ties.csv", "1,0,0.35", "1,0,0.45"), "agreement: ASH with BRI differs"),
    "blank tie": (
        text("ties.csv", "ASH,BRI,0.15", "ASH,BRI,"),
        "ties.csv, line 2, trade: got blank; allowed is 0 to 1.",
    ),
    "tie beyond 1": (text("ties.csv", "ASH,BRI,0.15", "ASH,BRI,15"), "ties.csv, line 2, trade: got '15'; allowed is 0"),
    # sanctions
    "unknown breadth": (
        text("sanctions.csv", "sectoral", "broad"),
        "breadth: got 'broad'; allowed are targeted, sectoral",
    ),
    "secondary in words": (
        text("sanctions.csv", "sive,1", "sive,yes"),
        "line 4, secondary: got 'yes'; allowed are 0, 1.",
    ),
    "unknown sender": (
        text("sanctions.csv", ",DUN,", ",Dunmarow,"),
        "line 5, sender: 'Dunmarow' is not a member, not the key",
    ),
    "sanctions on a stranger": (
        text("sanctions.csv", "ELM,", "ELN,"),
        "line 3, iso3: 'ELN' is not a member of this world.",
    ),
    "sanctions twice": (
        text("sanctions.csv", "FER,DUN", "FER,CAL"),
        "sanctions.csv, line 5: FER, CAL: already on line 4.",
    ),
    # roll calls
    "bad vote": (text("rollcalls.csv", "ASH,no", "ASH,nay"), "vote: got 'nay'; allowed are no, absent, abstain, yes."),
    "vote of a stranger": (
        text("rollcalls.csv", "ASH,no", "ASK,no"),
        "line 2, iso3: 'ASK' is not a member of this world.",
    ),
    "vote twice": (text("rollcalls.csv", "BRI,yes", "ASH,yes"), "rollcalls.csv, line 3: SH/1, ASH: already on line 2."),
    "another date": (text("rollcalls.csv", "06-15", "06-16"), "got '2030-06-16'; resolutions.csv gives 2030-06-15."),
    "no resolutions": (
        gone("resolutions.csv"),
        "mine/resolutions.csv: missing. Give a table with the columns resolution",
    ),
    "resolution missing": (line("rollcalls.csv", "SH/9,2030-07-01,ASH,no"), "'SH/9' of rollcalls.csv is missing."),
    "resolution twice": (
        line("resolutions.csv", "SH/1,2030-06-15,Again,ASH,passage"),
        "resolutions.csv, line 3: SH/1: already on line 2.",
    ),
    "bad date": (
        text("resolutions.csv", "06-15", "06-31"),
        "line 2, date: got '2030-06-31'; a date like 2022-03-02 is",
    ),
    "blank topic": (text("resolutions.csv", ",passage", ","), "resolutions.csv, line 2, topic: got blank"),
    "target a stranger": (
        text("resolutions.csv", "ASH", "ASK"),
        "line 2, target: 'ASK' is not a member of this world.",
    ),
    # ideal points, assembly votes, fills
    "half a year": (
        text("ideal_points.csv", "2029", "2029.5"),
        "line 2, year: got '2029.5'; a whole number is needed.",
    ),
    "point of a stranger": (
        text("ideal_points.csv", "ASH", "ASK"),
        "line 2, iso3: 'ASK' is not a member of this world.",
    ),
    "point far out": (
        text("ideal_points.csv", "-1.2", "-12"),
        "line 2, ideal_point_all: got '-12'; allowed is -10 to 10.",
    ),
    "point twice": (line("ideal_points.csv", "ASH,2029,0"), "ideal_points.csv, line 16: ASH, 2029: already on line 2."),
    "assembly without a member": (
        whole("assembly_votes.csv", ASSEMBLY.replace("GUL", "GUM")),
        "assembly_votes.csv, GUL: missing column. Did you mean 'GUM'?",
    ),
    "bad assembly vote": (
        whole("assembly_votes.csv", ASSEMBLY.replace(",N,Y", ",Q,Y")),
        "ASH: got 'Q'; allowed are N, X, A",
    ),
    "bad assembly date": (
        whole("assembly_votes.csv", ASSEMBLY.replace("2029-05", "May")),
        "date: got 'May-01'; a date like",
    ),
    "fill of a stranger": (
        text("fills.csv", "FER", "FEN"),
        "line 2, iso3: 'FEN' is not a member of this world.",
    ),
    # world.toml
    "bad TOML": (text("world.toml", "title =", "title"), "world.toml: is not valid TOML: Expected '=' after a key"),
    "a number too long": (whole("world.toml", "title = " + "9" * 5000), "world.toml: is not valid TOML"),
    "unknown key": (text("world.toml", "title =", "titel ="), "world.toml, titel: unknown key. Did you mean 'title'?"),
    "no title": (text("world.toml", "title =", "titel ="), "world.toml, title: missing."),
    "title a number": (text("world.toml", 'title = "The seven', 'title = 7 # "'), "title: got 7; a text is needed."),
    "date a text": (text("world.toml", "2031-01-01", '"2031-01-01"'), "date: got '2031-01-01'; a date is needed."),
    "date a time": (text("world.toml", "2031-01-01", "2031-01-01T00:00:00"), "date: got datetime.datetime(2031, 1"),
    "currencies a number": (
        text("world.toml", "[currencies]", "currencies = 1\n[coverage.x]"),
        "coverage.x: unknown kind",
    ),
    "currency beyond 1": (text("world.toml", "CAL = 0.7", "CAL = 70"), "currencies.CAL: got 70; allowed is 0 to 1."),
    "currency true": (text("world.toml", "CAL = 0.7", "CAL = true"), "currencies.CAL: got True; allowed is 0 to 1."),
    "currency nan": (text("world.toml", "CAL = 0.7", "CAL = nan"), "currencies.CAL: got nan; allowed is 0 to 1."),
    "currencies beyond 1": (text("world.toml", "CAL = 0.7", "CAL = 0.9"), "currencies: the shares add up to 1.1"),
    "currency of a stranger": (
        text("world.toml", "CAL = 0.7", "CAM = 0.7"),
        "currencies.CAM: is neither a member nor a",
    ),
    "unknown coverage": (
        text("world.toml", "energy =", "enregy ="),
        "coverage.enregy: unknown kind of tie. Did you mean",
    ),
    "coverage a text": (
        text("world.toml", 'energy = ["ASH"]', 'energy = "ASH"'),
        "coverage.energy: got 'ASH'; a list of",
    ),
    "coverage a stranger": (
        text("world.toml", 'energy = ["ASH"]', 'energy = ["ASK"]'),
        "coverage.energy: 'ASK' is not",
    ),
    "coverage a list in a list": (
        text("world.toml", 'energy = ["ASH"]', 'energy = [["ASH"]]'),
        "coverage.energy: got ['ASH']",
    ),
    "group a number": (whole("world.toml", 'title = "x"\ndate = 2031-01-01\ngroup = [1]'), "group.0: got 1; a"),
    "group without members": (line("world.toml", '[[group]]\nkey = "X"\nname = "Y"'), "group.3.members: missing."),
    "empty group": (line("world.toml", GROUP.replace('"ASH"', "")), "group.3.members: got an empty list; at least one"),
    "group of strangers": (
        line("world.toml", GROUP.replace("ASH", "ASK")),
        "group.3.members: 'ASK' is not a member of",
    ),
    "group of numbers": (
        line("world.toml", GROUP.replace('"ASH"', "1")),
        "group.3.members: got 1; the code of a member",
    ),
    "group with one twice": (
        line("world.toml", GROUP.replace('"ASH"', '"ASH", "ASH"')),
        "'ASH' is listed more than once.",
    ),
    "aliases of numbers": (line("world.toml", GROUP + "aliases = [1]"), "group.3.aliases: got [1]; a list of texts is"),
    "group with an unknown key": (
        line("world.toml", GROUP + "aliasses = []"),
        "group.3.aliasses: unknown key. Did you mean",
    ),
    "group like a member": (
        line("world.toml", GROUP.replace('"X"', '"Ash"')),
        "group.3: 'Ash' already means ASH.",
    ),
    "group like another": (
        line("world.toml", GROUP.replace('"X"', '"league"')),
        "group.3: 'league' already means group.0",
    ),
    "group like everyone": (line("world.toml", GROUP.replace('"X"', '"UN"')), "group.3: got 'UN'; a name that is not"),
    "group like a removal": (line("world.toml", GROUP.replace('"X"', '"-X"')), "group.3: got '-X'; a name that is not"),
    "organisation in words": (
        line("world.toml", GROUP + 'is_organisation = "yes"'),
        "got 'yes'; true or false is needed.",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_is_reported(folder: Path, name: str) -> None:
    change, message = BAD[name]
    change(folder)
    lines = read_messages(folder)
    assert any(message in line for line in lines), "\n".join(lines)
    assert len(lines) <= 6, "\n".join(lines)  # one cause, and not a flood of what follows from it


def test_everything_wrong_is_reported_at_once(folder: Path) -> None:
    together = ["unknown key", "no number", "blank name", "self tie", "border one way", "unknown breadth", "bad vote"]
    together += ["bad date", "half a year", "fill of a stranger", "group of strangers", "currency nan"]
    for name in together:
        BAD[name][0](folder)
    lines = read_messages(folder)
    for name in together:
        assert any(BAD[name][1] in line for line in lines), name


def test_a_flood_is_cut_short(folder: Path) -> None:
    path = folder / "ties.csv"
    numbers = count()
    spoilt = re.sub(",0(?=[,\n])", lambda _: f",x{next(numbers)}", path.read_text())
    path.write_text(spoilt)
    *some, last = read_messages(folder)
    assert 0 < len(some) < spoilt.count(",x")
    assert last == f"mine/ties.csv: and {spoilt.count(',x') - len(some)} more problems."


def test_the_same_mistake_in_many_lines_is_reported_once(folder: Path) -> None:
    path = folder / "ties.csv"
    path.write_text(re.sub(",0(?=[,\n])", ",x", path.read_text()))
    lines = read_messages(folder)
    assert len(lines) <= len(path.read_text().splitlines()[0].split(","))
    assert any(re.fullmatch("mine/ties.csv, lines 2, 3, 4 and .* more, arms: got 'x'; .*", line) for line in lines)


def test_no_such_world() -> None:
    for reference in ("seven-harbors", "no/such/folder", "x" * 5000, "a\0b"):
        with pytest.raises(InputError, match="is neither a shipped world nor a folder"):
            load_world(reference)
    with pytest.raises(InputError, match="Did you mean 'seven-harbours'"):
        load_world("seven-harbors")
