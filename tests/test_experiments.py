"""Experiment files: what they may say, the points they stand for, and the scenario at each point."""

import copy
import json
import pickle
import tomllib
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.case import prepare
from sim.errors import InputError
from sim.rules.parameters import registry
from sim.runner.designs import levels_of, points_of, spec_of
from sim.specs import experiment_from, experiment_schema, read_experiment, read_scenario, shipped_names
from sim.specs.design import MOST_POINTS

SHIPPED = {
    "energy-dependence": 9,
    "isolation": 7,
    "peer-influence": 2 * 11 * 3,
    "reproduce-es-11-1": 5 * 5 * 3,
    "reproduce-es-11-3": 5 * 5 * 3,
    "sanction-enforcement": 21,
    "sender-changes-sides": 7,
    "where-threats-work": 64 * (4 + 2),
    "which-parameter": 8 * (sum(parameter.prior is not None for parameter in registry().values()) + 4 + 1),
}
VALID = """
title = "Harbours under threat"
question = "Who gives way?"
scenario = "harbour-blockade"
replicates = 5
seed = 3
outputs = ["tally", "members"]
[set]
"vote.sender_threat" = 1.5
[design]
kind = "factorial"
[design.over]
"parameters.enforcement" = { from = 0.0, to = 1.0, steps = 3 }
"vote.severity" = { values = [-5, 0.5] }
"roles.senders" = { values = [["CAL", "DUN"], ["CAL"]] }
[target_split]
support = 3
oppose = 2
"""
CHANGE = {"members": ["ALL"], "attribute": "dependence.energy", "multiply": 0.5, "reason": "a new pipeline"}


def valid(**design):
    document = tomllib.loads(VALID)
    document["design"] |= design
    return document


def read(document, *overrides, folder=Path()):
    return experiment_from(document, "x.toml", folder, overrides)


def problems(document, *overrides, folder=Path()):
    with pytest.raises(InputError) as caught:
        read(document, *overrides, folder=folder)
    return str(caught.value).splitlines()


def sampled(kind, samples, seed=0, over=None):
    over = over or {"parameters.enforcement": {"from": 0, "to": 1}, "parameters.rounds": {"from": 1, "to": 8}}
    return read(valid(kind=kind, samples=samples, seed=seed, over=over))


def told_by(function, *arguments):
    """The problems of a call, none if it went well; an exception of any other kind fails the test."""
    try:
        function(*arguments)
    except InputError as error:
        return error.problems
    return ()


# Shipped experiments


def test_the_shipped_experiments_are_those_listed():
    assert dict.fromkeys(shipped_names("experiments")) == dict.fromkeys(SHIPPED)


@pytest.mark.parametrize(("name", "size"), SHIPPED.items())
def test_a_shipped_experiment_reads_and_all_its_points_can_be_run(name, size):
    experiment = read_experiment(name)
    points = points_of(experiment)
    assert [point.number for point in points] == list(range(size)) == list(range(experiment.size))
    assert experiment.title
    assert experiment.question.endswith("?")
    assert "Expected beforehand" in experiment.reasons
    seen = {spec_of(experiment, point).model_dump_json() for point in points}
    assert len(seen) == size
    for point in (points[0], points[-1]):
        assert prepare(spec_of(experiment, point)).ballots


@pytest.mark.parametrize("name", ["reproduce-es-11-1", "reproduce-es-11-3"])
def test_a_reproduction_surrounds_the_declared_vote_and_aims_at_the_roll_call(name):
    experiment = read_experiment(name)
    (base,) = experiment.bases.values()
    levels = levels_of(experiment)
    assert levels["vote.severity"][0] < base.vote[0].severity < levels["vote.severity"][-1]
    np.testing.assert_allclose(levels["vote.divisiveness"][2], base.vote[0].divisiveness, atol=0.02)
    assert base.vote[0].target_threat in levels["vote.target_threat"]
    assert experiment.target_split.resolution == base.vote[0].resolution
    assert sum(experiment.target_split.counts().values()) == 193


