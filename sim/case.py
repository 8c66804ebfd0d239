"""A scenario made ready for the rules: everything that is known before anyone announces, as frozen arrays.

Both engines start from a `Case`; neither reads files, names or the roll call that the result is scored on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError, Problem
from sim.months.plan import Plan, plan_of
from sim.rules.alignment import alignment, discount, remembered_stance
from sim.rules.choice import ACTIONS, OPPOSE, STANCES, SUPPORT
from sim.rules.influence import compact, peer_weights
from sim.rules.parameters import defaults
from sim.rules.payoffs import isolation, sanction_risk, weighted
from sim.specs import Change, Months, Scenario, Vote, members_of
from sim.world import FloatArray, World, load_world
from sim.world.energy import Energy, load_energy
from sim.world.quantities import PEER_KINDS, Quantities, Roles, coverage_problems, quantities
from sim.world.world import ABSENCE_INPUTS, DEPENDENCE_CHANNELS, EXPOSURE_CHANNELS

if TYPE_CHECKING:
    from sim.rules.influence import Peers

ActionArray = NDArray[np.int8]
NOT_GIVEN = -1
EVENLY = (0.5**0.5, 0.5**0.5)
"""Divisiveness of length 1, half along either dimension: the unit of alignment."""

CONFLICT_INPUTS = {
    "agreement": "align_agreement",
    "consultation": "align_consultation",
    "security": "align_security",
    "income": "align_income",
}
"""Inputs of the first dimension of alignment, and the parameter that weighs each. Memory is added vote by vote."""
ORDER_INPUTS = {"ideal_point": "align_ideal_point", "democracy": "align_democracy"}
"""Inputs of the second dimension."""

BOUNDS: Mapping[str, tuple[float, float]] = {
    "alignment.agreement": (-1, 1),
    "alignment.consultation": (-1, 0),
    "alignment.income": (-5, 5),
    "alignment.ideal_point": (-10, 10),
    "absence.small": (-10, 10),
    "absence.poverty": (-5, 5),
}
"""Where an editable attribute is not a share in [0, 1]."""


@dataclass(frozen=True)
class Ballot:
    """One resolution, ready to be voted on. Arrays are (N,).

    Parameters
    ----------
    conflict, order : the two dimensions of alignment, without memory; utility.
    memory_sum, memory_weight : discounted stances in, and discounts of, the world's earlier roll calls on the topic.
    own_discounts : discount of each earlier vote of the scenario itself, 0 where the topic is another.
    dependence, sanction_risk, grievance, emptiness : terms of the utilities, weighted and with the threats of the text.
    given : action codes of the votes that are given, `NOT_GIVEN` elsewhere.
    threats : of the target and, times the weight of sanctions, of the senders: what the months' dependence and risk
        count in this vote.
    """

    resolution: str
    date: date
    severity: float
    divisiveness: tuple[float, float]
    conflict: FloatArray
    order: FloatArray
    memory_sum: FloatArray
    memory_weight: FloatArray
    own_discounts: tuple[float, ...]
    dependence: FloatArray
    sanction_risk: FloatArray
    grievance: FloatArray
    emptiness: FloatArray
    given: ActionArray
    threats: tuple[float, float]


@dataclass(frozen=True)
class Case:
    """A scenario in its world, ready to run.

    Parameters
    ----------
    parameters : every parameter of the registry, with the scenario's differences applied.
    peers : peer weights (N, N) on the grid, sparse where they are many and nearly all 0.
    ballots : one per vote, in date order.
    plan : the months, where the scenario has any.
    """

    spec: Scenario
    world: World
    parameters: Mapping[str, float]
    roles: Roles
    peers: Peers
    ballots: tuple[Ballot, ...]
    plan: Plan | None = None

    @property
    def rounds(self) -> int:
        """Rounds of revision in each vote."""
        return int(self.parameters["rounds"])


def prepare(spec: Scenario, world: World | None = None, energy: Energy | None = None) -> Case:
    """Make a checked scenario ready to run.

    Parameters
    ----------
    energy : what is known of the target's energy exports; by default what the world's folder holds.

    Raises
    ------
    InputError : the world lacks what these roles need, or a change sets a value out of bounds.
    """
    world = world or load_world(spec.world)
    parameters = {**defaults(), **spec.parameters}
    roles = roles_of(spec, world)
    where = f"scenario '{spec.title}'"
    problems = [*coverage_problems(world, roles, parameters, where), *_change_problems(spec, where)]
    if problems:
        raise InputError(problems)
    # Everything a member is known for dates from before the scenario: later votes of it add only what they simulate.
    known = quantities(world, roles, spec.vote[0].date, parameters["agreement_sharpness"])
    weights = {kind: parameters[f"peer_{kind}"] for kind in PEER_KINDS}
    case = Case(
        spec=spec,
        world=world,
        parameters=parameters,
        roles=roles,
        peers=compact(peer_weights(known.peers, weights)),
        ballots=ballots_of(spec, world, parameters, roles, known),
    )
    return case if spec.months is None else replace(case, plan=_plan(case, spec.months, known, energy))


def _plan(case: Case, months: Months, known: Quantities, energy: Energy | None) -> Plan:
    """The months: they start from what holds on their first day, and from the alignment of the first vote."""
    parameters, ballot = case.parameters, case.ballots[0]
    values = terms_of(case.spec, case.world, parameters, known, months.start)
    memory = parameters["align_memory"] * remembered_stance(
        ballot.memory_sum, ballot.memory_weight, parameters["memory_scepticism"]
    )
    return plan_of(
        case.spec,
        months,
        case.world,
        case.roles,
        parameters,
        case.peers,
        alignment(ballot.conflict, ballot.order, memory, EVENLY),
        weighted(values.group("exposure"), {name: parameters[f"exposure_{name}"] for name in EXPOSURE_CHANNELS}),
        values.values,
        load_energy(case.world) if energy is None else energy,
    )


def ballots_of(
    spec: Scenario, world: World, parameters: Mapping[str, float], roles: Roles, known: Quantities
) -> tuple[Ballot, ...]:
    """The ballots of a scenario's votes, from quantities that may serve many sets of parameters."""
    return tuple(_ballot(spec, world, parameters, roles, known, index) for index in range(len(spec.vote)))


