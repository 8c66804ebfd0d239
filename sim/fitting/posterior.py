"""The posterior of the shared parameters and of the terms of each resolution, given roll calls.

It is the likelihood of every member's vote at the equilibrium of the model, times the priors of the registry, within
the bounds of the registry. All votes share one set of parameters; the signs are those of the theory. The stances of
peers are those that the model expects, never their actual votes.
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
from sim.case.ballot import NOT_FIXED, VoteSettings, make_ballot, read_settings
from sim.case.utilities import compute_own_utilities
from sim.equilibrium import measure_likelihood, solve_equilibrium
from sim.rules.alignment import DIVISIVENESS_PRIORS, Divisiveness
from sim.rules.parameters import ORDERED, defaults, load_registry
from sim.specs import Scenario
from sim.world import World

SEVERITY_BOUNDS = (-15.0, 15.0)
DIVISIVENESS_BOUNDS = (0.0, 3.0)
DIVISIVENESS_SPREAD = 0.25
DIVISIVENESS_TERMS = ("divisiveness_conflict", "divisiveness_order")
THREAT_BOUNDS = (0.0, 10.0)
THREAT_SPREAD = 0.5
"""Standard deviation of a threat's prior around its declared value, over that value."""
COMPLEX_STEP = 1e-30
TURNS = 2
"""How often a fit is made again with members where it puts them."""


@dataclass(frozen=True)
class Observation:
    """A roll call, and the members before it.

    Parameters
    ----------
    case : a scenario that has it as its first vote.
    votes : observed action codes (N,), -1 where a vote is fixed or not recorded.
    """

    case: Case
    votes: IntArray

    @property
    def resolution(self) -> str:
        """The resolution voted on."""
        return self.case.ballots[0].resolution


def make_observation(spec: Scenario, votes: IntArray, world: World | None = None) -> Observation:
    """Make an observation from a scenario of one vote and the votes of the members.

    Parameters
    ----------
    votes : action codes (N,), -1 where not recorded.
    world : what is known before the vote; by default the scenario's own world.
    """
    case = prepare(spec, world, reads_votes=False)
    return Observation(case, np.where(case.ballots[0].fixed == NOT_FIXED, votes, -1))


@dataclass(frozen=True)
class Unknown:
    """A number to be fitted: a shared parameter, or a term of a resolution.

    Parameters
    ----------
    resolution_index : index of the resolution among the observations; None for a shared parameter.
    mean, deviation : mean and standard deviation of its normal prior, cut off at the bounds; infinite without a prior.
    """

    name: str
    resolution_index: int | None
    mean: float
    deviation: float
    low: float
    high: float


