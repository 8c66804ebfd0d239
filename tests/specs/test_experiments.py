"""The shipped experiments, and the scenario at each point of a design."""

import json
import pickle
from pathlib import Path

import numpy as np
import pytest
from support.experiment_files import CHANGE, VALID, catch_messages, problems, read, valid

from sim.case import prepare
from sim.rules.parameters import load_registry
from sim.runner.designs import list_levels, list_points, make_scenario_at
from sim.specs import list_shipped_names, parse_experiment, read_experiment, read_scenario

SHIPPED = {
    "energy-dependence": 9,
    "isolation": 7,
    "peer-influence": 2 * 11 * 3,
    "reproduce-es-11-1": 5 * 5 * 3,
    "reproduce-es-11-3": 5 * 5 * 3,
    "sanction-enforcement": 21,
    "sender-changes-sides": 7,
    "where-threats-work": 64 * (4 + 2),
    "which-parameter": 8 * (sum(parameter.prior is not None for parameter in load_registry().values()) + 4 + 1),
}


def test_the_shipped_experiments_are_those_listed():
    assert dict.fromkeys(list_shipped_names("experiments")) == dict.fromkeys(SHIPPED)


@pytest.mark.parametrize(("name", "size"), SHIPPED.items())
def test_a_shipped_experiment_reads_and_all_its_points_can_be_run(name, size):
    experiment = read_experiment(name)
    points = list_points(experiment)
    assert [point.number for point in points] == list(range(size)) == list(range(experiment.size))
    assert experiment.title
    assert experiment.question.endswith("?")
    assert experiment.expected is not None
    seen = {make_scenario_at(experiment, point).model_dump_json() for point in points}
    assert len(seen) == size
    for point in (points[0], points[-1]):
        assert prepare(make_scenario_at(experiment, point)).ballots


@pytest.mark.parametrize("name", ["reproduce-es-11-1", "reproduce-es-11-3"])
def test_a_reproduction_surrounds_the_declared_vote_and_aims_at_the_roll_call(name):
    experiment = read_experiment(name)
    (base,) = experiment.bases.values()
    levels = list_levels(experiment)
    assert levels["vote.severity"][0] < base.vote[0].severity < levels["vote.severity"][-1]
    np.testing.assert_allclose(levels["vote.divisiveness"][2], base.vote[0].divisiveness, atol=0.02)
    assert base.vote[0].target_threat in levels["vote.target_threat"]
    assert experiment.target_split.resolution == base.vote[0].resolution
    assert sum(experiment.target_split.counts().values()) == 193


def test_the_enforcement_sweep_starts_and_ends_where_it_says():
    enforcement = list_levels(read_experiment("sanction-enforcement"))["parameters.enforcement"]
    assert (enforcement[0], enforcement[3], enforcement[-1]) == (0.0, 0.15, 1.0)


def test_no_energy_dependence_is_the_shipped_what_if():
    experiment = read_experiment("energy-dependence")
    nothing = prepare(make_scenario_at(experiment, list_points(experiment)[0])).ballots[0]
    what_if = prepare(read_scenario("es-11-1-no-energy-leverage")).ballots[0]
    np.testing.assert_array_equal(nothing.dependence, what_if.dependence)


def test_the_scenario_at_a_point_is_that_of_the_same_overrides():
    experiment = read(valid())
    for point in list_points(experiment):
        overrides = [f"{name}={json.dumps(value)}" for name, value in point.values.items()]
        by_hand = read_scenario("harbour-blockade", ["vote.sender_threat=1.5", "seed=3", "replicates=5", *overrides])
        assert make_scenario_at(experiment, point) == by_hand


def test_replicates_and_seed_are_the_scenarios_unless_given():
    document = valid()
    del document["replicates"], document["seed"]
    experiment = read(document)
    base = read_scenario("harbour-blockade")
    spec = make_scenario_at(experiment, list_points(experiment)[0])
    assert (spec.replicates, spec.seed) == (base.replicates, base.seed)


def test_common_random_numbers_share_a_seed_and_independent_ones_do_not():
    common = read(valid())
    independent = read({**valid(), "random_numbers": "independent"})
    assert {make_scenario_at(common, point).seed for point in list_points(common)} == {3}
    seeds = [make_scenario_at(independent, point).seed for point in list_points(independent)]
    assert len(set(seeds)) == len(seeds)
    assert seeds == [make_scenario_at(independent, point).seed for point in list_points(independent)]
    other = read({**valid(), "random_numbers": "independent", "seed": 4})
    assert not set(seeds) & {make_scenario_at(other, point).seed for point in list_points(other)}


