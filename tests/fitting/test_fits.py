"""Parameter files: written by a fit, named by a scenario, checked; and their draws in both engines."""

import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tomli_w

from sim.case import DRAW_RUN, draw_case, prepare
from sim.cli.commands.calibrate import DEFAULT_SCENARIOS
from sim.ensemble import simulate
from sim.errors import InputError
from sim.fitting.calibration import calibrate, fit_from_calibration, write_toml
from sim.model import AlignmentModel
from sim.rules.parameters import defaults
from sim.runner.folder.repeat import repeat
from sim.runner.run import run_case
from sim.runner.sweep import keep_run
from sim.specs import find_shipped_fit, read_fit, read_scenario


@pytest.fixture(scope="module")
def fit_file(tmp_path_factory):
    specs = [read_scenario("es-11-3")]
    path = tmp_path_factory.mktemp("fit") / "mine.toml"
    path.write_text(write_toml(fit_from_calibration(calibrate(specs, draws=3), specs)), encoding="utf-8")
    return path


def what_if(folder: Path, *lines: str) -> Path:
    path = folder / "what-if.toml"
    path.write_text('title = "t"\nquestion = "q"\nbase = "es-11-3"\n' + "\n".join(lines), encoding="utf-8")
    return path


def test_a_scenario_takes_over_a_fit(fit_file, tmp_path):
    spec = read_scenario(what_if(tmp_path, f'fit = "{fit_file}"', "[parameters]", "grievance = 2.5"))
    text = tomllib.loads(fit_file.read_text(encoding="utf-8"))["text"][0]
    assert spec.vote[0].severity == text["severity"]
    assert list(spec.vote[0].divisiveness) == text["divisiveness"]
    parameters = prepare(spec).parameters
    assert (
        parameters["align_security"] == read_fit(fit_file).parameters["align_security"] != defaults()["align_security"]
    )
    assert parameters["grievance"] == 2.5


def test_what_the_command_line_sets_comes_before_the_fit(fit_file, tmp_path):
    path = what_if(tmp_path, f'fit = "{fit_file}"')
    assert read_scenario(path, ["vote.severity=1.5"]).vote[0].severity == 1.5


def test_both_engines_take_the_same_draw():
    case = prepare(read_scenario("es-11-1", ["parameter_uncertainty=true"]))
    (outcome,) = simulate(case, 3, 9)
    for place, replicate in enumerate(range(3, 12)):
        model = AlignmentModel(case, replicate=replicate).run()
        assert [member.action for member in model.members] == outcome.actions[place].tolist()
    parts = [simulate(case, first, count)[0].actions for first, count in ((3, 1), (4, 6), (10, 2))]
    assert (np.concatenate(parts) == outcome.actions).all()


def test_a_draw_holds_for_a_few_replicates_and_leaves_what_was_set():
    case = prepare(read_scenario("es-11-1", ["parameter_uncertainty=true", "parameters.grievance=2.5"]))
    first, same, next_ = (draw_case(case, replicate) for replicate in (0, DRAW_RUN - 1, DRAW_RUN))
    assert first.parameters == same.parameters != next_.parameters
    assert first.parameters["grievance"] == next_.parameters["grievance"] == 2.5
    size = read_fit(find_shipped_fit()).size
    assert draw_case(case, DRAW_RUN * size).parameters == first.parameters
    fit = read_fit(find_shipped_fit())
    assert first.ballots[0].severity == pytest.approx(
        case.ballots[0].severity + fit.draws.texts["A/RES/ES-11/1"]["severity"][0] - fit.text[0].severity
    )


