"""Hypothesis strategies for small worlds made up in memory, and for scenarios in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from sim.case import Case, prepare
from sim.rules.choice import ACTIONS
from sim.rules.parameters import ORDERED, find_parameter_problems, load_registry
from sim.specs import Scenario
from sim.specs.scenario.checks import Parts, check_across
from sim.world import Group, RollCall, Sanction, World
from sim.world.world import ATTRIBUTES, EDITABLE, TIE_KINDS, AssemblyVotes

FIRST_VOTE = date(2022, 3, 2)
TOPICS = ("war", "reparations")
SYMMETRIC = ("agreement", "border", "pact")

examples = partial(settings, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
"""Settings of a property: how many examples, and no time limit."""


def made_up_world(rng: np.random.Generator, size: int) -> World:
    """A world with every kind of content at random; any part of it may be missing."""
    codes = tuple(f"{'ABCDEFGHIJ'[i // 10]}{i % 10}X" for i in range(size))
    sizes = rng.integers(1, 4)
    groups = tuple(
        Group(f"G{g}", f"Group {g}", (f"the {g}th",), bool(rng.random() < 0.7), tuple(_some(rng, codes)))
        for g in range(rng.integers(0, 4))
    )
    issuers = [group.key for group in groups if group.members] + [codes[0]]
    return World(
        name="made-up",
        title="A made-up world",
        date=date(2022, 1, 1),
        description="",
        folder=Path(),
        iso3=codes,
        names=tuple(f"Member {code}" for code in codes),
        regions=tuple(f"region {rng.integers(sizes)}" for _ in codes),
        attributes=_attributes(rng, size),
        groups=groups,
        ties=_ties(rng, size),
        coverage={},
        currencies={issuer: float(rng.uniform(0, 1 / len(issuers))) for issuer in issuers},
        sanctions=tuple(_sanction(rng, codes, groups) for _ in range(rng.integers(0, 4))),
        rollcalls=tuple(
            RollCall(
                f"OLD/{number}",
                FIRST_VOTE - timedelta(days=int(age)),
                "an earlier vote",
                codes[0],
                str(rng.choice(TOPICS)),
                rng.integers(-1, 4, size),
            )
            for number, age in enumerate(sorted(rng.integers(1, 3000, rng.integers(0, 3)), reverse=True))
        ),
        ideal_points={2021: np.where(rng.random(size) < 0.1, np.nan, rng.normal(size=size))} if size % 3 else {},
        assembly=_assembly(rng, size) if rng.random() < 0.7 else None,
        fills=(),
    )


def _some(rng: np.random.Generator, codes: Sequence[str]) -> list[str]:
    return [code for code in codes if rng.random() < 0.5] or [codes[-1]]


def _attributes(rng: np.random.Generator, size: int) -> dict[str, np.ndarray]:
    attributes = {name: rng.random(size) for name in ATTRIBUTES}
    attributes["population"] = np.rint(10 ** rng.uniform(4, 9, size))
    attributes["income_usd"] = 10 ** rng.uniform(2, 5, size)
    attributes["gdp_usd"] = attributes["population"] * attributes["income_usd"]
    attributes["effective_control"] = np.where(rng.random(size) < 0.9, 1.0, 0.0)
    attributes["arrears"] = np.where(rng.random(size) < 0.1, 1.0, 0.0)
    return attributes


def _ties(rng: np.random.Generator, size: int) -> dict[str, np.ndarray]:
    ties = {}
    for kind in TIE_KINDS:
        array = rng.random((size, size)) * (rng.random((size, size)) < rng.choice([0.0, 0.3, 1.0]))
        if kind in ("border", "consultation"):
            array = (array > 0.5).astype(np.float64)
        if kind in SYMMETRIC:
            array = np.maximum(array, array.T)
        np.fill_diagonal(array, 0.0)
        if kind in ("trade", "aid", "arms"):  # shares of a whole
            array = array / np.maximum(array.sum(axis=1, keepdims=True), 1.0) * 0.999
        ties[kind] = array
    return ties


def _sanction(rng: np.random.Generator, codes: tuple[str, ...], groups: tuple[Group, ...]) -> Sanction:
    sender = str(rng.choice([*codes, *(group.key for group in groups), "UN"]))
    breadth = str(rng.choice(["targeted", "sectoral", "comprehensive"]))
    return Sanction(str(rng.choice(codes)), sender, breadth, bool(rng.random() < 0.3), "2014", "an order", "")


def _assembly(rng: np.random.Generator, size: int) -> AssemblyVotes:
    count = int(rng.integers(1, 30))
    days = np.datetime64(FIRST_VOTE) - rng.integers(0, 3000, count).astype("timedelta64[D]")
    return AssemblyVotes(np.sort(days), tuple(f"A/{i}" for i in range(count)), rng.integers(-1, 4, (count, size)))


def worlds(min_size: int = 2, max_size: int = 12) -> st.SearchStrategy[World]:
    """Worlds of a few members."""
    seeds, sizes = st.integers(0, 2**32), st.integers(min_size, max_size)
    return st.builds(lambda seed, size: made_up_world(np.random.default_rng(seed), size), seeds, sizes)


@st.composite
def parameters(draw: st.DrawFn, most_rounds: int = 4, **fixed: float) -> dict[str, float]:
    """Differences from the defaults that the registry allows; `fixed` ones as given."""
    known = load_registry()
    names = draw(st.lists(st.sampled_from(list(known)), unique=True, max_size=12))
    values: dict[str, float] = {"rounds": draw(st.integers(0, most_rounds))}
    for name in (*names, *fixed):
        low, high = known[name].low, known[name].high
        if name in fixed:
            values[name] = fixed[name]
        elif known[name].is_count:
            values[name] = draw(st.integers(int(low), min(int(high), most_rounds)))
        else:  # mostly moderate, so that more than one action has a chance; sometimes a bound
            moderate = st.floats(max(low, -4), min(high, 4), allow_subnormal=False)
            values[name] = draw(st.one_of(moderate, moderate, moderate, st.sampled_from([low, high])))
            if name.startswith("peer_"):
                values[name] = round(values[name], 3)
    merged = {name: parameter.default for name, parameter in known.items()} | values
    for smaller, larger in ORDERED:
        if merged[smaller] > merged[larger]:
            values[larger] = merged[larger] = merged[smaller]
    assert not find_parameter_problems(values, "made up")
    return values


@st.composite
def documents(draw: st.DrawFn, world: World, **fixed: float) -> dict[str, Any]:
    """Scenarios in a world, as plain data."""
    victim = world.iso3[1] if world.size > 2 and draw(st.booleans()) else None
    roles = {"target": world.iso3[0], "senders": draw(_members(world, excluded=("", victim)))}
    others = [code for code in world.iso3 if code not in (world.iso3[0], victim)]
    steps = draw(st.lists(st.integers(0, 400), min_size=1, max_size=3))
    dates = [FIRST_VOTE + timedelta(days=days) for days in np.cumsum([0, *steps[1:]]).tolist()]
    part = st.floats(0, 2, allow_subnormal=False)
    votes = [
        {
            "resolution": f"R/{number}",
            "date": day,
            "severity": draw(st.floats(-3, 3)),
            "divisiveness": [draw(part), draw(part)],
            "target_threat": draw(st.floats(0, 3)),
            "sender_threat": draw(st.floats(0, 3)),
            "topic": draw(st.sampled_from(["", *TOPICS])),
            "basis": "made up",
        }
        for number, day in enumerate(dates)
    ]
    changes = draw(st.lists(_changes(world, dates[-1]), max_size=2))
    pledges = [
        {"members": [code], "action": draw(st.sampled_from(ACTIONS)), "reason": "said"}
        for code in draw(st.lists(st.sampled_from(others), unique=True, max_size=2))
    ]
    return {
        "title": "Made up",
        "question": "Who votes how?",
        "world": world.name,
        "seed": draw(st.integers(0, 2**63 - 1)),
        "replicates": 20,
        "roles": roles if victim is None else {**roles, "victim": victim},
        "vote": votes,
        "parameters": draw(parameters(**fixed)),
        "pledge": pledges,
        "change": changes,
    }


def _members(world: World, excluded: Sequence[str | None] = ()) -> st.SearchStrategy[list[str]]:
    eligible = [code for code in world.iso3[1:] if code not in excluded]
    return st.lists(st.sampled_from(eligible), min_size=1, max_size=5, unique=True)


@st.composite
def _changes(draw: st.DrawFn, world: World, last: date) -> dict[str, Any]:
    kind = draw(st.sampled_from(["multiply", "add"]))
    change = {
        "members": draw(st.lists(st.sampled_from(world.iso3), min_size=1, max_size=3, unique=True)),
        "attribute": draw(st.sampled_from(EDITABLE)),
        kind: draw(st.floats(0, 2) if kind == "multiply" else st.floats(-1, 1)),
        "reason": "what if",
    }
    return {**change, "date": last} if draw(st.booleans()) else change


def made(document: Mapping[str, Any], world: World) -> Case:
    """The case of a scenario's document in a world; fails if the document is not valid."""
    assert not list(check_across(Parts.of(document, world)))
    return prepare(Scenario.model_validate(document, context=world), world)


