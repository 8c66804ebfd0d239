"""Scores of the months, worked by hand, and the published figures they are held against."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.scoring.exports import score_exports
from sim.scoring.flows import (
    Simulated,
    accumulate,
    kilobarrels_a_day,
    measure_part_elapsed,
    relative_error,
    score_flows,
)
from sim.scoring.orderings import (
    compare_senders,
    compare_values,
    forecast_last_and_trend,
    rank_correlation,
)
from sim.scoring.published import (
    CALIBRATION_ENDS,
    OutcomeFigure,
    Published,
    collect_reported_discounts,
    load_published,
    measure_reported_tonnes,
)
from sim.world import World, load_world

MONTHS = tuple(f"2022-{month:02}" for month in range(2, 13))
MEMBERS = ("AAA", "BBB", "CCC")


def figure(measure: str, who: str, period: str, dated: str, value: float, use: str) -> OutcomeFigure:
    return OutcomeFigure(
        f"{measure}-{dated}", measure, who, period, date.fromisoformat(dated), value, "", use, "invented"
    )


def path() -> Simulated:
    crude, revenue = np.zeros((len(MONTHS), 3)), np.zeros((len(MONTHS), 3))
    crude[:] = [1000.0, 3000.0, 0.0]
    revenue[:] = [28.0, 84.0, 0.0]  # 1 and 3 bn EUR a day in a February of 28 days
    return Simulated(MONTHS, MEMBERS, {"G": frozenset({"AAA", "CCC"})}, crude, revenue, np.array([4000.0, 3000.0, 1.0]))


def scored(*figures: OutcomeFigure, aid: dict[str, dict[str, float]] | None = None) -> Published:
    return Published(figures, frozenset({"AAA", "BBB"}), aid or {})


def test_barrels_a_day_by_hand() -> None:
    assert kilobarrels_a_day(31_000, "2022-03") == pytest.approx(7.33)


def test_the_days_of_a_month_that_count() -> None:
    begins = date(2022, 2, 24)
    assert measure_part_elapsed("2022-02", begins, date(2022, 4, 27)) == pytest.approx(5 / 28)
    assert measure_part_elapsed("2022-03", begins, date(2022, 4, 27)) == 1
    assert measure_part_elapsed("2022-04", begins, date(2022, 4, 27)) == pytest.approx(27 / 30)
    assert measure_part_elapsed("2022-05", begins, date(2022, 4, 27)) == 0


def test_discounts_are_of_the_early_months_and_follow_the_war(world: World) -> None:
    """None of note in the first months of 2022, a quarter or more from May on."""
    found = collect_reported_discounts(world, ("2022-01", "2022-08"))
    assert list(found) == [f"2022-0{month}" for month in range(1, 9)]
    assert all(abs(found[month]) < 0.05 for month in ("2022-01", "2022-02"))
    assert all(0.2 < found[month] < 0.35 for month in ("2022-05", "2022-06", "2022-07", "2022-08"))
    assert collect_reported_discounts(load_world("seven-harbours"), ("2022-01", "2022-08")) == {}


def test_a_sum_is_not_made_where_the_series_ends_before() -> None:
    series = np.ones(3)
    months = ("2022-02", "2022-03", "2022-04")
    assert accumulate(months, series, date(2022, 2, 24), date(2022, 4, 30)) == pytest.approx(5 / 28 + 2)
    assert accumulate(months, series, date(2022, 2, 24), date(2022, 5, 1)) is None
    assert accumulate(months[1:], series[1:], date(2022, 2, 24), date(2022, 4, 30)) == pytest.approx(2)
    assert accumulate(months, series, date(2021, 12, 1), date(2022, 4, 30)) is None


def test_each_measure_by_hand() -> None:
    published = scored(
        figure("crude_imports", "AAA", "2022-10", "2022-10-31", 1.0, "score"),
        figure("crude_import_share", "AAA", "2022-10", "2022-10-31", 20.0, "score"),
        figure("supplier_crude_share", "AAA;CCC", "2022-10", "2022-10-31", 50.0, "show"),
        figure("revenue", "BBB", "", "2022-02-28", 20.0, "calibrate"),
        figure("revenue_share", "G", "", "2022-02-28", 30.0, "calibrate"),
        figure("stances", "ALL", "2022", "2022-12-31", 131, "show"),
    )
    scores = score_flows(path(), published)
    by_use = scores.figures
    assert list(by_use) == ["calibrate", "score", "show"]
    assert [one.simulated for one in by_use["score"]] == pytest.approx([7.33 / 31, 25.0])
    assert [one.simulated for one in by_use["show"]] == pytest.approx([25.0])  # 'stances' is not simulated
    assert [one.simulated for one in by_use["calibrate"]] == pytest.approx([15.0, 25.0])
    errors = [one.relative_error for one in scores.comparisons]
    assert errors == pytest.approx([-0.25, 25 / 30 - 1, 7.33 / 31 - 1, 0.25, -0.5])
    assert scores.scored_within_a_quarter.simulated == 0.5


def test_a_figure_that_the_run_does_not_reach_has_no_error() -> None:
    (one,) = score_flows(path(), scored(figure("revenue_share", "G", "", "2023-02-24", 30.0, "score"))).comparisons
    assert one.simulated is None
    assert one.relative_error is None


def test_baselines_know_the_earlier_figures_alone() -> None:
    earlier = [figure("crude_imports", "AAA", "", f"2022-0{m}-01", v, "calibrate") for m, v in ((4, 10.0), (5, 20.0))]
    later = [
        figure("crude_imports", "AAA", "2022-10", "2022-10-31", 40.0, "score"),
        figure("crude_imports", "AAA", "2022-11", "2022-11-30", 1e9, "score"),
    ]
    one = score_flows(path(), scored(*earlier, *later)).comparisons[2]
    days = (date(2022, 10, 31) - date(2022, 4, 1)).days
    assert one.last_value == 20
    assert one.linear_trend == pytest.approx(10 + days / 30 * 10)
    assert one.last_value_error == pytest.approx(-0.5)


def test_a_trend_does_not_fall_below_nothing() -> None:
    assert forecast_last_and_trend([0, 1, 2], [4, 2, 0], 5) == (0, 0)
    assert forecast_last_and_trend([0, 1, 3], [1, 2, 4], 5) == (4, pytest.approx(6))
    assert forecast_last_and_trend([3, 0], [7, 1], 1)[0] == 7  # the latest, whatever the order


def test_senders_by_hand() -> None:
    found = compare_senders(frozenset({"AAA", "CCC"}), frozenset({"AAA", "BBB"}))
    lists = found.members
    assert (lists.hits, lists.false_alarms, lists.misses) == (["AAA"], ["CCC"], ["BBB"])
    assert found.hits == 1


def test_an_ordering_by_hand() -> None:
    found = compare_values(["a", "b", "c", "d"], [1, 2, -1, 6], [2, 2, 2, 4])
    assert found.signs_right == 0.75
    assert found.total_error == pytest.approx(-0.2)
    assert found.absolute_error == pytest.approx((1 + 0 + 3 + 2) / 10)
    # ranks 2, 3, 1, 4 against 2, 2, 2, 4: covariance 3, variances 5 and 3
    assert found.rank_correlation == pytest.approx(3 / np.sqrt(15), abs=1e-12)


def test_ranks_share_ties_and_need_values_that_differ() -> None:
    # ranks 1.5, 1.5, 3, 4 against 1, 2.5, 2.5, 4: covariance 3.75, variances 4.5
    ties = rank_correlation(np.array([0.0, 0.0, 2.0, 7.0]), np.array([-1.0, 5.0, 5.0, 6.0]))
    assert ties == pytest.approx(3.75 / 4.5, abs=1e-12)
    assert rank_correlation(np.array([1.0, 1.0]), np.array([1.0, 2.0])) is None
    assert rank_correlation(np.array([3.0, 1.0]), np.array([2.0, 2.0])) is None
    assert rank_correlation(np.array([1.0]), np.array([2.0])) is None


def test_exports_by_partner_by_hand() -> None:
    """The season of 2019 to 2021, plus the group's part of what is passed on; to the target, less what is closed."""
    months = ("2022-11", "2022-12", "2023-01", "2023-02")
    years = ("2019", "2020", "2021")
    season = {f"{year}-{month[5:]}": 60.0 for year in years for month in months}
    record = {
        "AAA": {**season, "2022-11": 30.0, "2022-12": 20.0, "2023-01": 10.0, "2023-02": 40.0},
        "BBB": {**season, "2022-11": 70.0, "2022-12": 80.0, "2023-01": 90.0, "2023-02": 100.0},
    }
    closed, passed_on = np.zeros((4, 3)), np.zeros((4, 3))
    closed[:] = [0.0, 30.0, 10.0]  # the group's part is three quarters
    passed_on[:, 1] = [8.0, 16.0, 24.0, 40.0]
    found = score_exports(
        months,
        record,
        group=[1],
        exports=np.array([0.0, 50.0, 20.0]),
        closed=closed,
        passed_on=passed_on,
        index={"AAA": 0, "BBB": 1},
        target="AAA",
    )
    fitted, other, scored, later = found
    assert [(one.iso3, one.use) for one in found] == [
        ("AAA", "calibrate"),
        ("BBB", "calibrate"),
        ("AAA", "score"),
        ("BBB", "score"),
    ]
    assert fitted.simulated == pytest.approx([24, 24])
    assert other.simulated == pytest.approx([66, 72])
    assert later.simulated == pytest.approx([78, 90])
    assert later.error == pytest.approx((12 + 10) / 190)
    assert later.last_value == [80, 80]
    assert later.linear_trend == pytest.approx([90, 100])
    assert later.linear_trend_error == pytest.approx(0)
    assert scored.last_value_error == pytest.approx((10 + 20) / 50)
    assert fitted.last_value is None


