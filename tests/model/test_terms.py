"""Utilities taken apart add up to what the engine uses, at a vote, in every month, and over drawn parameters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.months_worlds import cases_with_months, documents_with_months
from support.months_worlds import made as made_with_months
from support.worlds import cases, examples

from sim.case import Case, draw_inputs, prepare
from sim.case.ballot import NOT_FIXED, WEIGHTS
from sim.case.calendar import Month, calendar
from sim.case.utilities import compute_own_terms, compute_own_utilities
from sim.deliberation import Outcome, draw_noise, draw_normals
from sim.ensemble import simulate, simulate_votes, split_by_draw
from sim.rules.choice import ACTIONS, STANCES, choose
from sim.rules.influence import compute_peer_term, with_peers
from sim.rules.parameters import load_registry
from sim.rules.payoffs import Utilities, UtilityTerms
from sim.specs import read_scenario
from sim.whatif.explanation.decisive import find_decisive_terms
from sim.whatif.explanation.monthly import ask_monthly
from sim.whatif.explanation.terms import compute_chances, take_all_apart, take_apart
from sim.world import load_world
from sim.world.sources import find_origins
from sim.world.world import EDITABLE


def utilities_of(case: Case, first: int, count: int) -> Iterator[tuple[int, Outcome, UtilityTerms, Utilities]]:
    """Each vote of replicates with the same parameters: what the engine added, the peers' last, and the sum it used."""
    replicates = np.arange(first, first + count)[:, None]
    for number, outcome, months in simulate_votes(case, first, count):
        ballot, influence = draw_inputs(case, replicates).ballots[number], case.parameters["peer_influence"]
        peers = np.asarray((case.peers @ STANCES[outcome.actions].T).T)
        terms = {
            **compute_own_terms(ballot, case.parameters, months=months),
            "peers": compute_peer_term(influence, peers),
        }
        yield (
            number,
            outcome,
            terms,
            with_peers(compute_own_utilities(ballot, case.parameters, months=months), influence, peers),
        )


def check_sums(case: Case, replicates: int) -> None:
    """The terms of every ballot add up to the mean of what the engine used, engine's term by engine's term."""
    size, codes = case.world.size, range(len(ACTIONS))
    used: dict[int, list[np.ndarray]] = {}
    added: dict[int, dict[str, list[np.ndarray]]] = {}
    for part, first, count in split_by_draw(case, 0, replicates):
        for number, _, terms, utilities in utilities_of(part, first, count):
            spread = [np.broadcast_to(values, (count, size)) for values in utilities]
            used.setdefault(number, []).append(np.stack(spread, axis=2))
            for name, term in terms.items():
                spread = [np.broadcast_to(term.get(ACTIONS[code], 0.0), (count, size)) for code in codes]
                added.setdefault(number, {}).setdefault(name, []).append(np.stack(spread, axis=2))
    found = take_all_apart(case, range(len(case.ballots)), replicates)
    assert found.keys() == used.keys()
    for number, anatomy in found.items():
        scale = 1 + np.abs(anatomy.arrays).sum(axis=0).max()
        assert np.abs(anatomy.utilities - np.concatenate(used[number]).mean(axis=0)).max() < 1e-12 * scale
        assert {term.of for term in anatomy.terms} == added[number].keys()
        for of, arrays in added[number].items():
            parts = sum(array for term, array in zip(anatomy.terms, anatomy.arrays, strict=True) if term.of == of)
            assert np.abs(parts - np.concatenate(arrays).mean(axis=0)).max() < 1e-12 * scale, of


@examples(max_examples=100)
@given(cases(2, 8))
def test_terms_add_up_to_the_utilities(case: Case) -> None:
    check_sums(case, 5)


@examples(max_examples=60)
@given(cases_with_months(2, 8))
def test_terms_of_the_months_add_up_to_the_utilities(case: Case) -> None:
    """At the votes, and in every month in which the text is asked besides."""
    asked, numbers = ask_monthly(case, len(case.ballots) - 1)
    assert len(numbers) == len(case.plan.months)  # type: ignore[union-attr]
    check_sums(asked, 5)


SEEN = ["months.end=2022-05-31", "parameters.vote_feedback=1"]


@pytest.mark.parametrize("overrides", [[], SEEN], ids=["votes", "months"])
def test_terms_of_drawn_parameters_add_up_to_the_utilities(overrides: list[str]) -> None:
    """Over seven draws, the last of which two replicates alone have taken."""
    name = "2022-2023" if overrides else "es-11-3"
    case = prepare(read_scenario(name, [*overrides, "parameter_uncertainty=true"]))
    check_sums(ask_monthly(case, 1)[0] if overrides else case, 32)


@examples(max_examples=60)
@given(cases_with_months(2, 8), st.data())
def test_asking_in_every_month_moves_nothing(case: Case, data: st.DataObject) -> None:
    """The votes are those of the scenario, and the month of the vote is the vote itself."""
    number = data.draw(st.integers(0, len(case.ballots) - 1))
    asked, numbers = ask_monthly(case, number)
    for before, after in zip(simulate(case, 0, 5), simulate(asked, 0, 5), strict=False):
        assert (before.actions == after.actions).all()
    assert numbers.count(number) == 1
    days = [asked.ballots[at].date for at in numbers]
    assert [f"{day:%Y-%m}" for day in days] == [month.name for month in case.plan.months]  # type: ignore[union-attr]
    assert days[numbers.index(number)] == case.ballots[number].date
    alone, within = take_apart(case, number, 5), take_apart(asked, number, 5)
    assert (alone.arrays == within.arrays).all()
    assert (alone.counts == within.counts).all()


