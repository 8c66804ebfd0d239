"""A scenario made ready for the rules: everything that is known before anyone announces, as frozen arrays.

Both engines start from a `Case`; neither reads files, names or the roll call that the result is scored on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.changes import change_problems, edited
from sim.errors import InputError
from sim.months.plan import Plan, plan_of
from sim.months.start import Start
from sim.rules.alignment import discount
from sim.rules.choice import ACTIONS, OPPOSE, STANCES, SUPPORT
from sim.rules.influence import compact, peer_weights
from sim.rules.parameters import Number, Parameters, defaults
from sim.rules.payoffs import isolation, leverage, sanction_risk, summed, weighted
from sim.specs import Fit, Scenario, Vote, fit_path, members_of, read_fit
from sim.world import FloatArray, World, load_world
from sim.world.energy import Energy, load_energy
from sim.world.quantities import PEER_KINDS, Quantities, Roles, coverage_problems, quantities
from sim.world.world import ABSENCE_INPUTS, DEPENDENCE_CHANNELS, EXPOSURE_CHANNELS

if TYPE_CHECKING:
    from sim.rules.influence import Peers

ActionArray = NDArray[np.int8]
NOT_GIVEN = -1

CONFLICT_INPUTS = {
    "consultation": "align_consultation",
    "organisations": "align_organisations",
    "security": "align_security",
    "african_union": "align_african_union",
    "arab_league": "align_arab_league",
}
"""Inputs of the first dimension of alignment, and the parameter that weighs each. Memory is added vote by vote."""
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


class Text(NamedTuple):
    """What a resolution asks and what is threatened over it: numbers, or arrays (P, 1) for P of them at once."""

    severity: Number
    divisiveness: tuple[Number, Number]
    target_threat: Number
    sender_threat: Number


def text_of(vote: Vote) -> Text:
    """The terms of a vote as the scenario has them."""
    return Text(vote.severity, (vote.divisiveness[0], vote.divisiveness[1]), vote.target_threat, vote.sender_threat)


@dataclass(frozen=True)
class Ballot:
    """One resolution, ready to be voted on. Arrays are (N,), or (P, N) for P sets of parameters at once.

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
    severity: Number
    divisiveness: tuple[Number, Number]
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
    threats: tuple[Number, Number]


@dataclass(frozen=True)
class Terms:
    """What the changes of a scenario may edit, by editable name; arrays (N,)."""

    values: Mapping[str, FloatArray]

    def group(self, prefix: str) -> dict[str, FloatArray]:
        """The values below a prefix such as ``dependence``, by their last name."""
        return {name.split(".", 1)[1]: array for name, array in self.values.items() if name.startswith(f"{prefix}.")}


@dataclass(frozen=True)
class Standing:
    """What members bring to one vote, before any fitted parameter weighs it; a `Ballot` once one has.

    Parameters
    ----------
    terms : the editable quantities as they stand on the day of the vote.
    memory_sum, memory_weight, own_discounts, given : as in `Ballot`.
    """

    vote: Vote
    terms: Terms
    memory_sum: FloatArray
    memory_weight: FloatArray
    own_discounts: tuple[float, ...]
    given: ActionArray


