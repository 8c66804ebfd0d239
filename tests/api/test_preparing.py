"""A scenario that is prepared once gives what `sim.run` gives, whatever is set and whatever ran before."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import sim
from sim.case.adjusting import adjust
from sim.errors import InputError
from sim.model import MemberState

QUICK = (
    {},
    {"parameters.enforcement": 0.9},
    {"parameters.exposure_trade": 0.2, "parameters.grade_sectoral": 0.7},
    {"parameters.inertia": 0.0, "parameters.rounds": 3, "parameters.peer_influence": np.float64(1.5)},
    {"vote.severity": -2.0, "vote.0.divisiveness": [0.5, 1.0]},
    {"vote.target_threat": 2, "vote.sender_threat": 0.0},
)
AGAIN = (
    {"parameters.peer_trade": 2.0},
    {"parameters.agreement_sharpness": 3.0},
    {"vote.divisiveness.0": 0.2},
    {"vote.date": "2022-04-07"},
    {"roles.senders": ["USA"]},
    {"parameter_uncertainty": True},
)


@pytest.fixture(scope="module")
def prepared() -> sim.PreparedScenario:
    return sim.prepare("es-11-1")


@pytest.mark.parametrize("values", [*QUICK, *AGAIN], ids=str)
def test_the_votes_are_those_of_a_run(prepared: sim.PreparedScenario, values: dict[str, object]) -> None:
    prepared.run({"vote.severity": 0.0}, replicates=20)
    found, plain = prepared.run(values, replicates=20), sim.run("es-11-1", values, replicates=20)
    assert found.tallies.equals(plain.tallies)
    assert found.members.equals(plain.members)
    assert (adjust(prepared.case, values) is not None) == (values in QUICK)


def test_replicates_and_seed_may_differ(prepared: sim.PreparedScenario) -> None:
    for how in ({"replicates": 7}, {"replicates": 1_003}, {"replicates": 5, "seed": 3}):
        assert prepared.run(**how).tallies.equals(sim.run("es-11-1", **how).tallies)


def test_parameters_and_severity_may_be_uncertain() -> None:
    uncertain = {"parameter_uncertainty": True, "vote.severity_spread": 1.0}
    asked = {"parameters.enforcement": 0.9, "vote.severity": -3.0}
    found = sim.prepare("harbour-blockade", uncertain).run(asked, replicates=20)
    assert found.tallies.equals(sim.run("harbour-blockade", {**uncertain, **asked}, replicates=20).tallies)


def test_months_are_run_too() -> None:
    until = {"months.end": "2022-04-30"}
    prepared = sim.prepare("2022-2023", until)
    found = prepared.run({"parameters.enforcement": 0.9}, replicates=4)
    plain = sim.run("2022-2023", {**until, "parameters.enforcement": 0.9}, replicates=4)
    assert found.tallies.equals(plain.tallies)
    assert found.months is not None
    assert found.months.equals(plain.months)


def test_the_weight_of_an_own_term(tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text("iso3,deals\nELM,0.9\n", encoding="utf-8")
    own = {"name": "deals", "label": "Deals", "file": str(tmp_path / "own.csv"), "column": "deals", "missing": 0.0}
    one, other = (
        {"base": "harbour-blockade", "term": [{**own, "adds_to": "dependence", "weight": weight}]}
        for weight in (1.0, 9.0)
    )
    prepared, values = sim.prepare(one), {"term.weight": 9.0}
    assert adjust(prepared.case, values) is not None
    assert prepared.run(values, replicates=50).tallies.equals(sim.run(other, replicates=50).tallies)


class Supporter(MemberState):
    """A member that always supports."""

    def choose(self, peers: object) -> int:
        return 3


def test_members_may_have_rules_of_their_own(prepared: sim.PreparedScenario) -> None:
    found = prepared.run(replicates=2, member_class=Supporter).tallies
    assert found.equals(sim.run("es-11-1", replicates=2, member_class=Supporter).tallies)


@pytest.mark.parametrize("values", [{"parameters.enforcement": 40.0}, {"vote.severity": "x"}, {"no.key": 1}], ids=str)
def test_a_mistake_is_reported_as_by_a_run(prepared: sim.PreparedScenario, values: dict[str, object]) -> None:
    with pytest.raises(InputError) as here:
        prepared.run(values)
    with pytest.raises(InputError) as there:
        sim.run("es-11-1", values)
    assert str(here.value) == str(there.value)


def test_only_a_dictionary_is_set(prepared: sim.PreparedScenario) -> None:
    with pytest.raises(InputError, match="a dictionary such as"):
        prepared.run(["vote.severity=1"])  # type: ignore[arg-type]
