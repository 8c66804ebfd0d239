"""A vote, ready to be simulated: the inputs of all members, and the terms that follow from them and the parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from sim.arrays import ActionArray, FloatArray, Number
from sim.results.showing import Shown
from sim.rules.alignment import Divisiveness
from sim.rules.parameters import Parameters
from sim.rules.payoffs import compute_leverage, sanction_risk, sum_in_order
from sim.rules.positions import Knowledge
from sim.specs import Vote
from sim.specs.scenario.terms import OwnTerm
from sim.world.world import ABSENCE_INPUTS, DEPENDENCE_CHANNELS, EXPOSURE_CHANNELS

NOT_FIXED = -1
OUTSIDE = -2
"""The fixed vote of a member that may not vote. As an index it is that of an action of stance 0: nobody hears it."""

CONFLICT_INPUTS = {
    "consultation": "align_consultation",
    "organisations": "align_organisations",
    "security": "align_security",
    "leaning": "align_leaning",
}
"""Inputs of the first dimension of alignment, and the parameter that weighs each."""
ORDER_INPUTS = {
    "ideal_point": "align_ideal_point",
    "democracy": "align_democracy",
    "contested_texts": "align_contested_texts",
}
"""Inputs of the second dimension."""

WEIGHTS: Mapping[str, Mapping[str, str]] = {
    "conflict": {f"alignment.{name}": parameter for name, parameter in CONFLICT_INPUTS.items()},
    "order": {f"alignment.{name}": parameter for name, parameter in ORDER_INPUTS.items()},
    "dependence": {f"dependence.{channel}": f"dependence_{channel}" for channel in DEPENDENCE_CHANNELS},
    "exposure": {f"exposure.{channel}": f"exposure_{channel}" for channel in EXPOSURE_CHANNELS},
    "absence": {f"absence.{name}": f"absence_{name}" for name in ABSENCE_INPUTS},
}
"""Each weighted sum of a ballot: the editable quantities in it, in their order, and the parameter that weighs each."""

TO_ACTIONS = ("support", "abstain")
"""What an own term may add to besides these sums: the utility of an action."""


class Threats(NamedTuple):
    """The threats over a vote, by the target and by the senders; the latter times the weight of sanctions."""

    target: Number
    senders: Number


class VoteSettings(NamedTuple):
    """The settings of a vote that can be fitted: numbers, or arrays (P, 1) for P sets of them at once."""

    severity: Number
    divisiveness: Divisiveness
    target_threat: Number
    sender_threat: Number


def read_settings(vote: Vote) -> VoteSettings:
    """The settings of a vote in the scenario."""
    return VoteSettings(
        severity=vote.severity,
        divisiveness=Divisiveness(*vote.divisiveness),
        target_threat=vote.target_threat,
        sender_threat=vote.sender_threat,
    )


@dataclass(frozen=True, repr=False)
class Ballot(Shown):
    """One resolution, ready to be voted on. Arrays are (N,), or (P, N) for P sets of parameters at once.

    Parameters
    ----------
    conflict, order : the two dimensions of alignment, by structure; utility.
    known : what is known of how far members deviate from there.
    dependence, sanction_risk, grievance, emptiness : terms of the utilities, weighted, times the threats.
    fixed : action codes of the fixed votes, `OUTSIDE` of members that may not vote, `NOT_FIXED` elsewhere.
    threats : the factors of dependence and of expected sanctions, for the changes that the months make to both.
    own : what the scenario's own terms add to ``support`` and ``abstain``, weighted; utility.
    """

    resolution: str
    date: date
    severity: Number
    divisiveness: Divisiveness
    conflict: FloatArray
    order: FloatArray
    known: Knowledge
    dependence: FloatArray
    sanction_risk: FloatArray
    grievance: FloatArray
    emptiness: FloatArray
    fixed: ActionArray
    threats: Threats
    own: Mapping[str, FloatArray] = field(default_factory=lambda: MappingProxyType({}))

    def of_member(self, index: int) -> Ballot:
        """The part of one member, where all replicates are the same."""
        parts = {name: value[index] for name, value in vars(self).items() if isinstance(value, np.ndarray)}
        own = {action: added[index] for action, added in self.own.items()}
        return replace(self, **parts, known=self.known.of_member(index), own=own)


@dataclass(frozen=True, repr=False)
class Terms(Shown):
    """The quantities that changes of a scenario may edit, by name; arrays (N,).

    Parameters
    ----------
    own : the scenario's own terms, whose figures are among the values.
    """

    values: Mapping[str, FloatArray]
    own: tuple[OwnTerm, ...] = ()

    def group(self, prefix: str) -> dict[str, FloatArray]:
        """The values below a prefix such as ``dependence``, by their last name."""
        return {name.split(".", 1)[1]: array for name, array in self.values.items() if name.startswith(f"{prefix}.")}


@dataclass(frozen=True, repr=False)
class Standing(Shown):
    """The inputs of members to one vote, before any fitted parameter weighs them; a `Ballot` is made of them.

    Parameters
    ----------
    terms : the editable quantities on the day of the vote.
    known, fixed : as in `Ballot`.
    """

    vote: Vote
    terms: Terms
    known: Knowledge
    fixed: ActionArray


def make_ballot(standing: Standing, parameters: Parameters, settings: VoteSettings | None = None) -> Ballot:
    """The ballot of a vote under given parameters, which may be arrays (P, 1) for P sets of them at once.

    Parameters
    ----------
    settings : in place of the scenario's own.
    """
    vote, terms, settings = standing.vote, standing.terms, settings or read_settings(standing.vote)
    sums = {kind: sum_in_order(weigh(kind, terms, parameters)) for kind in WEIGHTS}
    risk = sanction_risk(parameters["enforcement"], sums["exposure"], terms.values["isolation"])
    return Ballot(
        resolution=vote.resolution,
        date=vote.date,
        severity=settings.severity,
        divisiveness=settings.divisiveness,
        conflict=sums["conflict"],
        order=sums["order"],
        known=standing.known,
        dependence=settings.target_threat * sums["dependence"],
        sanction_risk=settings.sender_threat * parameters["sanction_weight"] * risk,
        grievance=parameters["grievance"] * terms.values["isolation"],
        emptiness=parameters["absent_bias"] + sums["absence"],
        fixed=standing.fixed,
        threats=Threats(settings.target_threat, settings.sender_threat * parameters["sanction_weight"]),
        own={action: sum_in_order(parts) for action in TO_ACTIONS if (parts := weigh(action, terms, parameters))},
    )


def reweigh(ballot: Ballot, terms: Terms, parameters: Parameters) -> Ballot:
    """Make a ballot again with other figures of dependence and exposure."""
    dependence, exposure = (sum_in_order(weigh(kind, terms, parameters)) for kind in ("dependence", "exposure"))
    risk = sanction_risk(parameters["enforcement"], exposure, terms.values["isolation"])
    return replace(ballot, dependence=ballot.threats.target * dependence, sanction_risk=ballot.threats.senders * risk)


def weigh(kind: str, terms: Terms, parameters: Parameters) -> dict[str, FloatArray]:
    """What each editable quantity adds to one of the weighted sums of a ballot, in the order in which they are added.

    Parameters
    ----------
    kind : which sum, a key of `WEIGHTS` or one of `TO_ACTIONS`.
    """
    weights = {name: parameters[parameter] for name, parameter in WEIGHTS.get(kind, {}).items()}
    return _weigh_values(kind, terms, weights, parameters) | weigh_own(kind, terms, parameters)


def weigh_own(kind: str, terms: Terms, parameters: Parameters) -> dict[str, FloatArray]:
    """The part of that which the scenario's own terms add."""
    weights = {term.key: term.weight for term in terms.own if term.adds_to == kind}
    return _weigh_values(kind, terms, weights, parameters)


def _weigh_values(
    kind: str, terms: Terms, weights: Mapping[str, Number], parameters: Parameters
) -> dict[str, FloatArray]:
    """Weigh quantities; those of dependence count as leverage."""
    values = terms.values
    if kind == "dependence":
        values = {name: compute_leverage(values[name], parameters["leverage_exponent"]) for name in weights}
    return {name: weight * values[name] for name, weight in weights.items()}


def find_topic(vote: Vote) -> str:
    """Find the topic of a vote: that of the scenario, or else the name of the resolution."""
    return vote.topic or vote.resolution
