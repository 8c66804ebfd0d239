"""Profiles: how much worse the votes are explained when a number is held at another value and all others are refitted.

Where other numbers can make up for it, the profile is flat: the votes do not distinguish the two.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.arrays import FloatArray
from sim.fitting.posterior import Observation, Posterior
from sim.rules.parameters import load_registry

LIMIT = 1.3528
"""Fall in log likelihood that bounds a 90 % interval where the likelihood is regular: half the 90th percentile of the
chi-squared distribution with one degree of freedom (Wilks 1938)."""


@dataclass(frozen=True)
class Profile:
    """One number held at V values in turn, all others at the mode of their posterior.

    Parameters
    ----------
    values : where it was held, (V,).
    log_likelihood : of the votes, without any prior, (V,).
    log_posterior : with the priors of all numbers, its own among them, (V,).
    others : the other shared numbers, fitted at each value, by name, (V,).
    """

    name: str
    values: FloatArray
    log_likelihood: FloatArray
    log_posterior: FloatArray
    others: Mapping[str, FloatArray]

    def fall(self, of: FloatArray) -> FloatArray:
        """How far a log likelihood or posterior is below its largest value, (V,): 0 at the best, else negative."""
        return of - of.max()

    @property
    def best(self) -> float:
        """The value at which the votes are most likely."""
        return float(self.values[self.log_likelihood.argmax()])

    @property
    def left_open(self) -> tuple[float, float]:
        """Smallest and largest of the values that the votes do not rule out, by `LIMIT`."""
        kept = self.values[self.fall(self.log_likelihood) > -LIMIT]
        return float(kept.min()), float(kept.max())


def profile(
    observations: Sequence[Observation],
    name: str,
    values: Sequence[float],
    fixed: Mapping[str, float] | None = None,
    *,
    on_progress: Callable[[int], None] = lambda done: None,
) -> Profile:
    """Hold a shared parameter at each value and fit all others again.

    Parameters
    ----------
    name : a parameter with a prior.
    fixed : other shared parameters that are held, too, at one value throughout.
    on_progress : called with the number of values done.
    """
    prior = load_registry()[name].prior
    if prior is None:
        raise ValueError(f"{name} is not fitted")
    likelihoods, posteriors, others = [], [], []
    start: FloatArray | None = None
    for done, value in enumerate(values, start=1):
        posterior = Posterior(observations, fixed={**(fixed or {}), name: value})
        found = posterior.fit(start=start)
        start = found.vector
        likelihoods.append(posterior.log_likelihood(found.vector))
        posteriors.append(found.log_posterior - 0.5 * ((value - prior[0]) / prior[1]) ** 2)
        others.append(posterior.shared_parameters(found.vector))
        on_progress(done)
    return Profile(
        name=name,
        values=np.array(values, dtype=np.float64),
        log_likelihood=np.array(likelihoods),
        log_posterior=np.array(posteriors),
        others={other: np.array([each[other] for each in others]) for other in others[0] if other != name},
    )