def roles_of(spec: Scenario, world: World) -> Roles:
    """The scenario's roles as indices into the world."""
    (target,) = world.resolve(spec.roles.target)
    victim = None if spec.roles.victim is None else world.index[world.resolve(spec.roles.victim)[0]]
    return Roles(world.index[target], victim, world.indices(members_of(world, spec.roles.senders)))


@dataclass(frozen=True)
class Terms:
    """What the changes of a scenario may edit, by editable name; arrays (N,)."""

    values: Mapping[str, FloatArray]

    def group(self, prefix: str) -> dict[str, FloatArray]:
        """The values below a prefix such as ``dependence``, by their last name."""
        return {name.split(".", 1)[1]: array for name, array in self.values.items() if name.startswith(f"{prefix}.")}


def terms_of(spec: Scenario, world: World, parameters: Mapping[str, float], known: Quantities, on: date) -> Terms:
    """The editable quantities as they stand on a date, with the changes that hold by then applied in their order."""
    exposure = {channel: parameters[f"exposure_{channel}"] for channel in EXPOSURE_CHANNELS}
    lost = sum(
        (parameters[f"grade_{breadth}"] * weighted(channels, exposure) for breadth, channels in known.lost.items()),
        start=np.zeros(world.size),
    )
    # Leverage works on those who hold the country; a delegation of an ousted government is out of its reach.
    reached = known.control
    values = {
        **{f"dependence.{name}": array * reached for name, array in known.dependence.items()},
        **{f"exposure.{name}": array * reached for name, array in known.exposure.items()},
        "isolation": isolation(lost, weighted(known.observed, exposure)) * reached,
        **{f"alignment.{name}": array for name, array in known.alignment.items()},
        **{f"absence.{name}": array for name, array in known.absence.items()},
    }
    for change in spec.change:
        if change.date is None or change.date <= on:
            values[change.attribute] = _edited(values[change.attribute], change, world)
    return Terms(values)


def _edited(values: FloatArray, change: Change, world: World) -> FloatArray:
    edited = values.copy()
    members = world.indices(members_of(world, change.members))
    if change.set is not None:
        edited[members] = change.set
    else:
        factor = 1.0 if change.multiply is None else change.multiply
        low, high = BOUNDS.get(change.attribute, (0.0, 1.0))
        edited[members] = np.clip(edited[members] * factor + (change.add or 0.0), low, high)
    return edited