def test_aid_is_split_at_the_end_of_calibration() -> None:
    record = {
        "AAA": {"2022-06": 1.0, "2022-07": 2.0, "2022-08": 3.0, "2022-09": 4.0, "2022-10": 1.0},
        "BBB": {"2022-06": 2.0, "2022-09": 1.0},
    }
    given = np.full((len(MONTHS), 3), 1.0)
    found = score_flows(replace(path(), aid=given), scored(aid=record)).aid
    assert found["calibrate"].published == [6.0, 2.0]
    assert found["calibrate"].simulated == [3.0, 3.0]
    assert found["score"].published == [5.0, 1.0]
    assert found["score"].simulated == [2.0, 2.0]
    assert found["last_value"].simulated == [6.0, 0.0]
    assert found["linear_trend"].simulated == pytest.approx([4 + 5, 0])  # BBB: 2, 0, 0 falls below nothing
    assert found["own_mean"].simulated == pytest.approx([4.0, 4 / 3])


def test_aid_by_month_is_next_to_rules_that_know_the_earlier_months_alone() -> None:
    record = {
        "AAA": {"2022-06": 1.0, "2022-07": 2.0, "2022-08": 4.0, "2022-09": 4.0, "2022-10": 1.0},
        "BBB": {"2022-06": 0.5, "2022-07": 1.0, "2022-08": 2.0, "2022-09": 1.0},
    }
    given = np.full((len(MONTHS), 3), 1.0)
    found = score_flows(replace(path(), aid=given), scored(aid=record)).aid_by_month
    assert list(found["score"].simulated_and_published) == ["AAA 2022-09", "BBB 2022-09", "AAA 2022-10", "BBB 2022-10"]
    assert found["score"].published == [4.0, 1.0, 1.0, 0.0]
    assert found["score"].median_error == pytest.approx(0.5)  # 3, 0, 0, 1
    assert found["score"].absolute_error == pytest.approx(4 / 6)
    assert found["last_value"].simulated == [4.0, 2.0, 4.0, 2.0]
    assert found["own_mean"].simulated == pytest.approx([7 / 3, 3.5 / 3] * 2)
    logs = np.log(np.array([[1.0, 2.0, 4.0], [0.5, 1.0, 2.0]]) + 0.02)
    slope, level = np.polyfit(logs[:, :2].ravel(), logs[:, 1:].ravel(), 1)
    ahead = [level + slope * last for last in logs[:, 2]]
    ahead += [level + slope * one for one in ahead]
    assert found["pooled_persistence"].simulated == pytest.approx(np.exp(ahead) - 0.02)
    assert "linear_trend" not in found


