"""The tool that prints the figures of the months on the page of results."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sim.results.series import make_series
from sim.rules.parameters import load_registry
from sim.specs import list_shipped_scenarios
from tools.validation import months


@pytest.fixture
def few_runs(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    months.base.cache_clear()
    monkeypatch.setattr(months, "RUNS", 4)
    yield
    months.base.cache_clear()


@pytest.mark.usefixtures("few_runs")
def test_sections_are_printed_with_their_figures() -> None:
    later, fuel = ("\n".join(months.SECTIONS[name]()) for name in ("later", "fuel"))
    for shown in ("crude bought, India, 2022-10", "Kazakhstan", "own mean", "china-india-share-2023-05: 80", " met."):
        assert shown in later
    rows = [line for line in fuel.splitlines() if line.startswith("| 202")]
    assert len(rows) == 17
    assert [line.split(" | ")[3] != "" for line in rows[:3]] == [False, True, True]  # customs from March 2022 on


def test_what_is_switched_off_exists() -> None:
    shipped, registry = set(list_shipped_scenarios()), load_registry()
    causes = [(name if name == months.BASE else f"{months.BASE}-{name}", of) for name, of, _ in months.CAUSES]
    for scenario, parameters in (*months.ENFORCEMENT.values(), *causes):
        assert scenario in shipped
        assert set(parameters) <= set(registry)
    for _, _, series in months.CAUSES:
        for name in series.split():
            make_series(name.rpartition(":")[2])
    for _, held, more in months.FITS:
        assert {*held, *more} <= set(registry)