def test_the_enforcement_sweep_starts_and_ends_where_it_says():
    enforcement = levels_of(read_experiment("sanction-enforcement"))["parameters.enforcement"]
    assert (enforcement[0], enforcement[3], enforcement[-1]) == (0.0, 0.15, 1.0)


def test_no_energy_dependence_is_the_shipped_what_if():
    experiment = read_experiment("energy-dependence")
    nothing = prepare(spec_of(experiment, points_of(experiment)[0])).ballots[0]
    what_if = prepare(read_scenario("es-11-1-no-energy-leverage")).ballots[0]
    np.testing.assert_array_equal(nothing.dependence, what_if.dependence)


# Designs


def test_a_factorial_design_has_every_combination_and_the_last_factor_varies_fastest():
    experiment = read(valid())
    expected = list(product([0.0, 0.5, 1.0], [-5, 0.5], [["CAL", "DUN"], ["CAL"]]))
    assert [tuple(point.values.values()) for point in points_of(experiment)] == expected
    assert all(tuple(point.values) == experiment.factors for point in points_of(experiment))


@given(st.floats(-20, 19), st.floats(0.001, 1), st.integers(2, 40))
@settings(max_examples=30, deadline=None)
def test_steps_are_even_and_hold_both_ends(low, width, steps):
    over = {"vote.severity": {"from": low, "to": low + width, "steps": steps}}
    values = levels_of(read(valid(over=over)))["vote.severity"]
    assert (values[0], values[-1], len(values)) == (low, low + width, steps)
    np.testing.assert_allclose(values, np.linspace(low, low + width, steps), atol=1e-12)


def test_a_whole_parameter_stays_whole():
    over = {"parameters.rounds": {"from": 0, "to": 8, "steps": 5}}
    values = levels_of(read(valid(over=over)))["parameters.rounds"]
    assert values == [0, 2, 4, 6, 8]
    assert all(type(value) is int for value in values)


def test_a_zip_takes_its_factors_together():
    over = {"vote.severity": {"from": -4, "to": -3, "steps": 3}, "vote.target_threat": {"values": [2, 1, 0]}}
    points = points_of(read(valid(kind="zip", over=over)))
    assert [tuple(point.values.values()) for point in points] == [(-4.0, 2), (-3.5, 1), (-3.0, 0)]
    over["vote.target_threat"]["values"].append(1)
    (told,) = problems(valid(kind="zip", over=over))
    assert (
        "design.over: its factors must have equally many values: vote.severity has 3, vote.target_threat has 4" in told
    )


@pytest.mark.parametrize("samples", [1, 10, 64])
def test_a_latin_hypercube_has_one_point_in_each_stratum_of_each_factor(samples):
    over = {name: {"from": 0, "to": 1} for name in ("parameters.enforcement", "parameters.inertia")}
    points = points_of(sampled("latin-hypercube", samples, over=over))
    for name in over:
        strata = sorted(int(point.values[name] * samples) for point in points)
        assert strata == list(range(samples))


def test_a_sobol_design_is_balanced_and_needs_a_power_of_two():
    over = {name: {"from": 0, "to": 1} for name in ("parameters.enforcement", "parameters.inertia")}
    points = points_of(sampled("sobol", 64, over=over))
    for name in over:
        assert sorted(int(point.values[name] * 64) for point in points) == list(range(64))
    (told,) = problems(valid(kind="sobol", samples=100, over=over))
    assert told == "x.toml: design.samples: got 100; sobol needs a power of two. The next is 128."


