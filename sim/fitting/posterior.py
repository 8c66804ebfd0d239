"""The posterior of the shared parameters and of each text's terms, given roll calls: what calibration maximises.

The likelihood of every member's vote at the equilibrium of the model, times the priors of the registry, within the
registry's bounds. One set of shared parameters for all votes; the signs are those of the theory. A member's peers are
as the model expects them, never as they voted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, minimize
from threadpoolctl import threadpool_limits

from sim.arrays import FloatArray, IntArray, Number
from sim.case import Case, prepare, with_positions
from sim.case.ballot import NOT_GIVEN, Text, ballot_of, text_of
from sim.case.utilities import own_utilities
from sim.equilibrium import equilibrium, likelihood
from sim.rules.alignment import DIVISIVENESS_PRIORS, Divisiveness
from sim.rules.parameters import ORDERED, defaults, registry
from sim.specs import Scenario
from sim.world import World

SEVERITY_BOUNDS = (-15.0, 15.0)
DIVISIVENESS_BOUNDS = (0.0, 3.0)
DIVISIVENESS_SPREAD = 0.25
DIVISIVENESS = ("divisiveness_conflict", "divisiveness_order")
THREAT_BOUNDS = (0.0, 10.0)
THREAT_SPREAD = 0.5
"""Standard deviation of a threat's prior around its declared value, over that value."""
COMPLEX_STEP = 1e-30
TURNS = 2
"""How often a fit is made again with members where it puts them."""


@dataclass(frozen=True)
class Observation:
    """A roll call, and the chamber as it stood before it.

    Parameters
    ----------
    case : a scenario whose first vote it is.
    votes : observed action codes (N,), -1 where a vote is given or not recorded.
    """

    case: Case
    votes: IntArray

    @property
    def resolution(self) -> str:
        """The resolution voted on."""
        return self.case.ballots[0].resolution


def observation(spec: Scenario, votes: IntArray, world: World | None = None) -> Observation:
    """A scenario of one vote and how the members voted on it.

    Parameters
    ----------
    votes : action codes (N,), -1 where not recorded.
    world : what is known beforehand; the scenario's own world by default.
    """
    case = prepare(spec, world, reads_votes=False)
    return Observation(case, np.where(case.ballots[0].given == NOT_GIVEN, votes, -1))


@dataclass(frozen=True)
class Unknown:
    """A number to be fitted: a shared parameter, or one of the terms of a text.

    Parameters
    ----------
    text : index of the text; None for a shared parameter.
    mean, deviation : of its normal prior, cut off at the bounds; an infinite deviation is no prior.
    """

    name: str
    text: int | None
    mean: float
    deviation: float
    low: float
    high: float


