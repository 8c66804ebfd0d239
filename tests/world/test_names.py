"""Members are found by what people call them, and no name is taken for another country.

``names.csv`` holds the names of states in lists that are in use, and the code of each, blank for states that have none:
the United Nations' list of members and its short, formal and statistical names (UNTERM and M49, as in the taxonomy of
the Humanitarian Data Exchange), ISO 3166, Natural Earth, and the spellings of Correlates of War, Polity, V-Dem and the
World Bank (as in the R package countrycode).
"""

import re
import shutil
from pathlib import Path

import pytest

from sim.errors import InputError
from sim.specs import find_members, read_scenario
from sim.world import load_world
from sim.world.names import hint_for_code, place_of
from sim.world.reading import read_world
from sim.world.tables import read_rows

ROWS = read_rows(Path(__file__).parent / "names.csv")
UN, HARBOURS = load_world("un-2022"), load_world("seven-harbours")
OWN_LISTS = ("UN members", "UN short names", "UN formal names")


def resolved(world, name):
    """The member that a name means, or what a message adds where it means none."""
    try:
        (code,) = world.resolve(name)
    except KeyError:
        return None, world.hint(name)
    return code, ""


def test_every_name_in_use_is_the_right_member_or_none():
    assert len(ROWS) > 700
    for row in ROWS:
        for name in (row["name"], row["name"].upper(), f" the {row['name'].lower()} "):
            code, hint = resolved(UN, name)
            assert code in (None, row["code"]), name
            assert code is not None or row["code"] not in UN.index or "Did you mean" not in hint, (name, hint)


def test_every_name_of_a_member_in_the_lists_of_the_united_nations_is_found():
    for row in ROWS:
        if row["code"] in UN.index and any(own in row["lists"] for own in OWN_LISTS):
            assert UN.resolve(row["name"]) == (row["code"],), row["name"]


def test_every_member_is_found_by_its_codes():
    for iso3, name in zip(UN.iso3, UN.names, strict=True):
        assert place_of(name).key == place_of(iso3).key == iso3


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Turkey", "TUR"),
        ("TÜRKİYE", "TUR"),
        ("türkıye", "TUR"),
        ("Republic of Korea", "KOR"),
        ("Korea, Republic of", "KOR"),
        ("S. Korea", "KOR"),
        ("Democratic Republic of the Congo", "COD"),
        ("DRC", "COD"),
        ("Congo", "COG"),
        ("Côte d'Ivoire", "CIV"),
        ("CÔTE D\N{RIGHT SINGLE QUOTATION MARK}IVOIRE", "CIV"),
        ("Cote d Ivoire", "CIV"),
        ("UK", "GBR"),
        ("u.k.", "GBR"),
        ("Britain", "GBR"),
        ("USA", "USA"),
        ("US", "USA"),
        ("Russian Federation", "RUS"),
        ("Syrian Arab Republic", "SYR"),
        ("Bolivia (Plurinational State of)", "BOL"),
        ("Iran (Islamic Republic of)", "IRN"),
        ("Czech Republic", "CZE"),
        ("NA", "NAM"),
        ("gb", "GBR"),
        ("Burma", "MMR"),
        ("Swaziland", "SWZ"),
        ("Zaire", "COD"),
        ("Upper Volta", "BFA"),
        ("West Germany", "DEU"),
        ("St Kitts & Nevis", "KNA"),
        ("  guinea   bissau ", "GNB"),
    ],
)
def test_everyday_and_former_names(name, code):
    assert UN.resolve(name) == (code,)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Kosovo", "not a member of the United Nations"),
        ("XK", "not a member of the United Nations"),
        ("Taiwan", "not a member of the United Nations"),
        ("PSE", "observer"),
        ("Palestine", "observer"),
        ("Holy See", "observer"),
        ("USSR", "ended in 1991"),
        ("Yugoslavia", "no longer exists"),
        ("Czechoslovakia", "ended in 1992"),
        ("East Germany", "ended in 1990"),
        ("Scotland", "part of the United Kingdom"),
        ("Korea", "(KOR) or the Democratic"),
        ("Hong Kong", "part of China"),
        ("Puerto Rico", "Puerto Rico (PRI) is not a member of the world un"),
        ("Kosvo", "Kosovo is not a member"),
        ("European Union", "means 27 members"),
        ("Turky", "Did you mean 'Turkey'?"),
        ("Nigera", "Did you mean 'Nigeria' or 'Niger'?"),
        ("natoo", "Did you mean 'NATO'?"),
    ],
)
def test_a_name_that_is_no_members_is_explained(name, words):
    assert words in UN.hint(name)


@pytest.mark.parametrize("name", ["XQ", "GER", "SUI", "Q", "", "Zzzz", "\u0301", "''"])
def test_what_cannot_be_guessed_is_not(name):
    with pytest.raises(KeyError):
        UN.resolve(name)
    assert UN.hint(name, "otherwise") == "otherwise"


def test_a_worlds_own_names_win():
    assert len(UN.resolve("AU")) == len(UN.resolve("African Union")) > 50  # the code of Australia in ISO 3166
    assert UN.resolve("african  uniön") == UN.resolve("AU")


def test_an_invented_world_knows_no_real_country():
    assert HARBOURS.resolve("elmsund ") == ("ELM",)
    assert resolved(HARBOURS, "Turkey") == (None, "Türkiye (TUR) is not a member of the world seven-harbours.")
    assert resolved(HARBOURS, "Gullrok") == (None, "Did you mean 'Gullrock'?")


def test_an_invented_member_with_the_code_of_a_country_is_not_that_country(tmp_path):
    folder = tmp_path / "mine"
    shutil.copytree(HARBOURS.folder, folder)
    for path in folder.glob("*"):
        path.write_text(re.sub("\\bELM\\b", "TUR", path.read_text(encoding="utf-8")), encoding="utf-8")
    world = read_world(folder)
    assert world.resolve("TUR") == world.resolve("Elmsund") == ("TUR",)
    assert resolved(world, "Turkey")[0] is None


def test_a_world_of_the_past_may_have_members_that_are_gone(tmp_path):
    folder = tmp_path / "mine"
    shutil.copytree(HARBOURS.folder, folder)
    for path in folder.glob("*"):
        text = path.read_text(encoding="utf-8").replace("Elmsund", "Soviet Union")
        path.write_text(re.sub("\\bELM\\b", "SUN", text), encoding="utf-8")
    assert read_world(folder).resolve("USSR") == ("SUN",)


@pytest.mark.parametrize(
    ("given", "fix"),
    [("UK", "Did you mean 'GBR'?"), ("Mexico", "Did you mean 'MEX'?"), ("DEX", ""), ("Kosovo", "Kosovo is not a")],
)
def test_where_a_code_is_needed_a_name_is_answered_with_the_code(given, fix):
    assert hint_for_code(given, UN.index).startswith(fix)
    assert bool(hint_for_code(given, UN.index)) == bool(fix)


def test_a_scenario_may_call_its_members_by_any_name():
    spec = read_scenario(
        "es-11-1", ["roles.target=Russian Federation", "roles.senders=['Britain', 'EU', '-Czech Republic']"]
    )
    senders = find_members(UN, spec.roles.senders)
    assert len(senders) == 27
    assert "GBR" in senders
    assert "CZE" not in senders


def test_a_scenario_with_a_state_that_is_no_member_says_why():
    with pytest.raises(InputError, match=r'no member or group "Kosovo" in the world un\. Kosovo is not a member'):
        read_scenario("es-11-1", ["roles.target=Kosovo"])