@pytest.mark.parametrize("kind", ["latin-hypercube", "sobol", "random"])
def test_a_drawn_design_depends_on_its_seed_alone_and_stays_within_its_ranges(kind):
    over = {
        "parameters.enforcement": {"from": 0.25, "to": 0.75},
        "parameters.rounds": {"from": 1, "to": 4},
        "roles.senders": {"values": [["CAL", "DUN"], ["CAL"], ["DUN"]]},
    }
    points = points_of(sampled(kind, 64, seed=1, over=over))
    assert points == points_of(sampled(kind, 64, seed=1, over=over))
    assert points != points_of(sampled(kind, 64, seed=2, over=over))
    assert all(0.25 <= point.values["parameters.enforcement"] <= 0.75 for point in points)
    assert {point.values["parameters.rounds"] for point in points} == {1, 2, 3, 4}
    assert len({json.dumps(point.values["roles.senders"]) for point in points}) == 3


@pytest.mark.parametrize("kind", ["factorial", "latin-hypercube", "sobol", "random"])
def test_points_are_plain_data(kind):
    experiment = read(valid()) if kind == "factorial" else sampled(kind, 8)
    for point in points_of(experiment):
        assert json.loads(json.dumps(point.values)) == point.values
        assert all(type(value) in (int, float, list) for value in point.values.values())


def test_several_scenarios_are_the_first_factor():
    document = {**valid(over={"vote.severity": {"values": [-3, -2]}}), "scenario": ["es-11-1", "es-11-3"]}
    del document["set"], document["target_split"]
    experiment = read(document)
    assert experiment.factors == ("scenario", "vote.severity")
    assert [tuple(point.values.values()) for point in points_of(experiment)] == [
        ("es-11-1", -3),
        ("es-11-1", -2),
        ("es-11-3", -3),
        ("es-11-3", -2),
    ]
    resolutions = [spec_of(experiment, point).vote[0].resolution for point in points_of(experiment)]
    assert resolutions == ["A/RES/ES-11/1"] * 2 + ["A/RES/ES-11/3"] * 2
    assert levels_of(experiment)["scenario"] == ["es-11-1", "es-11-3"]


def test_too_many_points_are_refused_without_being_made():
    over = {f"parameters.{name}": {"from": 0, "to": 1, "steps": 101} for name in ("enforcement", "inertia")}
    over["vote.severity"] = {"from": 0, "to": 1, "steps": 100}
    (told,) = problems(valid(over=over))
    assert f"design: has 1,020,100 points; at most {MOST_POINTS:,} are run." in told


# Tables


def table(text, folder):
    (folder / "points.csv").write_text(text, encoding="utf-8")
    document = valid(kind="table", file="points.csv")
    del document["design"]["over"]
    return document


def test_a_table_gives_its_points_row_by_row(tmp_path):
    text = 'vote.severity,roles.senders,parameters.rounds\n-4,"[""CAL""]",3\n\n0.5,"[""DUN"", ""CAL""]",0\n'
    experiment = read(table(text, tmp_path), folder=tmp_path)
    assert [tuple(point.values.values()) for point in points_of(experiment)] == [
        (-4, ["CAL"], 3),
        (0.5, ["DUN", "CAL"], 0),
    ]
    assert spec_of(experiment, points_of(experiment)[0]).roles.senders == ("CAL",)
    (tmp_path / "points.csv").unlink()
    again = read(experiment.document())
    assert points_of(again) == points_of(experiment)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "points.csv: holds no points."),
        ("vote.severity\n", "points.csv: holds no points."),
        ("vote.severity,vote.severity\n1,2\n", 'points.csv: line 1: "vote.severity" stands twice.'),
        ("vote.severity,\n1,2\n", "points.csv: line 1: column 2 has no name."),
        ("vote.severity\n1\n1,2\n", "points.csv: line 3: has 2 cells; the first row has 1."),
        ("vote.severity,vote.target_threat\n1,\n", 'points.csv: line 2: "vote.target_threat" is empty.'),
        ("vote.severity\nnan\n", 'points.csv: line 2: "vote.severity" holds a number that is not finite'),
        ('vote.severity\n"1\n', "points.csv: is not valid CSV"),
        ("vote.severty\n1\n", 'points.csv: column "vote.severty": '),
        ("vote.severity\n99\n1\n", 'points.csv: column "vote.severity": got 99; allowed is -20 to 20.'),
        ("parameters.enforcement\nhigh\n", "got 'high'; a"),
    ],
)
def test_a_wrong_table_is_told_at_its_place(text, told, tmp_path):
    (line,) = problems(table(text, tmp_path), folder=tmp_path)
    assert told in line


