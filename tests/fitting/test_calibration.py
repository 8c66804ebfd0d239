"""The shipped defaults can be made again, and the scenario files carry what was fitted."""

import tomllib
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.fitting.calibration import calibrate, fit_from_calibration, observe_vote, write_toml
from sim.fitting.posterior import Posterior
from sim.rules.parameters import load_registry
from sim.specs import read_scenario
from sim.world import load_world
from sim.world.loading import hash_world

SHIPPED = tomllib.loads((Path(sim.__file__).parent / "data" / "fitted.toml").read_text(encoding="utf-8"))
NAMES = ("es-11-1", "es-11-2", "es-11-3")


@pytest.fixture(scope="module")
def made_again():
    specs = [read_scenario(name) for name in NAMES]
    fit = calibrate(specs, draws=2)
    assert fit.found.has_converged
    return tomllib.loads(write_toml(fit_from_calibration(fit, specs)))


def test_shipped_defaults_can_be_made_again(made_again):
    assert made_again["parameters"].keys() == SHIPPED["parameters"].keys()
    for name, value in SHIPPED["parameters"].items():
        assert made_again["parameters"][name] == pytest.approx(value, rel=0.02, abs=0.02), name


def test_the_first_shipped_draws_can_be_made_again(made_again):
    for name, values in made_again["draws"]["parameters"].items():
        assert values == pytest.approx(SHIPPED["draws"]["parameters"][name][:2], rel=0.05, abs=0.05), name


def test_shipped_defaults_were_fitted_to_the_shipped_data():
    assert SHIPPED["data"] == hash_world(load_world("un-2022"))


def test_scenarios_carry_the_fitted_texts():
    for name, text in zip(NAMES, SHIPPED["text"], strict=True):
        (vote,) = read_scenario(name).vote
        assert vote.resolution == text["resolution"]
        assert vote.severity == pytest.approx(text["severity"], abs=0.002)
        assert vote.divisiveness == pytest.approx(text["divisiveness"], abs=0.0002)


def test_the_text_of_2014_is_as_severe_as_its_roll_call_under_the_shared_parameters_of_2022():
    spec = read_scenario("ga-68-262")
    fixed = {name: parameter.default for name, parameter in load_registry().items() if parameter.prior is not None}
    posterior = Posterior([observe_vote(spec)], fixed={**fixed, **spec.parameters})
    assert [(unknown.name, unknown.resolution_index) for unknown in posterior.unknowns] == [("severity", 0)]
    assert posterior.fit().vector == pytest.approx([spec.vote[0].severity], abs=0.02)


def test_the_first_text_sets_the_unit_of_alignment():
    assert np.hypot(*read_scenario("es-11-1").vote[0].divisiveness) == pytest.approx(1, abs=1e-4)


def test_every_fitted_parameter_has_a_prior_and_is_within_its_bounds():
    for parameter in load_registry().values():
        assert (parameter.source == "fitted") == (parameter.prior is not None)
        assert parameter.low <= parameter.default <= parameter.high
        assert parameter.unit
        assert parameter.meaning
