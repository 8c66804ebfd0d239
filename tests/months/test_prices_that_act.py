"""Prices and revenue act in the shipped world: each cause is switched off, doubled and reversed.

The runs of a pair have the same random numbers, so that a difference is due to what was changed.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from sim.arrays import FloatArray
from sim.case import prepare
from sim.rules.parameters import defaults
from sim.runner.months import MonthsSamples
from sim.runner.run import run_case
from sim.specs import read_scenario
from sim.world.energy import COMMODITIES

RUNS = 20
PAID = ("help_goods", "help_arms", "help_fighters", "help_labour")
SENDERS = '["USA", "EU", "GBR", "CAN", "JPN", "AUS", "NZL", "NOR", "CHE", "KOR", "SGP", "ISL"]'
EVENT = """
[[event]]
kind = "{kind}"
date = 2022-04-01
members = {members}
commodities = {commodities}
what = "what if"
source = "what if"
"""
CAP_AT_HALF = (
    EVENT.format(kind="price_cap", members=SENDERS, commodities='["crude", "products"]') + "eur_per_tonne = 250"
)
GAS_EMBARGO = EVENT.format(kind="embargo", members=SENDERS, commodities='["pipeline_gas", "lng"]')


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scenarios")


@lru_cache
def months_of(*settings: str, scenario: str | Path = "2022-2023") -> MonthsSamples:
    found = run_case(prepare(read_scenario(scenario, list(settings))), RUNS).months
    assert isinstance(found, MonthsSamples)
    return found


def with_event(folder: Path, event: str) -> Path:
    path = folder / f"{abs(hash(event))}.toml"
    path.write_text(f'title = "What if"\nquestion = "What if?"\nbase = "2022-2023"\n{event}\n', encoding="utf-8")
    return path


def total(name: str, *settings: str, scenario: str | Path = "2022-2023") -> FloatArray:
    return months_of(*settings, scenario=scenario).total(name).mean


def test_without_an_elasticity_nobody_buys_more_whatever_the_discount() -> None:
    off = "parameters.demand_elasticity=0"
    base, none = (months_of(*settings).member_mean("energy_crude") for settings in ((), (off,)))
    assert (none <= none[0] * (1 + 1e-6) + 1).all()  # the first month holds what was bought before
    india = prepare(read_scenario("2022-2023")).world.index["IND"]
    assert base[-1, india] > 10 * none[-1, india]
    assert (total("unsold_crude", off)[1:] > total("unsold_crude")[1:]).all()


def test_a_doubled_elasticity_lowers_the_discount_and_sells_more() -> None:
    doubled = f"parameters.demand_elasticity={2 * defaults()['demand_elasticity']}"
    assert total("discount_crude", doubled).mean() < total("discount_crude").mean()
    assert total("sold_crude", doubled)[1:6].sum() > total("sold_crude")[1:6].sum()


def test_a_larger_discount_builds_more_capacity() -> None:
    """Where the target sells whatever the price, the discount is larger, and buyers come to take more."""
    firm = "parameters.supply_elasticity=0.02"
    assert total("discount_crude", firm)[1] > total("discount_crude")[1]
    assert total("sold_crude", firm)[-1] > total("sold_crude")[-1]


def test_richer_buyers_build_only_for_more_than_their_reservation() -> None:
    """Off, everybody builds, and China buys more in 2022. Doubled, it hardly builds at all, and buys less in 2023."""
    china, slope = prepare(read_scenario("2022-2023")).world.index["CHN"], defaults()["thrift_slope"]
    off, base, doubled = (
        months_of(f"parameters.thrift_slope={value}").member_mean("energy_crude")[:, china]
        for value in (0.0, slope, 2 * slope)
    )
    in_2022, in_2023 = slice(1, 11), slice(11, None)
    assert off[in_2022].sum() > 1.2 * base[in_2022].sum()
    assert off[in_2023].sum() > base[in_2023].sum() > 1.2 * doubled[in_2023].sum()


def test_the_discount_after_the_ban_is_of_the_size_that_was_published() -> None:
    """About 40 % was published of January 2023. In March it was 69 % once."""
    months, discount = months_of().months, total("discount_crude")
    assert 0.2 < discount[months.index("2023-03")] < 0.5


def test_a_cap_at_half_binds() -> None:
    """It took 3 % of revenue from December 2022 on once, because the market's price was hardly above it."""
    base, halved = (
        total("revenue", scenario=name)[months_of().months.index("2022-12") :].sum()
        for name in ("2022-2023", "2022-2023-price-cap-halved")
    )
    assert halved < 0.95 * base


@pytest.mark.parametrize("event", [CAP_AT_HALF, GAS_EMBARGO], ids=["cap", "embargo"])
def test_less_revenue_pays_for_less_help(folder: Path, event: str) -> None:
    path = with_event(folder, event)
    after = slice(3, None)
    assert (total("revenue", scenario=path)[after] < total("revenue")[after]).all()
    changes = {}
    for weight in (0.0, 1.0, 2.0):
        setting = f"parameters.revenue_weight={weight}"
        changes[weight] = {
            name: float((total(name, setting, scenario=path) - total(name, setting))[after].sum()) for name in PAID
        }
    for name in PAID:
        assert changes[1.0][name] < 0, name
        assert changes[2.0][name] < changes[1.0][name], name
        assert abs(changes[0.0][name]) < 0.25 * abs(changes[1.0][name]), name


def test_more_revenue_pays_for_more_help(folder: Path) -> None:
    """Reversed: without the coalition's bans of oil the target earns more, and pays for more."""
    free = ("months.bans=chosen", "parameters.ban_share=0")
    assert (total("revenue", *free)[-6:] > total("revenue")[-6:]).all()
    for name in ("help_goods", "help_arms", "help_labour"):
        assert total(name, *free)[-1] > total(name)[-1], name


def test_net_exporters_of_oil_buy_none_on_top() -> None:
    """They import for their own trade, and need nothing."""
    case = prepare(read_scenario("2022-2023"))
    assert case.plan is not None
    cells, world = case.plan.inputs.cells, case.world
    for code in ("SAU", "ARE", "CAN", "NOR", "KAZ", "NGA", "IRQ"):
        own = (cells.member == world.index[code]) & (cells.commodity < COMMODITIES.index("pipeline_gas"))
        assert (cells.ceiling == cells.before)[own].all(), code


def test_chosen_bans_need_no_events() -> None:
    """Whoever sanctions bans what it can do without; at a share of 1 at once, at 0 never."""
    never, at_once = (
        months_of("months.bans=chosen", f"parameters.ban_share={share}").member_mean("energy_crude") for share in (0, 1)
    )
    world = prepare(read_scenario("2022-2023")).world
    germany = world.index["DEU"]
    assert (at_once[2:, germany] == 0).all()
    assert never[-1, germany] > 0.3 * never[0, germany]
    assert months_of().member_mean("energy_crude")[-1, germany] == 0  # banned by events in January 2023


def test_months_run_to_the_end_of_the_prices() -> None:
    months = months_of("months.end=2025-12-31")
    assert months.months[-1] == "2025-12"
    assert np.isfinite(months.total("revenue").mean).all()
