"""A scenario made ready for the rules: everything that is known before members announce, as frozen arrays.

Both engines start from a `Case`; neither reads files, names or the roll call that the result is scored on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar, cast

import numpy as np

from sim.arrays import ActionArray
from sim.case.ballot import NOT_FIXED, OUTSIDE, Ballot, Standing, find_topic, make_ballot
from sim.case.changes import change_problems
from sim.case.draws import ReplicateInputs
from sim.case.plan import Plan, make_plan
from sim.case.positions import Positions, assume_structure, choose_calls, estimate_positions, make_knowledge
from sim.case.start import Start
from sim.case.terms import make_terms
from sim.errors import InputError
from sim.results.showing import Shown
from sim.rules.choice import ACTIONS, OPPOSE, SUPPORT
from sim.rules.influence import compact, peer_weights
from sim.rules.parameters import defaults
from sim.rules.positions import Knowledge
from sim.specs import Fit, Scenario, Vote, find_members, fit_path, load_scenario_world, read_fit
from sim.specs.scenario.own import read_term_network
from sim.world import World
from sim.world.energy import Energy, load_energy
from sim.world.peers import PEER_KINDS, normalise_network
from sim.world.quantities import Quantities, Roles, check_coverage, quantities

if TYPE_CHECKING:
    from sim.rules.influence import Peers

T = TypeVar("T")
FEW = 16
"""Draws that what-ifs hand on, for the memory: those that differ between what-ifs are of no use to others."""


class KeptDraws:
    """What runs of a case have drawn, for further runs with other values.

    Parameters
    ----------
    most : how many draws are kept, each an array of a block of replicates; all are dropped when there would be more.
    """

    def __init__(self, most: int = FEW) -> None:
        self.most = most
        self.draws: dict[object, object] = {}

    def keep(self, key: object, make: Callable[[], T]) -> T:
        """Give what has been drawn under a key, or draw it now."""
        if key not in self.draws:
            if len(self.draws) >= self.most:
                self.draws.clear()
            self.draws[key] = make()
        return cast(T, self.draws[key])


@dataclass(frozen=True, repr=False)
class Case(Shown):
    """A scenario in its world, ready to run.

    Parameters
    ----------
    parameters : every parameter of the registry, with the scenario's differences applied.
    known : what is known of the members, without the scenario's changes.
    peers : peer weights (N, N) on the grid, sparse where they are many and nearly all 0.
    standings, ballots, positions : one per vote, in date order; positions are those that earlier roll calls reveal.
    start : the inputs of the months, where the scenario has any, and `plan` the months themselves.
    fit : the parameter file whose draws the replicates take in turn; None where all have the same parameters.
    draws_terms : whether runs differ in parameters or severities.
    kept : what runs of the case have drawn; None where nothing is kept.
    """

    spec: Scenario
    world: World
    parameters: Mapping[str, float]
    roles: Roles
    known: Quantities
    peers: Peers
    standings: tuple[Standing, ...]
    ballots: tuple[Ballot, ...]
    positions: tuple[Positions, ...] = ()
    start: Start | None = None
    plan: Plan | None = None
    fit: Fit | None = None
    draws_terms: bool = False
    kept: KeptDraws | None = field(default=None, compare=False)

    def keep(self, key: object, make: Callable[[], T]) -> T:
        """Give what an earlier run has drawn under a key; draw it where none has, or where the case keeps nothing."""
        return make() if self.kept is None else self.kept.keep(key, make)

    @property
    def rounds(self) -> int:
        """Rounds of revision in each vote."""
        return int(self.parameters["rounds"])

    @property
    def has_feedback(self) -> bool:
        """Whether votes see what the months before them changed."""
        return self.plan is not None and self.parameters["vote_feedback"] == 1

    @property
    def own_inputs(self) -> ReplicateInputs:
        """The inputs under the parameters of the case, none of them drawn."""
        return ReplicateInputs(self.parameters, self.ballots, self.plan)


def prepare(
    spec: Scenario, world: World | None = None, energy: Energy | None = None, *, reads_votes: bool = True
) -> Case:
    """Make a checked scenario ready to run.

    Parameters
    ----------
    energy : what is known of the target's energy exports; by default what the world's folder holds.
    reads_votes : whether positions follow from earlier votes too, or from structure alone.

    Raises
    ------
    InputError : the world lacks what these roles need, or a change sets a value out of bounds.
    """
    world = world or load_scenario_world(spec)
    path = fit_path(spec)
    fit = None if path is None else read_fit(path)
    fitted = {**defaults(), **(fit.parameters if fit else {})}
    parameters = {**fitted, **spec.parameters}
    roles = find_roles(spec, world)
    where = f"scenario '{spec.title}'"
    problems = [*check_coverage(world, roles, parameters, where), *change_problems(spec, where)]
    if problems:
        raise InputError(problems)
    # All that is known of members dates from before the scenario: its later votes add only what they simulate.
    known = quantities(world, roles, spec.vote[0].date, parameters["agreement_sharpness"])
    networks = tuple(term for term in spec.term if term.adds_to == "peers")
    kinds = {**known.peers} | {
        term.key: normalise_network(read_term_network(term, world), known.peers) for term in networks
    }
    weights = {kind: parameters[f"peer_{kind}"] for kind in PEER_KINDS} | {term.key: term.weight for term in networks}
    standings = tuple(
        Standing(
            vote=vote,
            terms=make_terms(spec, world, parameters, known=known, on=vote.date),
            known=assume_structure(world.size),
            fixed=_fix_votes(spec, world, roles, vote),
        )
        for vote in spec.vote
    )
    case = Case(
        spec=spec,
        world=world,
        parameters=parameters,
        roles=roles,
        known=known,
        peers=compact(peer_weights(kinds, weights)),
        standings=standings,
        ballots=tuple(make_ballot(standing, parameters) for standing in standings),
        fit=fit if spec.parameter_uncertainty else None,
        draws_terms=spec.parameter_uncertainty or any(vote.severity_spread for vote in spec.vote),
    )
    # Positions are facts about members: a scenario that changes a weight or a member, or adds a term, does not change
    # them.
    if reads_votes:
        own = {name: value for name, value in spec.parameters.items() if name.startswith("position_")}
        case = with_positions(case, {**fitted, **own})
    if spec.months is None:
        return case
    terms = make_terms(spec, world, parameters=parameters, known=known, on=spec.months.start)
    start = Start(world, roles, terms, load_energy(world) if energy is None else energy)
    make = partial(start.inputs, parameters, case.ballots[0])
    plan = make_plan(
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


def find_roles(spec: Scenario, world: World) -> Roles:
    """The scenario's roles as indices into the world."""
    (target,) = world.resolve(spec.roles.target)
    others = [code for code in find_members(world, spec.roles.other_targets) if code != target]
    victim = None if spec.roles.victim is None else world.index[world.resolve(spec.roles.victim)[0]]
    return Roles(
        targets=world.indices((target, *others)),
        victim=victim,
        senders=world.indices(find_members(world, spec.roles.senders)),
        leanings=tuple(spec.leanings.items()),
    )


