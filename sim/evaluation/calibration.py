"""Fitting the shared parameters and each text's severity and divisiveness to roll calls.

Maximum a posteriori: the likelihood of every member's vote at the equilibrium of the model, times the priors of the
registry, within the registry's bounds. One set of shared parameters for all votes; the signs are those of the theory.
A member's peers are as the model expects them, never as they voted.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, minimize

from sim.case import NOT_GIVEN, Ballot, Case, ballots_of, prepare
from sim.ensemble import own_utilities
from sim.evaluation.equilibrium import equilibrium
from sim.evaluation.scores import classes_of, score, three_classes
from sim.rules.parameters import ORDERED, defaults, registry
from sim.specs import Scenario
from sim.world.quantities import Quantities, quantities
from sim.world.reading import world_hashes

FloatArray = NDArray[np.float64]

SEVERITY_BOUNDS = (-15.0, 15.0)
DIVISIVENESS_BOUNDS = (0.0, 3.0)
DIVISIVENESS_PRIOR = (2**-0.5, 0.35)
"""Around the first text's, which is fixed at length 1 with equal parts."""
SMALLEST_LIKELIHOOD = 1e-12


@dataclass(frozen=True)
class TextFit:
    """What was fitted for one resolution."""

    resolution: str
    severity: float
    divisiveness: tuple[float, float]


@dataclass(frozen=True)
class Fit:
    """Fitted values, and how the search ended."""

    parameters: Mapping[str, float]
    texts: tuple[TextFit, ...]
    log_posterior: float
    evaluations: int
    has_converged: bool


class _Problem:
    """The posterior as a function of one vector: fitted parameters, then per text severity and divisiveness."""

    def __init__(self, specs: Sequence[Scenario]) -> None:
        self.cases = [prepare(spec) for spec in specs]
        self.known = [_known(case) for case in self.cases]
        self.observed = [_observed(case) for case in self.cases]
        self.names = [name for name, parameter in registry().items() if parameter.prior is not None]
        priors = [registry()[name].prior or (0.0, 1.0) for name in self.names]
        texts = len(specs)
        self.means = np.array([mean for mean, _ in priors])
        self.deviations = np.array([deviation for _, deviation in priors])
        bounds = [(registry()[name].low, registry()[name].high) for name in self.names]
        bounds += [SEVERITY_BOUNDS] * texts + [DIVISIVENESS_BOUNDS] * (2 * (texts - 1))
        self.bounds = Bounds(*np.array(bounds).T)
        # The search starts at the priors, so that its result does not hang on an earlier one.
        start = [*self.means, *[0.0] * texts, *[DIVISIVENESS_PRIOR[0]] * (2 * (texts - 1))]
        self.start = np.clip(start, self.bounds.lb, self.bounds.ub)

    def unpacked(self, vector: FloatArray) -> tuple[dict[str, float], list[TextFit]]:
        size, texts = len(self.names), len(self.cases)
        parameters = {**defaults(), **dict(zip(self.names, vector[:size].tolist(), strict=True))}
        severities = vector[size : size + texts]
        divisions = [self.cases[0].ballots[0].divisiveness, *vector[size + texts :].reshape(-1, 2).tolist()]
        fits = [
            TextFit(case.ballots[0].resolution, float(severity), (float(division[0]), float(division[1])))
            for case, severity, division in zip(self.cases, severities, divisions, strict=True)
        ]
        return parameters, fits

    def loss(self, vector: FloatArray) -> float:
        """Minus the log posterior, up to a constant."""
        parameters, texts = self.unpacked(vector)
        total = 0.0
        for case, known, observed, text in zip(self.cases, self.known, self.observed, texts, strict=True):
            chances = fitted_probabilities(case, known, parameters, text)
            scored = np.flatnonzero(observed >= 0)
            total -= float(np.log(np.maximum(chances[scored, observed[scored]], SMALLEST_LIKELIHOOD)).sum())
        size, count = len(self.names), len(self.cases)
        spread = (vector[:size] - self.means) / self.deviations
        divided = (vector[size + count :] - DIVISIVENESS_PRIOR[0]) / DIVISIVENESS_PRIOR[1]
        return total + 0.5 * float((spread**2).sum() + (divided**2).sum())

    def constraints(self) -> LinearConstraint:
        """The shapes of retaliation and sanctions do not cross."""
        pairs = [pair for pair in ORDERED if all(name in self.names for name in pair)]
        rows = np.zeros((len(pairs), len(self.start)))
        for row, (smaller, larger) in zip(rows, pairs, strict=True):
            row[self.names.index(smaller)], row[self.names.index(larger)] = -1.0, 1.0
        return LinearConstraint(rows, 0.0, np.inf)


def calibrate(specs: Sequence[Scenario], report: Callable[[float], None] | None = None) -> Fit:
    """Fit the shared parameters to the roll calls of the first vote of each scenario.

    Parameters
    ----------
    specs : scenarios of one vote each; the first sets the length of alignment, its divisiveness is kept.
    report : called with the loss after every iteration.
    """
    problem = _Problem(specs)
    result: OptimizeResult = minimize(
        problem.loss,
        problem.start,
        method="SLSQP",
        bounds=problem.bounds,
        constraints=problem.constraints(),
        options={"maxiter": 400, "ftol": 1e-7},
        callback=(lambda vector: report(problem.loss(vector))) if report else None,
    )
    vector = np.clip(result.x, problem.bounds.lb, problem.bounds.ub)
    parameters, texts = problem.unpacked(vector)
    fitted = {name: parameters[name] for name in problem.names}
    for smaller, larger in ORDERED:
        if smaller in fitted and larger in fitted:  # the optimiser may end a rounding error beyond the constraint
            fitted[smaller] = min(fitted[smaller], fitted[larger])
    return Fit(fitted, tuple(texts), -float(result.fun), int(result.nfev), bool(result.success))