@dataclass(frozen=True)
class Case:
    """A scenario in its world, ready to run.

    Parameters
    ----------
    parameters : every parameter of the registry, with the scenario's differences applied.
    peers : peer weights (N, N) on the grid, sparse where they are many and nearly all 0.
    standings, ballots : one per vote, in date order.
    start : what the months start from, where the scenario has any, and `plan` the months themselves.
    fit : the parameter file whose draws the replicates take in turn; None where all have the same parameters.
    """

    spec: Scenario
    world: World
    parameters: Mapping[str, float]
    roles: Roles
    peers: Peers
    standings: tuple[Standing, ...]
    ballots: tuple[Ballot, ...]
    start: Start | None = None
    plan: Plan | None = None
    fit: Fit | None = None

    @property
    def rounds(self) -> int:
        """Rounds of revision in each vote."""
        return int(self.parameters["rounds"])

    @property
    def undrawn(self) -> Weighed:
        """The case under the parameters that stand in it, none of them drawn."""
        return Weighed(self.parameters, self.ballots, self.plan)


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
    path = fit_path(spec)
    fit = None if path is None else read_fit(path)
    parameters = {**defaults(), **(fit.parameters if fit else {}), **spec.parameters}
    roles = roles_of(spec, world)
    where = f"scenario '{spec.title}'"
    problems = [*coverage_problems(world, roles, parameters, where), *change_problems(spec, where)]
    if problems:
        raise InputError(problems)
    # Everything a member is known for dates from before the scenario: later votes of it add only what they simulate.
    known = quantities(world, roles, spec.vote[0].date, parameters["agreement_sharpness"])
    weights = {kind: parameters[f"peer_{kind}"] for kind in PEER_KINDS}
    standings = tuple(_standing(spec, world, parameters, roles, known, index) for index in range(len(spec.vote)))
    case = Case(
        spec=spec,
        world=world,
        parameters=parameters,
        roles=roles,
        peers=compact(peer_weights(known.peers, weights)),
        standings=standings,
        ballots=tuple(ballot_of(standing, parameters) for standing in standings),
        fit=fit if spec.parameter_uncertainty else None,
    )
    if spec.months is None:
        return case
    values = terms_of(spec, world, parameters, known, spec.months.start).values
    start = Start(world, roles, values, load_energy(world) if energy is None else energy)
    make = partial(start.inputs, parameters, case.ballots[0])
    plan = plan_of(spec, spec.months, world, roles, parameters, case.peers, make, start.energy)
    return replace(case, start=start, plan=plan)


DRAW_RUN = 5
"""Replicates in a row that share a draw of the parameters: a thousand replicates see two hundred draws."""


class Weighed(NamedTuple):
    """What a case is under its parameters: the same in all replicates, or arrays (R, 1) and (R, N) for each."""

    parameters: Parameters
    ballots: tuple[Ballot, ...]
    plan: Plan | None


def weighed_by(case: Case, replicates: NDArray[np.int64]) -> Weighed:
    """What replicates have: a draw of the parameters from their posterior for each, where the scenario asks for it.

    What the scenario sets itself stays as set. Of a fitted text's terms, the draw's distance from the fit is added.

    Parameters
    ----------
    replicates : (R, 1), or one number.
    """
    fit = case.fit
    if fit is None:
        return case.undrawn
    draws = replicates // DRAW_RUN % fit.size
    parameters: dict[str, Number] = {**case.parameters, **fit.drawn_parameters(draws), **case.spec.parameters}
    ballots, plan = [], case.plan
    for standing, ballot in zip(case.standings, case.ballots, strict=True):
        text = _shifted(text_of(standing.vote), fit.shift_of(standing.vote.resolution, draws))
        ballots.append(replace(ballot_of(standing, parameters, text), resolution=ballot.resolution))
    if plan is not None and case.start is not None:
        plan = plan.with_inputs(case.start.inputs(parameters, ballots[0], plan.inputs.cells))
    return Weighed(parameters, tuple(ballots), plan)


def drawn(case: Case, replicate: int) -> Case:
    """The case of one replicate, with the parameters that it has as those of all."""
    if case.fit is None:
        return case
    weighed = weighed_by(case, np.int64(replicate))  # type: ignore[arg-type]
    parameters = {name: float(value) for name, value in weighed.parameters.items()}
    return replace(case, parameters=parameters, ballots=weighed.ballots, plan=weighed.plan, fit=None)


def _shifted(text: Text, by: Sequence[Number]) -> Text:
    own = (text.severity, *text.divisiveness, text.target_threat, text.sender_threat)
    severity, *others = (term + shift for term, shift in zip(own, by, strict=True))
    first, second, target, sender = (np.maximum(term, 0.0) for term in others)
    return Text(severity, (first, second), target, sender)


