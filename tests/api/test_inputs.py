"""What the functions of the package may be given, and what they say where it is something else."""

from __future__ import annotations

import inspect
import re
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim.api.inputs import ARGUMENTS
from sim.arguments import read_mapping
from sim.errors import InputError
from sim.model import AlignmentModel, MemberState
from sim.runner.executors import Processes
from sim.specs import read_goal, read_scenario

HARBOURS = "harbour-blockade"
WRONG = {
    "scenario": (
        lambda: sim.run(3),
        "sim.run, scenario: 3 is given where a name, a path, a dictionary or a Scenario is needed.",
    ),
    "none": (lambda: sim.run(None), "sim.run, scenario: None is given where "),
    "empty": (lambda: sim.run(""), "sim.run, scenario: '' (text) is given where "),
    "missing": (lambda: sim.run(), "sim.run: missing a required argument: 'scenario'."),
    "misspelt": (lambda: sim.run(HARBOURS, replicate=3), "sim.run, replicate: there is no such argument. Did you mean"),
    "text": (
        lambda: sim.run(HARBOURS, replicates="many"),
        "sim.run, replicates: 'many' (text) is given where a whole number",
    ),
    "true": (
        lambda: sim.run(HARBOURS, replicates=True),
        "sim.run, replicates: True is given where a whole number from 1 to",
    ),
    "none of them": (lambda: sim.run(HARBOURS, replicates=0), "sim.run, replicates: 0 is given where "),
    "negative": (lambda: sim.run(HARBOURS, seed=np.int64(-1)), "sim.run, seed:"),
    "broken": (lambda: sim.run(HARBOURS, seed=1.5), "sim.run, seed: 1.5 is given where a whole number from 0 to"),
    "too large": (lambda: sim.run(HARBOURS, seed=2**63), "sim.run, seed: 9223372036854775808 is given where "),
    "list": (
        lambda: sim.run(HARBOURS, overrides=[1]),
        "sim.run, overrides: a value of type list is given where a dictionary",
    ),
    "keys": (lambda: sim.run(HARBOURS, overrides={3: 1}), "sim.run, overrides.3: 3 is used as a key; keys are text."),
    "object": (
        lambda: sim.run(HARBOURS, overrides={"vote": {"severity": [iter(())]}}),
        "sim.run, overrides.vote.severity.0: a value of type tuple_iterator is given where a number, text",
    ),
    "engine": (
        lambda: sim.run(HARBOURS, engine=3),
        "sim.run, engine: 3 is given where 'ensemble' or 'mesa' is needed.",
    ),
    "no engine": (lambda: sim.run(HARBOURS, engine="mensa"), "sim.run, engine: 'mensa' (text) is given where "),
    "class": (
        lambda: sim.run(HARBOURS, member_class=int),
        "sim.run, member_class: the class int is given where a subclass of",
    ),
    "workers": (
        lambda: sim.run(HARBOURS, workers=0),
        "sim.run, workers: 0 is given where a whole number from 1 up is needed.",
    ),
    "processes": (lambda: Processes("2"), "Processes, workers: '2' (text) is given where "),
    "out": (lambda: sim.run(HARBOURS, out=3), "sim.run, out: 3 is given where a path is needed."),
    "alone": (lambda: sim.compare(HARBOURS), "sim.compare, others: the list is empty;"),
    "second": (lambda: sim.compare(HARBOURS, {"vote.severity": 1.0}, 3), "sim.compare, others.1: 3 is given where "),
    "member": (lambda: sim.explain(HARBOURS, member=5), "sim.explain, member: 5 is given where text is needed."),
    "flag": (
        lambda: sim.explain(HARBOURS, "GUL", tries_levers="no"),
        "sim.explain, tries_levers: 'no' (text) is given where ",
    ),
    "all": (lambda: sim.explain_all(3), "sim.explain_all, scenario: 3 is given where "),
    "goal": (
        lambda: sim.reach(3),
        "sim.reach, goal: 3 is given where a name, a path, a dictionary or a Goal is needed.",
    ),
    "settings": (
        lambda: sim.reach("india-deplores", {"replicates": 50}),
        "sim.reach, overrides.0: a value of",
    ),
    "goal that was read": (
        lambda: sim.reach(read_goal("india-deplores"), ["replicates=50"]),
        "sim.reach, overrides: a goal that was read cannot be changed.",
    ),
    "outputs": (
        lambda: sim.sensitivity("where-threats-work", outputs=[3]),
        "sim.sensitivity, outputs.0: 3 is given where ",
    ),
    "executor": (
        lambda: sim.sweep("sanction-enforcement", executor=Processes),
        "sim.sweep, executor: the class Processes is given where an executor such as",
    ),
    "experiment": (lambda: sim.sweep(3.5), "sim.sweep, experiment: 3.5 is given where "),
    "model": (lambda: AlignmentModel(3), "AlignmentModel, scenario: got 3; a name, a path, a dictionary,"),
    "model's class": (
        lambda: AlignmentModel(HARBOURS, member_class=int),
        "AlignmentModel, member_class: the class",
    ),
    "model's seed": (lambda: AlignmentModel(HARBOURS, seed=-1), "AlignmentModel, seed: -1 is given where "),
    "model's flag": (lambda: AlignmentModel(HARBOURS, collect_rounds="yes"), "AlignmentModel, collect_rounds:"),
    "model's key": (
        lambda: AlignmentModel(HARBOURS, vote__severity=object()),
        "AlignmentModel, overrides.vote__severity: a value of type object is given where ",
    ),
    "plot": (
        lambda: sim.plot(3),
        "sim.plot, found: got 3; a result of sim.run, run_all, compare, explain, sweep or sensitivity is",
    ),
}


