"""The points that a design stands for."""

import json
import re
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.experiment_files import problems, read, sampled, valid

from sim.runner.designs import list_levels, list_points, make_scenario_at


def test_a_factorial_design_has_every_combination_and_the_last_factor_varies_fastest():
    experiment = read(valid())
    expected = list(product([0.0, 0.5, 1.0], [-5, 0.5], [["CAL", "DUN"], ["CAL"]]))
    assert [tuple(point.values.values()) for point in list_points(experiment)] == expected
    assert all(tuple(point.values) == experiment.factors for point in list_points(experiment))


@given(st.floats(-20, 19), st.floats(0.001, 1), st.integers(2, 40))
@settings(max_examples=30, deadline=None)
def test_steps_are_even_and_hold_both_ends(low, width, steps):
    over = {"vote.severity": {"from": low, "to": low + width, "steps": steps}}
    values = list_levels(read(valid(over=over)))["vote.severity"]
    assert (values[0], values[-1], len(values)) == (low, low + width, steps)
    np.testing.assert_allclose(values, np.linspace(low, low + width, steps), atol=1e-12)


def test_a_whole_parameter_stays_whole():
    over = {"parameters.rounds": {"from": 0, "to": 8, "steps": 5}}
    values = list_levels(read(valid(over=over)))["parameters.rounds"]
    assert values == [0, 2, 4, 6, 8]
    assert all(type(value) is int for value in values)


def test_a_zip_takes_its_factors_together():
    over = {"vote.severity": {"from": -4, "to": -3, "steps": 3}, "vote.target_threat": {"values": [2, 1, 0]}}
    points = list_points(read(valid(kind="zip", over=over)))
    assert [tuple(point.values.values()) for point in points] == [(-4.0, 2), (-3.5, 1), (-3.0, 0)]
    over["vote.target_threat"]["values"].append(1)
    (reported,) = problems(valid(kind="zip", over=over))
    assert "its factors must have the same number of values, but vote.severity has 3, vote.target" in reported


@pytest.mark.parametrize("samples", [1, 10, 64])
def test_a_latin_hypercube_has_one_point_in_each_stratum_of_each_factor(samples):
    over = {name: {"from": 0, "to": 1} for name in ("parameters.enforcement", "parameters.inertia")}
    points = list_points(sampled("latin-hypercube", samples, over=over))
    for name in over:
        strata = sorted(int(point.values[name] * samples) for point in points)
        assert strata == list(range(samples))


def test_a_sobol_design_is_balanced_and_needs_a_power_of_two():
    over = {name: {"from": 0, "to": 1} for name in ("parameters.enforcement", "parameters.inertia")}
    points = list_points(sampled("sobol", 64, over=over))
    for name in over:
        assert sorted(int(point.values[name] * 64) for point in points) == list(range(64))
    (reported,) = problems(valid(kind="sobol", samples=100, over=over))
    assert reported == "x.toml, design.samples: 100 is not a power of two, which sobol needs. The next one is 128."


@pytest.mark.parametrize("kind", ["latin-hypercube", "sobol", "random"])
def test_a_drawn_design_depends_on_its_seed_alone_and_stays_within_its_ranges(kind):
    over = {
        "parameters.enforcement": {"from": 0.25, "to": 0.75},
        "parameters.rounds": {"from": 1, "to": 4},
        "roles.senders": {"values": [["CAL", "DUN"], ["CAL"], ["DUN"]]},
    }
    points = list_points(sampled(kind, 64, seed=1, over=over))
    assert points == list_points(sampled(kind, 64, seed=1, over=over))
    assert points != list_points(sampled(kind, 64, seed=2, over=over))
    assert all(0.25 <= point.values["parameters.enforcement"] <= 0.75 for point in points)
    assert {point.values["parameters.rounds"] for point in points} == {1, 2, 3, 4}
    assert len({json.dumps(point.values["roles.senders"]) for point in points}) == 3


