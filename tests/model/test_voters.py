"""A vote of a smaller body: who may not vote is neither counted nor absent, in either engine and in every table."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from support.commands import sim
from support.engines import assert_same_votes

from sim.case import Case, prepare
from sim.case.ballot import OUTSIDE
from sim.ensemble import simulate
from sim.model import AlignmentModel
from sim.rules.choice import ABSENT, STANCES
from sim.runner.run import run_case
from sim.specs import Scenario, read_scenario
from sim.summaries.summary import summarise_vote
from sim.views.pictures.marks import find_most_likely

COUNCIL = ("ALB", "BRA", "CHN", "FRA", "GAB", "GBR", "GHA", "IND", "IRL", "KEN", "MEX", "NOR", "RUS", "UAE", "USA")
"""The Security Council of 2022, with the everyday name of one of its members."""


@pytest.fixture(scope="module")
def case() -> Case:
    return prepare(read_scenario("es-11-1", ['vote.0.voters=["UNSC"]']))


def test_the_body_is_that_of_the_day(case: Case) -> None:
    inside = {case.world.iso3[i] for i in np.flatnonzero(case.ballots[0].fixed != OUTSIDE)}
    assert inside == {code for name in COUNCIL for code in case.world.resolve(name)}


def test_both_engines_agree(case: Case) -> None:
    assert_same_votes(case, 3, 2)


def test_only_its_members_are_counted(case: Case) -> None:
    result = run_case(case, 50)
    vote, found = result.votes[0], summarise_vote(result, 0)
    assert (vote.tallies.sum(axis=1) == 15).all()
    assert vote.is_voter.sum() == 15
    assert not vote.counts[~vote.is_voter].any()
    assert sum(dict(found.likeliest).values()) == 15
    assert len(found.members) == 15
    assert sum(one.mean for _, one in found.tally) == pytest.approx(15)
    assert set(vote.actions[:, ~vote.is_voter].ravel().tolist() if vote.actions is not None else {OUTSIDE}) == {OUTSIDE}
    assert (find_most_likely(vote)[0][~vote.is_voter] == -1).all()
    model = AlignmentModel(case, replicate=0).run()
    assert (
        sum(model.datacollector.tables["votes"][name][0] for name in ("support", "abstain", "oppose", "absent")) == 15
    )
    assert {member.action_name for member in model.members if member.action == OUTSIDE} == {"no vote"}


def test_nobody_hears_who_may_not_vote(case: Case) -> None:
    """The vote is that of the whole Assembly in which all others are away, whose stance is 0."""
    assert STANCES[OUTSIDE] == STANCES[ABSENT] == 0
    pledge = {"members": ["ALL", "-UNSC"], "action": "absent", "reason": "away"}
    document = {**read_scenario("es-11-1").document(), "pledge": [pledge]}
    away = prepare(Scenario.model_validate(document))
    inside = case.ballots[0].fixed != OUTSIDE
    one, other = simulate(case, 0, 20)[0], simulate(away, 0, 20)[0]
    assert (one.actions[:, inside] == other.actions[:, inside]).all()
    assert (other.actions[:, ~inside] == ABSENT).all()


def test_a_target_outside_the_body_has_no_vote_to_leave_out() -> None:
    case = prepare(read_scenario("es-11-1", ['vote.0.voters=["UNSC", "-RUS"]']))
    split = summarise_vote(run_case(case, 20), 0).split
    assert split.with_target == split.without_target


def test_commands(tmp_path: Path) -> None:
    voters = ["--set", 'vote.0.voters=["UNSC"]', "--replicates", "20"]
    found = json.loads(sim("run", "es-11-1", *voters, "--json").stdout)
    assert len(found["votes"][0]["members"]) == 15
    for picture in ("map", "chamber", "members"):
        out = tmp_path / f"{picture}.svg"
        assert sim("plot", "es-11-1", "--kind", picture, *voters, "--out", str(out)).returncode == 0
        assert out.stat().st_size > 0
    refused = sim("explain", "es-11-1", "DEU", *voters)
    assert refused.returncode == 2
    assert "Germany has no vote on A/RES/ES-11/1" in refused.stderr


def test_what_is_wrong_with_a_body_is_reported() -> None:
    told = sim("check", "es-11-1", "--set", 'vote.0.voters=["UNSCC"]').stderr
    assert "vote.0.voters" in told
    assert 'there is no member or group "UNSCC"' in told
