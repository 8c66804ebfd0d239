"""Mistakes in experiment files: reported with their key and the way out, by the reader and by editors."""

import json
import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.experiment_files import CHANGE, catch_messages, problems, read, spoilt, toml_values, valid

from sim.errors import InputError
from sim.runner.designs import list_points, make_scenario_at
from sim.specs import make_experiment_schema, parse_scenario, read_experiment
from sim.specs.experiment import trials


def over(**factors):
    return lambda document: document["design"].update(over={name.replace("__", "."): f for name, f in factors.items()})


def with_keys(**keys):
    return lambda document: document.update(keys)


def with_design(**keys):
    return lambda document: document["design"].update(keys)


@pytest.mark.parametrize(
    ("spoil", "reported"),
    [
        (lambda document: document.clear(), ["scenario: is missing.", "design: is missing."]),
        (with_keys(replicate=5), ["replicate: there is no such key. Did you mean 'replicates'?"]),
        (with_keys(replicates=0, seed=-1), ["replicates: 0 is outside", "seed: -1 is outside"]),
        (
            with_keys(scenario="harbour-blokade"),
            ['scenario: "harbour-blokade" is not found', "Did you mean 'harbour-blockade'?"],
        ),
        (with_keys(scenario=["harbour-blockade", 3]), ["scenario: the name or path of a scenario, or a list"]),
        (with_keys(scenario=[]), ["scenario: the name or path of a scenario"]),
        (with_keys(scenario=["es-11-1", "es-11-1"]), ["scenario: names a scenario twice; name each"]),
        (with_keys(random_numbers="comon"), ['random_numbers: "comon" (text) is not one of', "Did you mean 'common'?"]),
        (with_keys(outputs=["member"]), ['outputs.0: "member" (text) is not one of', "Did you mean 'members'?"]),
        (with_keys(set={"vote.sevrity": 1}), ["set.vote.0.sevrity: there is no such key. Did you mean 'severity'?"]),
        (with_keys(set={"vote.severity": 1}), ['set."vote.severity": is also varied by the design.']),
        (with_keys(set={"seed": 1}), ["set.seed: is a key of the experiment itself. Give seed outside [set]."]),
        (with_keys(set=3), ["set: 3 is given where a table is needed."]),
        (with_keys(design=3), ["design: 3 is given where a table is needed."]),
        (with_keys(target_split={}), ["target_split: no count is given where at least one of support"]),
        (with_keys(target_split={"support": -1}), ["target_split.support: -1 is outside the range 0 to"]),
        (with_keys(target_split={"support": 5, "oppose": 3}), ["target_split: adds up to 8, but only 7 members vote."]),
        (
            with_keys(target_split={"support": 5, "oppose": 2, "besides_target": True}),
            ["target_split: adds up to 7, but only 6 members vote."],
        ),
        (
            with_keys(target_split={"support": 1, "abstain": 1, "oppose": 1, "absent": 1}),
            ["target_split: adds up to 4, but there are 7 members."],
        ),
        (
            with_keys(target_split={"support": 1, "resolution": "SH/3"}),
            ['target_split.resolution: "SH/3" is not a vote of', "Did you mean 'SH/2'?"],
        ),
        (with_design(kind="factorail"), ['design.kind: "factorail" (text) is not one of', "Did you mean 'factorial'?"]),
        (with_design(samples=5), ["design.samples: is only for designs that draw samples, not for factorial."]),
        (with_design(file="x.csv"), ["design.file: is only for a table, not for factorial."]),
        (
            with_design(kind="table"),
            ['design.over."parameters.enforcement": a range is given, but a table has values.'],
        ),
        (with_design(kind="table", over={}), ["design.file: is missing, but a table needs it."]),
        (with_design(kind="table", file="x.csv"), ["design.file: file and over are given where exactly one"]),
        (
            with_design(kind="random"),
            ["design.samples: is missing, but random needs it.", "steps: is only for factorial and zip"],
        ),
        (with_design(kind="random", samples=0), ["design.samples: 0 is outside the range 1 to 1000000."]),
        (over(), ["design.over: there is nothing to vary."]),
        (
            over(parameters__enforcment={"from": 0, "to": 1, "steps": 3}),
            ["design.over.\"parameters.enforcment\": there is no such parameter. Did you mean 'enforcement'?"],
        ),
        (
            over(parametres__enforcement={"values": [0, 1]}),
            ['"parametres.enforcement": ', "Did you mean 'parameters'?"],
        ),
        (
            over(parameters__enforcement={"from": -1, "to": 2, "steps": 3}),
            [
                '"parameters.enforcement".from: -1.0 is outside the range 0 to 1',
                '"parameters.enforcement".to: 2.0 is outside',
            ],
        ),
        (
            over(vote__severity={"values": [0, 21, 1]}),
            ['"vote.severity".values.1: 21 is outside the range -20 to 20 (utility'],
        ),
        (
            over(vote__1__severity={"values": [0, 1]}),
            ['"vote.1.severity": there is no vote.1; the last one is vote.0.'],
        ),
        (over(change__0__multiply={"values": [0, 1]}), ['"change.0.multiply": there is no change in this scenario.']),
        (
            over(vote__severity={"values": [0]}, vote__0__severity={"values": [1]}),
            ['"vote.0.severity": sets the same key as vote.severity.'],
        ),
        (
            over(roles__senders={"values": [["CAL"], ["ASH"], ["XXX"]]}),
            [
                '"roles.senders".values.1: ASH is the target, which cannot sanction the target.',
                '"roles.senders".values.2: there is no member or group "XXX"',
            ],
        ),
        (over(seed={"values": [1, 2]}), ["design.over.seed: cannot be varied."]),
        (over(scenario={"values": ["es-11-1"]}), ["design.over.scenario: cannot be varied."]),
        (
            over(vote__severity={"values": []}),
            ['"vote.severity".values: an empty list is given where at least 1 is needed.'],
        ),
        (
            over(vote__severity={"values": [1, 1]}),
            ['"vote.severity".values: holds a value twice; give each value once.'],
        ),
        (over(vote__severity={"values": 1}), ['"vote.severity".values: 1 is given where a list is needed.']),
        (
            over(vote__severity={"values": [float("inf")]}),
            ['"vote.severity".values: holds a number that is not finite'],
        ),
        (over(vote__severity={}), ['"vote.severity": nothing is given where from and to, or values, are needed.']),
        (over(vote__severity={"from": 1, "steps": 3}), ['"vote.severity": only from is given where from and to']),
        (
            over(vote__severity={"from": 1, "to": 1, "steps": 3}),
            ['"vote.severity": from = 1 is not below to = 1.'],
        ),
        (
            over(vote__severity={"from": 1, "values": [1]}),
            ['"vote.severity": values and a range are given where exactly one'],
        ),
        (over(vote__severity={"from": 0, "to": 1}), ['"vote.severity".steps: is missing, but factorial needs it.']),
        (over(vote__severity={"from": 0, "to": 1, "steps": 1}), ['"vote.severity".steps: 1 is outside the range 2 to']),
        (
            over(vote__severity={"from": 0, "to": 1, "step": 3}),
            ["\"vote.severity\".step: there is no such key. Did you mean 'steps'?"],
        ),
        (
            over(vote__severity={"from": "0", "to": 1, "steps": 2}),
            ['"vote.severity".from: "0" (text) is given where a number'],
        ),
        (over(vote__severity=[0, 1]), ['"vote.severity": a list is given where a table is needed.']),
        (
            over(parameters__rounds={"from": 0, "to": 8, "steps": 4}),
            ['"parameters.rounds".steps: 4 steps do not fall on whole numbers', "9 steps do."],
        ),
        (
            over(parameters__rounds={"from": 0, "to": 2.5, "steps": 2}),
            ['"parameters.rounds".to: 2.5 is given where a whole number'],
        ),
    ],
)
def test_a_mistake_is_reported_with_its_key_and_the_way_out(spoil, reported):
    document = valid()
    spoil(document)
    lines = problems(document)
    for part in reported:
        assert any(part in line for line in lines), lines
    assert all(line.startswith("x.toml, ") for line in lines)