def _change_problems(spec: Scenario, where: str) -> list[Problem]:
    problems = []
    for number, change in enumerate(spec.change):
        low, high = BOUNDS.get(change.attribute, (0.0, 1.0))
        if change.set is not None and not low <= change.set <= high:
            message = f"got {change.set:g}; {change.attribute} lies within {low:g} and {high:g}."
            problems.append(Problem(where, f"change.{number}.set", message))
        if change.multiply is not None and change.multiply < 0:
            problems.append(
                Problem(where, f"change.{number}.multiply", f"got {change.multiply:g}; allowed is 0 or more.")
            )
    return problems


def _ballot(
    spec: Scenario, world: World, parameters: Mapping[str, float], roles: Roles, known: Quantities, index: int
) -> Ballot:
    vote = spec.vote[index]
    terms = terms_of(spec, world, parameters, known, vote.date)
    topics = [topic_of(earlier) for earlier in spec.vote[: index + 1]]
    half_life = parameters["memory_half_life_years"]
    memory_sum, memory_weight = _memory(spec, world, topics[-1], vote.date, half_life)
    inputs, exposure = terms.group("alignment"), terms.group("exposure")
    risk = sanction_risk(
        parameters["enforcement"],
        weighted(exposure, {channel: parameters[f"exposure_{channel}"] for channel in EXPOSURE_CHANNELS}),
        terms.values["isolation"],
    )
    dependence = weighted(
        terms.group("dependence"), {channel: parameters[f"dependence_{channel}"] for channel in DEPENDENCE_CHANNELS}
    )
    emptiness = weighted(terms.group("absence"), {name: parameters[f"absence_{name}"] for name in ABSENCE_INPUTS})
    return Ballot(
        resolution=vote.resolution,
        date=vote.date,
        severity=vote.severity,
        divisiveness=(vote.divisiveness[0], vote.divisiveness[1]),
        conflict=weighted(inputs, {name: parameters[key] for name, key in CONFLICT_INPUTS.items()}),
        order=weighted(inputs, {name: parameters[key] for name, key in ORDER_INPUTS.items()}),
        memory_sum=memory_sum,
        memory_weight=memory_weight,
        own_discounts=tuple(
            discount((vote.date - earlier.date).days, half_life) if topic == topics[-1] else 0.0
            for earlier, topic in zip(spec.vote[:index], topics, strict=False)
        ),
        dependence=vote.target_threat * dependence,
        sanction_risk=vote.sender_threat * parameters["sanction_weight"] * risk,
        grievance=parameters["grievance"] * terms.values["isolation"],
        emptiness=parameters["absent_bias"] + emptiness,
        given=_given(spec, world, roles, vote),
        threats=(vote.target_threat, vote.sender_threat * parameters["sanction_weight"]),
    )


def topic_of(vote: Vote) -> str:
    """The question that a vote belongs to, as the scenario says, else a question of its own."""
    return vote.topic or vote.resolution


def _memory(spec: Scenario, world: World, topic: str, on: date, half_life: float) -> tuple[FloatArray, FloatArray]:
    """Discounted stances and discounts of the roll calls on a topic that were taken before the scenario begins."""
    stance_sum, weight_sum = np.zeros(world.size), np.zeros(world.size)
    own = {vote.resolution for vote in spec.vote}
    for call in world.rollcalls:
        if call.topic == topic and call.date < spec.vote[0].date and call.resolution not in own:
            weight = discount((on - call.date).days, half_life)
            is_recorded = call.votes >= 0
            stance_sum = stance_sum + weight * np.where(is_recorded, STANCES[call.votes], 0.0)
            weight_sum = weight_sum + weight * is_recorded
    return stance_sum, weight_sum


def _given(spec: Scenario, world: World, roles: Roles, vote: Vote) -> ActionArray:
    """The target opposes, the victim supports, pledges hold; everyone else draws."""
    given = np.full(world.size, NOT_GIVEN, dtype=np.int8)
    given[roles.target] = OPPOSE
    if roles.victim is not None:
        given[roles.victim] = SUPPORT
    for pledge in spec.pledge:
        if pledge.resolution in (None, vote.resolution):
            given[world.indices(members_of(world, pledge.members))] = ACTIONS.index(pledge.action)
    given.setflags(write=False)
    return given


def with_seed(case: Case, seed: int) -> Case:
    """The same case under another seed."""
    return replace(case, spec=case.spec.model_copy(update={"seed": seed}))
