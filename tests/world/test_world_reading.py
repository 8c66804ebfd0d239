"""A world of one's own: what is allowed, and that nothing but `InputError` is ever raised, whatever the files hold."""

from __future__ import annotations

import csv
import gzip
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.case import prepare
from sim.errors import InputError
from sim.specs import read_scenario
from sim.specs.shipped import find_shipped_folder
from sim.world import ROLL_CALL_VOTES, load_world
from sim.world.reading import BREADTHS, read_world
from sim.world.world import ATTRIBUTES, TIE_KINDS

SHIPPED = load_world("seven-harbours").folder
TABLES = ("members", "ties", "sanctions", "rollcalls", "resolutions", "ideal_points", "fills")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "mine"))


# --- what is allowed -------------------------------------------------------------------------------------------------


def test_least_world(tmp_path: Path) -> None:
    (tmp_path / "world.toml").write_text('title = "Two"\ndate = 2030-01-01\n')
    lines = (SHIPPED / "members.csv").read_text().splitlines()
    (tmp_path / "members.csv").write_text("\n".join(lines[:4]) + "\n")
    (tmp_path / "ties.csv").write_text("iso3,partner\n")
    world = load_world(tmp_path)
    assert world.iso3 == ("ASH", "BRI", "CAL")
    assert np.isnan(world.ties["agreement"]).all(), "what is not listed is not known"
    spec = read_scenario("harbour-blockade", [f"world={tmp_path}", 'roles.senders=["CAL"]'])
    assert len(prepare(spec).ballots[0].conflict) == 3


def test_forms_of_the_same_table_read_the_same(folder: Path) -> None:
    (folder / "ties.csv.gz").write_bytes(gzip.compress((folder / "ties.csv").read_bytes()))
    (folder / "ties.csv").unlink()
    members = (folder / "members.csv").read_text().splitlines()
    # As Excel saves it: a mark before the text, lines that end in CR LF, a blank line; and in another order.
    text_of = "\r\n".join([members[0], *reversed(members[1:]), "", ""])
    (folder / "members.csv").write_bytes(b"\xef\xbb\xbf" + text_of.encode())
    (folder / "fills.csv").write_text("rule,who,quantity,iso3\nby hand,me,dependence.energy,FER\n")
    mine, shipped = read_world(folder), load_world("seven-harbours")
    assert mine.iso3 == shipped.iso3
    assert mine.names == shipped.names
    for kind, ties in shipped.ties.items():
        assert np.array_equal(mine.ties[kind], ties, equal_nan=True)
    for name, values in shipped.attributes.items():
        assert np.array_equal(mine.attributes[name], values)
    assert mine.fills[0].rule == "by hand"


def test_assembly_votes_of_ones_own(folder: Path) -> None:
    (folder / "assembly_votes.csv").write_text(
        "date,resolution,ASH,BRI,CAL,DUN,ELM,FER,GUL\n2029-05-01,SH/0,N,Y,Y,A,N,X,\n"
    )
    world = read_world(folder)
    assert world.assembly is not None
    assert world.assembly.votes.tolist() == [[0, 3, 3, 2, 0, 1, -1]]


def test_a_world_is_frozen() -> None:
    world = load_world("seven-harbours")
    for array in (*world.ties.values(), *world.attributes.values(), *world.ideal_points.values()):
        assert not array.flags.writeable
    assert not world.rollcalls[0].votes.flags.writeable


# --- nothing but InputError ------------------------------------------------------------------------------------------

CELLS = st.one_of(
    st.sampled_from(
        ["", " ", "0", "1", "-1", "2", "nan", "inf", "1e400", "ASH", "BRI", "XXX", "yes", "2030-02-30", "UN"]
    ),
    st.text(max_size=8),
)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_edited_cells_never_crash(data: st.DataObject) -> None:
    with TemporaryDirectory() as temporary:
        folder = Path(shutil.copytree(SHIPPED, Path(temporary) / "mine"))
        for _ in range(data.draw(st.integers(1, 4))):
            path = folder / f"{data.draw(st.sampled_from(TABLES))}.csv"
            with open(path, encoding="utf-8", newline="") as file:
                rows = list(csv.reader(file))
            row = rows[data.draw(st.integers(0, len(rows) - 1))]
            row[data.draw(st.integers(0, len(row) - 1))] = data.draw(CELLS)
            with open(path, "w", encoding="utf-8", errors="surrogatepass", newline="") as file:
                csv.writer(file).writerows(rows)
        _reads_or_tells(folder)