@examples(max_examples=40)
@given(documents_with_months(2, 8), st.data())
def test_a_month_is_asked_what_a_vote_on_that_day_would_decide(made_up: Any, data: st.DataObject) -> None:
    """The only vote of a scenario moved to the day on which its text is asked has the same reasons."""
    document, world, energy = made_up
    document = {**document, "vote": document["vote"][:1], "pledge": []}
    case = made_with_months(document, world, energy)
    asked, numbers = ask_monthly(case, 0)
    months = case.plan.months  # type: ignore[union-attr]
    later = data.draw(st.sampled_from([at for at, month in enumerate(months) if month.last >= case.ballots[0].date]))
    day = asked.ballots[numbers[later]].date
    moved, places = ask_monthly(moved_to(case, day), 0)
    assert moved.ballots[places[later]].date == day
    one, other = take_apart(asked, numbers[later], 5), take_apart(moved, 0, 5)
    terms = [place for place, term in enumerate(one.terms) if term.name not in ("position", "peers")]
    assert (one.arrays[terms] == other.arrays[terms]).all()


def moved_to(case: Case, day: date) -> Case:
    """The case with its only vote on another day; what members are known for stays as of its own."""
    standing = replace(case.standings[0], vote=case.standings[0].vote.model_copy(update={"date": day}))
    plan = case.plan
    assert plan is not None
    spec = case.spec.model_copy(update={"vote": (standing.vote,)})
    dated = calendar(spec, spec.months)  # type: ignore[arg-type]
    places = {
        (at, new): plan.touches[at, old]
        for at, (before, after) in enumerate(zip(plan.months, dated, strict=True))
        for old, new in zip(events_at(before), events_at(after), strict=True)
        if (at, old) in plan.touches
    }
    ballot = replace(case.ballots[0], date=day)
    plan = replace(plan, months=dated, touches=places)
    return replace(case, spec=spec, standings=(standing,), ballots=(ballot,), plan=plan)


def events_at(month: Month) -> list[int]:
    """The places of events among what happens in a month."""
    return [place for place, item in enumerate(month.items) if not isinstance(item, int)]


@pytest.mark.parametrize("name", ["es-11-1", "harbour-blockade"])
def test_the_vote_follows_from_the_utilities_and_the_draw(name: str) -> None:
    """Where deliberation has settled, an action is the choice by the explained utilities at the member's own draw."""
    case = prepare(read_scenario(name))
    ((_, outcome, _, utilities),) = utilities_of(case, 0, 200)
    noise = draw_noise(case, case.ballots[0], draw_normals(case, 0, 200), 0, 200)
    chosen, drawn = choose(utilities, noise), case.ballots[0].fixed == NOT_FIXED
    settled = outcome.is_settled
    assert settled.mean() > 0.5
    assert (chosen[settled][:, drawn] == outcome.actions[settled][:, drawn]).all()


def test_every_input_is_a_term_of_its_own() -> None:
    anatomy = take_apart(prepare(read_scenario("es-11-1")), 0, 20)
    names = [term.name for term in anatomy.terms]
    assert len(set(names)) == len(names)
    weighed = {name for kind, inputs in WEIGHTS.items() if kind != "exposure" for name in inputs}
    assert weighed | {"position", "severity", "sanction_risk", "grievance", "peers"} <= set(names)
    assert {term.parameter for term in anatomy.terms} <= {"", *load_registry()}


def test_every_quantity_of_a_term_has_a_column_with_its_source() -> None:
    world = load_world("un-2022")
    for name in (*EDITABLE, "position"):
        origins = find_origins(world, name, world.iso3[0])
        assert origins, f"{name}: say in ORIGINS of sim/world/sources.py which column it is derived from"
        assert all(origin.source for origin in origins), name


def test_a_world_without_some_tables_names_what_it_has() -> None:
    world = load_world("seven-harbours")
    for name in EDITABLE:
        for origin in find_origins(world, name, world.iso3[0]):
            assert (world.folder / origin.file).is_file(), name


def test_the_decisive_term_by_hand() -> None:
    """Recomputed member by member: each term at its mean over the members that draw, one at a time."""
    anatomy = take_apart(prepare(read_scenario("es-11-1")), 0, 100)
    arrays, drawn = anatomy.arrays, np.flatnonzero(anatomy.is_drawn)
    decisive = find_decisive_terms(anatomy)
    losses: dict[bool, list[float]] = {True: [], False: []}
    for i in drawn:
        action = anatomy.counts[i].argmax()
        base = compute_chances(arrays[:, i].sum(axis=0))[action]
        left = []
        for place in range(len(arrays)):
            utilities = arrays[:, i].sum(axis=0) - arrays[place, i] + arrays[place][drawn].mean(axis=0)
            left.append(compute_chances(utilities)[action])
        found = decisive[i]
        losses[found is not None].append(base - min(left))
        if found is None:
            continue
        assert found.probability == pytest.approx(base)
        assert found.at_mean == pytest.approx(min(left))
        assert found.term == anatomy.terms[int(np.argmin(left))].name
    assert max(losses[False]) < min(losses[True])  # a term that costs little is not called decisive
