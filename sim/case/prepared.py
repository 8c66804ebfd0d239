"""A scenario made ready for the rules: everything that is known before anyone announces, as frozen arrays.

Both engines start from a `Case`; neither reads files, names or the roll call that the result is scored on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import ActionArray
from sim.case.ballot import NOT_GIVEN, Ballot, Standing, Terms, ballot_of, topic_of
from sim.case.changes import change_problems, edited
from sim.case.draws import Weighed
from sim.case.plan import Plan, plan_of
from sim.case.positions import Revealed, by_structure, known_for, revealed_by
from sim.case.start import Start
from sim.errors import InputError
from sim.results.showing import Shown
from sim.rules.choice import ACTIONS, OPPOSE, SUPPORT
from sim.rules.influence import compact, peer_weights
from sim.rules.parameters import defaults
from sim.rules.payoffs import isolation_share, sum_weighted
from sim.specs import Fit, Scenario, Vote, fit_path, members_of, read_fit, world_of
from sim.world import World
from sim.world.energy import Energy, load_energy
from sim.world.quantities import PEER_KINDS, Quantities, Roles, coverage_problems, quantities
from sim.world.world import EXPOSURE_CHANNELS

if TYPE_CHECKING:
    from sim.rules.influence import Peers


@dataclass(frozen=True, repr=False)
class Case(Shown):
    """A scenario in its world, ready to run.

    Parameters
    ----------
    parameters : every parameter of the registry, with the scenario's differences applied.
    known : what is known of the members, without the scenario's changes.
    peers : peer weights (N, N) on the grid, sparse where they are many and nearly all 0.
    standings, ballots, revealed : one per vote, in date order; what earlier roll calls revealed for each.
    start : what the months start from, where the scenario has any, and `plan` the months themselves.
    fit : the parameter file whose draws the replicates take in turn; None where all have the same parameters.
    """

    spec: Scenario
    world: World
    parameters: Mapping[str, float]
    roles: Roles
    known: Quantities
    peers: Peers
    standings: tuple[Standing, ...]
    ballots: tuple[Ballot, ...]
    revealed: tuple[Revealed, ...] = ()
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


def prepare(
    spec: Scenario, world: World | None = None, energy: Energy | None = None, *, reads_votes: bool = True
) -> Case:
    """Make a checked scenario ready to run.

    Parameters
    ----------
    energy : what is known of the target's energy exports; by default what the world's folder holds.
    reads_votes : whether members are where their earlier votes show them, or where their structure alone has them.

    Raises
    ------
    InputError : the world lacks what these roles need, or a change sets a value out of bounds.
    """
    world = world or world_of(spec)
    path = fit_path(spec)
    fit = None if path is None else read_fit(path)
    fitted = {**defaults(), **(fit.parameters if fit else {})}
    parameters = {**fitted, **spec.parameters}
    roles = roles_of(spec, world)
    where = f"scenario '{spec.title}'"
    problems = [*coverage_problems(world, roles, parameters, where), *change_problems(spec, where)]
    if problems:
        raise InputError(problems)
    # Everything a member is known for dates from before the scenario: later votes of it add only what they simulate.
    known = quantities(world, roles, spec.vote[0].date, parameters["agreement_sharpness"])
    weights = {kind: parameters[f"peer_{kind}"] for kind in PEER_KINDS}
    standings = tuple(
        Standing(
            vote=vote,
            terms=terms_of(spec, world, parameters, known=known, on=vote.date),
            known=by_structure(world.size),
            given=_given(spec, world, roles, vote),
        )
        for vote in spec.vote
    )
    case = Case(
        spec=spec,
        world=world,
        parameters=parameters,
        roles=roles,
        known=known,
        peers=compact(peer_weights(known.peers, weights)),
        standings=standings,
        ballots=tuple(ballot_of(standing, parameters) for standing in standings),
        fit=fit if spec.parameter_uncertainty else None,
    )
    # What votes reveal is a fact about members: a scenario that changes a weight or a member leaves it as it is.
    if reads_votes:
        own = {name: value for name, value in spec.parameters.items() if name.startswith("position_")}
        case = with_positions(case, {**fitted, **own})
    if spec.months is None:
        return case
    values = terms_of(spec, world, parameters=parameters, known=known, on=spec.months.start).values
    start = Start(world, roles, values, load_energy(world) if energy is None else energy)
    make = partial(start.inputs, parameters, case.ballots[0])
    plan = plan_of(
        spec,
        months=spec.months,
        world=world,
        roles=roles,
        parameters=parameters,
        peers=case.peers,
        inputs_of=make,
        energy=start.energy,
    )
    return replace(case, start=start, plan=plan)


def roles_of(spec: Scenario, world: World) -> Roles:
    """The scenario's roles as indices into the world."""
    (target,) = world.resolve(spec.roles.target)
    others = [code for code in members_of(world, spec.roles.other_targets) if code != target]
    victim = None if spec.roles.victim is None else world.index[world.resolve(spec.roles.victim)[0]]
    return Roles(
        targets=world.indices((target, *others)),
        victim=victim,
        senders=world.indices(members_of(world, spec.roles.senders)),
        leanings=tuple(spec.leanings.items()),
    )