def test_a_table_that_is_not_there_or_no_text_is_told(tmp_path):
    document = table("x", tmp_path)
    (tmp_path / "points.csv").write_bytes(b"\xff\xfe")
    assert "points.csv: is not UTF-8 text" in problems(document, folder=tmp_path)[0]
    (tmp_path / "points.csv").unlink()
    assert "points.csv: cannot be read" in problems(document, folder=tmp_path)[0]


# The scenario at a point


def test_the_scenario_at_a_point_is_that_of_the_same_overrides():
    experiment = read(valid())
    for point in points_of(experiment):
        overrides = [f"{name}={json.dumps(value)}" for name, value in point.values.items()]
        by_hand = read_scenario("harbour-blockade", ["vote.sender_threat=1.5", "seed=3", "replicates=5", *overrides])
        assert spec_of(experiment, point) == by_hand


def test_replicates_and_seed_are_the_scenarios_unless_given():
    document = valid()
    del document["replicates"], document["seed"]
    experiment = read(document)
    base = read_scenario("harbour-blockade")
    spec = spec_of(experiment, points_of(experiment)[0])
    assert (spec.replicates, spec.seed) == (base.replicates, base.seed)


def test_common_random_numbers_share_a_seed_and_independent_ones_do_not():
    common = read(valid())
    independent = read({**valid(), "random_numbers": "independent"})
    assert {spec_of(common, point).seed for point in points_of(common)} == {3}
    seeds = [spec_of(independent, point).seed for point in points_of(independent)]
    assert len(set(seeds)) == len(seeds)
    assert seeds == [spec_of(independent, point).seed for point in points_of(independent)]
    other = read({**valid(), "random_numbers": "independent", "seed": 4})
    assert not set(seeds) & {spec_of(other, point).seed for point in points_of(other)}


def test_a_points_own_seed_depends_on_its_values_not_on_the_rest_of_the_design():
    def seed_of(steps):
        document = valid(over={"parameters.enforcement": {"from": 0, "to": 1, "steps": steps}})
        experiment = read({**document, "random_numbers": "independent"})
        return {p.values["parameters.enforcement"]: spec_of(experiment, p).seed for p in points_of(experiment)}

    few, many = seed_of(3), seed_of(5)
    assert {value: many[value] for value in few} == few


def test_values_that_only_clash_together_fail_at_their_points():
    over = {f"parameters.sanction_{action}": {"from": 0, "to": 1, "steps": 3} for action in ("abstain", "absent")}
    experiment = read(valid(over=over))
    told = {tuple(point.values.values()): told_by(spec_of, experiment, point) for point in points_of(experiment)}
    failed = [values for values, found in told.items() if found]
    assert all(problem.where.startswith("point ") for found in told.values() for problem in found)
    assert failed == [(0.5, 0.0), (1.0, 0.0), (1.0, 0.5)]


def test_a_factor_may_need_another_one():
    over = {"change": {"values": [[CHANGE]]}, "change.0.multiply": {"values": [0, 2]}}
    experiment = read(valid(over=over))
    assert [spec_of(experiment, point).change[0].multiply for point in points_of(experiment)] == [0, 2]