class Posterior:
    """The posterior as a function of one vector of unknowns.

    Parameters
    ----------
    observations : roll calls. The first sets the unit of alignment and of the threats: its divisiveness and threats are
        not fitted.
    fixed : values of shared parameters that are not fitted.
    fits_threats : whether the threats of the other resolutions are fitted too, around their declared values.
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
        self.unknowns = (*_list_shared(set(fixed or {})), *_list_of_resolutions(self.observations, fits_threats))
        self.place = {(unknown.name, unknown.resolution_index): i for i, unknown in enumerate(self.unknowns)}
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
        """Where a search begins: at the means of the priors, so that its result does not depend on earlier searches."""
        return np.clip(self.means, self.low, self.high)

    def parameters(self, vector: FloatArray) -> dict[str, Number]:
        """All parameters at a vector (K,), or at P vectors (P, K) as arrays (P, 1)."""
        return {
            **self.base,
            **{u.name: _at(vector, i) for i, u in enumerate(self.unknowns) if u.resolution_index is None},
        }

    def shared_parameters(self, vector: FloatArray) -> dict[str, float]:
        """All parameters at one vector, as numbers."""
        return {name: float(value) for name, value in self.parameters(vector).items()}

    def settings_at(self, vector: FloatArray, index: int) -> VoteSettings:
        """The settings of a vote at a vector, with shapes as for `parameters`."""
        declared = read_settings(self.observations[index].case.spec.vote[0])

        def setting(name: str, declared_value: Number) -> Number:
            found = self.place.get((name, index))
            return declared_value if found is None else _at(vector, found)

        first, second = declared.divisiveness
        return VoteSettings(
            setting("severity", declared.severity),
            Divisiveness(setting(DIVISIVENESS_TERMS[0], first), setting(DIVISIVENESS_TERMS[1], second)),
            setting("target_threat", declared.target_threat),
            setting("sender_threat", declared.sender_threat),
        )

    def loss(
        self, vector: FloatArray, weights: FloatArray, centres: FloatArray, likelihood_weight: float = 1.0
    ) -> tuple[float, FloatArray]:
        """Minus the log posterior, up to a constant, and its slope (K,).

        The utilities are polynomials in the unknowns, so that their slopes come from the very rules, by complex steps
        (Squire & Trapp 1998), to the last digit.

        Parameters
        ----------
        weights : weight of each member's votes, (N,).
        centres : means of the priors, (K,).
        """
        spread = (vector - centres) / self.deviations
        value, slope = 0.5 * float(spread @ spread), spread / self.deviations
        steps = vector + 1j * COMPLEX_STEP * np.eye(len(vector))
        shared, stepped = self.parameters(vector), self.parameters(steps)
        influence = float(shared["peer_influence"])
        for index, seen in enumerate(self.observations):
            (standing,) = seen.case.standings
            ballot = make_ballot(standing, shared, self.settings_at(vector, index))
            own = compute_own_utilities(ballot, shared)
            found = measure_likelihood(
                own, ballot, peers=seen.case.peers, peer_influence=influence, votes=seen.votes, weights=weights
            )
            moved = compute_own_utilities(make_ballot(standing, stepped, self.settings_at(steps, index)), stepped)
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
    ) -> PosteriorMode:
        """Find the vector with the largest posterior.

        Parameters
        ----------
        weights, centres : as in `loss`; by default all votes count once, and priors are those declared.
        start : where the search begins.
        """
        weights = np.ones(self.size) if weights is None else weights
        centres = self.means if centres is None else centres
        with threadpool_limits(limits=1):  # matrices with a row per member: threads cost more than they gain
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
        return PosteriorMode(vector, -float(result.fun), bool(result.success))

    def located(
        self, weights: FloatArray | None = None, start: FloatArray | None = None
    ) -> tuple[Posterior, PosteriorMode]:
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
            seen = self.positioned(self.shared_parameters(found.vector))
            posterior = Posterior(seen, self.fixed, fits_threats=self.fits_threats)
            found = posterior.fit(weights, start=found.vector)
        return posterior, found

    def positioned(self, shared: Mapping[str, float]) -> tuple[Observation, ...]:
        """The roll calls with members where earlier votes show them, under given shared parameters."""
        return tuple(replace(seen, case=with_positions(seen.case, shared)) for seen in self.observations)

    def chances(self, vector: FloatArray, index: int, of: Observation | None = None) -> FloatArray:
        """Probabilities (N, 4) of the actions at equilibrium, on a resolution or with its terms elsewhere.

        Parameters
        ----------
        of : observation to predict with the terms of resolution `index`; by default that of the resolution itself.
        """
        seen, shared = of or self.observations[index], self.parameters(vector)
        ballot = make_ballot(seen.case.standings[0], shared, self.settings_at(vector, index))
        own = compute_own_utilities(ballot, shared)
        return solve_equilibrium(own, ballot, seen.case.peers, float(shared["peer_influence"]))

    @cached_property
    def _constraints(self) -> list[LinearConstraint]:
        """Constraints that keep the shapes of retaliation and sanctions from crossing."""
        rows = []
        for smaller, larger in ORDERED:
            if (smaller, None) in self.place and (larger, None) in self.place:
                row = np.zeros(len(self.unknowns))
                row[self.place[smaller, None]], row[self.place[larger, None]] = -1.0, 1.0
                rows.append(row)
        return [LinearConstraint(np.array(rows), 0.0, np.inf)] if rows else []


@dataclass(frozen=True)
class PosteriorMode:
    """The result of a search for the mode."""

    vector: FloatArray
    log_posterior: float
    has_converged: bool


def _at(vector: FloatArray, place: int) -> Number:
    return vector[place] if vector.ndim == 1 else vector[:, place, None]


def _list_shared(fixed: set[str]) -> list[Unknown]:
    found = []
    for name, parameter in load_registry().items():
        if parameter.prior is not None and name not in fixed:
            mean, deviation = parameter.prior
            found.append(_unknown(name, None, mean=mean, deviation=deviation, bounds=(parameter.low, parameter.high)))
    return found


def _list_of_resolutions(observations: Sequence[Observation], fits_threats: bool) -> list[Unknown]:
    found = []
    for index, seen in enumerate(observations):
        vote = seen.case.spec.vote[0]
        found.append(_unknown("severity", index, mean=0.0, deviation=np.inf, bounds=SEVERITY_BOUNDS))
        if index > 0:
            for name, mean in zip(DIVISIVENESS_TERMS, DIVISIVENESS_PRIORS[vote.divides_by], strict=True):
                found.append(
                    _unknown(name, index, mean=mean, deviation=DIVISIVENESS_SPREAD, bounds=DIVISIVENESS_BOUNDS)
                )
        for name, value in (("target_threat", vote.target_threat), ("sender_threat", vote.sender_threat)):
            if fits_threats and index > 0 and value > 0:
                found.append(_unknown(name, index, mean=value, deviation=THREAT_SPREAD * value, bounds=THREAT_BOUNDS))
    return found


def _unknown(
    name: str, resolution_index: int | None, *, mean: float, deviation: float, bounds: tuple[float, float]
) -> Unknown:
    low, high = bounds
    return Unknown(name=name, resolution_index=resolution_index, mean=mean, deviation=deviation, low=low, high=high)