class Posterior:
    """The posterior as a function of one vector of unknowns.

    Parameters
    ----------
    observations : roll calls; the first sets the length of alignment and of the threats, and its divisiveness and
        threats are kept as the scenario has them.
    fixed : shared parameters that are not fitted but held at a value.
    fits_threats : whether the other texts' threats are fitted too, around their declared values.
    """

    def __init__(
        self,
        observations: Sequence[Observation],
        fixed: Mapping[str, float] | None = None,
        *,
        fits_threats: bool = False,
    ) -> None:
        self.observations = tuple(observations)
        self.base = {**defaults(), **(fixed or {})}
        self.fixed, self.fits_threats = fixed, fits_threats
        self.unknowns = (*_shared(set(fixed or {})), *_of_texts(self.observations, fits_threats))
        self.place = {(unknown.name, unknown.text): i for i, unknown in enumerate(self.unknowns)}
        self.means, self.deviations, self.low, self.high = (
            np.array([getattr(unknown, key) for unknown in self.unknowns])
            for key in ("mean", "deviation", "low", "high")
        )

    @property
    def size(self) -> int:
        """Members of the world, N."""
        return self.observations[0].case.world.size

    @cached_property
    def start(self) -> FloatArray:
        """Where a search begins: at the means of the priors, so that its result does not hang on an earlier one."""
        return np.clip(self.means, self.low, self.high)

    def parameters(self, vector: FloatArray) -> dict[str, Number]:
        """All parameters at a vector (K,), or at P vectors (P, K) as arrays (P, 1)."""
        return {**self.base, **{u.name: _at(vector, i) for i, u in enumerate(self.unknowns) if u.text is None}}

    def shared(self, vector: FloatArray) -> dict[str, float]:
        """All parameters at one vector, as numbers."""
        return {name: float(value) for name, value in self.parameters(vector).items()}

    def text(self, vector: FloatArray, index: int) -> Text:
        """The terms of a text at a vector, as for `parameters`."""
        declared = text_of(self.observations[index].case.spec.vote[0])

        def term(name: str, otherwise: Number) -> Number:
            found = self.place.get((name, index))
            return otherwise if found is None else _at(vector, found)

        first, second = declared.divisiveness
        return Text(
            term("severity", declared.severity),
            Divisiveness(term(DIVISIVENESS[0], first), term(DIVISIVENESS[1], second)),
            term("target_threat", declared.target_threat),
            term("sender_threat", declared.sender_threat),
        )

    def loss(
        self, vector: FloatArray, weights: FloatArray, centres: FloatArray, likelihood_weight: float = 1.0
    ) -> tuple[float, FloatArray]:
        """Minus the log posterior, up to a constant, and its slope (K,).

        The utilities are polynomials in the unknowns, so that their slopes come from the very rules, by complex steps
        (Squire & Trapp 1998), to the last digit.

        Parameters
        ----------
        weights : what each member's votes count, (N,).
        centres : means of the priors, (K,).
        """
        spread = (vector - centres) / self.deviations
        value, slope = 0.5 * float(spread @ spread), spread / self.deviations
        steps = vector + 1j * COMPLEX_STEP * np.eye(len(vector))
        shared, stepped = self.parameters(vector), self.parameters(steps)
        influence = float(shared["peer_influence"])
        for index, seen in enumerate(self.observations):
            (standing,) = seen.case.standings
            ballot = ballot_of(standing, shared, self.text(vector, index))
            own = own_utilities(ballot, shared)
            found = likelihood(
                own, ballot, peers=seen.case.peers, peer_influence=influence, votes=seen.votes, weights=weights
            )
            moved = own_utilities(ballot_of(standing, stepped, self.text(steps, index)), stepped)
            shape = (len(vector), self.size)
            by_unknown = np.stack([np.broadcast_to(np.imag(term), shape) for term in moved], axis=-1) / COMPLEX_STEP
            value -= likelihood_weight * found.value
            slope = slope - likelihood_weight * np.tensordot(by_unknown, found.by_utility, axes=2)
            if ("peer_influence", None) in self.place:
                slope[self.place["peer_influence", None]] -= likelihood_weight * found.by_influence
        return value, slope

    def log_likelihood(self, vector: FloatArray) -> float:
        """Log likelihood of all observed votes."""
        far = np.where(np.isfinite(self.deviations), vector, 0.0)
        return -self.loss(vector, np.ones(self.size), far)[0]

    def fit(
        self, weights: FloatArray | None = None, centres: FloatArray | None = None, start: FloatArray | None = None
    ) -> Found:
        """The vector of the largest posterior.

        Parameters
        ----------
        weights, centres : as in `loss`; by default all votes count once, and priors are those declared.
        start : where the search begins.
        """
        weights = np.ones(self.size) if weights is None else weights
        centres = self.means if centres is None else centres
        with threadpool_limits(limits=1):  # matrices of a chamber's size: threads cost more than they bring
            result = minimize(
                self.loss,
                self.start if start is None else start,
                args=(weights, centres),
                jac=True,
                method="SLSQP",
                bounds=Bounds(self.low, self.high),
                constraints=self._constraints,
                options={"maxiter": 500, "ftol": 1e-8},
            )
        vector = np.clip(result.x, self.low, self.high)
        for smaller, larger in ORDERED:  # the optimiser may end a rounding error beyond the constraint
            pair = self.place.get((smaller, None)), self.place.get((larger, None))
            if pair[0] is not None and pair[1] is not None:
                vector[pair[0]] = min(vector[pair[0]], vector[pair[1]])
        return Found(vector, -float(result.fun), bool(result.success))

    def located(self, weights: FloatArray | None = None, start: FloatArray | None = None) -> tuple[Posterior, Found]:
        """Fit with members where earlier votes show them: that posterior, and where its search ended.

        What votes reveal depends on what structure explains, and the other way round. The first fit is by structure
        alone; then members are put where their earlier votes show them under it, and all is fitted again, twice.

        Parameters
        ----------
        weights : as in `loss`.
        start : where the first search begins.
        """
        posterior, found = self, self.fit(weights, start=start)
        for _ in range(TURNS):
            seen = self.positioned(self.shared(found.vector))
            posterior = Posterior(seen, self.fixed, fits_threats=self.fits_threats)
            found = posterior.fit(weights, start=found.vector)
        return posterior, found

    def positioned(self, shared: Mapping[str, float]) -> tuple[Observation, ...]:
        """The roll calls with members where earlier votes show them, under given shared parameters."""
        return tuple(replace(seen, case=with_positions(seen.case, shared)) for seen in self.observations)

    def chances(self, vector: FloatArray, index: int, of: Observation | None = None) -> FloatArray:
        """Probabilities (N, 4) of the actions at equilibrium, in a text or under its terms in another observation."""
        seen, shared = of or self.observations[index], self.parameters(vector)
        ballot = ballot_of(seen.case.standings[0], shared, self.text(vector, index))
        own = own_utilities(ballot, shared)
        return equilibrium(own, ballot, seen.case.peers, float(shared["peer_influence"]))

    @cached_property
    def _constraints(self) -> list[LinearConstraint]:
        """The shapes of retaliation and sanctions do not cross."""
        rows = []
        for smaller, larger in ORDERED:
            if (smaller, None) in self.place and (larger, None) in self.place:
                row = np.zeros(len(self.unknowns))
                row[self.place[smaller, None]], row[self.place[larger, None]] = -1.0, 1.0
                rows.append(row)
        return [LinearConstraint(np.array(rows), 0.0, np.inf)] if rows else []


