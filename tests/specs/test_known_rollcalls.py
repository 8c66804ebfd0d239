"""Roll calls of a scenario's own files: known before the vote alone, compared with on its day, and part of a result."""

import datetime as dt

import numpy as np
import pytest
from support.commands import document, sim

from sim.case import prepare
from sim.errors import InputError
from sim.specs import load_scenario_world, read_scenario
from sim.world import load_world

VOTES = {"CAL": "no", "DUN": "no", "ELM": "yes", "FER": "yes", "GUL": "absent"}
SHIPPED = load_world("seven-harbours")


@pytest.fixture
def scenario(tmp_path):
    """A function that writes a what-if with a file of roll calls next to it, and gives its path."""

    def write(resolution="SH/1b", day="2031-01-15", votes=VOTES, extra=""):
        rows = [f"{resolution},{day},{code},{vote}" for code, vote in votes.items()]
        (tmp_path / "calls.csv").write_text("\n".join(["resolution,date,iso3,vote", *rows]), encoding="utf-8")
        text = f'title = "mine"\nbase = "harbour-blockade"\nknown_rollcalls = ["calls.csv"]\n{extra}'
        (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
        return tmp_path / "mine.toml"

    return write


def revealed(case):
    return [(standing.known.mean, standing.known.root, standing.terms.values) for standing in case.standings]


def test_a_roll_call_before_the_vote_says_where_members_are(scenario):
    spec = read_scenario(scenario())
    world = load_scenario_world(spec)
    call = world.rollcall("SH/1b")
    assert (call.date, call.target, call.topic) == (dt.date(2031, 1, 15), "ASH", "passage")
    assert len(world.rollcalls) == len(SHIPPED.rollcalls) + 1
    own, base = prepare(spec), prepare(read_scenario("harbour-blockade"))
    i = SHIPPED.index
    mean, before = own.standings[0].known.mean[:, 2], base.standings[0].known.mean[:, 2]
    assert mean[i["ELM"]] > before[i["ELM"]]
    assert mean[i["CAL"]] < before[i["CAL"]]


@pytest.mark.parametrize("day", ["2031-03-02", "2031-03-03"])
def test_a_roll_call_of_the_day_or_later_is_not_known(scenario, day):
    own, base = prepare(read_scenario(scenario(day=day))), prepare(read_scenario("harbour-blockade"))
    for mine, theirs in zip(revealed(own), revealed(base), strict=True):
        for one, other in zip(mine[:2], theirs[:2], strict=True):
            assert np.array_equal(one, other)
        assert all(np.array_equal(mine[2][key], theirs[2][key]) for key in theirs[2])


def test_the_scenarios_own_vote_is_compared_with(scenario):
    path = scenario("SH/9", "2031-03-02", extra='[set]\n"vote.resolution" = "SH/9"\n')
    (vote,) = document("run", path, "--replicates", 20)["votes"]
    assert vote["observed"] == {"support": 2, "abstain": 0, "oppose": 2, "absent": 1}
    assert document("validate", path)["resolutions"][0]["resolution"] == "SH/9"


def test_equal_scenarios_have_one_world(scenario):
    path = scenario()
    assert load_scenario_world(read_scenario(path)) is load_scenario_world(read_scenario(path, ["seed=3"]))
    assert document("run", path, "--replicates", 20, "--workers", 2)["votes"]


def test_a_what_if_takes_over_the_files_of_its_base_or_names_its_own(scenario, tmp_path):
    scenario()
    folder = tmp_path / "deeper"
    folder.mkdir()
    (folder / "next.toml").write_text('title = "next"\nbase = "../mine.toml"\n', encoding="utf-8")
    calls = str((tmp_path / "calls.csv").resolve())
    assert read_scenario(folder / "next.toml").known_rollcalls == (calls,)
    assert read_scenario(folder / "next.toml", ["known_rollcalls=[]"]).known_rollcalls == ()


def test_votes_that_the_world_has_already_may_be_repeated_and_not_changed(scenario):
    own = {
        code: ("no", "absent", "abstain", "yes")[vote]
        for code, vote in zip(SHIPPED.iso3, SHIPPED.rollcalls[0].votes, strict=True)
        if vote >= 0
    }
    assert len(load_scenario_world(read_scenario(scenario("SH/1", "2030-06-15", own))).rollcalls) == len(
        SHIPPED.rollcalls
    )
    with pytest.raises(
        InputError, match=r"known_rollcalls.*differs from the known roll call of SH/1 in the votes of \d members"
    ):
        read_scenario(_changed(scenario, own))


def _changed(scenario, votes):
    path = scenario("SH/1", "2030-06-15", {**votes, "ELM": "yes" if votes["ELM"] != "yes" else "no"})
    moved = path.with_name("others.csv")
    path.with_name("calls.csv").rename(moved)
    path.write_text(path.read_text(encoding="utf-8").replace("calls.csv", moved.name), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ('["nowhere.csv"]', "nowhere.csv: cannot be read"),
        ('["mine.toml"]', "mine.toml, resolution: missing column."),
        ('"calls.csv"', 'known_rollcalls: "calls.csv" (text) is given where'),
        ('[""]', "known_rollcalls"),
        ("[3]", "known_rollcalls"),
    ],
)
def test_a_file_that_is_wrong_is_reported_when_the_scenario_is_read(scenario, written, message):
    path = scenario()
    path.write_text(path.read_text(encoding="utf-8").replace('["calls.csv"]', written), encoding="utf-8")
    done = sim("check", path)
    assert done.returncode == 2
    assert message in done.stderr


def test_a_kept_run_notices_that_its_roll_calls_have_changed(scenario, tmp_path):
    path = scenario()
    assert sim("run", path, "--replicates", 20, "--out", tmp_path / "kept").returncode == 0
    assert sim("rerun", tmp_path / "kept").returncode == 0
    calls = tmp_path / "calls.csv"
    calls.write_text(calls.read_text(encoding="utf-8").replace("ELM,yes", "ELM,no"), encoding="utf-8")
    done = sim("rerun", tmp_path / "kept")
    assert done.returncode == 2
    assert "calls.csv: this data file has changed since the result was made." in done.stderr
