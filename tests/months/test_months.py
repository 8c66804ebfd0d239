"""Months as a whole: conservation and bounds in made-up worlds, dates of events, and the scenario of 2022 and 2023."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from support.engines import watched
from support.months_worlds import TOLD, cases_with_months, documents_with_months, events, made
from support.worlds import examples

from sim.case import Case, prepare
from sim.case.calendar import calendar, compute_daily_force, select_in_force
from sim.ensemble import simulate
from sim.specs import list_shipped_scenarios, parse_scenario, read_scenario
from sim.specs.scenario.spec import Scenario

SEEN = ["months.end=2022-04-30", "parameters.vote_feedback=1"]
SHARES = ("energy", "security", "trade_closed", "isolation", "route", "joined", "recognised")


def simulated_votes(case: Case, count: int = 4) -> list[list[list[int]]]:
    return [outcome.actions.tolist() for outcome in simulate(case, 0, count)]


@examples(max_examples=80)
@given(cases_with_months(2, 9))
def test_bounds_hold_and_fuel_is_conserved(case: Case) -> None:
    assert case.plan is not None
    cells = case.plan.inputs.cells
    for state, view in watched(case, 0, 4)[1]:
        for name in SHARES:
            values = getattr(state, name)
            assert ((values >= 0) & (values <= 1)).all(), name
        assert (state.capacity >= cells.before).all()
        assert (state.capacity <= cells.ceiling * (1 + 1e-12)).all()
        assert (view.trade.flow >= 0).all()
        sold = cells.per_commodity(view.trade.flow)
        assert (sold <= cells.supply).all()
        unsold = cells.supply - sold
        assert (sold + unsold == cells.supply).all()
        assert ((view.help.visible >= 0) & (view.help.visible <= 1)).all()
        for parts in (view.help.amounts, view.help.opened):
            assert all(((part >= 0) & (part <= 1)).all() for part in parts.values())
        assert (state.belief >= 0).all()
        assert np.isfinite(state.belief).all()
        assert np.isfinite(state.shift).all()


@examples(max_examples=60)
@given(
    documents_with_months(3, 9, most_events=4).flatmap(
        lambda made_up: events(made_up[1]).map(lambda event: (*made_up, event))
    )
)
def test_an_event_does_not_reach_back_to_earlier_votes(made_up: Any) -> None:
    document, world, energy, event = made_up
    later = {**event, "date": document["vote"][-1]["date"] + timedelta(days=1)}
    after = made({**document, "event": [*document["event"], later]}, world, energy)
    assert simulated_votes(after) == simulated_votes(made(document, world, energy))


@examples(max_examples=60)
@given(documents_with_months(3, 9, most_events=4))
def test_an_event_without_force_changes_nothing(made_up: Any) -> None:
    document, world, energy = made_up
    nothing = {
        "kind": "visit",
        "date": document["vote"][0]["date"],
        "sender": [world.iso3[1]],
        "rival": [world.iso3[2]],
    }
    with_it = made({**document, "event": [*document["event"], {**nothing, "strength": 0.0, **TOLD}]}, world, energy)
    before, after = (watched(case, 0, 3) for case in (made(document, world, energy), with_it))
    for (state, _), (other, _) in zip(before[1], after[1], strict=True):
        for name, values in vars(state).items():
            assert values.tolist() == getattr(other, name).tolist()


def april(day: date) -> Scenario:
    """The scenario of 2022 with comprehensive sanctions on half of the world from a day in April."""
    spec = read_scenario("2022-2023", SEEN)
    event = {"kind": "sanctions", "date": day, "members": ["USA", "EU"], "sectors": ["all"], "against": ["G77"], **TOLD}
    document = spec.document()
    document["event"] = [*document["event"], event]  # type: ignore[misc]
    return parse_scenario(document, "what if", Path())


def test_sanctions_of_8_april_do_not_touch_the_vote_of_7_april() -> None:
    base = prepare(read_scenario("2022-2023", SEEN))
    before, on_the_day, after = (simulated_votes(prepare(april(date(2022, 4, day)))) for day in (6, 7, 8))
    assert after == simulated_votes(base)
    assert on_the_day == before
    assert on_the_day[:2] == after[:2]
    assert on_the_day[2] != after[2]


def test_two_votes_of_one_month_have_their_own_draws() -> None:
    case = prepare(read_scenario("2022-2023", ["months.end=2022-04-30"]))
    same = prepare(
        read_scenario(
            "2022-2023",
            [
                "months.end=2022-04-30",
                *(f"vote.1.{key}={value}" for key, value in (("severity", -4.007), ("divisiveness", [0.7071, 0.7071]))),
                'vote.1.topic="another"',
            ],
        )
    )
    first, second, _ = simulate(same, 0, 50)
    assert (first.actions != second.actions).any(axis=0).sum() > 20
    assert [ballot.date.month for ballot in case.ballots[:2]] == [3, 3]


def test_the_calendar_puts_events_before_the_votes_of_their_day_and_old_ones_first() -> None:
    spec = read_scenario("2022-2023", ["event.0.date=2019-05-05"])
    assert spec.months is not None
    months = calendar(spec, spec.months)
    assert [month.name for month in months][:2] == ["2022-02", "2022-03"]
    assert len(months) == 17
    assert getattr(months[0].items[0], "kind", "") == "recognition"
    votes = [(month.name, item) for month in months for item in month.items if isinstance(item, int)]
    assert votes == [("2022-03", 0), ("2022-03", 1), ("2022-04", 2)]
    march = months[1].items
    assert all(getattr(item, "date", date.min) <= date(2022, 3, 2) for item in march[: march.index(0)])


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        (date(2021, 1, 1), 1.0),
        (date(2022, 4, 1), 1.0),
        (date(2022, 4, 16), 0.5),
        (date(2022, 4, 30), 1 / 30),
        (date(2022, 5, 1), 0.0),
    ],
)
def test_a_month_counts_by_the_days_in_force(since: date, expected: float) -> None:
    spec = read_scenario("2022-2023")
    assert spec.months is not None
    assert select_in_force(calendar(spec, spec.months)[2], since) == pytest.approx(expected)


def test_a_phase_in_rises_evenly() -> None:
    spec = read_scenario("2022-2023")
    assert spec.months is not None
    parts = [np.mean(compute_daily_force(month, date(2022, 3, 1), 10)) for month in calendar(spec, spec.months)]
    assert np.diff(parts[1:10]) == pytest.approx([0.1] * 8, abs=0.005)
    assert parts[0] == 0
    assert parts[12:] == [1.0] * 5


def left_of(case: Case, member: str, fuel: str) -> dict[str, float]:
    """Part of a member's purchases that the events leave, by month."""
    assert case.plan is not None
    cells = case.plan.inputs.cells
    own = (cells.member == case.world.index[member]) & (cells.commodity == cells.commodities.index(fuel))
    return {now.name: float(now.left[own].item()) for now in case.plan.conditions}