def test_an_experiment_reads_back_from_its_document_and_travels_with_its_scenarios():
    experiment = read(valid())
    document = json.loads(json.dumps(experiment.document()))
    assert read(document) == experiment
    bases = {name: json.loads(base.model_dump_json(exclude_none=True)) for name, base in experiment.bases.items()}
    document["scenario"] = ["elsewhere"]
    document["set"] = {}
    moved = experiment_from(document, "y", Path("/nowhere"), bases={"elsewhere": bases["harbour-blockade"]})
    assert [spec_of(moved, p) for p in points_of(moved)] == [spec_of(experiment, p) for p in points_of(experiment)]
    sent = pickle.loads(pickle.dumps(experiment))
    assert [spec_of(sent, p) for p in points_of(sent)] == [spec_of(experiment, p) for p in points_of(experiment)]


def test_a_scenario_is_found_from_the_experiments_file(tmp_path):
    (tmp_path / "mine.toml").write_text('base = "harbour-blockade"\nseed = 11\n', encoding="utf-8")
    document = {**valid(), "scenario": "mine.toml"}
    del document["seed"]
    text = VALID.replace('"harbour-blockade"', '"mine.toml"').replace("seed = 3\n", "")
    (tmp_path / "experiment.toml").write_text(text, encoding="utf-8")
    experiment = read_experiment(tmp_path / "experiment.toml")
    assert spec_of(experiment, points_of(experiment)[0]).seed == 11
    assert experiment == read(document, folder=tmp_path)


# Overrides


def test_overrides_change_the_experiment_or_hold_at_every_point():
    experiment = read(
        valid(),
        "replicates=2",
        "design.over.parameters.enforcement.steps=2",
        'design.over."vote.severity".values=[1]',
        "design.over.parameters.inertia={from=0, to=1, steps=2}",
        "vote.target_threat=3",
        "parameters.grievance=2",
    )
    assert experiment.factors == ("parameters.enforcement", "vote.severity", "roles.senders", "parameters.inertia")
    assert experiment.size == 2 * 1 * 2 * 2
    spec = spec_of(experiment, points_of(experiment)[-1])
    assert (spec.replicates, spec.vote[0].target_threat, spec.parameters["grievance"]) == (2, 3, 2)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("nonsense", "--set nonsense: got no key and value"),
        ("replicats=3", "--set replicats=3: replicats: unknown key. Did you mean 'replicates'?"),
        ("parameters.x=3", "--set parameters.x=3: set.parameters.x: unknown parameter."),
        ("vote.severity=1", '--set vote.severity=1: set."vote.severity": is varied by the design.'),
        ("replicates.x=3", "--set replicates.x=3: replicates.x: replicates holds a value"),
        ("outputs.7=tally", "--set outputs.7=tally: outputs.7: there is no such place in outputs."),
        ("design.kind=all", '--set design.kind=all: design.kind: got "all" (text); allowed are'),
        ("design.over.parameters.enforcement.to=2", '"parameters.enforcement".to: got 2.0; allowed is 0 to 1'),
    ],
)
def test_a_wrong_override_is_told(text, told):
    assert any(told in line for line in problems(valid(), text))


# Strictness


def over(**factors):
    return lambda document: document["design"].update(over={name.replace("__", "."): f for name, f in factors.items()})


def with_keys(**keys):
    return lambda document: document.update(keys)


