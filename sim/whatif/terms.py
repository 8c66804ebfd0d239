"""Why members act as they do: the utilities of a vote taken apart into what each cause adds to each action.

The engine adds a few terms (`sim.rules.payoffs.utility_terms`, and the peers'). Here each is taken apart further, into
the channels and inputs it is a weighted sum of, in the same unit: that of the logit noise, whose scale is 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.case import NOT_GIVEN, WEIGHTS, Ballot, Case, terms_of, weighed
from sim.ensemble import Outcome, memory_of, own_terms, simulate
from sim.rules.choice import ACTIONS, STANCES, probabilities
from sim.rules.influence import peer_term
from sim.rules.payoffs import Utilities, UtilityTerms, total, utility_terms
from sim.world.quantities import quantities

FloatArray = NDArray[np.float64]

BLOCK = 1000
"""Replicates taken apart at once."""


@dataclass(frozen=True)
class Term:
    """What one cause adds to the utilities of all members.

    Parameters
    ----------
    name : the quantity that is weighed, such as ``dependence.arms``, or what the term is called.
    of : the engine's own term that this is a part of.
    added : action to what is added, (N,), mean over replicates; an action that is left alone is not there.
    parameter : the parameter that weighs it; empty where there are several.
    value : the quantity (N,) before it is weighed; None where there is none.
    """

    name: str
    of: str
    added: Mapping[str, FloatArray]
    parameter: str = ""
    value: FloatArray | None = None

    def array(self) -> FloatArray:
        """What is added, (N, 4) by action code; 0 for an action that is left alone."""
        size = len(next(iter(self.added.values())))
        return np.stack([self.added.get(action, np.zeros(size)) for action in ACTIONS], axis=1)


@dataclass(frozen=True)
class Anatomy:
    """One vote of a case taken apart, over many replicates.

    Parameters
    ----------
    number : which vote of the case.
    terms : the terms, in a fixed order.
    counts : replicates per member and action code, (N, 4).
    peers : mean stance of a member's peers at the end of deliberation, (N,), mean over replicates.
    stances : mean stance of each member at the end of deliberation, (N,).
    """

    case: Case
    number: int
    terms: tuple[Term, ...]
    counts: NDArray[np.int64]
    peers: FloatArray
    stances: FloatArray

    @property
    def ballot(self) -> Ballot:
        """The vote."""
        return self.case.ballots[self.number]

    @cached_property
    def arrays(self) -> FloatArray:
        """What each term adds to each action, (number of terms, N, 4)."""
        return np.stack([term.array() for term in self.terms])

    @cached_property
    def utilities(self) -> FloatArray:
        """The utilities that the terms add up to, (N, 4) by action code, at the peers' mean stance."""
        return self.arrays.sum(axis=0)

    @property
    def is_drawn(self) -> NDArray[np.bool_]:
        """Members (N,) whose vote is not given."""
        return self.ballot.given == NOT_GIVEN


def chances_of(utilities: FloatArray) -> FloatArray:
    """Probabilities of the actions under logit noise, (..., 4) by action code, from utilities of that shape."""
    return np.stack(probabilities(Utilities(*np.moveaxis(utilities, -1, 0))), axis=-1)


def take_apart(case: Case, number: int, replicates: int) -> Anatomy:
    """Run the first replicates of a case and take one of its votes apart.

    Parameters
    ----------
    number : which vote, from 0.
    """
    ballot = case.ballots[number]
    means = _Means()
    counts = np.zeros((case.world.size, len(ACTIONS)), dtype=np.int64)
    for first in range(0, replicates, BLOCK):
        outcomes = simulate(case, first, min(BLOCK, replicates - first))
        actions = outcomes[number].actions
        counts += np.stack([(actions == code).sum(axis=0) for code in range(len(ACTIONS))], axis=1)
        earlier = stances_of(outcomes[:number])
        peers = peers_of(case, outcomes[number])
        means.add("memory", memory_of(ballot, case.parameters, earlier), len(actions))
        means.add("peers", peers, len(actions))
        means.add("stances", STANCES[actions], len(actions))
    terms = tuple(parts_of(case, number, means.of("memory"), means.of("peers")))
    return Anatomy(case, number, terms, counts, means.of("peers"), means.of("stances"))


class _Means:
    """Means over replicates, block by block; what is the same in all replicates stays as it is."""

    def __init__(self) -> None:
        self._sums: dict[str, FloatArray] = {}
        self._counts: dict[str, int] = {}

    def add(self, name: str, values: FloatArray, count: int) -> None:
        """Add a block: values (R, N), or (N,) where all replicates have the same."""
        if values.ndim == 1:
            self._sums[name], self._counts[name] = values, 1
        else:
            self._sums[name] = self._sums.get(name, np.zeros(values.shape[1])) + values.sum(axis=0)
            self._counts[name] = self._counts.get(name, 0) + count

    def of(self, name: str) -> FloatArray:
        """The mean, (N,)."""
        return self._sums[name] / self._counts[name]


def stances_of(outcomes: list[Outcome]) -> list[FloatArray]:
    """The stances (R, N) in each vote."""
    return [STANCES[outcome.actions] for outcome in outcomes]