def test_a_points_own_seed_depends_on_its_values_not_on_the_rest_of_the_design():
    def seed_of(steps):
        document = valid(over={"parameters.enforcement": {"from": 0, "to": 1, "steps": steps}})
        experiment = read({**document, "random_numbers": "independent"})
        return {
            p.values["parameters.enforcement"]: make_scenario_at(experiment, p).seed for p in list_points(experiment)
        }

    few, many = seed_of(3), seed_of(5)
    assert {value: many[value] for value in few} == few


def test_values_that_only_clash_together_fail_at_their_points():
    over = {f"parameters.sanction_{action}": {"from": 0, "to": 1, "steps": 3} for action in ("abstain", "absent")}
    experiment = read(valid(over=over))
    reported = {
        tuple(point.values.values()): catch_messages(make_scenario_at, experiment, point)
        for point in list_points(experiment)
    }
    failed = [values for values, found in reported.items() if found]
    assert all(problem.where.startswith("point ") for found in reported.values() for problem in found)
    assert failed == [(0.5, 0.0), (1.0, 0.0), (1.0, 0.5)]


def test_a_factor_may_need_another_one():
    over = {"change": {"values": [[CHANGE]]}, "change.0.multiply": {"values": [0, 2]}}
    experiment = read(valid(over=over))
    assert [make_scenario_at(experiment, point).change[0].multiply for point in list_points(experiment)] == [0, 2]


def test_an_experiment_reads_back_from_its_document_and_travels_with_its_scenarios():
    experiment = read(valid())
    document = json.loads(json.dumps(experiment.document()))
    assert read(document) == experiment
    bases = {name: json.loads(base.model_dump_json(exclude_none=True)) for name, base in experiment.bases.items()}
    document["scenario"] = ["elsewhere"]
    document["set"] = {}
    moved = parse_experiment(document, "y", Path("/nowhere"), bases={"elsewhere": bases["harbour-blockade"]})
    assert [make_scenario_at(moved, p) for p in list_points(moved)] == [
        make_scenario_at(experiment, p) for p in list_points(experiment)
    ]
    sent = pickle.loads(pickle.dumps(experiment))
    assert [make_scenario_at(sent, p) for p in list_points(sent)] == [
        make_scenario_at(experiment, p) for p in list_points(experiment)
    ]


def test_a_scenario_is_found_from_the_experiments_file(tmp_path):
    (tmp_path / "mine.toml").write_text('base = "harbour-blockade"\nseed = 11\n', encoding="utf-8")
    document = {**valid(), "scenario": "mine.toml"}
    del document["seed"]
    text = VALID.replace('"harbour-blockade"', '"mine.toml"').replace("seed = 3\n", "")
    (tmp_path / "experiment.toml").write_text(text, encoding="utf-8")
    experiment = read_experiment(tmp_path / "experiment.toml")
    assert make_scenario_at(experiment, list_points(experiment)[0]).seed == 11
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
    spec = make_scenario_at(experiment, list_points(experiment)[-1])
    assert (spec.replicates, spec.vote[0].target_threat, spec.parameters["grievance"]) == (2, 3, 2)


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        ("nonsense", "--set nonsense: has no key and value"),
        ("replicats=3", "--set replicats=3, replicats: there is no such key. Did you mean 'replicates'?"),
        ("parameters.x=3", "--set parameters.x=3, set.parameters.x: there is no such parameter."),
        ("vote.severity=1", '--set vote.severity=1, set."vote.severity": is also varied by the design.'),
        ("replicates.x=3", "--set replicates.x=3, replicates.x: replicates holds a single value"),
        ("outputs.7=tally", "--set outputs.7=tally, outputs.7: there is no such item in outputs."),
        ("design.kind=all", '--set design.kind=all, design.kind: "all" (text) is not one of'),
        ("design.over.parameters.enforcement.to=2", '"parameters.enforcement".to: 2.0 is outside the range 0 to 1'),
    ],
)
def test_a_wrong_override_is_reported(text, reported):
    assert any(reported in line for line in problems(valid(), text))