def test_the_figures_and_what_they_may_be_used_for(published: Published) -> None:
    assert len(published.sanctioning) == 47
    assert {"UKR", "SGP", "CHE", "MCO"} <= published.sanctioning
    assert published.sanctioning.isdisjoint({"TUR", "SRB", "RUS"})
    assert all(
        (one.dated <= CALIBRATION_ENDS) == (one.use == "calibrate") for one in published.figures if one.use != "show"
    )
    assert {one.use for one in published.figures if one.who == "CHN"} == {"show"}
    targets = {one.id: one.value for one in published.figures}
    assert targets["india-crude-2023-05"] == 1960
    assert targets["eu-revenue-share-2023-02-24"] == 47
    shares = {one.dated: one.value for one in published.figures if one.measure == "revenue_share"}
    for day, share in list(shares.items())[:3]:  # two statements of one source agree
        amounts = {one.who: one.value for one in published.figures if one.measure == "revenue" and one.dated == day}
        assert 100 * amounts["EU"] / amounts["ALL"] == pytest.approx(share, abs=2)


def test_a_figure_used_for_what_its_date_forbids_is_refused(world: World, tmp_path: Path) -> None:
    outcomes = tmp_path / "outcomes"
    outcomes.mkdir()
    head = "id,measure,who,period,dated,value,unit,use,source\n"
    (outcomes / "published.csv").write_text(f"{head}late,revenue,EU,,2022-09-01,1,,calibrate,x\n", encoding="utf-8")
    with pytest.raises(ValueError, match="late: 'calibrate' cannot be combined with 2022-09-01"):
        load_published(replace(world, folder=tmp_path))


