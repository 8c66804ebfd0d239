"""Fitting the free parameters of the months to early figures: to 31 August 2022, of trade in goods to December 2022.

The coalition is a logit of who was on the list of 7 March 2022, given the sanctions that the scenario states. The
market, the aid, and the goods that go round are least squares on logarithms of the published figures and sums for
calibration, and of the price of the target's crude. All are shrunk towards the values where the search starts, which
are declared here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import least_squares, minimize

from sim.arrays import FloatArray
from sim.case import Case, prepare
from sim.case.conditions import JOINED
from sim.results.scores_of_months import PublishedFigure
from sim.runner.result import RunResult
from sim.runner.run import run_case
from sim.scoring.aid import CALIBRATED_TO, LEAST_AID, read_record
from sim.scoring.flows import score_flows
from sim.scoring.months import find_simulated
from sim.scoring.published import Published, collect_reported_discounts, load_published, measure_reported_tonnes
from sim.specs import Fit, Scenario, load_scenario_world, parse_scenario
from sim.world.energy import hash_energy
from sim.world.loading import hash_world

REPLICATES = 40
"""Number of runs averaged at each step of the search; every step uses the same runs."""
COALITION = {"join_alignment": (1.0, 1.0), "join_dependence": (1.0, 2.0), "join_allies": (5.0, 5.0)}
"""Means and standard deviations of the normal priors; the reluctance has a flat prior."""
MARKET = {
    "capacity_months": (1.5, 1.0, 36.0),
    "scale_share": (0.03, 0.001, 0.5),
    "substitution_months_oil": (24.0, 3.0, 240.0),
    "substitution_months_gas": (36.0, 3.0, 240.0),
    "thrift_slope": (0.1, 0.01, 1.0),
    "demand_elasticity": (5.0, 1.0, 50.0),
}
"""Start, lower and upper bound of the parameters of the market."""
AID = {
    "aid_general": (0.00005, 1e-7, 0.005),
    "aid_near": (0.0005, 1e-7, 0.01),
    "aid_arms": (0.0001, 1e-7, 0.005),
    "aid_fatigue": (100.0, 1.0, 10_000.0),
}
"""The same for aid to the victim."""
AID_RESPONSES = {"aid_front": (0.0, -20.0, 20.0), "aid_others": (0.0, -1.0, 1.0)}
"""The same for responses of aid that may have either sign; half the upper bound is the scatter of their prior."""
TRADE = {
    "goods_ended": (0.5, 0.05, 1.0),
    "route_capacity": (300.0, 10.0, 10_000.0),
    "route_scale": (0.5, 0.05, 1.5),
    "route_months": (6.0, 1.0, 48.0),
}
"""The same for goods that go round."""
PARTS = {"market": MARKET, "aid": AID | AID_RESPONSES, "trade": TRADE}
"""What is fitted by least squares, in this order."""
WAR_MONTHS = ("2022-03", "2022-08")
"""First and last month of the reported imports that are fitted."""
SCATTER = 0.15
"""Standard deviation of the logarithm of a figure around the run."""
PRICE_SCATTER = 0.1
"""The same for the price of a month's crude."""
AID_SCATTER = 0.7
PERIOD_BEGINS = "2022-06"
"""First month of the second period in which donors' sums are compared."""
PRIOR_SCATTER = 0.7
FIGURES = ("crude_imports", "supplier_crude_share")
REVENUE = ("revenue", "revenue_share")
"""Measures that the market is fitted to; revenue only from all members and from groups."""
TRACKED_FROM = "2022-08"
"""Month from which published revenue counts: earlier figures cover only what could be tracked then (docs/data.md)."""


@dataclass(frozen=True)
class MonthsFit:
    """Fitted values by parameter, and losses: minus log posterior of the coalition, sums of squares of the others."""

    parameters: Mapping[str, float]
    losses: Mapping[str, float]


def fit_months(spec: Scenario, on_step: Callable[[str, float], None] = lambda part, loss: None) -> MonthsFit:
    """Fit coalition, market, aid and goods, one after the other.

    Parameters
    ----------
    on_step : called with each part and its loss once it is fitted.

    Raises
    ------
    ValueError : the world has no published figures to fit the months to.
    """
    case = prepare(spec)
    published = load_published(case.world)
    if published is None or case.plan is None:
        raise ValueError("there are no published figures to fit the months to")
    found: dict[str, float] = {}
    losses: dict[str, float] = {}
    values, losses["coalition"] = _coalition(case, published)
    found |= values
    on_step("coalition", losses["coalition"])
    for part in PARTS:
        values, losses[part] = fit_part(spec, part, found)
        found |= values
        on_step(part, losses[part])
    return MonthsFit(found, losses)