def peers_of(case: Case, outcome: Outcome) -> FloatArray:
    """Mean stance of each member's peers at the end of deliberation, (R, N)."""
    return np.asarray((case.peers @ STANCES[outcome.actions].T).T)


def engine_terms(case: Case, number: int, earlier: list[FloatArray], peers: FloatArray) -> UtilityTerms:
    """The terms as the engine adds them, in its order, the peers' last; each (N,) or (R, N).

    Parameters
    ----------
    earlier : stances in each earlier vote of the scenario.
    peers : mean stance of each member's peers.
    """
    own = own_terms(case.ballots[number], case.parameters, earlier)
    return {**own, "peers": peer_term(case.parameters["peer_influence"], peers)}


def engine_utilities(case: Case, number: int, earlier: list[FloatArray], peers: FloatArray) -> Utilities:
    """What the engine's terms add up to."""
    return total(engine_terms(case, number, earlier, peers))


def parts_of(case: Case, number: int, memory: FloatArray, peers: FloatArray) -> Iterator[Term]:
    """The terms of one vote of all members, taken apart as far as they are sums.

    Parameters
    ----------
    memory : what a member's own earlier votes add to its alignment, (N,).
    peers : mean stance of its peers, (N,).
    """
    ballot, parameters = case.ballots[number], case.parameters
    vote = case.spec.vote[number]
    known = quantities(case.world, case.roles, case.spec.vote[0].date, parameters["agreement_sharpness"])
    terms = terms_of(case.spec, case.world, parameters, known, vote.date)
    nothing = np.zeros(case.world.size)
    inputs = {
        "alignment": nothing,
        "severity": 0.0,
        "dependence": nothing,
        "sanction_risk": nothing,
        "grievance": nothing,
        "emptiness": nothing,
    }

    def part(of: str, name: str, amount: FloatArray | float, parameter: str, value: FloatArray | None = None) -> Term:
        """The engine's term at this amount alone: each is in proportion to what it is made of."""
        added = utility_terms(**{**inputs, of: amount}, parameters=parameters)[of]  # type: ignore[arg-type]
        return Term(name, of, {action: nothing + found for action, found in added.items()}, parameter, value)

    for kind, share in zip(("conflict", "order"), ballot.divisiveness, strict=True):
        for name, amount in weighed(kind, terms, parameters).items():
            yield part("alignment", name, share * amount, WEIGHTS[kind][name], terms.values[name])
        if kind == "conflict":
            yield part("alignment", "memory", share * memory, "align_memory")
    yield part("severity", "severity", ballot.severity, "")
    for name, amount in weighed("dependence", terms, parameters).items():
        yield part("dependence", name, vote.target_threat * amount, WEIGHTS["dependence"][name], terms.values[name])
    yield part("sanction_risk", "sanction_risk", ballot.sanction_risk, "sanction_weight")
    yield part("grievance", "grievance", ballot.grievance, "grievance", terms.values["isolation"])
    for name, amount in weighed("absence", terms, parameters).items():
        yield part("emptiness", name, amount, WEIGHTS["absence"][name], terms.values[name])
    yield part("emptiness", "absent_bias", parameters["absent_bias"], "absent_bias")
    bias = {"abstain": nothing + parameters["abstain_bias"]}
    yield Term("abstain_bias", "abstain_bias", bias, "abstain_bias")
    yield Term("peers", "peers", peer_term(parameters["peer_influence"], peers), "peer_influence", peers)


LEAST_LOSS = 0.05
"""Probability that a term has to cost the likeliest action, put at its mean, to count as decisive."""


@dataclass(frozen=True)
class Decisive:
    """The term that sets a member apart most: at the mean of all members, its likeliest action loses most.

    Parameters
    ----------
    term : place of the term among the anatomy's; -1 where none costs the likeliest action as much as `LEAST_LOSS`.
    probability : of the likeliest action, from the utilities.
    at_mean : the same with this term as it is for the mean of the members whose vote is drawn.
    then : action code that is the likeliest then.
    """

    term: int
    probability: float
    at_mean: float
    then: int


def at_means(anatomy: Anatomy) -> FloatArray:
    """Probabilities (number of terms, N, 4) of every member's actions with one term put at its mean over members.

    The mean is that of the members whose vote is drawn. Peers are held where they are.
    """
    means = anatomy.arrays[:, anatomy.is_drawn].mean(axis=1, keepdims=True)
    return chances_of(anatomy.utilities - anatomy.arrays + means)


def decisive_terms(anatomy: Anatomy) -> list[Decisive]:
    """The decisive term of every member."""
    actions = anatomy.counts.argmax(axis=1)
    members = np.arange(len(actions))
    now, otherwise = chances_of(anatomy.utilities)[members, actions], at_means(anatomy)
    left = otherwise[:, members, actions]
    lowest = left.argmin(axis=0)
    return [
        Decisive(
            int(lowest[i]) if left[lowest[i], i] < now[i] - LEAST_LOSS else -1,
            float(now[i]),
            float(left[lowest[i], i]),
            int(otherwise[lowest[i], i].argmax()),
        )
        for i in members
    ]