def with_positions(case: Case, parameters: Mapping[str, float]) -> Case:
    """The case with the positions that earlier roll calls reveal, under given parameters."""
    spec, world = case.spec, case.world
    start = min(vote.date for vote in spec.vote)
    own = {vote.resolution for vote in spec.vote}
    target = world.iso3[case.roles.target]
    earlier = [call for call in world.rollcalls if call.date < start and call.resolution not in own]
    used = tuple(sorted(parameters.items())), case.roles.key, start, frozenset(own)

    def estimate_on(vote: Vote) -> Positions:
        def make() -> Positions:
            known = quantities(world, case.roles, start, parameters["agreement_sharpness"])
            terms = make_terms(spec.model_copy(update={"change": (), "term": ()}), world, parameters, known, start)
            weights = {kind: parameters[f"peer_{kind}"] for kind in PEER_KINDS}
            peers = compact(peer_weights(known.peers, weights))
            calls = choose_calls(earlier, target, find_topic(vote))
            return estimate_positions(vote, terms, parameters, peers, calls, start)

        return world.remember(("revealed", find_topic(vote), *used), make)

    def know_for(number: int) -> Knowledge:
        """The same object for the same knowledge, so that what is drawn with it can be kept."""
        votes = tuple((vote.resolution, vote.date) for vote in spec.vote[: number + 1])
        topic = find_topic(spec.vote[number])
        return world.remember(
            ("knowledge", topic, votes, *used), lambda: make_knowledge(by_topic[topic], spec.vote, number, parameters)
        )

    by_topic: dict[str, Positions] = {}
    for vote in spec.vote:
        topic = find_topic(vote)
        if topic not in by_topic:
            by_topic[topic] = estimate_on(vote)
    standings = tuple(replace(standing, known=know_for(number)) for number, standing in enumerate(case.standings))
    return replace(
        case,
        standings=standings,
        ballots=tuple(
            replace(ballot, known=standing.known) for ballot, standing in zip(case.ballots, standings, strict=True)
        ),
        positions=tuple(by_topic[find_topic(vote)] for vote in spec.vote),
    )


def _fix_votes(spec: Scenario, world: World, roles: Roles, vote: Vote) -> ActionArray:
    """The targets oppose and the victim supports, unless a pledge fixes another action; all others choose.

    Members that may not vote do none of this.
    """
    fixed = np.full(world.size, NOT_FIXED, dtype=np.int8)
    fixed[roles.targets] = OPPOSE
    if roles.victim is not None:
        fixed[roles.victim] = SUPPORT
    for pledge in spec.pledge:
        if pledge.resolution in (None, vote.resolution):
            fixed[world.indices(find_members(world, pledge.members))] = ACTIONS.index(pledge.action)
    if vote.voters:
        fixed[~np.isin(world.iso3, find_members(world, vote.voters))] = OUTSIDE
    fixed.setflags(write=False)
    return fixed


def with_seed(case: Case, seed: int) -> Case:
    """The same case under another seed."""
    return replace(case, spec=case.spec.model_copy(update={"seed": seed}))
