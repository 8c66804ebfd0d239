"""The fitted parameters of the months can be made again, from early figures alone."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import sim
from sim.fitting.months_calibration import AID, AID_RESPONSES, COALITION, MARKET, TRADE, MonthsFit, fit_months
from sim.rules.parameters import load_registry
from sim.scoring.exports import TRADE_CALIBRATION_ENDS
from sim.scoring.published import CALIBRATION_ENDS, Published, load_published
from sim.specs import read_scenario
from sim.world import load_world
from sim.world.energy import hash_energy
from sim.world.loading import hash_world

SHIPPED = tomllib.loads((Path(sim.__file__).parent / "data" / "fitted-months.toml").read_text(encoding="utf-8"))


def without_later_figures(published: Published | None) -> Published:
    """What was published by the end of the calibration."""
    assert published is not None
    figures = tuple(figure for figure in published.figures if figure.dated <= CALIBRATION_ENDS)
    aid = {
        donor: {month: value for month, value in months.items() if month <= f"{CALIBRATION_ENDS:%Y-%m}"}
        for donor, months in published.aid.items()
    }
    exports = {
        group: {
            partner: {month: value for month, value in months.items() if month <= TRADE_CALIBRATION_ENDS}
            for partner, months in record.items()
        }
        for group, record in published.exports.items()
    }
    return replace(published, figures=figures, aid=aid, exports=exports)


@pytest.fixture(scope="module")
def fit() -> MonthsFit:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "sim.fitting.months_calibration.load_published",
            lambda world: without_later_figures(load_published(world)),
        )
        return fit_months(read_scenario("2022-2023"))


def test_shipped_values_were_fitted_to_the_shipped_data() -> None:
    world = load_world("un-2022")
    assert SHIPPED["data"] == hash_world(world) | hash_energy(world)
    assert date.fromisoformat(SHIPPED["settings"]["until"]) == CALIBRATION_ENDS
    assert SHIPPED["settings"]["trade_until"][:7] == TRADE_CALIBRATION_ENDS


def test_every_fitted_parameter_is_in_the_file_and_no_other() -> None:
    named = {name for name, parameter in load_registry().items() if parameter.source == "fitted-months"}
    assert named == set(SHIPPED["parameters"]) == {*COALITION, "join_reluctance", *MARKET, *AID, *AID_RESPONSES, *TRADE}
    assert all(load_registry()[name].default == value for name, value in SHIPPED["parameters"].items())


@pytest.mark.slow
def test_shipped_values_can_be_made_again_without_later_figures(fit: Any) -> None:
    for name, value in SHIPPED["parameters"].items():
        assert fit.parameters[name] == pytest.approx(value, rel=0.02), name
