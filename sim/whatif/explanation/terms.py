"""Why members vote as they do: the utilities of a vote, split into what each cause adds to each action.

The engine adds a few terms (`sim.rules.payoffs.compute_utility_terms`, and the peers'). Here each is split further,
into the channels and inputs of which it is a weighted sum, in the same unit: utility, of which 1 is one unit of log-
odds. Where replicates differ, by the months or by the parameters they drew, terms are means over them, and so add up
to the means of the utilities.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType

import numpy as np

from sim.arrays import BoolArray, FloatArray, IntArray, Number
from sim.case import Case
from sim.case.ballot import NOT_FIXED, TO_ACTIONS, WEIGHTS, Ballot, Terms, weigh
from sim.case.draws import spread_over
from sim.case.inputs import LENT, MonthInputs
from sim.deliberation import Outcome
from sim.ensemble import simulate_votes, split_by_draw
from sim.months.state import MonthState
from sim.results.showing import Shown
from sim.rules.choice import ACTIONS, STANCES, compute_choice_probabilities
from sim.rules.influence import compute_peer_term
from sim.rules.payoffs import Utilities, compute_utility_terms, own_terms, sanction_risk, sum_in_order
from sim.runner.batch import list_ranges
from sim.runner.result import count_replicates, frequencies
from sim.summaries.summary import set_fixed


@dataclass(frozen=True, repr=False)
class Term(Shown):
    """What one cause adds to the utilities of all members.

    Parameters
    ----------
    name : the quantity that is weighed, such as ``dependence.arms``, or what the term is called: a scenario's own has
        its label.
    of : the engine's own term that this is a part of.
    added : action to what is added, (N,), mean over replicates; an action to which nothing is added is not in it.
    parameter : the parameter that weighs it; empty where there are several.
    value : what is weighed (N,), mean over replicates; None where it depends on the resolution or a parameter alone.
    made_of : the quantities that the value is made of, (N,) each, mean over replicates.
    """

    name: str
    of: str
    added: Mapping[str, FloatArray]
    parameter: str = ""
    value: FloatArray | None = None
    made_of: Mapping[str, FloatArray] = field(default_factory=dict)

    def array(self) -> FloatArray:
        """What is added, (N, 4) by action code; 0 for an action to which nothing is added."""
        size = len(next(iter(self.added.values())))
        return np.stack([self.added.get(action, np.zeros(size)) for action in ACTIONS], axis=1)

    def merge(self, other: Term, share: float) -> Term:
        """The mean of this term and the same term in other replicates, which are this share of all."""

        def both(one: Mapping[str, FloatArray], two: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
            return {name: values + share * (two[name] - values) for name, values in one.items()}

        value = None
        if self.value is not None and other.value is not None:
            value = self.value + share * (other.value - self.value)
        added, made_of = both(self.added, other.added), both(self.made_of, other.made_of)
        return replace(self, added=added, value=value, made_of=made_of)


@dataclass(frozen=True, repr=False)
class Anatomy(Shown):
    """The terms of one vote of a case, over many replicates.

    Parameters
    ----------
    number : which ballot of the case.
    terms : the terms, in a fixed order.
    counts : replicates per member and action code, (N, 4).
    stances : mean stance of each member at the end of deliberation, (N,).
    pulls : what that adds to the support of one who listens to nobody else, (N,).
    parameters : every parameter, mean over replicates.
    draws : where parameters are drawn, what each term adds for one member in each draw, (D, number of terms, 4).
    """

    case: Case
    number: int
    terms: tuple[Term, ...]
    counts: IntArray
    stances: FloatArray
    pulls: FloatArray
    parameters: Mapping[str, float]
    draws: FloatArray | None = None

    @property
    def ballot(self) -> Ballot:
        """The vote."""
        return self.case.ballots[self.number]

    @property
    def replicates(self) -> int:
        """Replicates that were run."""
        return int(self.counts.sum(axis=1).max())

    @cached_property
    def arrays(self) -> FloatArray:
        """What each term adds to each action, (number of terms, N, 4)."""
        return np.stack([term.array() for term in self.terms])

    @cached_property
    def utilities(self) -> FloatArray:
        """The utilities that the terms add up to, (N, 4) by action code, at the peers' mean stance."""
        return self.arrays.sum(axis=0)

    @property
    def chances(self) -> FloatArray:
        """Probabilities (N, 4) of the actions: smoothed frequencies, but certain where the vote is fixed."""
        return set_fixed(frequencies(self.counts), self.ballot.fixed)

    @property
    def is_drawn(self) -> BoolArray:
        """Members (N,) whose votes are not fixed."""
        return self.ballot.fixed == NOT_FIXED

    def merge(self, other: Anatomy) -> Anatomy:
        """The same vote over these replicates and others."""
        share = other.replicates / (self.replicates + other.replicates)
        draws = None if self.draws is None else np.concatenate([self.draws, other.draws])
        return replace(
            self,
            terms=tuple(one.merge(two, share) for one, two in zip(self.terms, other.terms, strict=True)),
            counts=self.counts + other.counts,
            stances=self.stances + share * (other.stances - self.stances),
            pulls=self.pulls + share * (other.pulls - self.pulls),
            parameters={
                name: value + share * (other.parameters[name] - value) for name, value in self.parameters.items()
            },
            draws=draws,
        )