def test_reports_keep_the_unknown_apart_from_nothing(world: World) -> None:
    months = ("2021-06", "2022-02", "2022-06", "2022-08")
    crude = measure_reported_tonnes(world, "crude", months)
    india, china, turkey, usa = (world.index[code] for code in ("IND", "CHN", "TUR", "USA"))
    assert crude[2, india] == pytest.approx(4034660)
    assert crude[1, india] == 0  # coal was reported for February, crude was not
    assert np.isnan(crude[1:, china]).all()
    assert np.isnan(crude[2:, usa]).all()
    assert np.isnan(
        measure_reported_tonnes(world, "crude", ("2021-01",))[0, world.index["FIN"]]
    )  # euros without a tonnage
    assert np.isnan(crude[:, turkey]).all()  # confidential
    assert np.isnan(
        measure_reported_tonnes(world, "pipeline_gas", months)[:, world.index["DEU"]]
    ).all()  # gas for its neighbours


def test_a_path_that_repeats_the_record_scores_perfectly(world: World, published: Published) -> None:
    months = tuple(f"{year}-{month:02}" for year in (2022, 2023) for month in range(1, 13))[1:18]
    n = len(world.iso3)
    india = world.index["IND"]
    crude = np.zeros((len(months), n))
    for one in published.figures:
        if one.measure == "crude_imports" and one.who == "IND":
            days = {"03": 31, "04": 30, "05": 31, "06": 30, "10": 31, "11": 30}[one.period[5:]]
            crude[months.index(one.period), india] = one.value * 1000 * days / 7.33
    aid = np.zeros((len(months), n))
    for donor, given in published.aid.items():
        for month, value in given.items():
            if month in months:
                aid[months.index(month), world.index[donor]] = value
    groups = {"EU": frozenset(world.resolve("EU"))}
    ones = np.ones((len(months), n))
    run = Simulated(months, world.iso3, groups, crude, ones, 100 * ones[0], joined=published.sanctioning, aid=aid)
    scores = score_flows(run, published)
    assert [
        one.relative_error for one in scores.comparisons if one.measure == "crude_imports" and one.who == "IND"
    ] == pytest.approx([0] * 6)
    assert scores.senders is not None
    assert (scores.senders.hits, scores.senders.false_alarms, scores.senders.misses) == (47, 0, 0)
    for part in ("calibrate", "score"):
        assert scores.aid[part].rank_correlation == pytest.approx(1)
        assert scores.aid[part].absolute_error == pytest.approx(0)
    assert (scores.aid["last_value"].absolute_error or 0) > 0
    assert relative_error(None, 1) is None
    json.dumps(scores.document())


def test_outcomes_are_read_by_no_rule() -> None:
    """What happened later is read to score results and to identify pressure and peers; no simulation reads it."""
    root = Path(sim.__file__).parent
    named = {
        path.relative_to(root).parts[0]
        for path in root.rglob("*.py")
        if '"outcomes"' in path.read_text(encoding="utf-8")
    }
    assert named == {"scoring", "fitting"}
    for part in ("aid_monthly", "sanctioning.csv", "published.csv"):
        readers = [path for path in root.rglob("*.py") if part in path.read_text(encoding="utf-8")]
        assert {path.parent.name for path in readers} <= {"scoring", "peers"}, part