def roles_of(spec: Scenario, world: World) -> Roles:
    """The scenario's roles as indices into the world."""
    (target,) = world.resolve(spec.roles.target)
    victim = None if spec.roles.victim is None else world.index[world.resolve(spec.roles.victim)[0]]
    return Roles(world.index[target], victim, world.indices(members_of(world, spec.roles.senders)))


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
            values[change.attribute] = edited(values[change.attribute], change, world)
    return Terms(values)


def _standing(
    spec: Scenario, world: World, parameters: Mapping[str, float], roles: Roles, known: Quantities, index: int
) -> Standing:
    vote = spec.vote[index]
    memory_sum, memory_weight, own_discounts = remembered(
        spec, world, vote, spec.vote[:index], parameters["memory_half_life_years"]
    )
    return Standing(
        vote=vote,
        terms=terms_of(spec, world, parameters, known, vote.date),
        memory_sum=memory_sum,
        memory_weight=memory_weight,
        own_discounts=own_discounts,
        given=_given(spec, world, roles, vote),
    )


def ballot_of(standing: Standing, parameters: Parameters, text: Text | None = None) -> Ballot:
    """The ballot of a vote under given parameters, which may be arrays (P, 1) for P sets of them at once.

    Parameters
    ----------
    text : what is asked, in place of the scenario's own terms.
    """
    vote, terms, text = standing.vote, standing.terms, text or text_of(standing.vote)
    sums = {kind: summed(weighed(kind, terms, parameters)) for kind in WEIGHTS}
    risk = sanction_risk(parameters["enforcement"], sums["exposure"], terms.values["isolation"])
    return Ballot(
        resolution=vote.resolution,
        date=vote.date,
        severity=text.severity,
        divisiveness=text.divisiveness,
        conflict=sums["conflict"],
        order=sums["order"],
        memory_sum=standing.memory_sum,
        memory_weight=standing.memory_weight,
        own_discounts=standing.own_discounts,
        dependence=text.target_threat * sums["dependence"],
        sanction_risk=text.sender_threat * parameters["sanction_weight"] * risk,
        grievance=parameters["grievance"] * terms.values["isolation"],
        emptiness=parameters["absent_bias"] + sums["absence"],
        given=standing.given,
        threats=(text.target_threat, text.sender_threat * parameters["sanction_weight"]),
    )


def weighed(kind: str, terms: Terms, parameters: Parameters) -> dict[str, FloatArray]:
    """What each editable quantity adds to one of the weighted sums of a ballot, in the order in which they are added.

    Parameters
    ----------
    kind : which sum, a key of `WEIGHTS`.
    """
    values = terms.values
    if kind == "dependence":
        values = {name: leverage(values[name], parameters["leverage_exponent"]) for name in WEIGHTS[kind]}
    return {name: parameters[parameter] * values[name] for name, parameter in WEIGHTS[kind].items()}


def topic_of(vote: Vote) -> str:
    """The question that a vote belongs to, as the scenario says, else a question of its own."""
    return vote.topic or vote.resolution


def remembered(
    spec: Scenario, world: World, vote: Vote, earlier: Sequence[Vote], half_life: float
) -> tuple[FloatArray, FloatArray, tuple[float, ...]]:
    """What members remember of a vote's topic on its day.

    Parameters
    ----------
    earlier : the scenario's own votes that were taken by then.

    Returns
    -------
    Discounted stances in, and discounts of, the roll calls from before the scenario begins, and the discount of each
    earlier vote of it, 0 where the topic is another.
    """
    topic = topic_of(vote)
    stance_sum, weight_sum = np.zeros(world.size), np.zeros(world.size)
    own = {of_scenario.resolution for of_scenario in spec.vote}
    for call in world.rollcalls:
        if call.topic == topic and call.date < min(spec.vote[0].date, vote.date) and call.resolution not in own:
            weight = discount((vote.date - call.date).days, half_life)
            is_recorded = call.votes >= 0
            stance_sum = stance_sum + weight * np.where(is_recorded, STANCES[call.votes], 0.0)
            weight_sum = weight_sum + weight * is_recorded
    discounts = tuple(
        discount((vote.date - before.date).days, half_life) if topic_of(before) == topic else 0.0 for before in earlier
    )
    return stance_sum, weight_sum, discounts


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