def with_design(**keys):
    return lambda document: document["design"].update(keys)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda document: document.clear(), ["scenario: missing.", "design: missing."]),
        (with_keys(replicate=5), ["replicate: unknown key. Did you mean 'replicates'?"]),
        (with_keys(replicates=0, seed=-1), ["replicates: got 0; allowed", "seed: got -1; allowed"]),
        (
            with_keys(scenario="harbour-blokade"),
            ['scenario: got "harbour-blokade"', "Did you mean 'harbour-blockade'?"],
        ),
        (with_keys(scenario=["harbour-blockade", 3]), ["scenario: the name or path of a scenario, or a list"]),
        (with_keys(scenario=[]), ["scenario: the name or path of a scenario"]),
        (with_keys(scenario=["es-11-1", "es-11-1"]), ["scenario: names a scenario twice."]),
        (with_keys(random_numbers="comon"), ['random_numbers: got "comon" (text); allowed', "Did you mean 'common'?"]),
        (with_keys(outputs=["member"]), ['outputs.0: got "member" (text); allowed', "Did you mean 'members'?"]),
        (with_keys(set={"vote.sevrity": 1}), ["set.vote.0.sevrity: unknown key. Did you mean 'severity'?"]),
        (with_keys(set={"vote.severity": 1}), ['set."vote.severity": is varied by the design.']),
        (with_keys(set={"seed": 1}), ["set.seed: is a key of the experiment itself. Give seed outside [set]."]),
        (with_keys(set=3), ["set: got 3; a table is needed."]),
        (with_keys(design=3), ["design: got 3; a table is needed."]),
        (with_keys(target_split={}), ["target_split: got no count; at least one of support"]),
        (with_keys(target_split={"support": -1}), ["target_split.support: got -1; allowed is 0 to"]),
        (with_keys(target_split={"support": 5, "oppose": 3}), ["target_split: adds up to 8; 7 members vote."]),
        (
            with_keys(target_split={"support": 5, "oppose": 2, "besides_target": True}),
            ["target_split: adds up to 7; 6 members vote."],
        ),
        (
            with_keys(target_split={"support": 1, "abstain": 1, "oppose": 1, "absent": 1}),
            ["target_split: adds up to 4; all 7 members act."],
        ),
        (
            with_keys(target_split={"support": 1, "resolution": "SH/3"}),
            ['target_split.resolution: "SH/3" is no vote of', "Did you mean 'SH/2'?"],
        ),
        (with_design(kind="factorail"), ['design.kind: got "factorail"', "Did you mean 'factorial'?"]),
        (with_design(samples=5), ["design.samples: is for designs that draw samples, not for factorial."]),
        (with_design(file="x.csv"), ["design.file: is read for a table only, not for factorial."]),
        (with_design(kind="table"), ['design.over."parameters.enforcement": got a range; a table has values.']),
        (with_design(kind="table", over={}), ["design.file: missing; a table needs it."]),
        (with_design(kind="table", file="x.csv"), ["design.file: got a file and over; exactly one"]),
        (with_design(kind="random"), ["design.samples: missing; random needs it.", "steps: is for factorial and zip"]),
        (with_design(kind="random", samples=0), ["design.samples: got 0; allowed is 1 to 1000000."]),
        (over(), ["design.over: got nothing to vary."]),
        (
            over(parameters__enforcment={"from": 0, "to": 1, "steps": 3}),
            ["design.over.\"parameters.enforcment\": unknown parameter. Did you mean 'enforcement'?"],
        ),
        (
            over(parametres__enforcement={"values": [0, 1]}),
            ['"parametres.enforcement": ', "Did you mean 'parameters'?"],
        ),
        (
            over(parameters__enforcement={"from": -1, "to": 2, "steps": 3}),
            ['"parameters.enforcement".from: got -1.0; allowed is 0 to 1', '"parameters.enforcement".to: got 2.0'],
        ),
        (over(vote__severity={"values": [0, 21, 1]}), ['"vote.severity".values.1: got 21; allowed is -20 to 20.']),
        (over(vote__1__severity={"values": [0, 1]}), ['"vote.1.severity": there is no vote.1; the last is vote.0.']),
        (over(change__0__multiply={"values": [0, 1]}), ['"change.0.multiply": there is no change in this scenario.']),
        (
            over(vote__severity={"values": [0]}, vote__0__severity={"values": [1]}),
            ['"vote.0.severity": sets the same as vote.severity.'],
        ),
        (
            over(roles__senders={"values": [["CAL"], ["ASH"], ["XXX"]]}),
            ['"roles.senders".values.1: ASH is the target.', '"roles.senders".values.2: no member or group "XXX"'],
        ),
        (over(seed={"values": [1, 2]}), ["design.over.seed: cannot be varied."]),
        (over(scenario={"values": ["es-11-1"]}), ["design.over.scenario: cannot be varied."]),
        (over(vote__severity={"values": []}), ['"vote.severity".values: got an empty list; at least 1 is needed.']),
        (over(vote__severity={"values": [1, 1]}), ['"vote.severity".values: holds a value twice.']),
        (over(vote__severity={"values": 1}), ['"vote.severity".values: got 1; a list is needed.']),
        (
            over(vote__severity={"values": [float("inf")]}),
            ['"vote.severity".values: holds a number that is not finite'],
        ),
        (over(vote__severity={}), ['"vote.severity": got neither; from and to are needed, or values.']),
        (over(vote__severity={"from": 1, "steps": 3}), ['"vote.severity": got from; from and to are needed']),
        (
            over(vote__severity={"from": 1, "to": 1, "steps": 3}),
            ['"vote.severity": got from = 1 and to = 1; from must'],
        ),
        (over(vote__severity={"from": 1, "values": [1]}), ['"vote.severity": got values and a range; exactly one']),
        (over(vote__severity={"from": 0, "to": 1}), ['"vote.severity".steps: missing; factorial needs it.']),
        (over(vote__severity={"from": 0, "to": 1, "steps": 1}), ['"vote.severity".steps: got 1; allowed is 2 to']),
        (
            over(vote__severity={"from": 0, "to": 1, "step": 3}),
            ["\"vote.severity\".step: unknown key. Did you mean 'steps'?"],
        ),
        (over(vote__severity={"from": "0", "to": 1, "steps": 2}), ['"vote.severity".from: got "0" (text); a number']),
        (over(vote__severity=[0, 1]), ['"vote.severity": got a list; a table is needed.']),
        (
            over(parameters__rounds={"from": 0, "to": 8, "steps": 4}),
            ['"parameters.rounds".steps: got 4; these steps do not fall on whole numbers', "9 do."],
        ),
        (
            over(parameters__rounds={"from": 0, "to": 2.5, "steps": 2}),
            ['"parameters.rounds".to: got 2.5; a whole number'],
        ),
    ],
)
def test_a_mistake_is_told_with_its_key_and_the_way_out(spoil, told):
    document = valid()
    spoil(document)
    lines = problems(document)
    for part in told:
        assert any(part in line for line in lines), lines
    assert all(line.startswith("x.toml: ") for line in lines)


