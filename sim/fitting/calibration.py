"""Fitting the shared parameters and the terms of each resolution to roll calls, with their joint uncertainty.

The fitted values are the mode of the posterior. Draws around it are modes too, each of a posterior with random weights
of the members (the Bayesian bootstrap: Rubin 1981; for a likelihood, Newton & Raftery 1994) and with priors centred at
random draws from themselves (randomised maximum a posteriori: Bardsley et al. 2014). Where the votes hold no
information on a number, its draws are those of its prior. Every draw is within the bounds and has the signs of the
theory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import tomli_w
from scipy.stats import truncnorm

from sim.arrays import FloatArray
from sim.errors import make_input_error
from sim.fitting.posterior import Observation, Posterior, PosteriorMode, Unknown, make_observation
from sim.results.calibration import Belief
from sim.results.intervals import LEVELS, Ends, compute_interval, find_ends
from sim.results.parts import Interval
from sim.scoring.scores import find_classes, merge_to_three_classes, score
from sim.specs import Fit, Scenario, load_scenario_world
from sim.specs.fits import FittedResolution, PosteriorDraws
from sim.world.loading import hash_world

SIGNIFICANT_DIGITS = 4
"""Significant digits of fitted values and draws in files."""


@dataclass(frozen=True)
class Calibration:
    """A fit: its posterior, the mode, and draws (D, K) around it."""

    posterior: Posterior
    found: PosteriorMode
    draws: FloatArray

    @property
    def parameters(self) -> dict[str, float]:
        """The fitted shared parameters, and those that were fixed."""
        return {
            unknown.name: _round(value)
            for unknown, value in zip(self.posterior.unknowns, self.found.vector, strict=True)
            if unknown.resolution_index is None
        } | dict(self.posterior.fixed or {})


def observe_vote(spec: Scenario) -> Observation:
    """Observe the roll call of a scenario's only vote in its world.

    Raises
    ------
    InputError : the world has no such roll call.
    """
    world = load_scenario_world(spec)
    resolution = spec.vote[0].resolution
    call = world.rollcall(resolution)
    if call is None:
        have = ", ".join(call.resolution for call in world.record)
        message = f"the world {spec.world} has no roll call of {resolution}."
        raise make_input_error(f"scenario '{spec.title}'", "vote", message, f"It has roll calls of {have}.")
    return make_observation(spec, call.votes, world)


def calibrate(
    specs: Sequence[Scenario],
    draws: int = 0,
    *,
    seed: int = 0,
    fits_threats: bool = False,
    fixed: Mapping[str, float] | None = None,
    on_progress: Callable[[int], None] = lambda done: None,
) -> Calibration:
    """Fit the shared parameters and the terms of resolutions to the roll call of each scenario.

    Parameters
    ----------
    specs : scenarios of one vote each; the first sets the length of alignment and of the threats.
    draws : number of draws around the mode.
    seed : key of the draws; draw d does not depend on their number.
    fits_threats : whether the threats of all resolutions but the first are fitted, around their declared values.
    fixed : values of shared parameters that are not fitted, so that the others are fitted to what they leave.
    on_progress : called with the number of finished draws.
    """
    posterior = Posterior([observe_vote(spec) for spec in specs], fixed, fits_threats=fits_threats)
    posterior, found = posterior.located()
    drawn = []
    for number in range(draws):
        drawn.append(draw_mode(posterior, found, seed, number))
        on_progress(number + 1)
    return Calibration(posterior, found, np.array(drawn).reshape(draws, len(posterior.unknowns)))


def draw_mode(posterior: Posterior, found: PosteriorMode, seed: int, number: int) -> FloatArray:
    """Make draw number d: the mode (K,) with random weights of members and priors centred at draws from themselves.

    Positions are those under the mode.
    """
    random = np.random.default_rng([seed, number])
    weights = random.exponential(size=posterior.size)
    centres = np.array([draw_from_prior(unknown, random.random()) for unknown in posterior.unknowns])
    return posterior.fit(weights / weights.mean(), centres, found.vector).vector


def draw_from_prior(unknown: Unknown, level: float) -> float:
    """Draw from a number's prior, as its quantile at a level in [0, 1]; its mean where it has no prior."""
    if not np.isfinite(unknown.deviation):
        return unknown.mean
    return float(make_prior(unknown).ppf(level))


def make_prior(unknown: Unknown):  # type: ignore[no-untyped-def]  # a frozen distribution of SciPy
    """The prior of a number: normal, cut off at its bounds."""
    low, high = ((bound - unknown.mean) / unknown.deviation for bound in (unknown.low, unknown.high))
    return truncnorm(low, high, loc=unknown.mean, scale=unknown.deviation)


def measure_contraction(unknown: Unknown, draws: FloatArray) -> float:
    """Measure by how much the votes narrowed the variance of a number's prior: 0 is not at all, 1 is completely.

    The posterior contraction of Schad, Betancourt & Vasishth (2021); below 0 where draws spread wider than the prior.
    """
    return 1.0 - float(draws.var()) / float(make_prior(unknown).var())


IDENTIFIED_FROM = 0.3
"""Contraction from which a number counts as identified by the votes, even with a mean near that of the prior."""
MOVED_BY = 0.5
"""Distance of the posterior's mean from the prior's, in standard deviations of the prior, from which a number counts as
identified."""