@pytest.mark.parametrize("call", WRONG, ids=str)
def test_a_wrong_argument_is_named_with_what_was_given_and_what_is_allowed(call):
    function, message = WRONG[call]
    with pytest.raises(InputError, match=re.escape(message)):
        function()


@pytest.mark.parametrize("name", [name for name in sim.__all__ if name[0].islower()])
def test_every_argument_is_checked(name):
    own = {"found"} if name in ("plot", "export") else set()  # checked by the function itself
    assert set(inspect.signature(getattr(sim, name)).parameters) <= ARGUMENTS.keys() | own


def test_all_that_is_wrong_is_reported_at_once():
    with pytest.raises(InputError) as found:
        sim.run(HARBOURS, 3, replicates="a", seed="b", workers=None)
    assert [problem.key for problem in found.value.problems] == ["overrides", "replicates", "seed", "workers"]


@pytest.mark.parametrize("whole", [np.int64, np.int8, np.uint16, np.array])
def test_numbers_of_numpy_are_numbers(whole):
    plain = sim.run(HARBOURS, {"vote.severity": -3.0, "parameters.rounds": 2}, replicates=5, seed=7)
    overrides = {"vote": {"severity": np.float32(-3)}, "parameters.rounds": whole(2)}
    found = sim.run(HARBOURS, overrides, replicates=whole(5), seed=whole(7), workers=whole(1))
    assert found.tallies.equals(plain.tallies)
    model = AlignmentModel(
        HARBOURS, seed=whole(7), replicate=whole(3), collect_rounds=np.True_, vote__severity=np.float64(-3)
    )
    assert (model.spec.seed, model.replicate) == (7, 3)


@pytest.mark.parametrize("points", [np.linspace(0, 1, 3), pd.Series([0, 0.5, 1]), (0, np.float32(0.5), np.int64(1))])
def test_points_of_a_sweep_may_be_arrays(points):
    design = {"kind": "factorial", "over": {"parameters.enforcement": {"values": points}}}
    found = sim.sweep({"scenario": HARBOURS, "replicates": np.int64(2), "design": design}).points
    assert found["parameters.enforcement"].tolist() == [0, 0.5, 1]


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(allow_nan=False) | st.text(max_size=3) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
)


@given(st.dictionaries(st.text(max_size=3), plain))
def test_what_a_file_could_hold_stays_as_it_is(table):
    assert read_mapping(table) == table


def test_a_dictionary_is_a_scenario_as_a_file_is():
    document = {"base": HARBOURS, "seed": 7, "set": {"vote.severity": -3.0}}
    expected = sim.run(HARBOURS, {"vote.severity": -3.0}, seed=7, replicates=20).tallies
    assert sim.run(document, replicates=20).tallies.equals(expected)
    assert sim.run(read_scenario(HARBOURS).document(), {"vote.severity": -3.0}, seed=7, replicates=20).tallies.equals(
        expected
    )
    assert AlignmentModel(document, replicate=3).run().tally()[3] == expected["support"][3]
    assert len(sim.explain(document, "Gullrock", tries_levers=False).terms)


def test_relative_paths_of_a_dictionary_start_from_the_working_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.toml").write_text(f'base = "{HARBOURS}"\n[set]\n"vote.severity" = -3.0\n')
    found = sim.run({"base": "mine.toml", "replicates": 5})
    assert found.result.case.spec.vote[0].severity == -3
    design = {"kind": "factorial", "over": {"parameters.enforcement": {"values": [0.5]}}}
    assert len(sim.sweep({"scenario": Path("mine.toml"), "replicates": 2, "design": design}).points) == 1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: sim.run({"base": HARBOURS, "set": {"vote.severty": 1}}),
            "scenario, set.vote.0.severty: there is no such key.",
        ),
        (lambda: sim.run({"base": "nowhere"}), 'scenario, base: "nowhere" is not found: there is no such file'),
        (lambda: sim.sweep({"scenario": HARBOURS}), "experiment, design: is missing."),
        (lambda: sim.reach({"scenario": HARBOURS}), "goal, lever: is missing."),
    ],
)
def test_errors_name_the_dictionary(call, message):
    with pytest.raises(InputError, match=re.escape(message)):
        call()


def test_a_dictionary_is_a_goal_and_in_a_comparison_overrides():
    document = read_goal("india-deplores").document()
    found = sim.reach({**document, "replicates": np.int64(20)})
    assert found.frontier.equals(sim.reach("india-deplores", "replicates=20").frontier)
    compared = sim.compare({"base": HARBOURS, "replicates": 10}, {"vote.severity": np.float64(9)})
    assert compared.changes["support"].mean() < 0


def test_a_warning_is_given_at_the_line_that_called():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        sim.run(
            {"base": "es-11-1-april-threat", "set": {"vote.target_threat": 0.5}},
            {"vote.target_threat": 0.2},
            replicates=1,
        )
    assert caught
    assert {warning.filename for warning in caught} == {__file__}


def test_a_member_class_is_taken():
    class Supporter(MemberState):
        def choose(self, peers):
            return 3

    found = sim.run(HARBOURS, replicates=1, member_class=Supporter)
    assert found.result.engine == "mesa"