def test_draws_of_the_rounds_numbers_hold_for_their_replicates_alone():
    case = prepare(read_scenario("es-11-1", ["parameter_uncertainty=true"]))
    draws = case.fit.draws.model_copy(update={"parameters": {"inertia": (0.0, 0.6), "peer_influence": (0.4, 2.0)}})
    case = replace(case, fit=case.fit.model_copy(update={"draws": draws}))
    (whole,) = simulate(case, 0, 4 * DRAW_RUN, keeps_rounds=True)
    for first in range(0, 4 * DRAW_RUN, DRAW_RUN):
        (alone,) = simulate(draw_case(case, first), first, DRAW_RUN, keeps_rounds=True)
        for together, apart in zip(whole.announcements, alone.announcements, strict=True):
            assert (together[first : first + DRAW_RUN] == apart).all()


def test_draws_of_a_count_are_refused(fit_file, tmp_path):
    broken = tmp_path / "counts.toml"
    text = fit_file.read_text(encoding="utf-8").replace("[parameters]\n", "[parameters]\nrounds = 8\n")
    text = text.replace("[draws.parameters]\n", "[draws.parameters]\nrounds = [8, 8, 8]\n")
    broken.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"draws\.parameters\.rounds: is a count"):
        read_fit(broken)


def test_uncertain_parameters_widen_the_intervals():
    certain, uncertain = (
        run_case(prepare(read_scenario("es-11-1", [f"parameter_uncertainty={value}"])), 1000).votes[0].tallies[:, 3]
        for value in ("false", "true")
    )
    assert uncertain.std() > 1.1 * certain.std()
    assert abs(uncertain.mean() - certain.mean()) < 3


def test_the_shipped_draws_cover_the_fit():
    fit = read_fit(find_shipped_fit())
    assert fit.size == 200
    for name, (low, high) in fit.intervals.items():
        assert np.quantile(fit.draws.parameters[name], [0.05, 0.95]) == pytest.approx((low, high), rel=0.01, abs=1e-3)
    assert [text.resolution for text in fit.text] == [
        read_scenario(name).vote[0].resolution for name in DEFAULT_SCENARIOS
    ]


def test_a_run_with_a_fit_is_repeated_exactly_and_a_changed_fit_is_reported(fit_file, tmp_path):
    mine = tmp_path / "mine.toml"
    mine.write_text(fit_file.read_text(encoding="utf-8"), encoding="utf-8")
    spec = read_scenario(what_if(tmp_path, f'fit = "{mine}"', "parameter_uncertainty = true"))
    keep_run(prepare(spec), tmp_path / "kept")
    assert repeat(tmp_path / "kept", tmp_path / "again") == []
    text = mine.read_text(encoding="utf-8")
    fit = tomllib.loads(text)
    fit["draws"]["parameters"]["align_security"][0] += 1
    mine.write_text(tomli_w.dumps(fit), encoding="utf-8")
    with pytest.raises(InputError, match="changed since"):
        repeat(tmp_path / "kept", tmp_path / "more")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("align_security = ", "align_securty = ", "align_security"),
        ("severity = ", "severty = ", "severity"),
        ("[parameters]", "[parameter]", "parameters"),
    ],
)
def test_mistakes_in_a_fit_are_reported(fit_file, tmp_path, before, after, said):
    broken = tmp_path / "broken.toml"
    broken.write_text(fit_file.read_text(encoding="utf-8").replace(before, after, 1), encoding="utf-8")
    with pytest.raises(InputError, match=said) as error:
        read_scenario(what_if(tmp_path, f'fit = "{broken}"'))
    assert "broken.toml" in str(error.value)


def test_a_missing_fit_is_reported(tmp_path):
    with pytest.raises(InputError, match=r"nothing\.toml"):
        read_scenario(what_if(tmp_path, 'fit = "nothing.toml"'))


def test_uncertainty_without_draws_is_reported(tmp_path):
    specs = [read_scenario("es-11-3")]
    path = tmp_path / "point.toml"
    path.write_text(write_toml(fit_from_calibration(calibrate(specs), specs)), encoding="utf-8")
    with pytest.raises(InputError, match="holds no draws"):
        read_scenario(what_if(tmp_path, f'fit = "{path}"', "parameter_uncertainty = true"))