def test_all_mistakes_are_reported_at_once():
    document = valid(kind="sobol", samples=3)
    document["title"] = 5
    document["design"]["over"]["parameters.enforcment"] = {"from": 0, "to": 1}
    document["target_split"]["resolution"] = "SH/9"
    text = "\n".join(problems(document))
    for part in (
        "title: 5 is given",
        "a power of two",
        "Did you mean 'enforcement'?",
        "steps: is only for",
        '"SH/9" is not a vote',
    ):
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
def test_a_huge_number_is_reported(spoil):
    document = valid()
    spoil(document)
    assert "a number" in "\n".join(problems(document))


def test_mistakes_of_the_scenario_are_reported_at_its_file(tmp_path):
    (tmp_path / "mine.toml").write_text('base = "harbour-blockade"\nsed = 1\n', encoding="utf-8")
    (line,) = problems({**valid(), "scenario": "mine.toml"}, folder=tmp_path)
    assert line.endswith("mine.toml, sed: there is no such key. Did you mean 'seed'?")


def test_an_unknown_experiment_is_reported():
    with pytest.raises(InputError, match=r"no shipped experiment of that name\. Did you mean 'isolation'\?"):
        read_experiment("isolaton")


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_no_mistake_raises_anything_but_an_input_error(data):
    document = spoilt(data, valid())
    found = catch_messages(read, document)
    assert all(problem.where and problem.message for problem in found)
    if found:
        return
    experiment = read(document)
    assert len(list_points(experiment)) == experiment.size > 0
    assert read(json.loads(json.dumps(experiment.document()))) == experiment
    for point in list_points(experiment)[:3]:
        assert all(
            problem.where == f"point {point.number}" for problem in catch_messages(make_scenario_at, experiment, point)
        )


