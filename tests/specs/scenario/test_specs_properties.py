"""Documents and overrides with random mistakes in them: reported as input errors, never anything else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.harbours import read, valid

from sim.errors import InputError, Problem
from sim.specs import Scenario, parse_scenario

Place = tuple[str | int, ...]

names = st.text("abc.-\0 é{}", max_size=8)
toml_values = st.recursive(
    st.booleans()
    | st.integers(-(2**64), 2**64)
    | st.floats()
    | names
    | st.dates()
    | st.datetimes()
    | st.sampled_from(["RED", "-GRY", "Free Ports", "H/1", "support", "harbours", "isolation"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=4,
)


def places(value: object, key: Place = ()) -> Iterator[Place]:
    """Every place in a document, but for the document itself."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for part, item in inside:
        yield (*key, part)
        yield from places(item, (*key, part))


def outcome(document: dict[str, Any], *overrides: str) -> tuple[Scenario | None, tuple[Problem, ...]]:
    """The scenario or the problems; an exception of any other kind goes through and fails the test."""
    try:
        return read(document, *overrides), ()
    except InputError as error:
        return None, error.problems


def holder(document: Any, key: Place) -> Any:
    for part in key[:-1]:
        document = document[part]
    return document


@settings(deadline=None)
@given(st.data())
def test_no_mistake_raises_anything_but_an_input_error(data: st.DataObject) -> None:
    document = valid()
    for _ in range(data.draw(st.integers(1, 4))):
        key = data.draw(st.sampled_from([*places(document), ("vote", 0), ("roles",)]))
        try:
            table = holder(document, key)
            match data.draw(st.sampled_from(["drop", "rename", "retype"])):
                case "drop":
                    del table[key[-1]]
                case "rename" if isinstance(table, dict):
                    table[data.draw(names)] = table.pop(key[-1])
                case _:
                    table[key[-1]] = data.draw(toml_values)
        except (KeyError, IndexError, TypeError):  # an earlier mistake took the place away
            continue
    scenario, problems = outcome(document)
    if scenario is None:
        assert problems
        assert all(problem.where == "x.toml" and problem.message for problem in problems)
    else:
        assert read(scenario.document()) == scenario


@pytest.mark.parametrize("key", [key for key in places(valid()) if isinstance(key[-1], str)], ids=str)
def test_no_misspelt_key_is_accepted(key: Place) -> None:
    document = valid()
    table = holder(document, key)
    table[f"{key[-1]}x"] = table.pop(key[-1])
    misspelt = ".".join(map(str, (*key[:-1], f"{key[-1]}x")))
    with pytest.raises(InputError) as caught:
        read(document)
    assert any(problem.key == misspelt and "there is no such" in problem.message for problem in caught.value.problems)


@settings(deadline=None)
@given(st.text("abc.=-\0 é[]{}'\"", max_size=30), toml_values)
def test_no_override_raises_anything_but_an_input_error(name: str, value: object) -> None:
    for text in (name, f"{name}={value}", f"vote.{name}={value}", f"roles.senders.0={value}", f"seed={name}"):
        scenario, problems = outcome(valid(), text)
        assert (scenario is None) == bool(problems)
        assert all(problem.where in (f"--set {text}", "x.toml") for problem in problems)


@pytest.mark.parametrize("key", [key for key in places(valid()) if key[-1] != "pledge"], ids=str)
def test_setting_what_is_there_changes_nothing(key: Place) -> None:
    value = holder(valid(), key)[key[-1]]
    dotted = ".".join(map(str, key))
    assert parse_scenario({**valid(), "set": {dotted: value}}, "x.toml", Path()) == read(valid())
    if not isinstance(value, dict | list):
        assert read(valid(), f"{dotted}={value}") == read(valid())
