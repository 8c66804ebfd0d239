"""The figures of the months on the page of results: ``python -m tools.validation.months [SECTION ...]``.

Prints every section, or those named, as Markdown. All figures are means over `RUNS` runs; the fits take some minutes.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache

import numpy as np

from sim.arrays import FloatArray
from sim.case import prepare
from sim.fitting.months_calibration import WAR_MONTHS, fit_part, measure_misses
from sim.results.scores_of_months import FlowScores
from sim.results.series import make_series
from sim.results.wording import write_interval, write_share
from sim.runner.months import HIGH, LOW, MonthsSamples
from sim.runner.result import RunResult
from sim.runner.run import run_case
from sim.scoring.flows import BARRELS_PER_TONNE, count_days
from sim.scoring.months import compute_scores, find_acts, measure_openness
from sim.scoring.published import collect_reported_discounts, load_published
from sim.specs import read_scenario
from sim.summaries.months import report_months
from sim.summaries.months_tables import make_aid_table, make_by_month_table, make_exports_table, make_published_table
from sim.views.exports import as_markdown
from tools.validation.tables import table

BASE = "2022-2023"
RUNS = 200
RULES = ("simulated", "last_value", "linear_trend")
ENDS = {"market": "2022-08-31", "aid": "2022-08-31", "trade": "2022-12-31"}
"""Last day of the figures that each part is fitted to; later months need not be simulated for a fit."""
BAN_SHARES = (0.0, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.3)
RESPONSES = ("aid_front", "aid_others", "aid_fatigue")
FITS: Sequence[tuple[str, Mapping[str, float], Mapping[str, tuple[float, float, float]]]] = (
    ("market", {}, {}),
    ("market", {}, {"supply_elasticity": (0.1, 0.001, 2.0)}),
    *(("market", {"demand_elasticity": value}, {}) for value in (1.0, 2.0, 5.0)),
    *(("trade", {"revenue_weight": value}, {}) for value in (0.0, 0.5, 1.0, 2.0)),
    *(("aid", {name: 0.0}, {}) for name in RESPONSES),
    ("aid", dict.fromkeys(RESPONSES, 0.0), {}),
)
"""Parts that are fitted again, what is held in each, and what is fitted in addition, with start and bounds."""
ENFORCEMENT: Mapping[str, tuple[str, Mapping[str, float]]] = {
    "as it was": (BASE, {}),
    "enforcement doubled": (f"{BASE}-enforcement-doubled", {}),
    "ten times as strong": (BASE, {"enforcement_effort": 10}),
    "no secondary sanctions": (f"{BASE}-no-secondary-sanctions", {}),
    "ten times as strong, announced and not carried out": (BASE, {"enforcement_effort": 10, "carried_out": 0}),
    "carried out ten times as strongly, not announced": (BASE, {"carried_out": 10}),
}
CAUSES: Sequence[tuple[str, Mapping[str, float], str]] = (
    (BASE, {}, "IRN:support_arms CHN:support_arms PRK:support_arms KAZ:rerouted"),
    (BASE, {}, "SYR:recognised PRK:recognised BLR:recognised IRN:recognised"),
    (BASE, {"revenue_weight": 0}, "helpers"),
    (BASE, {"goods_premium": 0}, "help_goods"),
    (BASE, {"concealment_cost": 20}, "helpers helpers_covert"),
    (BASE, {"support_dependence_weight": 0}, "help_arms help_goods"),
    (BASE, {"thrift_slope": 0}, "CHN:energy_crude IND:energy_crude"),
    ("emirates-and-turkey-enforce", {}, "KAZ:passed_on KGZ:passed_on help_goods help_finance"),
    ("bank-sanctions", {}, "help_finance help_goods"),
    ("belarus-western-credit", {}, "BLR:support_territory"),
    ("embargo-day-one", {}, "help_goods revenue"),
    ("price-cap-from-march", {}, "revenue"),
    ("price-cap-halved", {}, "revenue help_goods"),
    ("hungary-leaves", {}, "HUN:energy_crude"),
    ("no-taiwan-visit", {}, "CHN:support_finance"),
)
"""What-ifs or parameters that switch a cause off, and the series that show it."""


def simulate(scenario: str, parameters: Mapping[str, float] | None = None, *settings: str) -> RunResult:
    """Run a scenario with some parameters changed."""
    changes = [f"parameters.{name}={value}" for name, value in (parameters or {}).items()]
    return run_case(prepare(read_scenario(scenario, [*settings, *changes])), RUNS)


@lru_cache
def base() -> RunResult:
    """Run the scenario that all others are compared with."""
    return simulate(BASE)


def months_of(result: RunResult) -> MonthsSamples:
    """The months of a result."""
    assert isinstance(result.months, MonthsSamples)
    return result.months


def scores_of(result: RunResult) -> FlowScores:
    """The scores of a result that has months."""
    found = compute_scores(result)
    assert found is not None
    return found


def read(result: RunResult, name: str) -> FloatArray:
    """Read the means of a series by month, (T,); that of a member has its code and a colon before it."""
    member, _, key = name.rpartition(":")
    months = months_of(result)
    return months.member_mean(key)[:, result.case.world.index[member]] if member else months.total(key).mean


def sum_up(result: RunResult, name: str) -> float:
    """Put a series into one number: the sum of an amount, otherwise the last month."""
    values = read(result, name)
    return float(values.sum() if make_series(name.rpartition(":")[2]).is_amount else values[-1])


def write_later() -> Iterator[str]:
    """Figures later than those fitted, and what is only shown."""
    report = report_months(base())
    assert report is not None
    for make in (make_published_table, make_exports_table, make_aid_table, make_by_month_table):
        shown = make(report)
        if shown is not None:
            yield as_markdown(shown)
    scores = scores_of(base())
    shown_only = [one for one in scores.comparisons if one.use == "show" or one.id == "revenue-all-2022-08-24"]
    yield "; ".join(f"{one.id}: {one.published:g}, simulated {one.simulated or 0:.1f}" for one in shown_only) + "."
    yield f"Errors of the later figures: {_write_errors(scores)}."
    later = [one for one in scores.exports if one.use == "score" and one.iso3 != "RUS"]
    known, *rules = (np.array([getattr(one, name) for one in later]) for name in ("published", *RULES))
    errors = [f"{100 * np.abs(values - known).sum() / known.sum():.1f} %" for values in rules]
    yield f"Exports to neighbours: {known.sum():.0f}, simulated {rules[0].sum():.0f}; errors {', '.join(errors)}."


def write_fuel() -> Iterator[str]:
    """The discount on crude, what customs report of it, and what India and China bought."""
    months, discount = months_of(base()).months, read(base(), "discount_crude")
    paid = collect_reported_discounts(base().case.world, WAR_MONTHS)
    bought = [read(base(), f"{code}:energy_crude") * BARRELS_PER_TONNE for code in ("IND", "CHN")]
    rows = []
    for at, month in enumerate(months):
        shares = (discount[at], discount[max(at - 1, 0) : at + 1].mean(), paid.get(month))
        barrels = [f"{crude[at] / count_days(month):.0f}" for crude in bought]
        rows.append([month, *("" if share is None else write_share(share) for share in shares), *barrels])
    yield table(["month", "discount", "mean of two months", "customs", "India, kb/d", "China, kb/d"], rows)


def write_fits() -> Iterator[str]:
    """Fits with something held, or with a free elasticity of supply: losses, values, and the later figures."""
    rows = []
    for part, held, more in FITS:
        values, loss = fit_part(read_scenario(BASE, [f"months.end={ENDS[part]}"]), part, held, more)
        later = _write_errors(scores_of(simulate(BASE, {**held, **values}))) if part == "market" else ""
        written = [", ".join(f"{name} {value:.4g}" for name, value in of.items()) for of in (held, values)]
        rows.append([part, *written, f"{loss:.2f}", later])
    yield table(["part", "held", "fitted", "loss", "later figures"], rows)


def write_bans() -> Iterator[str]:
    """Bans that members choose: the loss by share, and the later figures at the best."""
    published = load_published(base().case.world)
    assert published is not None

    def choose(share: float) -> RunResult:
        return simulate(BASE, {"ban_share": share}, "months.bans=chosen")

    def measure_loss(result: RunResult) -> float:
        return float((measure_misses("market", result, published) ** 2).sum() / 2)

    losses = {share: measure_loss(choose(share)) for share in BAN_SHARES}
    rows = [["declared", f"{measure_loss(base()):.1f}"], *([f"{a:g}", f"{loss:.1f}"] for a, loss in losses.items())]
    yield table(["ban share", "loss"], rows)
    (union,) = (group.members for group in base().case.world.groups if group.key == "EU")
    for name, result in (("Declared", base()), ("Best", choose(min(losses, key=losses.__getitem__)))):
        crude = sum(read(result, f"{code}:energy_crude")[-1] for code in union) / 1e3
        india = ", ".join(f"{value:.0f}" for value in read(result, "IND:energy_crude"))
        yield f"{name}: {_write_errors(scores_of(result))}. Crude at the end, EU: {crude:.1f} Mt. India, kt: {india}."


def write_enforcement() -> Iterator[str]:
    """Helpers, goods and listings by enforcement, and how documented helpers rank."""
    rows = []
    for name, (scenario, parameters) in ENFORCEMENT.items():
        months = months_of(simulate(scenario, parameters))
        helpers, goods = months.totals["helpers"], months.totals["help_goods"].sum(axis=1) / 1e3
        others = (months.members["listed"] * (1 - months.members["joined"]))[:, 1:].sum(axis=(1, 2))
        rows.append([name, *map(_with_range, (helpers[:, -1], goods, others)), f"{helpers[:, 1].mean():.1f}"])
    yield table(["", "helpers, last month", "goods, bn EUR", "listings of others", "helpers, March 2022"], rows)
    acts = [(one.instrument, one.actors, one.ranked_above, one.ability_ranked_above) for one in find_acts(base())]
    rows = [[f"{name} ({len(actors)})", f"{model:.2f}", f"{ability:.2f}"] for name, actors, model, ability in acts]
    yield table(["help", "model", "ability"], rows)
    yield f"{measure_openness(base())}"


def write_united_states() -> Iterator[str]:
    """What becomes of aid, enforcement and help if the United States leave, in the months of 2023."""
    left = simulate(f"{BASE}-united-states-leave")
    rows = []
    for name in ("aid", "effort", "helpers", "help_finance", "help_goods", "DEU:aid", "JPN:aid"):
        was, now = (read(result, name)[months_of(result).months.index("2023-01") :] for result in (base(), left))
        ratio = write_interval(*(100 * np.sort(now / was)[[0, -1]] - 100), is_signed=True)
        rows.append([name, *(f"{value:.4g}" for value in (was.mean(), now.mean(), was[-1], now[-1])), f"{ratio} %"])
    yield table(["from January 2023", "base, mean", "mean", "base, last", "last", "change by month"], rows)
    free = simulate(f"{BASE}-united-states-leave", {"leave_cost": 0})
    for code in ("KOR", "PLW"):
        bound, unbound = (write_share(read(result, f"{code}:joined")[-1]) for result in (base(), free))
        yield f"Sanctions in the last month, {code}: base {bound}; if leaving costs nothing {unbound}."


def write_causes() -> Iterator[str]:
    """Series with a cause switched off, next to the base."""
    rows = []
    for name, parameters, series in CAUSES:
        result = simulate(name if name == BASE else f"{BASE}-{name}", parameters)
        changed = ", ".join(f"{key} {value:g}" for key, value in parameters.items()) or name
        for one in series.split():
            was, now = sum_up(base(), one), sum_up(result, one)
            rows.append([changed, one, f"{was:.4g}", f"{now:.4g}", f"{100 * (now / was - 1):+.1f} %" if was else ""])
    yield table(["changed", "series", "base", "then", "change"], rows)


def _with_range(values: FloatArray) -> str:
    return f"{values.mean():.1f} ({write_interval(*np.quantile(values, (LOW, HIGH)))})"


def _write_errors(scores: FlowScores) -> str:
    """Write the errors of the later figures, and how many are met within a quarter."""
    errors = [one.relative_error or 0.0 for one in scores.figures["score"]]
    met = scores.scored_within_a_quarter.simulated or 0.0
    return f"{', '.join(f'{100 * error:+.0f}' for error in errors)} %; {met * len(errors):.0f} met"


SECTIONS: Mapping[str, Callable[[], Iterator[str]]] = {
    "later": write_later,
    "fuel": write_fuel,
    "bans": write_bans,
    "enforcement": write_enforcement,
    "united-states": write_united_states,
    "causes": write_causes,
    "fits": write_fits,
}


def main() -> None:
    """Print the sections."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("sections", nargs="*", choices=[[], *SECTIONS], metavar="SECTION", help=", ".join(SECTIONS))
    for name in options.parse_args().sections or SECTIONS:
        print(f"## {name}", *SECTIONS[name](), sep="\n\n", end="\n\n", flush=True)


if __name__ == "__main__":
    main()
