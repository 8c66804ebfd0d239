"""Any members may be target, victim and sanctioning side: what follows for everybody stays within its bounds."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.worlds import examples

from sim.case import prepare
from sim.errors import InputError
from sim.rules.choice import ACTIONS, SUPPORT
from sim.runner.run import run_case
from sim.specs import parse_scenario
from sim.summaries.summary import summarise_vote
from sim.world import load_world
from sim.world.quantities import Roles, quantities

DAY = date(2019, 6, 1)
WORLD = load_world("un", at=DAY)
places = st.integers(0, WORLD.size - 1)
roles_of_some = st.builds(
    lambda targets, senders, leanings: Roles(
        targets=np.array(targets),
        victim=None,
        senders=np.array([one for one in senders if one not in targets], dtype=np.int64),
        leanings=tuple(leanings.items()),
    ),
    st.lists(places, min_size=1, max_size=3, unique=True),
    st.lists(places, max_size=5, unique=True),
    st.dictionaries(st.sampled_from([group.key for group in WORLD.groups]), st.floats(-1, 1), max_size=3),
)


def found(roles, world=WORLD):
    return quantities(replace(world), roles, DAY, 12.0)


@examples(max_examples=15)
@given(roles_of_some)
def test_quantities_of_any_roles_are_within_their_bounds(roles):
    of = found(roles)
    for channel in (*of.dependence.values(), *of.exposure.values(), *of.observed.values()):
        assert np.isfinite(channel).all()
        assert (channel >= 0).all()
        assert (channel <= 1).all()
    for name in ("leaning", "contested_texts", "democracy"):
        assert (np.abs(of.alignment[name]) <= 1).all()
    if not len(roles.senders):
        assert not any(channel.any() for channel in of.exposure.values())


@examples(max_examples=15)
@given(roles_of_some, places)
def test_dependence_moves_with_the_ties_to_the_targets_alone(roles, other):
    if other in roles.targets:
        return
    ties = {kind: array.copy() for kind, array in WORLD.ties.items()}
    for kind in ("energy", "arms", "food", "trade", "security", "aid"):
        ties[kind][:, other] = 1.0
    before, after = found(roles), found(roles, replace(WORLD, ties=ties))
    for channel in before.dependence:
        assert (before.dependence[channel] == after.dependence[channel]).all()


def test_what_several_targets_withhold_adds_up():
    one, other = (np.array([WORLD.index[code]]) for code in ("USA", "ISR"))
    alone = [
        found(Roles(targets=targets, victim=None, senders=np.array([], dtype=np.int64))) for targets in (one, other)
    ]
    both = found(Roles(targets=np.concatenate([one, other]), victim=None, senders=np.array([], dtype=np.int64)))
    for channel, together in both.dependence.items():
        apart = alone[0].dependence[channel] + alone[1].dependence[channel]
        estimated = {i for each in (both, *alone) for i in each.donors["dependence"].get(channel, {})}
        known = [i for i in range(WORLD.size) if i not in estimated]
        assert together[known] == pytest.approx(np.minimum(apart, 1.0)[known])


def scenario(**changes):
    document = {
        "title": "roles",
        "question": "who?",
        "world": "un",
        "seed": 1,
        "replicates": 20,
        "roles": {"target": "USA"},
        "vote": [
            {
                "resolution": "R/1",
                "date": date(2021, 6, 18),
                "severity": -4.0,
                "divisiveness": [0.7, 0.7],
                "target_threat": 1.0,
                "sender_threat": 1.0,
                "basis": "declared",
            }
        ],
    }
    return parse_scenario({**document, **changes}, "roles.toml", Path())


def test_nobody_need_sanction_and_several_may_be_targets():
    roles = {"target": "USA", "other_targets": ["ISR"]}
    (vote,) = run_case(prepare(scenario(roles=roles))).votes
    index = load_world("un", at=date(2021, 6, 18)).index
    for code in ("USA", "ISR"):
        assert vote.counts[index[code]].argmax() == ACTIONS.index("oppose")


def test_the_delegation_of_a_target_may_vote_for():
    roles = {"target": "MMR", "senders": ["USA", "EU"]}
    pledge = {"members": ["MMR"], "action": "support", "reason": "the seat is held by the government ousted"}
    result = run_case(prepare(scenario(roles=roles, pledge=[pledge])))
    index = result.case.world.index["MMR"]
    assert result.votes[0].counts[index, SUPPORT] == 20
    split = summarise_vote(result, 0).split
    assert split.with_target.support == split.without_target.support + 1
    assert split.with_target.oppose == split.without_target.oppose
    pledge["action"] = "oppose"
    with pytest.raises(InputError, match="MMR is the target, which votes this way in any case"):
        scenario(roles=roles, pledge=[pledge])


def test_a_side_that_a_group_leans_to_moves_its_members_there():
    """Leaning is a term of its own, with a fitted weight above 0."""
    supports = []
    for side in (-1.0, 1.0):
        result = run_case(prepare(scenario(leanings={"AU": side})))
        supports.append(result.votes[0].tallies[:, SUPPORT].mean())
    assert supports[0] < supports[1]
