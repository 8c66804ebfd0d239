"""Recovery: whether a calibration finds the numbers that votes were made from.

Votes on the fitted resolutions are simulated from known numbers, where members see what their peers announce. They are
calibrated in the same way as the real ones, at the equilibrium that replaces the simulation. At the next resolution,
members are where their simulated votes show them under the known numbers. Then it is counted how often the 90 %
intervals hold the truth.

An interval runs from the smallest to the largest of 19 draws. Were the truth a twentieth draw like these, it would be
neither the smallest nor the largest of the twenty in 18 cases of 20: 90 %, whatever the shape of the posterior.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from scipy.optimize import brentq
from scipy.stats import binomtest

from sim.arrays import BoolArray, FloatArray, IntArray
from sim.case import prepare, with_positions
from sim.ensemble import simulate
from sim.fitting.calibration import draw_from_prior, draw_mode, observe_vote
from sim.fitting.posterior import SEVERITY_BOUNDS, Observation, Posterior, Unknown, make_observation
from sim.fitting.refitted import with_fit
from sim.results.intervals import find_ends
from sim.rules.choice import SUPPORT
from sim.rules.parameters import ORDERED
from sim.specs import Scenario, load_scenario_world
from sim.world import World

DRAWS = 19
LEVEL = (DRAWS - 1) / (DRAWS + 1)
"""Share of truths that the range of the draws should hold."""
GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "alignment": ("align",),
        "leverage of the target": ("dependence", "retaliation"),
        "sanctions and grievance": ("sanction", "grievance"),
        "peer influence": ("peer",),
        "the neutral actions": ("abstain", "absent", "absence"),
        "severity of the resolutions": ("severity",),
        "divisiveness of the resolutions": ("divisiveness",),
    }
)
"""What the numbers are about, by the first word of their names."""

Truths = Callable[[Posterior, int], FloatArray]
"""A vector of truths (K,) for the set of votes of a number; severities in it may be moved."""


@dataclass(frozen=True)
class Rate:
    """How often intervals held the truth: hits of trials, and the 90 % interval of the rate (Clopper & Pearson 1934).

    Parameters
    ----------
    by_set_low, by_set_high : the 90 % interval when sets of votes, not single numbers, are drawn again: the numbers of
        a set are not independent.
    """

    hits: int
    trials: int
    low: float
    high: float
    by_set_low: float
    by_set_high: float

    @property
    def rate(self) -> float:
        """Hits over trials."""
        return self.hits / self.trials


@dataclass(frozen=True)
class Recovery:
    """Truths, and the results of calibrating the votes made from them.

    Parameters
    ----------
    unknowns : the K numbers.
    truths : (S, K) for S sets of votes.
    draws : (S, D, K).
    """

    unknowns: tuple[Unknown, ...]
    truths: FloatArray
    draws: FloatArray

    @property
    def holds(self) -> BoolArray:
        """Whether the range of the draws holds the truth, (S, K)."""
        return (self.draws.min(axis=1) <= self.truths) & (self.truths <= self.draws.max(axis=1))

    def rate(self, columns: Sequence[int] | None = None) -> Rate:
        """The rate over some of the numbers; over all by default."""
        held = self.holds if columns is None else self.holds[:, columns]
        found = binomtest(int(held.sum()), held.size).proportion_ci(0.9)
        sets = np.random.default_rng(0).integers(len(held), size=(1000, len(held)))
        low, high = find_ends(held.mean(axis=1)[sets].mean(axis=1))
        return Rate(
            hits=int(held.sum()),
            trials=held.size,
            low=found.low,
            high=found.high,
            by_set_low=float(low),
            by_set_high=float(high),
        )

    def with_more(self, other: Recovery) -> Recovery:
        """The sets of both."""
        truths, draws = (np.concatenate(pair) for pair in ((self.truths, other.truths), (self.draws, other.draws)))
        return Recovery(self.unknowns, truths, draws)

    def columns(self) -> dict[str, list[int]]:
        """The numbers of each of the `GROUPS`."""
        return {
            group: [k for k, unknown in enumerate(self.unknowns) if unknown.name.split("_")[0] in words]
            for group, words in GROUPS.items()
        }

    def correlations(self) -> FloatArray:
        """Correlation over the sets of the mean of the draws with the truth, (K,): 0 where the votes say nothing."""
        found = self.draws.mean(axis=1)
        return np.array(
            [np.corrcoef(found[:, k], self.truths[:, k])[0, 1] for k in range(len(self.unknowns))], dtype=np.float64
        )


def from_priors(posterior: Posterior, number: int, seed: int = 0) -> FloatArray:
    """Truths drawn from the priors, with shapes that do not cross; severities, which have none, stay at 0."""
    random = np.random.default_rng([seed, number])
    while True:
        vector = np.array([draw_from_prior(unknown, random.random()) for unknown in posterior.unknowns])
        if all(vector[posterior.place[low, None]] <= vector[posterior.place[high, None]] for low, high in _ordered()):
            return vector


def _ordered() -> list[tuple[str, str]]:
    """The pairs of shapes that are fitted."""
    return [pair for pair in ORDERED if not pair[0].startswith("grade")]


def near_fit(draws: FloatArray) -> Truths:
    """Truths that are draws (D, K) of the posterior given the real votes."""
    return lambda posterior, number: draws[number % len(draws)].copy()


def recover(
    specs: Sequence[Scenario],
    sets: int,
    truths: Truths = from_priors,
    *,
    draws: int = DRAWS,
    on_progress: Callable[[int], None] = lambda done: None,
) -> Recovery:
    """Make votes from known numbers, calibrate, and keep both.

    Parameters
    ----------
    specs : scenarios of one vote each, in date order.
    sets : how many sets of votes on all of the resolutions; set s is replicate s of the scenarios.
    truths : what the votes of a set are made from. The severity of each resolution is the one with which the expected
        support is that of the real vote, so that the split is realistic.
    draws : by calibration.
    on_progress : called with the number of sets done.
    """
    real = Posterior([observe_vote(spec) for spec in specs])
    true, found = [], []
    for number in range(sets):
        truth, observations = make_votes(specs, real, truths(real, number), number)
        posterior, mode = Posterior(observations).located()
        true.append(truth)
        found.append([draw_mode(posterior, mode, number + 1, draw) for draw in range(draws)])
        on_progress(number + 1)
    return Recovery(real.unknowns, np.array(true), np.array(found))


def make_votes(
    specs: Sequence[Scenario], real: Posterior, truth: FloatArray, replicate: int
) -> tuple[FloatArray, list[Observation]]:
    """Votes of one replicate on each resolution in turn, and the truth (K,) with the severities they were made with."""
    made_votes: dict[str, IntArray] = {}
    truth, observations = truth.copy(), []
    for index, spec in enumerate(specs):
        world = _with_votes(load_scenario_world(spec), made_votes)
        shared = real.shared_parameters(truth)
        bare = prepare(spec, world, reads_votes=False)
        seen = Observation(with_positions(bare, shared), real.observations[index].votes)
        truth[real.place["severity", index]] = _severity(real, truth, index, seen)
        case = with_fit(seen.case, shared, real.settings_at(truth, index))
        votes = simulate(case, replicate, 1)[0].actions[0].astype(np.int64)
        made_votes[seen.resolution] = votes
        observations.append(make_observation(spec, votes, world))
    return truth, observations


def _severity(real: Posterior, truth: FloatArray, index: int, seen: Observation) -> float:
    """The severity at which the expected support is the observed one."""
    drawn, place = seen.votes >= 0, real.place["severity", index]
    wanted = int((seen.votes == SUPPORT).sum())

    def gap(severity: float) -> float:
        vector = truth.copy()
        vector[place] = severity
        return float(real.chances(vector, index, seen)[drawn, SUPPORT].sum()) - wanted

    return float(brentq(gap, *SEVERITY_BOUNDS, xtol=1e-6))


def _with_votes(world: World, made_votes: Mapping[str, IntArray]) -> World:
    calls = [replace(call, votes=made_votes.get(call.resolution, call.votes)) for call in world.rollcalls]
    return replace(world, rollcalls=tuple(calls))