@st.composite
def documents_in_worlds(
    draw: st.DrawFn, min_size: int = 2, max_size: int = 12, **fixed: float
) -> tuple[dict[str, Any], World]:
    """A world, and the document of a scenario in it."""
    world = draw(worlds(min_size, max_size))
    return draw(documents(world, **fixed)), world


def cases(min_size: int = 2, max_size: int = 12, **fixed: float) -> st.SearchStrategy[Case]:
    """Scenarios of one to three votes in made-up worlds, ready to run."""
    return documents_in_worlds(min_size, max_size, **fixed).map(lambda made_up: made(*made_up))


def changed(document: Mapping[str, Any], attribute: str, members: Sequence[str], **edit: float) -> dict[str, Any]:
    """The document with one more edit of the world."""
    change = {"members": list(members), "attribute": attribute, **edit, "reason": "what if"}
    return {**document, "change": [*document["change"], change]}


def with_parameters(document: Mapping[str, Any], **values: float) -> dict[str, Any]:
    """The document with other values of some parameters."""
    return {**document, "parameters": {**document["parameters"], **values}}


def uniform_world(size: int) -> World:
    """A world of equal members in one region, without any tie: what theory has closed forms for."""
    world = made_up_world(np.random.default_rng(0), 2)
    nothing, codes = np.zeros((size, size)), tuple(f"M{i:04d}" for i in range(size))
    flat = {name: np.ones(size) for name in ATTRIBUTES} | {"population": np.full(size, 1e7)}
    return replace(
        world,
        iso3=codes,
        names=codes,
        regions=("the region",) * size,
        attributes=flat | {"income_usd": np.full(size, 1e4)},
        ties=dict.fromkeys(TIE_KINDS, nothing),
        groups=(),
        currencies={},
        sanctions=(),
        rollcalls=(),
        ideal_points={},
        assembly=None,
    )