def fit_part(
    spec: Scenario, part: str, held: Mapping[str, float], more: Mapping[str, tuple[float, float, float]] | None = None
) -> tuple[dict[str, float], float]:
    """Fit one of `PARTS` by least squares: values by parameter, and half the sum of squares.

    Parameters
    ----------
    held : parameters that are kept at a value; those of the part among them are not fitted.
    more : further parameters to fit, with start, lower and upper bound.
    """
    published = load_published(load_scenario_world(spec))
    assert published is not None
    starts = {name: start for name, start in (PARTS[part] | dict(more or {})).items() if name not in held}
    return _squares(spec, held, starts, lambda result: measure_misses(part, result, published))


def measure_misses(part: str, result: RunResult, published: Published) -> FloatArray:
    """Measure how far a run is from the figures that one of `PARTS` is fitted to, in standard deviations."""
    return {"market": _market, "aid": _aid, "trade": _trade}[part](result, published)


def _coalition(case: Case, published: Published) -> tuple[dict[str, float], float]:
    """Fit the weights of the utility of joining to the members whose sanctions the scenario does not state."""
    assert case.plan is not None
    inputs = case.plan.inputs
    given = next(now for now in case.plan.conditions if now.war == 1).membership == JOINED
    allies = case.peers @ given.astype(np.float64)
    free = (inputs.seat > 0) & ~given
    columns = np.stack([inputs.alignment, -inputs.dependence, allies, -np.ones(case.world.size)], axis=1)[free]
    listed = np.array([code in published.sanctioning for code in case.world.iso3])[free]

    def loss(weights: FloatArray) -> float:
        utility = columns @ weights
        pull = sum(
            ((weight - mean) / spread) ** 2
            for weight, (mean, spread) in zip(weights[:-1], COALITION.values(), strict=True)
        )
        return float((np.logaddexp(0, utility) - listed * utility).sum() + pull / 2)

    start = np.array([*(mean for mean, _ in COALITION.values()), 8.0])
    best = minimize(loss, start, method="L-BFGS-B", bounds=[(0, 10), (0, 10), (0, 50), (-50, 50)])
    return dict(zip((*COALITION, "join_reluctance"), map(float, best.x), strict=True)), float(best.fun)


def _squares(
    spec: Scenario,
    fixed: Mapping[str, float],
    starts: Mapping[str, tuple[float, float, float]],
    residuals: Callable[[RunResult], FloatArray],
) -> tuple[dict[str, float], float]:
    """Least squares on logarithms, in the logarithms of the parameters or, where these may be 0, in themselves."""
    first, low, high = (np.array(part) for part in zip(*starts.values(), strict=True))
    is_log = low > 0
    scale = np.where(is_log, PRIOR_SCATTER, high / 2)

    # Steps of the search are relative, so 0 is searched at 1.
    def search(values: FloatArray) -> FloatArray:
        return np.where(is_log, np.log(np.where(is_log, values, 1.0)), 1.0 + values / scale)

    def values_at(point: FloatArray) -> FloatArray:
        return np.where(is_log, np.exp(np.where(is_log, point, 0.0)), (point - 1.0) * scale)

    def misses(point: FloatArray) -> FloatArray:
        values = {**fixed, **dict(zip(starts, map(float, values_at(point)), strict=True))}
        given = {**spec.document(), "set": {f"parameters.{name}": value for name, value in values.items()}}
        result = run_case(prepare(parse_scenario(given, spec.title, Path())), REPLICATES)
        return np.concatenate([residuals(result), (point - search(first)) / np.where(is_log, PRIOR_SCATTER, 1.0)])

    bounds = (search(low), search(high))
    best = least_squares(misses, search(first), bounds=bounds, diff_step=[0.02] * len(starts), max_nfev=25)
    return dict(zip(starts, map(float, values_at(best.x)), strict=True)), float(best.cost)


def _market(result: RunResult, published: Published) -> FloatArray:
    """Logarithms of simulated over published figures, and over the reports of members that sanction, by fuel."""
    simulated = find_simulated(result)
    assert simulated is not None
    groups = {*simulated.groups, "ALL"}
    figures = [
        np.log(one.simulated / one.published) / SCATTER
        for one in score_flows(simulated, published).comparisons
        if one.use == "calibrate" and one.simulated and (one.measure in FIGURES or _is_tracked(one, groups))
    ]
    return np.array([*figures, *_reports(result), *_discounts(result)])


