"""The Python interface gives the figures of the commands, as frames."""

import pytest

import sim
from sim.errors import InputError
from sim.specs import read_experiment, read_scenario


def test_run_is_the_command_with_set():
    found = sim.run("harbour-blockade", {"vote.severity": -3.0}, replicates=40, seed=7)
    again = sim.run(read_scenario("harbour-blockade", ["vote.severity=-3.0", "seed=7"]), replicates=40)
    assert found.tallies.equals(again.tallies)
    assert len(found.tallies) == 40
    assert found.summary.seed == 7
    (vote,) = found.summary.votes
    assert found.tallies["support"].mean() == pytest.approx(vote.tally.support.mean)
    assert found.members.set_index("iso3")["support"].to_dict() == {
        member.iso3: member.support for member in vote.members
    }


def test_run_reports_what_is_wrong():
    with pytest.raises(InputError, match="Did you mean 'enforcement'"):
        sim.run("harbour-blockade", {"parameters.enforcment": 1})


def test_sweep_asks_for_as_many_replicates_as_it_is_given():
    by_name = sim.sweep("sanction-enforcement", replicates=3)
    by_value = sim.sweep(read_experiment("sanction-enforcement"), replicates=3)
    assert len(by_name.tallies) == 3 * len(by_name.points)
    assert by_name.tallies.equals(by_value.tallies)
    assert by_name.members["iso3"].nunique() == 193


def test_compare_takes_files_scenarios_and_changes():
    found = sim.compare("es-11-1", {"vote.target_threat": 2.0}, "es-11-1-april-threat", replicates=60)
    by_change, by_name = (
        found.changes[found.changes["scenario"] == name] for name in found.changes["scenario"].unique()
    )
    assert len(by_change) == 60
    assert (
        by_change.drop(columns="scenario")
        .reset_index(drop=True)
        .equals(by_name.drop(columns="scenario").reset_index(drop=True))
    )
    tally = found.figures[(found.figures["quantity"] == "tally") & (found.figures["name"] == "support")]
    assert tally["change"].tolist() == pytest.approx([by_change["support"].mean()] * 2)


def test_explain_gives_frames():
    found = sim.explain("harbour-blockade", "Gullrock", replicates=100, along="vote.severity")
    for action in ("support", "abstain", "oppose", "absent"):
        assert found.terms[action].sum() == pytest.approx(found.summary.utilities.of(action))
    assert len(found.along) == 11
    assert set(found.tips["action"]) <= {"support", "abstain", "oppose", "absent"}
    assert (found.tips["beyond"] - found.tips["now"].astype(float)).tolist() == pytest.approx(
        found.tips["change"].tolist()
    )
    assert found.peers["weight"].is_monotonic_decreasing
    everyone = sim.explain_all("harbour-blockade", replicates=100)
    assert everyone["iso3"].is_unique
    assert len(everyone) == 5


def test_reach_gives_the_frontier():
    found = sim.reach("india-deplores", ["replicates=40", "goal.probability=0.3"])
    assert found.frontier["cost"].is_monotonic_increasing
    assert found.frontier["probability_in_search"].is_monotonic_increasing
    assert len(found.frontier) == len(found.summary.frontier)


def test_sensitivity_gives_frames():
    found = sim.sensitivity("where-threats-work", event="oppose>20", overrides=["design.samples=8", "replicates=5"])
    assert set(found.indices["lever"]) == set(found.tables.experiment.factors)
    assert found.regions["share"].sum() == pytest.approx(1)
    assert len(found.tables.points) == 8 * 6
