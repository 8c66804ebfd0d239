"""Scenario files that forecasts are made with: they stay as they were written, and know nothing of later years."""

from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest

from sim.specs import read_scenario
from tools.validation.frozen import FORECASTS

LAST_DAY = date(2023, 12, 31)


@pytest.mark.parametrize(("name", "digest"), FORECASTS.items())
def test_a_frozen_file_is_as_it_was_written(name, digest):
    file = Path(__file__).parents[2] / "scenarios" / f"{name}.toml"
    assert sha256(file.read_bytes()).hexdigest() == digest, "Forecasts rest on this file: write another one instead."


@pytest.mark.parametrize("name", FORECASTS)
def test_a_forecast_knows_no_event_or_vote_of_the_years_it_is_about(name):
    spec = read_scenario(name)
    assert spec.base is None  # nothing else can change it
    assert spec.months is not None
    assert spec.months.end > LAST_DAY
    assert [event.what for event in spec.event if event.date > LAST_DAY] == []
    assert [vote.resolution for vote in spec.vote if vote.date > LAST_DAY] == []
    assert [event.what for event in spec.event if not any(letter.isdigit() for letter in event.source)] == []