@settings(max_examples=150, deadline=None)
@given(st.text("abc.=-\0 é[]{}'\"", max_size=30), toml_values)
def test_no_override_raises_anything_but_an_input_error(name, value):
    for text in (name, f"{name}={value}", f"design.over.{name}={value}", f"set.{name}={value}", f"outputs.{name}=1"):
        assert all(problem.message for problem in catch_messages(read, valid(), text))


GOOD = {
    "vote.severity": [-4, -1.5, 0, 3],
    "vote.target_threat": [0, 1, 2, 3],
    "parameters.inertia": [0, 0.25, 0.5, 1],
    "roles.senders": [["CAL"], ["DUN"], ["CAL", "DUN"], ["CAL", "ELM"], []],
}
BAD = {
    "vote.severity": [21, "high"],
    "vote.target_threat": [-1],
    "parameters.inertia": [-1, 1.5],
    "roles.senders": [["ASH"], ["XXX"]],
}


@st.composite
def over_values(draw, known):
    """A design over values of these factors, in which no value occurs twice."""
    length = draw(st.integers(1, 4))
    names = draw(st.lists(st.sampled_from(sorted(known)), min_size=1, max_size=4, unique=True))
    values = {
        name: draw(st.lists(st.sampled_from(known[name]), min_size=length, max_size=length, unique_by=str))
        for name in names
    }
    kind = draw(st.sampled_from(["factorial", "zip"]))
    return valid(kind=kind, over={name: {"values": of_factor} for name, of_factor in values.items()})


@settings(max_examples=150, deadline=None)
@given(over_values({name: [*GOOD[name], *BAD[name]] for name in GOOD}))
def test_exactly_the_values_that_cannot_be_set_are_reported(document):
    del document["target_split"]
    reported = {problem.key for problem in catch_messages(read, document)}
    expected = set()
    for name, factor in document["design"]["over"].items():
        place = f'design.over."{name}"'
        bad = {f"{place}.values.{n}" for n, value in enumerate(factor["values"]) if value in BAD[name]}
        is_key = len(bad) == len(factor["values"]) and place in reported
        expected |= {place} if is_key else bad
    assert reported == expected


@settings(max_examples=60, deadline=None)
@given(over_values({name: GOOD[name] for name in GOOD if name != "roles.senders"}), st.sampled_from([1, 2]))
def test_reading_sets_each_value_once_in_each_scenario(document, scenarios):
    document["scenario"] = ["harbour-blockade", "es-11-1"][:scenarios]
    del document["target_split"]
    tried = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trials, "parse_scenario", lambda *given: tried.append(given[0]["set"]) or parse_scenario(*given))
        read(document)
    for name, factor in document["design"]["over"].items():
        assert sorted(point[name] for point in tried) == sorted(factor["values"] * scenarios)


def test_a_value_that_needs_another_factor_is_reported_by_what_is_wrong_next_to_it():
    document = valid(over={"change": {"values": [[CHANGE]]}, "change.0.multiply": {"values": [0.5, "x"]}})
    (line,) = problems(document)
    assert line == 'x.toml, design.over."change.0.multiply".values.1: "x" (text) is given where a number is needed.'


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
    schema = make_experiment_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert jsonschema.Draft202012Validator(schema).is_valid(document) is is_valid


def test_every_shipped_experiment_suits_the_schema():
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(make_experiment_schema())
    for path in (Path(__file__).parents[2] / "experiments").glob("*.toml"):
        validator.validate(tomllib.loads(path.read_text(encoding="utf-8")))


def test_every_key_is_described():
    schema = make_experiment_schema()
    for holder in (schema, *schema["$defs"].values()):
        assert holder["additionalProperties"] is False
        assert all(entry.get("description") for entry in holder["properties"].values())