def compute_chances(utilities: FloatArray) -> FloatArray:
    """Probabilities of the actions under logit noise, (..., 4) by action code, from utilities of that shape."""
    return np.stack(compute_choice_probabilities(Utilities(*np.moveaxis(utilities, -1, 0))), axis=-1)


def take_apart(case: Case, number: int, replicates: int) -> Anatomy:
    """Run the first replicates of a case and split one of its votes into terms.

    Parameters
    ----------
    number : which vote, from 0.
    """
    return take_all_apart(case, (number,), replicates)[number]


def take_all_apart(
    case: Case, numbers: Collection[int], replicates: int, keeps_draws_of: int | None = None
) -> dict[int, Anatomy]:
    """Run the first replicates of a case, as far as needed, and split some of its votes into terms.

    Parameters
    ----------
    numbers : which ballots, from 0.
    keeps_draws_of : the member whose terms are kept draw by draw, where parameters are drawn.
    """
    found: dict[int, Anatomy] = {}
    for block in list_ranges(0, replicates):
        for piece in _take_pieces(case, *block, numbers):
            if case.draws_terms and keeps_draws_of is not None:
                piece = replace(piece, draws=piece.arrays[None, :, keeps_draws_of])
            number = piece.number
            found[number] = found[number].merge(piece) if number in found else piece
    return found


def _take_pieces(case: Case, first: int, count: int, numbers: Collection[int]) -> Iterator[Anatomy]:
    """Votes split into terms, separately for each set of replicates with the same parameters."""
    parts = [
        (spread_over(own, start, size), slice(start - first, start - first + size))
        for own, start, size in split_by_draw(case, first, count)
    ]
    outcomes: dict[int, Outcome] = {}
    for number, outcome, months in simulate_votes(case, first, count):
        outcomes[number] = outcome
        if number in numbers:
            stances = STANCES[outcome.actions]
            peers = np.asarray((case.peers @ stances.T).T)
            state = None if months is None else months.state
            for own, rows in parts:
                own_state = None if state is None else state.of_replicates(rows)
                terms = split_parts(own, number, state=own_state, peers=peers[rows])
                counts, mean = count_replicates(outcome.actions[rows]), stances[rows].mean(axis=0)
                pulls = own.parameters["peer_influence"] * mean
                yield Anatomy(
                    case=case,
                    number=number,
                    terms=tuple(terms),
                    counts=counts,
                    stances=mean,
                    pulls=pulls,
                    parameters=own.parameters,
                )
        if outcomes.keys() >= set(numbers):
            return


