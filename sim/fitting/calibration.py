"""Fitting the shared parameters and each text's terms to roll calls, with their joint uncertainty, and writing the fit.

The point is the mode of the posterior. Draws around it are modes too, each of a posterior in which the members count
at random (the Bayesian bootstrap: Rubin 1981; for a likelihood, Newton & Raftery 1994) and the priors are centred at
random draws of themselves (randomised maximum a posteriori: Bardsley et al. 2014). Where the votes say nothing of a
number its draws are those of its prior; bounds and signs hold in every draw.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import tomli_w
from scipy.stats import truncnorm

from sim.arrays import FloatArray
from sim.errors import input_error
from sim.fitting.posterior import Found, Observation, Posterior, Unknown, observation
from sim.results.calibration import Belief
from sim.results.intervals import LEVELS, Ends, ends_of, interval_of
from sim.results.parts import Interval
from sim.scoring.scores import classes_of, score, three_classes
from sim.specs import Fit, Scenario, world_of
from sim.specs.fits import Draws, FittedText
from sim.world.loading import world_hashes

DIGITS = 4
"""Significant digits that fitted values and draws are written with."""


@dataclass(frozen=True)
class Calibration:
    """A fit: its posterior, the mode, and draws (D, K) around it."""

    posterior: Posterior
    found: Found
    draws: FloatArray

    @property
    def parameters(self) -> dict[str, float]:
        """The fitted shared parameters."""
        return {
            unknown.name: _rounded(value)
            for unknown, value in zip(self.posterior.unknowns, self.found.vector, strict=True)
            if unknown.text is None
        }


def observed(spec: Scenario) -> Observation:
    """The roll call of a scenario's only vote, as its world has it.

    Raises
    ------
    InputError : the world has none.
    """
    world = world_of(spec)
    resolution = spec.vote[0].resolution
    call = world.rollcall(resolution)
    if call is None:
        have = ", ".join(call.resolution for call in world.record)
        message = f"the world {spec.world} has no roll call of {resolution}."
        raise input_error(f"scenario '{spec.title}'", "vote", message, f"Roll calls there are: {have}.")
    return observation(spec, call.votes, world)


def calibrate(
    specs: Sequence[Scenario],
    draws: int = 0,
    *,
    seed: int = 0,
    fits_threats: bool = False,
    on_progress: Callable[[int], None] = lambda done: None,
) -> Calibration:
    """Fit the shared parameters and the texts' terms to the roll call of each scenario.

    Parameters
    ----------
    specs : scenarios of one vote each; the first sets the length of alignment and of the threats.
    draws : how many draws to make around the mode.
    seed : that the draws are keyed by; draw d is the same however many there are.
    fits_threats : whether the threats of all texts but the first are fitted, around their declared values.
    on_progress : called with the number of draws done.
    """
    posterior = Posterior([observed(spec) for spec in specs], fits_threats=fits_threats)
    posterior, found = posterior.located()
    drawn = []
    for number in range(draws):
        drawn.append(draw_of(posterior, found, seed, number))
        on_progress(number + 1)
    return Calibration(posterior, found, np.array(drawn).reshape(draws, len(posterior.unknowns)))


def draw_of(posterior: Posterior, found: Found, seed: int, number: int) -> FloatArray:
    """Draw number d: the mode (K,) where members count at random and priors are centred at draws of themselves.

    Positions are those under the mode.
    """
    random = np.random.default_rng([seed, number])
    weights = random.exponential(size=posterior.size)
    centres = np.array([prior_draw(unknown, random.random()) for unknown in posterior.unknowns])
    return posterior.fit(weights / weights.mean(), centres, found.vector).vector


def prior_draw(unknown: Unknown, level: float) -> float:
    """The value below which a number's prior holds a share of its chances; its mean where it has no prior."""
    if not np.isfinite(unknown.deviation):
        return unknown.mean
    return float(prior_of(unknown).ppf(level))


def prior_of(unknown: Unknown):  # type: ignore[no-untyped-def]  # a frozen distribution of SciPy
    """The prior of a number: normal, cut off at its bounds."""
    low, high = ((bound - unknown.mean) / unknown.deviation for bound in (unknown.low, unknown.high))
    return truncnorm(low, high, loc=unknown.mean, scale=unknown.deviation)


def contraction(unknown: Unknown, draws: FloatArray) -> float:
    """By how much the votes narrowed the variance of a number's prior: 0 not at all, 1 wholly.

    The posterior contraction of Schad, Betancourt & Vasishth (2021); below 0 where draws spread wider than the prior.
    """
    return 1.0 - float(draws.var()) / float(prior_of(unknown).var())


