"""Hypothesis strategies for scenarios with months: made-up worlds, markets and events."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st

from sim.case import Case, prepare
from sim.specs import Scenario
from sim.specs.scenario.checks import Parts, check_across
from sim.world import World
from sim.world.energy import COMMODITIES, Energy
from support.sweeps import two_votes
from support.worlds import FIRST_VOTE, documents, worlds

SECTORS = ("persons", "finance", "trade", "technology", "transport", "all")
PRICED = tuple(f"{2022 + month // 12}-{month % 12 + 1:02d}" for month in range(60))
TOLD = {"what": "made up", "source": "made up"}


def made_up_energy(rng: np.random.Generator, world: World) -> Energy:
    """A market at random, some of its buyers new ones."""
    shape = (world.size, len(COMMODITIES))
    tonnes = rng.uniform(0, 1e6, shape) * (rng.random(shape) < 0.6)
    price = rng.uniform(50, 900, (len(PRICED), len(COMMODITIES)))
    tonnes[0] = 0.0
    return Energy(
        supplier=world.iso3[0],
        commodities=COMMODITIES,
        months=PRICED,
        tonnes=tonnes,
        euros=tonnes * 500,
        need=tonnes + rng.uniform(0, 3e6, shape) * (rng.random(shape) < 0.7),
        is_known=np.ones(world.size, dtype=bool),
        price=price,
        transit=rng.random(world.size) * (rng.random(world.size) < 0.3),
    )


@st.composite
def events(draw: st.DrawFn, world: World) -> dict[str, Any]:
    """One event of any kind."""
    members = st.lists(st.sampled_from(world.iso3), min_size=1, max_size=4, unique=True)
    share, phase = st.floats(0, 1, allow_subnormal=False), st.integers(0, 6)
    fuels = st.lists(st.sampled_from(COMMODITIES), min_size=1, max_size=3, unique=True)
    fuel = st.fixed_dictionaries({"members": members, "commodities": fuels, "share": share, "phase_months": phase})
    kinds: dict[str, st.SearchStrategy[dict[str, Any]]] = {
        "invasion": st.just({}),
        "recognition": st.just({}),
        "sanctions": st.fixed_dictionaries(
            {"members": members, "sectors": st.lists(st.sampled_from(SECTORS), min_size=1, max_size=3)},
            optional={"against": members},
        ),
        "embargo": fuel,
        "cutoff": fuel,
        "switch": fuel,
        "price_cap": st.fixed_dictionaries(
            {"members": members, "commodities": fuels, "eur_per_tonne": st.floats(0, 900)}
        ),
        "listing": st.fixed_dictionaries({"members": members}),
        "visit": st.fixed_dictionaries({"sender": members, "rival": members, "strength": share}),
        "policy": st.fixed_dictionaries(
            {"members": members}, optional={"joins": st.booleans(), "effort": st.floats(0, 3)}
        ),
        "pursuit": st.fixed_dictionaries(
            {"instruments": st.just(["finance", "territory"]), "effort": st.floats(0, 9, allow_subnormal=False)}
        ),
        "relief": st.fixed_dictionaries({"members": members, "share": share}),
        "front": st.fixed_dictionaries({"held": share}),
        "halt": st.fixed_dictionaries({"members": members, "instruments": st.just(["goods", "arms"]), "share": share}),
    }
    kind = draw(st.sampled_from(list(kinds)))
    day = FIRST_VOTE + timedelta(days=draw(st.integers(-20, 120)))
    return {"kind": kind, "date": day, **TOLD, **draw(kinds[kind])}


@st.composite
def documents_with_months(
    draw: st.DrawFn, min_size: int = 2, max_size: int = 10, most_events: int = 8, **fixed: float
) -> tuple[dict[str, Any], World, Energy]:
    """A scenario's document with months and events, the world it is in, and its market."""
    world = draw(worlds(min_size, max_size))
    document = draw(documents(world, **{"vote_feedback": draw(st.sampled_from([1, 0])), **fixed}))
    first = FIRST_VOTE.replace(day=1)
    document["change"] = [{k: v for k, v in change.items() if k != "date"} for change in document["change"]]
    document["months"] = {"start": first - timedelta(days=10), "end": document["vote"][-1]["date"] + timedelta(40)}
    war = {"kind": "invasion", "date": first - timedelta(days=draw(st.integers(-30, 5))), **TOLD}
    document["event"] = [war, *draw(st.lists(events(world), max_size=most_events))] if most_events else []
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    return document, world, made_up_energy(rng, world)


def made(document: dict[str, Any], world: World, energy: Energy) -> Case:
    """The case of a document; fails if it is not valid."""
    assert not list(check_across(Parts.of(document, world)))
    return prepare(Scenario.model_validate(document, context=world), world, energy)


def cases_with_months(min_size: int = 2, max_size: int = 10, **fixed: Any) -> st.SearchStrategy[Case]:
    """Scenarios with months in made-up worlds, ready to run."""
    return documents_with_months(min_size, max_size, **fixed).map(lambda made_up: made(*made_up))


BLOCKADE = """
title = "The blockade, month by month"
question = "Who condemns it, and who would later?"
base = "two.toml"

[parameters]
vote_feedback = 1

[months]
start = 2031-02-01
end = 2031-08-31

[[event]]
kind = "invasion"
date = 2031-02-20
what = "The blockade begins"
source = "invented"

[[event]]
kind = "sanctions"
date = 2031-03-01
members = ["CAL", "DUN"]
sectors = ["finance", "trade"]
what = "Finance and trade"
source = "invented"

[[event]]
kind = "listing"
date = 2031-04-10
members = ["GUL"]
what = "Firms of Gullrock"
source = "invented"
"""


def blockade_by_months(folder: Path) -> Path:
    """A file of the harbours' scenario with months, and a second vote on the question in June."""
    two_votes(folder)
    path = folder / "months.toml"
    path.write_text(BLOCKADE, encoding="utf-8")
    return path