def test_all_mistakes_are_told_at_once():
    document = valid(kind="sobol", samples=3)
    document["title"] = 5
    document["design"]["over"]["parameters.enforcment"] = {"from": 0, "to": 1}
    document["target_split"]["resolution"] = "SH/9"
    text = "\n".join(problems(document))
    for part in ("title: got 5", "a power of two", "Did you mean 'enforcement'?", "steps: is for", '"SH/9" is no vote'):
        assert part in text


HUGE = int("f" * 5000, 16)  # Python reads it from TOML, and refuses to write it in digits


@pytest.mark.parametrize(
    "spoil",
    [
        with_keys(seed=HUGE),
        with_keys(target_split={"support": HUGE}),
        with_keys(set={"vote.target_threat": HUGE}),
        over(vote__severity={"values": [HUGE]}),
        over(vote__severity={"from": 0, "to": HUGE, "steps": 3}),
        over(vote__severity={"from": 0, "to": 1, "steps": HUGE}),
    ],
)
def test_a_huge_number_is_told(spoil):
    document = valid()
    spoil(document)
    assert "a number" in "\n".join(problems(document))


def test_mistakes_of_the_scenario_are_told_at_its_file(tmp_path):
    (tmp_path / "mine.toml").write_text('base = "harbour-blockade"\nsed = 1\n', encoding="utf-8")
    (line,) = problems({**valid(), "scenario": "mine.toml"}, folder=tmp_path)
    assert line.endswith("mine.toml: sed: unknown key. Did you mean 'seed'?")