def test_steps_within_a_month_count_day_by_day() -> None:
    left = left_of(prepare(read_scenario("2022-2023")), "DEU", "pipeline_gas")
    assert left["2022-05"] == 1
    assert left["2022-06"] == pytest.approx((13 * 1 + 2 * 0.6 + 15 * 0.4) / 30)
    assert left["2022-07"] == pytest.approx((26 * 0.4 + 5 * 0.2) / 31)
    assert left["2022-09"] == pytest.approx(1 * 0.2 / 30)
    assert left["2022-10"] == 0


def test_the_stop_of_february_finds_crude_to_stop() -> None:
    case = prepare(read_scenario("2022-2023"))
    left = left_of(case, "POL", "crude")
    assert left["2022-11"] == 1
    assert left["2023-01"] == pytest.approx(0.62)
    assert left["2023-02"] == pytest.approx(24 / 28 * 0.17)
    assert left["2023-03"] == 0
    assert left_of(case, "DEU", "crude")["2023-01"] == 0
    assert left_of(case, "HUN", "crude")["2023-06"] == 1


def test_without_secondary_sanctions_the_exposed_help_more_and_the_isolated_as_before() -> None:
    base, free = (prepare(read_scenario(f"2022-2023{name}")) for name in ("", "-no-secondary-sanctions"))
    helped = {}
    for name, case in (("base", base), ("free", free)):
        months = watched(case, 0, 60)[1]
        able = case.plan.inputs.instruments["finance"].able  # type: ignore[union-attr]
        members = np.arange(case.world.size) if able is None else able
        financed = np.array([view.help.amounts["finance"] for _, view in months])
        helped[name] = {
            code: financed[..., members == case.world.index[code]] for code in ("CHN", "IND", "PRK", "IRN", "SYR")
        }
    for code in ("PRK", "IRN", "SYR"):
        assert helped["base"][code] == pytest.approx(helped["free"][code], abs=2e-3)
    for code in ("CHN", "IND"):
        assert (helped["free"][code] >= helped["base"][code]).all()
        assert helped["free"][code].mean() > 1.2 * helped["base"][code].mean()


def test_a_sender_that_leaves_sheds_no_more_and_a_member_that_is_given_joins() -> None:
    base, leaves = (prepare(read_scenario(f"2022-2023{name}")) for name in ("", "-hungary-leaves"))
    hungary = base.world.index["HUN"]
    ends = [watched(case, 0, 4)[1][-1][0] for case in (base, leaves)]
    assert ends[0].joined[:, hungary].tolist() == [1.0] * 4
    assert ends[1].joined[:, hungary].tolist() == [0.0] * 4
    own = np.flatnonzero(base.plan.inputs.cells.member == hungary)  # type: ignore[union-attr]
    assert (ends[1].kept[:, own] > ends[0].kept[:, own]).all()


def test_the_votes_are_those_of_the_scenarios_of_one_vote() -> None:
    votes = read_scenario("2022-2023").vote
    assert votes == tuple(read_scenario(f"es-11-{number}").vote[0] for number in (1, 2, 3))


def test_what_ifs_change_the_events_that_their_reasons_name() -> None:
    belarus, visit = (read_scenario(f"2022-2023-{name}") for name in ("belarus-western-credit", "no-taiwan-visit"))
    named = [event.against for event in read_scenario("2022-2023").event if getattr(event, "against", ())]
    assert set(named) == {("BLR",)}
    assert [event.against for event in belarus.event if getattr(event, "against", ())] == [("RUS",)] * len(named)
    assert [event.strength for event in visit.event if event.kind == "visit"] == [0]
    caps, halved = (
        [event.eur_per_tonne for event in read_scenario(name).event if event.kind == "price_cap"]
        for name in ("2022-2023", "2022-2023-price-cap-halved")
    )
    assert halved == [cap / 2 for cap in caps]


def test_every_what_if_of_the_months_says_what_it_expects() -> None:
    names = [name for name in list_shipped_scenarios() if name.startswith(("2022-2023-", "2022-2025-"))]
    assert len(names) >= 14
    expected = {name: read_scenario(name).expected for name in names}
    assert [name for name, one in expected.items() if one is None or not one.series] == []
    page = (Path(__file__).parents[2] / "docs" / "what-if.md").read_text(encoding="utf-8")
    assert [name for name in names if f"`{name}`" not in page] == []