def _is_tracked(one: PublishedFigure, groups: set[str]) -> bool:
    """Whether a figure is revenue from all members or from a group, and late enough to count."""
    return one.measure in REVENUE and one.who in groups and one.period[-10:] >= TRACKED_FROM


def _reports(result: RunResult) -> list[float]:
    """Misses of the reported imports of members that sanction, by month; the months of a fuel count as one figure."""
    months, plan = result.months, result.case.plan
    assert months is not None
    assert plan is not None
    names = tuple(month for month in months.months if WAR_MONTHS[0] <= month <= WAR_MONTHS[1])
    rows = [months.months.index(month) for month in names]
    misses = []
    for fuel in plan.inputs.cells.commodities:
        reported = measure_reported_tonnes(result.case.world, fuel, names)
        bought = months.member_mean(f"energy_{fuel}")[rows] * 1e3
        given = plan.conditions[rows[0]].membership == JOINED
        counted = np.isfinite(reported) & given
        for simulated, found, known in zip(bought, reported, counted, strict=True):
            if simulated[known].sum() > 0 and found[known].sum() > 0:
                miss = np.log(simulated[known].sum() / found[known].sum())
                misses.append(float(miss) / (SCATTER * len(names) ** 0.5))
    return misses


def _discounts(result: RunResult) -> list[float]:
    """Misses of the price of the target's crude over the world's, by month, of cargoes of that month and the last."""
    months = result.months
    assert months is not None
    sold_at = 1.0 - months.total("discount_crude").mean
    misses = []
    for month, discount in collect_reported_discounts(result.case.world, WAR_MONTHS).items():
        at = months.months.index(month)
        misses.append(float(np.log(sold_at[at - 1 : at + 1].mean() / (1.0 - discount))) / PRICE_SCATTER)
    return misses


def _aid(result: RunResult, published: Published) -> FloatArray:
    """Misses of aid to the end of calibration: donors' sums in two periods, the course over months, and the total.

    Donors are compared on logarithms above a least sum. The course is the mean miss over donors of each whole month,
    less that of all months: it shows when donors gave, whatever they gave in all.
    """
    simulated = find_simulated(result)
    assert simulated is not None
    assert simulated.aid is not None
    donors = sorted(set(published.aid) & set(simulated.members))
    months = [month for month in simulated.months if month <= CALIBRATED_TO]
    recorded = read_record(donors, months, published.aid)
    given = simulated.aid[: len(months), [simulated.index[donor] for donor in donors]]

    def miss(one: FloatArray, other: FloatArray) -> FloatArray:
        return np.asarray(np.log((one + LEAST_AID) / (other + LEAST_AID)))

    is_early = np.array([month < PERIOD_BEGINS for month in months])
    each = [miss(given[part].sum(axis=0), recorded[part].sum(axis=0)) / AID_SCATTER for part in (is_early, ~is_early)]
    course = miss(given, recorded)[1:].mean(axis=1)
    total = np.log(given.sum() / recorded.sum()) / (SCATTER / (2 * len(donors)) ** 0.5)
    return np.concatenate([*each, (course - course.mean()) / SCATTER, [total]])


def _trade(result: RunResult, published: Published) -> FloatArray:
    """Logarithms of simulated over recorded exports, by partner and month; the months of a partner count as one."""
    simulated = find_simulated(result)
    assert simulated is not None
    fitted = [one for one in score_flows(simulated, published).exports if one.use == "calibrate"]
    misses = [np.log(np.divide(one.simulated, one.published)) / len(one.months) ** 0.5 for one in fitted]
    return np.concatenate(misses) / SCATTER


def fit_from_months(fit: MonthsFit, spec: Scenario) -> Fit:
    """Make a parameter file from a fit of the months, with values rounded to four significant digits."""
    case = prepare(spec)
    return Fit(
        settings={
            "method": "logit (coalition), least squares of logarithms (market, aid, trade), drawn to declared starts",
            "scenario": spec.title,
            "until": "2022-08-31",
            "trade_until": "2022-12-31",
            "replicates": REPLICATES,
            "losses": {name: round(loss, 3) for name, loss in fit.losses.items()},
        },
        data=hash_world(case.world) | hash_energy(case.world),
        parameters={name: float(f"{value:.4g}") for name, value in fit.parameters.items()},
    )