@dataclass(frozen=True)
class Found:
    """Where a search ended."""

    vector: FloatArray
    log_posterior: float
    has_converged: bool


def _at(vector: FloatArray, place: int) -> Number:
    return vector[place] if vector.ndim == 1 else vector[:, place, None]


def _shared(fixed: set[str]) -> list[Unknown]:
    found = []
    for name, parameter in registry().items():
        if parameter.prior is not None and name not in fixed:
            mean, deviation = parameter.prior
            found.append(_unknown(name, None, mean=mean, deviation=deviation, bounds=(parameter.low, parameter.high)))
    return found


def _of_texts(observations: Sequence[Observation], fits_threats: bool) -> list[Unknown]:
    found = []
    for index, seen in enumerate(observations):
        vote = seen.case.spec.vote[0]
        found.append(_unknown("severity", index, mean=0.0, deviation=np.inf, bounds=SEVERITY_BOUNDS))
        if index > 0:
            for name, mean in zip(DIVISIVENESS, DIVISIVENESS_PRIORS[vote.divides_by], strict=True):
                found.append(
                    _unknown(name, index, mean=mean, deviation=DIVISIVENESS_SPREAD, bounds=DIVISIVENESS_BOUNDS)
                )
        for name, value in (("target_threat", vote.target_threat), ("sender_threat", vote.sender_threat)):
            if fits_threats and index > 0 and value > 0:
                found.append(_unknown(name, index, mean=value, deviation=THREAT_SPREAD * value, bounds=THREAT_BOUNDS))
    return found


def _unknown(name: str, text: int | None, *, mean: float, deviation: float, bounds: tuple[float, float]) -> Unknown:
    low, high = bounds
    return Unknown(name=name, text=text, mean=mean, deviation=deviation, low=low, high=high)
