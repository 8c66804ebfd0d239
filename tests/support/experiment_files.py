"""What the tests of experiment and goal files share: a valid file of the seven harbours, and mistakes as reported."""

import copy
import tomllib
from pathlib import Path

import pytest
from hypothesis import strategies as st

from sim.errors import InputError
from sim.specs import parse_experiment

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
    return parse_experiment(document, "x.toml", folder, overrides)


def problems(document, *overrides, folder=Path()):
    with pytest.raises(InputError) as caught:
        read(document, *overrides, folder=folder)
    return str(caught.value).splitlines()


def sampled(kind, samples, seed=0, over=None):
    over = over or {"parameters.enforcement": {"from": 0, "to": 1}, "parameters.rounds": {"from": 1, "to": 8}}
    return read(valid(kind=kind, samples=samples, seed=seed, over=over))


def catch_messages(function, *arguments):
    """The problems of a call, none if it went well; an exception of any other kind fails the test."""
    try:
        function(*arguments)
    except InputError as error:
        return error.problems
    return ()


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


def spoilt(data, valid):
    """A document with up to three of its keys dropped, renamed or given another value."""
    document = copy.deepcopy(valid)
    for _ in range(data.draw(st.integers(1, 3))):
        key = data.draw(st.sampled_from(list(places(document))))
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
    return document