def split_parts(case: Case, number: int, state: MonthState | None, peers: FloatArray) -> Iterator[Term]:
    """The terms of one vote, split as far as they are sums; means over replicates with the same parameters.

    Parameters
    ----------
    state : as the months have left it at the vote; None in a scenario without months.
    peers : mean stance of each member's peers, (R, N).
    """
    ballot, parameters = case.ballots[number], case.parameters
    terms = case.standings[number].terms
    belief: Number = parameters["enforcement"]
    kept: dict[str, Number] = {}
    if state is not None and case.plan is not None:
        terms, belief = _apply_months(terms, state, case.plan.inputs), state.belief_in_threat(belief)
        kept = {f"dependence.{channel}": state.lent for channel in LENT}
    own = {term.key: term for term in terms.own}
    exposures = {name: terms.values[name] for name in weigh("exposure", terms, parameters)}
    isolation = terms.values["isolation"]
    risk = sanction_risk(belief, sum_in_order(weigh("exposure", terms, parameters)), isolation)
    one = np.ones(())
    of_one = compute_utility_terms(
        alignment=one,
        severity=one,
        dependence=one,
        sanction_risk=one,
        grievance=one,
        emptiness=one,
        parameters=parameters,
    )
    units = {**of_one, **own_terms(dict.fromkeys(TO_ACTIONS, one)), "peers": compute_peer_term(1.0, one)}

    def mean(values: Number) -> FloatArray:
        """Over the replicates, where these differ; (N,)."""
        values = np.asarray(values)
        return np.broadcast_to(values.mean(axis=0) if values.ndim == 2 else values, case.world.size)

    def part(
        of: str,
        name: str,
        amount: Number,
        parameter: str,
        *,
        value: Number | None = None,
        made_of: Mapping[str, Number] = MappingProxyType({}),
    ) -> Term:
        """The engine's term at this amount; every term is proportional to its amount."""
        whole = mean(amount)
        added = {action: unit * whole for action, unit in units[of].items()}
        quantities = {quantity: mean(values) for quantity, values in made_of.items()}
        return Term(
            name=name,
            of=of,
            added=added,
            parameter=parameter,
            value=None if value is None else mean(value),
            made_of=quantities,
        )

    def parts(of: str, kind: str, share: Number) -> Iterator[Term]:
        for name, amount in weigh(kind, terms, parameters).items():
            value, parameter = terms.values[name], WEIGHTS.get(kind, {}).get(name, "")
            label = own[name].label if name in own else name
            whole = share * amount * kept.get(name, 1.0)
            yield part(of, label, whole, parameter, value=value, made_of={name: value})

    conflict, order = ballot.divisiveness
    yield from parts("alignment", "conflict", conflict)
    deviation = ballot.known.expected
    revealed = conflict * deviation.conflict + order * deviation.order + deviation.topic
    yield part("alignment", "position", revealed, "", value=revealed, made_of={"position": revealed})
    if state is not None:
        shift = state.shift
        yield part("alignment", "drift", conflict * shift, "", value=shift, made_of={"drift": shift})
    yield from parts("alignment", "order", order)
    yield part("severity", "severity", ballot.severity, "")
    yield from parts("dependence", "dependence", ballot.threats.target)
    quantities: dict[str, Number] = {**exposures, "isolation": isolation, "belief": belief}
    risked = ballot.threats.senders * risk
    yield part("sanction_risk", "sanction_risk", risked, "sanction_weight", value=risk, made_of=quantities)
    grievance = parameters["grievance"] * isolation
    yield part("grievance", "grievance", grievance, "grievance", value=isolation, made_of={"isolation": isolation})
    yield from parts("emptiness", "absence", 1.0)
    yield part("emptiness", "absent_bias", parameters["absent_bias"], "absent_bias")
    yield part("abstain_bias", "abstain_bias", 1.0, "abstain_bias")
    for action in TO_ACTIONS:
        yield from parts(f"own_{action}", action, 1.0)
    yield part("peers", "peers", parameters["peer_influence"] * peers, "peer_influence", value=peers)


def _apply_months(terms: Terms, state: MonthState, inputs: MonthInputs) -> Terms:
    """The editable quantities after the changes of the months, (R, N) where they changed."""
    moved = {
        "dependence.energy": state.energy,
        "dependence.trade": inputs.trade * (1.0 - state.trade_closed),
        "dependence.security": state.security,
        "isolation": state.isolation,
    }
    return replace(terms, values={**terms.values, **moved})