@pytest.mark.parametrize("kind", ["factorial", "latin-hypercube", "sobol", "random"])
def test_points_are_plain_data(kind):
    experiment = read(valid()) if kind == "factorial" else sampled(kind, 8)
    for point in list_points(experiment):
        assert json.loads(json.dumps(point.values)) == point.values
        assert all(type(value) in (int, float, list) for value in point.values.values())


def test_several_scenarios_are_the_first_factor():
    document = {**valid(over={"vote.severity": {"values": [-3, -2]}}), "scenario": ["es-11-1", "es-11-3"]}
    del document["set"], document["target_split"]
    experiment = read(document)
    assert experiment.factors == ("scenario", "vote.severity")
    assert [tuple(point.values.values()) for point in list_points(experiment)] == [
        ("es-11-1", -3),
        ("es-11-1", -2),
        ("es-11-3", -3),
        ("es-11-3", -2),
    ]
    resolutions = [make_scenario_at(experiment, point).vote[0].resolution for point in list_points(experiment)]
    assert resolutions == ["A/RES/ES-11/1"] * 2 + ["A/RES/ES-11/3"] * 2
    assert list_levels(experiment)["scenario"] == ["es-11-1", "es-11-3"]


def test_too_many_points_are_refused_without_being_made():
    over = {f"parameters.{name}": {"from": 0, "to": 1, "steps": 101} for name in ("enforcement", "inertia")}
    over["vote.severity"] = {"from": 0, "to": 1, "steps": 100}
    (reported,) = problems(valid(over=over))
    assert re.search(r"design: has 1,020,100 points; at most [\d,]+ are allowed\.", reported)


# Tables


def table(text, folder):
    (folder / "points.csv").write_text(text, encoding="utf-8")
    document = valid(kind="table", file="points.csv")
    del document["design"]["over"]
    return document


def test_a_table_gives_its_points_row_by_row(tmp_path):
    text = 'vote.severity,roles.senders,parameters.rounds\n-4,"[""CAL""]",3\n\n0.5,"[""DUN"", ""CAL""]",0\n'
    experiment = read(table(text, tmp_path), folder=tmp_path)
    assert [tuple(point.values.values()) for point in list_points(experiment)] == [
        (-4, ["CAL"], 3),
        (0.5, ["DUN", "CAL"], 0),
    ]
    assert make_scenario_at(experiment, list_points(experiment)[0]).roles.senders == ("CAL",)
    (tmp_path / "points.csv").unlink()
    again = read(experiment.document())
    assert list_points(again) == list_points(experiment)


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        ("", "points.csv: holds no points."),
        ("vote.severity\n", "points.csv: holds no points."),
        ("vote.severity,vote.severity\n1,2\n", 'points.csv, line 1: "vote.severity" is the name of two columns.'),
        ("vote.severity,\n1,2\n", "points.csv, line 1: column 2 has no name."),
        ("vote.severity\n1\n1,2\n", "points.csv, line 3: has 2 cells, but the first row has 1."),
        ("vote.severity,vote.target_threat\n1,\n", 'points.csv, line 2: "vote.target_threat" is empty.'),
        ("vote.severity\nnan\n", 'points.csv, line 2: "vote.severity" holds a number that is not finite'),
        ('vote.severity\n"1\n', "points.csv: is not valid CSV"),
        ("vote.severty\n1\n", 'points.csv, column "vote.severty": '),
        (
            "vote.severity\n99\n1\n",
            'points.csv, column "vote.severity": 99 is outside the range -20 to 20 (utility; 1 is one',
        ),
        ("parameters.enforcement\nhigh\n", "'high' is given where a"),
    ],
)
def test_a_wrong_table_is_reported_at_its_place(text, reported, tmp_path):
    (line,) = problems(table(text, tmp_path), folder=tmp_path)
    assert reported in line


def test_a_table_that_is_missing_or_not_text_is_reported(tmp_path):
    document = table("x", tmp_path)
    (tmp_path / "points.csv").write_bytes(b"\xff\xfe")
    assert "points.csv: is not UTF-8 text" in problems(document, folder=tmp_path)[0]
    (tmp_path / "points.csv").unlink()
    assert "points.csv: cannot be read" in problems(document, folder=tmp_path)[0]