def fitted_probabilities(
    case: Case, known: Quantities, parameters: Mapping[str, float], text: TextFit | None = None
) -> FloatArray:
    """Equilibrium probabilities (N, 4) of a case's first vote under other parameters and another text."""
    vote = case.spec.vote[0]
    if text is not None:
        vote = vote.model_copy(update={"severity": text.severity, "divisiveness": text.divisiveness})
    spec = case.spec.model_copy(update={"vote": (vote,)})
    (ballot,) = ballots_of(spec, case.world, parameters, case.roles, known)
    altered = Case(spec, case.world, parameters, case.roles, case.peers, (ballot,))
    return equilibrium(own_utilities(altered, ballot, []), ballot, case.peers, parameters["peer_influence"])


def _known(case: Case) -> Quantities:
    return quantities(case.world, case.roles, case.ballots[0].date, case.parameters["agreement_sharpness"])


def _observed(case: Case) -> NDArray[np.int64]:
    """Observed action codes, -1 where a vote is given or not recorded."""
    ballot: Ballot = case.ballots[0]
    call = case.world.rollcall(ballot.resolution)
    if call is None:
        raise ValueError(f"the world has no roll call of {ballot.resolution}")
    return np.where(ballot.given == NOT_GIVEN, call.votes, -1)


def fit_text(spec: Scenario, parameters: Mapping[str, float]) -> TextFit:
    """Fit the severity and divisiveness of one text, the shared parameters being given."""
    case = prepare(spec)
    known, observed = _known(case), _observed(case)
    scored = np.flatnonzero(observed >= 0)
    resolution = case.ballots[0].resolution

    def loss(vector: FloatArray) -> float:
        text = TextFit(resolution, float(vector[0]), (float(vector[1]), float(vector[2])))
        chances = fitted_probabilities(case, known, parameters, text)
        divided = (vector[1:] - DIVISIVENESS_PRIOR[0]) / DIVISIVENESS_PRIOR[1]
        likelihoods = np.maximum(chances[scored, observed[scored]], SMALLEST_LIKELIHOOD)
        return -float(np.log(likelihoods).sum()) + 0.5 * float((divided**2).sum())

    bounds = [SEVERITY_BOUNDS, DIVISIVENESS_BOUNDS, DIVISIVENESS_BOUNDS]
    found = minimize(loss, np.array([0.0, *[DIVISIVENESS_PRIOR[0]] * 2]), method="L-BFGS-B", bounds=bounds)
    return TextFit(resolution, float(found.x[0]), (float(found.x[1]), float(found.x[2])))


def document_of(fit: Fit, specs: Sequence[Scenario]) -> dict[str, object]:
    """A fit as plain data: values rounded to four digits, scores at them, and what they were fitted to."""
    parameters = {name: float(f"{round(value, 6):.4g}") for name, value in fit.parameters.items()}
    problem = _Problem(specs)
    texts = []
    for case, known, observed, text in zip(problem.cases, problem.known, problem.observed, fit.texts, strict=True):
        scored = observed >= 0
        chances = three_classes(fitted_probabilities(case, known, {**defaults(), **parameters}, text)[scored])
        texts.append(
            {
                "resolution": text.resolution,
                "severity": round(text.severity, 3),
                "divisiveness": [round(part, 4) for part in text.divisiveness],
                "scores": score(chances, classes_of(observed[scored])).document(),
            }
        )
    return {
        "settings": {
            "method": "maximum a posteriori at equilibrium, SLSQP",
            "world": problem.cases[0].world.name,
            "members_scored": [int((observed >= 0).sum()) for observed in problem.observed],
            "log_posterior": round(fit.log_posterior, 3),
            "evaluations": fit.evaluations,
        },
        "data": world_hashes(problem.cases[0].world),
        "parameters": parameters,
        "text": texts,
    }


def written(document: Mapping[str, object]) -> str:
    """The document of a fit as TOML."""
    head = "# Written by 'sim calibrate'. Utilities are in units of the logit noise.\n"
    return head + "\n".join(_toml_lines(document)) + "\n"


def _toml_lines(document: Mapping[str, object], prefix: str = "") -> list[str]:
    lines = []
    for key, value in document.items():
        if isinstance(value, Mapping):
            lines += [f"\n[{prefix}{key}]", *_toml_lines(value, f"{prefix}{key}.")]
        elif isinstance(value, list) and value and isinstance(value[0], Mapping):
            for entry in value:
                lines += [f"\n[[{prefix}{key}]]", *_toml_lines(entry, f"{prefix}{key}.")]
        else:
            name = key if key.replace("_", "").isalnum() else json.dumps(key)
            lines.append(f"{name} = {json.dumps(value)}")
    return lines