def is_identified(unknown: Unknown, draws: FloatArray) -> bool:
    """Whether the votes hold information on a number: they narrowed its prior or moved its mean."""
    prior = make_prior(unknown)
    is_moved = abs(float(draws.mean()) - float(prior.mean())) > MOVED_BY * float(prior.std())
    return is_moved or measure_contraction(unknown, draws) >= IDENTIFIED_FROM


def list_beliefs(calibration: Calibration) -> list[Belief]:
    """List prior and posterior of every number with a prior; terms of a resolution are named after it."""
    found = []
    observations = calibration.posterior.observations
    for column, unknown in enumerate(calibration.posterior.unknowns):
        if not np.isfinite(unknown.deviation):
            continue
        draws, prior = calibration.draws[:, column], make_prior(unknown)
        text = "" if unknown.resolution_index is None else f"{observations[unknown.resolution_index].resolution} "
        found.append(
            Belief(
                name=f"{text}{unknown.name}",
                prior=Interval(mean=prior.mean(), p05=prior.ppf(LEVELS[0]), p95=prior.ppf(LEVELS[1])),
                posterior=compute_interval(draws),
                contraction=measure_contraction(unknown, draws),
                is_identified=is_identified(unknown, draws),
            )
        )
    return found


def fit_from_calibration(calibration: Calibration, specs: Sequence[Scenario], seed: int = 0) -> Fit:
    """Make a parameter file from a calibration: rounded values, intervals, scores, draws and hashes of the data."""
    posterior, draws = calibration.posterior, calibration.draws
    shared = {u.name: column for column, u in enumerate(posterior.unknowns) if u.resolution_index is None}
    drawn = shared if len(draws) else {}
    return Fit(
        settings={
            "method": "mode of the posterior at equilibrium, SLSQP; draws by weighted members and redrawn priors",
            "world": specs[0].world,
            "scenarios": [spec.title for spec in specs],
            "members_scored": [int((seen.votes >= 0).sum()) for seen in posterior.observations],
            "log_posterior": round(calibration.found.log_posterior, 3),
            "draws": len(draws),
            "draw_seed": seed,
            **({"fixed": dict(posterior.fixed)} if posterior.fixed else {}),
        },
        data=hash_world(load_scenario_world(specs[0])),
        parameters=calibration.parameters,
        intervals={name: _interval(draws[:, column]) for name, column in drawn.items()},
        contraction={
            name: round(measure_contraction(posterior.unknowns[column], draws[:, column]), 3)
            for name, column in drawn.items()
        },
        evidence={
            name: "estimated" if is_identified(posterior.unknowns[column], draws[:, column]) else "not identified"
            for name, column in drawn.items()
        },
        text=tuple(_fitted_resolution(calibration, index) for index in range(len(specs))),
        draws=_fitted_draws(calibration, shared) if len(draws) else None,
    )


def _fitted_draws(calibration: Calibration, shared: Mapping[str, int]) -> PosteriorDraws:
    posterior, draws = calibration.posterior, calibration.draws
    return PosteriorDraws(
        parameters={name: _round_all(draws[:, column]) for name, column in shared.items()},
        texts={
            seen.resolution: {name: _round_all(draws[:, column]) for name, column in _terms(posterior, index)}
            for index, seen in enumerate(posterior.observations)
        },
    )


def _fitted_resolution(calibration: Calibration, index: int) -> FittedResolution:
    posterior, vector, draws = calibration.posterior, calibration.found.vector, calibration.draws
    seen, settings = posterior.observations[index], posterior.settings_at(vector, index)
    scored = seen.votes >= 0
    chances = merge_to_three_classes(posterior.chances(vector, index)[scored])
    scores = score(chances, find_classes(seen.votes[scored]))
    conflict, order = settings.divisiveness
    return FittedResolution(
        resolution=seen.resolution,
        severity=_round(settings.severity),
        divisiveness=(_round(conflict), _round(order)),
        target_threat=_round(settings.target_threat),
        sender_threat=_round(settings.sender_threat),
        intervals={name: _interval(draws[:, column]) for name, column in _terms(posterior, index) if len(draws)},
        scores={name: round(value, 4) for name, value in scores},
    )


def _terms(posterior: Posterior, index: int) -> Iterator[tuple[str, int]]:
    """The fitted terms of a resolution, and their columns."""
    return ((u.name, column) for column, u in enumerate(posterior.unknowns) if u.resolution_index == index)


def _round(value: object) -> float:
    return float(f"{float(value):.{SIGNIFICANT_DIGITS}g}")  # type: ignore[arg-type]


def _interval(draws: FloatArray) -> Ends:
    low, high = find_ends(draws)
    return _round(low), _round(high)


def _round_all(draws: FloatArray) -> tuple[float, ...]:
    return tuple(_round(value) for value in draws)


def write_toml(fit: Fit) -> str:
    """Write a parameter file as TOML text."""
    heading = "# Written by 'sim calibrate'. Amounts of utility: 1 is one unit of log-odds."
    return f"{heading}\n\n{tomli_w.dumps(fit.document())}"