IDENTIFIED_FROM = 0.3
"""Contraction below which, with a mean near the prior's, a number counts as not identified by the votes."""
MOVED_BY = 0.5
"""Distance of the posterior's mean from the prior's, in standard deviations of the prior, that counts as moved."""


def is_identified(unknown: Unknown, draws: FloatArray) -> bool:
    """Whether the votes say something of a number: they narrowed its prior, or moved it."""
    prior = prior_of(unknown)
    moved = abs(float(draws.mean()) - float(prior.mean())) > MOVED_BY * float(prior.std())
    return moved or contraction(unknown, draws) >= IDENTIFIED_FROM


def beliefs(calibration: Calibration) -> list[Belief]:
    """Prior and posterior of every number that has a prior; a resolution's own terms are named after it."""
    found = []
    observations = calibration.posterior.observations
    for column, unknown in enumerate(calibration.posterior.unknowns):
        if not np.isfinite(unknown.deviation):
            continue
        draws, prior = calibration.draws[:, column], prior_of(unknown)
        text = "" if unknown.text is None else f"{observations[unknown.text].resolution} "
        found.append(
            Belief(
                name=f"{text}{unknown.name}",
                prior=Interval(mean=prior.mean(), p05=prior.ppf(LEVELS[0]), p95=prior.ppf(LEVELS[1])),
                posterior=interval_of(draws),
                contraction=contraction(unknown, draws),
                is_identified=is_identified(unknown, draws),
            )
        )
    return found


def fit_of(calibration: Calibration, specs: Sequence[Scenario], seed: int = 0) -> Fit:
    """A fit as a parameter file holds it: rounded values, intervals, scores at them, draws, and what it rests on."""
    posterior, draws = calibration.posterior, calibration.draws
    shared = {u.name: column for column, u in enumerate(posterior.unknowns) if u.text is None}
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
        },
        data=world_hashes(world_of(specs[0])),
        parameters=calibration.parameters,
        intervals={name: _interval(draws[:, column]) for name, column in drawn.items()},
        contraction={
            name: round(contraction(posterior.unknowns[column], draws[:, column]), 3) for name, column in drawn.items()
        },
        text=tuple(_fitted_text(calibration, index) for index in range(len(specs))),
        draws=_fitted_draws(calibration, shared) if len(draws) else None,
    )


def _fitted_draws(calibration: Calibration, shared: Mapping[str, int]) -> Draws:
    posterior, draws = calibration.posterior, calibration.draws
    return Draws(
        parameters={name: _listed(draws[:, column]) for name, column in shared.items()},
        texts={
            seen.resolution: {name: _listed(draws[:, column]) for name, column in _terms(posterior, index)}
            for index, seen in enumerate(posterior.observations)
        },
    )


def _fitted_text(calibration: Calibration, index: int) -> FittedText:
    posterior, vector, draws = calibration.posterior, calibration.found.vector, calibration.draws
    seen, text = posterior.observations[index], posterior.text(vector, index)
    scored = seen.votes >= 0
    chances = three_classes(posterior.chances(vector, index)[scored])
    scores = score(chances, classes_of(seen.votes[scored]))
    conflict, order = text.divisiveness
    return FittedText(
        resolution=seen.resolution,
        severity=_rounded(text.severity),
        divisiveness=(_rounded(conflict), _rounded(order)),
        target_threat=_rounded(text.target_threat),
        sender_threat=_rounded(text.sender_threat),
        intervals={name: _interval(draws[:, column]) for name, column in _terms(posterior, index) if len(draws)},
        scores={name: round(value, 4) for name, value in scores},
    )


def _terms(posterior: Posterior, index: int) -> Iterator[tuple[str, int]]:
    """The fitted terms of a text, and their columns."""
    return ((u.name, column) for column, u in enumerate(posterior.unknowns) if u.text == index)


def _rounded(value: object) -> float:
    return float(f"{float(value):.{DIGITS}g}")  # type: ignore[arg-type]


def _interval(draws: FloatArray) -> Ends:
    low, high = ends_of(draws)
    return _rounded(low), _rounded(high)


def _listed(draws: FloatArray) -> tuple[float, ...]:
    return tuple(_rounded(value) for value in draws)


def as_toml(fit: Fit) -> str:
    """A parameter file, as it is written."""
    return (
        f"# Written by 'sim calibrate'. Utilities are in units of the logit noise.\n\n{tomli_w.dumps(fit.document())}"
    )