def terms_of(spec: Scenario, world: World, parameters: Mapping[str, float], known: Quantities, on: date) -> Terms:
    """The editable quantities as they stand on a date, with the changes that hold by then applied in their order."""
    exposure = {channel: parameters[f"exposure_{channel}"] for channel in EXPOSURE_CHANNELS}
    lost = sum(
        (parameters[f"grade_{breadth}"] * sum_weighted(channels, exposure) for breadth, channels in known.lost.items()),
        start=np.zeros(world.size),
    )
    # Leverage works on those who hold the country; a delegation of an ousted government is out of its reach.
    reached = known.control
    values = {
        **{f"dependence.{name}": array * reached for name, array in known.dependence.items()},
        **{f"exposure.{name}": array * reached for name, array in known.exposure.items()},
        "isolation": isolation_share(lost, sum_weighted(known.observed, exposure)) * reached,
        **{f"alignment.{name}": array for name, array in known.alignment.items()},
        **{f"absence.{name}": array for name, array in known.absence.items()},
    }
    for change in spec.change:
        if change.date is None or change.date <= on:
            values[change.attribute] = edited(values[change.attribute], change, world)
    return Terms(values)


def with_positions(case: Case, parameters: Mapping[str, float]) -> Case:
    """The case with what earlier roll calls about the target reveal of members' positions, under given parameters."""
    spec, world = case.spec, case.world
    start = min(vote.date for vote in spec.vote)
    own = {vote.resolution for vote in spec.vote}
    target = world.iso3[case.roles.target]
    calls = [
        call for call in world.rollcalls if call.target == target and call.date < start and call.resolution not in own
    ]
    terms = terms_of(spec.model_copy(update={"change": ()}), world, parameters, case.known, start)
    weights = {kind: parameters[f"peer_{kind}"] for kind in PEER_KINDS}
    peers = compact(peer_weights(case.known.peers, weights))
    by_topic: dict[str, Revealed] = {}
    for vote in spec.vote:
        if topic_of(vote) not in by_topic:
            by_topic[topic_of(vote)] = revealed_by(vote, terms, parameters, peers, calls, start)
    standings = tuple(
        replace(standing, known=known_for(by_topic[topic_of(standing.vote)], spec.vote, number, parameters))
        for number, standing in enumerate(case.standings)
    )
    return replace(
        case,
        standings=standings,
        ballots=tuple(
            replace(ballot, known=standing.known) for ballot, standing in zip(case.ballots, standings, strict=True)
        ),
        revealed=tuple(by_topic[topic_of(vote)] for vote in spec.vote),
    )


def _given(spec: Scenario, world: World, roles: Roles, vote: Vote) -> ActionArray:
    """The targets oppose, the victim supports, unless they are pledged to vote otherwise; everyone else draws."""
    given = np.full(world.size, NOT_GIVEN, dtype=np.int8)
    given[roles.targets] = OPPOSE
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