@settings(max_examples=150, deadline=None)
@given(
    name=st.sampled_from(["world.toml", *(f"{stem}.csv" for stem in TABLES)]),
    place=st.floats(0, 1),
    length=st.integers(0, 30),
    inserted=st.binary(max_size=12),
)
def test_edited_bytes_never_crash(name: str, place: float, length: int, inserted: bytes) -> None:
    with TemporaryDirectory() as temporary:
        folder = Path(shutil.copytree(SHIPPED, Path(temporary) / "mine"))
        before = (folder / name).read_bytes()
        start = int(place * len(before))
        (folder / name).write_bytes(before[:start] + inserted + before[start + length :])
        _reads_or_tells(folder)


TOML_VALUES = st.recursive(
    st.one_of(st.booleans(), st.integers(-3, 3), st.floats(), st.sampled_from(["", "ASH", "League", "x", "-x", "UN"])),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("abc"), inner, max_size=2)),
    max_leaves=4,
)


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + "}"
    return f'"{value}"' if isinstance(value, str) else str(value)


@settings(max_examples=150, deadline=None)
@given(
    top=st.dictionaries(st.sampled_from(["title", "date", "coverage", "currencies", "group", "x"]), TOML_VALUES),
    group=st.dictionaries(st.sampled_from(["key", "name", "aliases", "is_organisation", "members", "x"]), TOML_VALUES),
    share=TOML_VALUES,
)
def test_any_header_never_crashes(top: dict[str, object], group: dict[str, object], share: object) -> None:
    with TemporaryDirectory() as temporary:
        folder = Path(shutil.copytree(SHIPPED, Path(temporary) / "mine"))
        content = {"title": "x", "group": [group], "currencies": {"League": share}, "coverage": {"aid": share}, **top}
        lines = [f"{key} = {_toml(value)}" for key, value in content.items()]
        if "date" not in top:
            lines.append("date = 2031-01-01")
        (folder / "world.toml").write_text("\n".join(lines), encoding="utf-8")
        _reads_or_tells(folder)


def _reads_or_tells(folder: Path) -> None:
    """A world is read that the model can use, or an `InputError` says what is wrong."""
    try:
        world = read_world(folder)
    except InputError:
        return
    for kind, ties in world.ties.items():
        is_unknown = np.isnan(ties) & (kind == "agreement")
        assert (is_unknown | ((ties >= 0) & (ties <= 1))).all()
    for reference in world.references():
        assert world.resolve(reference)
    spec = read_scenario("harbour-blockade")
    if {"ASH", "BRI", "CAL", "DUN"} <= set(world.iso3):
        try:
            ballot = prepare(spec, world).ballots[0]
        except InputError:
            return
        assert np.isfinite(ballot.conflict).all()
        assert np.isfinite(ballot.emptiness).all()


def test_the_documented_format_names_every_column() -> None:
    page = (Path(__file__).parents[2] / "docs" / "data.md").read_text(encoding="utf-8")
    for name in (*ATTRIBUTES, *TIE_KINDS, *BREADTHS, *ROLL_CALL_VOTES):
        assert f"`{name}`" in page, name
    for path in SHIPPED.iterdir():
        assert path.name in page
        if path.suffix == ".csv":
            header = path.read_text(encoding="utf-8").splitlines()[0]
            assert all(f"`{column}`" in page for column in header.split(",")), path.name


def test_a_world_next_to_its_scenario(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED, tmp_path / "my-world")
    scenario = (find_shipped_folder("scenarios") / "harbour-blockade.toml").read_text(encoding="utf-8")
    (tmp_path / "mine.toml").write_text(scenario.replace('"seven-harbours"', '"my-world"'), encoding="utf-8")
    mine, shipped = prepare(read_scenario(tmp_path / "mine.toml")), prepare(read_scenario("harbour-blockade"))
    assert mine.world.folder == tmp_path / "my-world"
    assert np.array_equal(mine.peers, shipped.peers)