def test_an_unknown_experiment_is_told():
    with pytest.raises(InputError, match=r"no shipped experiment of that name\. Did you mean 'isolation'\?"):
        read_experiment("isolaton")


names = st.text("abc.-\0 é{}", max_size=8)
toml_values = st.recursive(
    st.booleans()
    | st.integers(-(2**64), 2**64)
    | st.integers(-3, 3)
    | st.floats()
    | names
    | st.dates()
    | st.datetimes()
    | st.sampled_from(["CAL", "-DUN", "ASH", "harbour-blockade", "es-11-1", "sobol", "zip", "table", "tally", "SH/2"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=4,
)


def places(value, key=()):
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for part, item in inside:
        yield (*key, part)
        yield from places(item, (*key, part))


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_no_mistake_raises_anything_but_an_input_error(data):
    document = copy.deepcopy(valid())
    for _ in range(data.draw(st.integers(1, 3))):
        key = data.draw(st.sampled_from(list(places(document)) or [("design",)]))
        holder = document
        for part in key[:-1]:
            holder = holder[part]
        match data.draw(st.sampled_from(["drop", "rename", "retype"])):
            case "drop":
                del holder[key[-1]]
            case "rename" if isinstance(holder, dict):
                holder[data.draw(names)] = holder.pop(key[-1])
            case _:
                holder[key[-1]] = data.draw(toml_values)
        if not document:
            break
    found = told_by(read, document)
    assert all(problem.where and problem.message for problem in found)
    if found:
        return
    experiment = read(document)
    assert len(points_of(experiment)) == experiment.size > 0
    assert read(json.loads(json.dumps(experiment.document()))) == experiment
    for point in points_of(experiment)[:3]:
        assert all(problem.where == f"point {point.number}" for problem in told_by(spec_of, experiment, point))


@settings(max_examples=150, deadline=None)
@given(st.text("abc.=-\0 é[]{}'\"", max_size=30), toml_values)
def test_no_override_raises_anything_but_an_input_error(name, value):
    for text in (name, f"{name}={value}", f"design.over.{name}={value}", f"set.{name}={value}", f"outputs.{name}=1"):
        assert all(problem.message for problem in told_by(read, valid(), text))


# The schema for editors


@pytest.mark.parametrize(
    ("spoil", "is_valid"),
    [
        (lambda document: None, True),
        (with_keys(sed=1), False),
        (with_keys(scenario=["a", "b"]), True),
        (with_keys(scenario=[]), False),
        (with_keys(set={"vot.severity": 1}), False),
        (with_keys(target_split={}), False),
        (with_design(kind="all"), False),
        (with_design(kind="sobol"), False),
        (over(parameters__enforcement={"from": 0, "to": 1, "steps": 2}), True),
        (over(parameters__enforcement={"from": 0, "to": 1}), False),
        (over(parameters__enforcement={"from": 0, "to": 1, "values": [1]}), False),
        (over(parameters__enforcement={}), False),
        (over(nothing__known={"values": [1]}), False),
    ],
)
def test_an_editor_judges_as_the_reader_does(spoil, is_valid):
    jsonschema = pytest.importorskip("jsonschema")
    document = valid()
    spoil(document)
    schema = experiment_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert jsonschema.Draft202012Validator(schema).is_valid(document) is is_valid


def test_every_shipped_experiment_suits_the_schema():
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(experiment_schema())
    for path in (Path(__file__).parents[1] / "experiments").glob("*.toml"):
        validator.validate(tomllib.loads(path.read_text(encoding="utf-8")))


def test_every_key_is_described():
    schema = experiment_schema()
    for holder in (schema, *schema["$defs"].values()):
        assert holder["additionalProperties"] is False
        assert all(entry.get("description") for entry in holder["properties"].values())
