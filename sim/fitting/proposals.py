"""Proposing severity, with its spread, and divisiveness of a new resolution from earlier resolutions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Literal, NamedTuple

import numpy as np

from sim.arrays import FloatArray
from sim.case import Case, prepare
from sim.case.ballot import NOT_FIXED
from sim.case.positions import expect_divisiveness
from sim.case.utilities import compute_own_utilities
from sim.equilibrium import solve_equilibrium
from sim.rules.alignment import Divisiveness
from sim.rules.choice import OPPOSE, SUPPORT
from sim.specs import Scenario, load_scenario_world
from sim.world import RollCall, World
from sim.world.loading import load_world_before

YEARS = 6.0
"""Age in years up to which earlier resolutions count."""
HALF_LIFE_YEARS = 2.0
"""Age at which an earlier resolution counts half."""
PRIOR_SPREAD, PRIOR_SPREAD_OF_OTHERS = 1.0, 2.0
"""Spread around the mean of resolutions of the same target and topic, or of others, that counts as one of them.

With a half-life of 2 years and these, nine in ten of the resolutions of 2015 to 2018 were within 1.645 spreads (0.90 of
104), and 0.87 of the 89 of 2019 to 2023, which were looked at once.
"""
BOUNDS = (-20.0, 20.0)
"""Bounds of the severity of a scenario."""

Likeness = Literal["target and topic", "topic", "target", "directed"]


class Earlier(NamedTuple):
    """An earlier resolution, and the severity at which the model expects its votes for, less votes against."""

    resolution: str
    severity: float
    weight: float


class Proposal(NamedTuple):
    """The severity that earlier resolutions suggest.

    Parameters
    ----------
    severity, spread : weighted mean of the earlier resolutions, and standard deviation of a new one; utility.
    kind : what they have in common with the new one: target and topic, topic, target, or being directed at a member.
    earlier : the earlier resolutions, the latest first.
    """

    severity: float
    spread: float
    kind: Likeness
    earlier: tuple[Earlier, ...]


def propose_severity(spec: Scenario, number: int = 0) -> Proposal | None:
    """Propose the severity of one vote of a scenario from earlier roll calls; None where there are none.

    Resolutions on the same target and topic count if there are any, then those on the topic of any target, then those
    on the target, then all that are directed at a member. Each is put to the vote with the divisiveness and threats of
    the scenario, in the world as known before it.

    Parameters
    ----------
    number : index of the vote.
    """
    world, vote = load_scenario_world(spec), spec.vote[number]
    (target,) = world.resolve(spec.roles.target)
    since = spec.vote[0].date - timedelta(days=round(365.25 * YEARS))
    calls = [call for call in world.rollcalls if since <= call.date < spec.vote[0].date and call.target]
    for kind, chosen in _kinds(calls, target, vote.topic):
        earlier = [
            Earlier(call.resolution, severity, 0.5 ** ((vote.date - call.date).days / 365.25 / HALF_LIFE_YEARS))
            for call in reversed(chosen)
            if (severity := _severity_of(spec, number, world, call)) is not None
        ]
        if earlier:
            values, weights = (np.array([getattr(one, name) for one in earlier]) for name in ("severity", "weight"))
            mean = float(np.average(values, weights=weights))
            around = float(weights @ (values - mean) ** 2)
            prior = PRIOR_SPREAD if kind == "target and topic" else PRIOR_SPREAD_OF_OTHERS
            spread = ((prior**2 + around) / (1.0 + float(weights.sum()))) ** 0.5
            return Proposal(mean, spread, kind, tuple(earlier))
    return None


def propose_divisiveness(spec: Scenario, number: int = 0) -> Divisiveness:
    """Propose how one vote of a scenario divides, from its words and from earlier resolutions of the same kind."""
    return expect_divisiveness(prepare(spec).positions[number], spec.vote[number])


def _kinds(calls: list[RollCall], target: str, topic: str) -> Iterator[tuple[Likeness, list[RollCall]]]:
    yield "target and topic", [call for call in calls if call.target == target and topic and call.topic == topic]
    yield "topic", [call for call in calls if topic and call.topic == topic]
    yield "target", [call for call in calls if call.target == target]
    yield "directed", calls


def _severity_of(spec: Scenario, number: int, world: World, call: RollCall) -> float | None:
    """The severity at which the expected votes for, less votes against, equal those of a roll call."""
    roles = spec.roles.model_copy(update={"target": call.target, "victim": None})
    vote = spec.vote[number].model_copy(update={"resolution": call.resolution, "date": call.date})
    senders = tuple(code for code in roles.senders if call.target not in world.resolve(code.removeprefix("-")))
    asked = spec.model_copy(
        update={
            "vote": (vote,),
            "roles": roles.model_copy(update={"senders": senders}),
            "pledge": (),
            "change": (),
            "event": (),
            "months": None,
        }
    )
    case = prepare(asked, load_world_before(world, call.date))
    drawn = (case.ballots[0].fixed == NOT_FIXED) & (call.votes >= 0)
    wanted = int((call.votes[drawn] == SUPPORT).sum()) - int((call.votes[drawn] == OPPOSE).sum())

    def gap(severity: float) -> float:
        chances = compute_chances_at_severity(case, severity)[drawn].sum(axis=0)
        return float(chances[SUPPORT] - chances[OPPOSE]) - wanted

    from scipy.optimize import brentq  # takes a tenth of a second to import

    low, high = BOUNDS
    return float(brentq(gap, low, high, xtol=1e-3)) if gap(low) > 0 > gap(high) else None


def compute_chances_at_severity(case: Case, severity: float) -> FloatArray:
    """Probabilities (N, 4) at the equilibrium of the first vote with another severity."""
    ballot = replace(case.ballots[0], severity=severity)
    return solve_equilibrium(
        compute_own_utilities(ballot, case.parameters), ballot, case.peers, case.parameters["peer_influence"]
    )
