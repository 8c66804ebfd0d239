"""Utilities taken apart add up to what the engine uses; tipping points are verified by running at either side."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from months_worlds import cases_with_months, documents_with_months
from months_worlds import made as made_with_months
from sweeps import two_votes
from test_cli import document, sim
from worlds import cases, examples

import sim as sim_package
from sim.case import NOT_GIVEN, WEIGHTS, Case, prepare
from sim.ensemble import Outcome, alike, own_terms, own_utilities, simulate, votes
from sim.evaluation.tallies import REPORTED
from sim.months.calendar import Month, calendar
from sim.randomness import Draws
from sim.rules.choice import ACTIONS, STANCES, choose
from sim.rules.influence import peer_term, with_peers
from sim.rules.parameters import registry
from sim.rules.payoffs import Utilities, UtilityTerms
from sim.runner.run import run
from sim.specs import read_scenario
from sim.whatif.decisive import LEAST_LOSS, decisive_terms, overview_rows
from sim.whatif.explain import explain
from sim.whatif.explained import by_name, explanation_document
from sim.whatif.levers import Lever, levers_of
from sim.whatif.monthly import asked_monthly
from sim.whatif.terms import chances_of, take_all_apart, take_apart
from sim.whatif.tipping import Member, Tip, tips_of
from sim.world import load_world
from sim.world.sources import origins_of
from sim.world.world import EDITABLE

HARBOURS = ("ELM", "FER", "GUL")
CLOSE_CALL = 0.05
"""Probability by which two actions may differ and still be about as likely in a few hundred replicates."""


def utilities_of(case: Case, first: int, count: int) -> Iterator[tuple[int, Outcome, UtilityTerms, Utilities]]:
    """Each vote of replicates with the same parameters: what the engine added, the peers' last, and the sum it used."""
    outcomes: dict[int, Outcome] = {}
    for number, outcome, months in votes(case, first, count):
        ballot, influence = case.ballots[number], case.parameters["peer_influence"]
        outcomes[number] = outcome
        earlier = [STANCES[outcomes[before].actions] for before in range(len(ballot.own_discounts))]
        peers = np.asarray((case.peers @ STANCES[outcome.actions].T).T)
        terms = {**own_terms(ballot, case.parameters, earlier, months), "peers": peer_term(influence, peers)}
        yield (
            number,
            outcome,
            terms,
            with_peers(own_utilities(ballot, case.parameters, earlier, months), influence, peers),
        )


def check_sums(case: Case, replicates: int) -> None:
    """The terms of every ballot add up to the mean of what the engine used, engine's term by engine's term."""
    size, codes = case.world.size, range(len(ACTIONS))
    used: dict[int, list[np.ndarray]] = {}
    added: dict[int, dict[str, list[np.ndarray]]] = {}
    for part, first, count in alike(case, 0, replicates):
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
    asked, numbers = asked_monthly(case, len(case.ballots) - 1)
    assert len(numbers) == len(case.plan.months)  # type: ignore[union-attr]
    check_sums(asked, 5)


@pytest.mark.parametrize("overrides", [[], ["months.end=2022-05-31"]], ids=["votes", "months"])
def test_terms_of_drawn_parameters_add_up_to_the_utilities(overrides: list[str]) -> None:
    """Over seven draws, the last of which two replicates alone have taken."""
    name = "2022-2023" if overrides else "es-11-3"
    case = prepare(read_scenario(name, [*overrides, "parameter_uncertainty=true"]))
    check_sums(asked_monthly(case, 1)[0] if overrides else case, 32)


@examples(max_examples=60)
@given(cases_with_months(2, 8), st.data())
def test_asking_in_every_month_moves_nothing(case: Case, data: st.DataObject) -> None:
    """The votes are those of the scenario, and the month of the vote is the vote itself."""
    number = data.draw(st.integers(0, len(case.ballots) - 1))
    asked, numbers = asked_monthly(case, number)
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
    asked, numbers = asked_monthly(case, 0)
    months = case.plan.months  # type: ignore[union-attr]
    later = data.draw(st.sampled_from([at for at, month in enumerate(months) if month.last >= case.ballots[0].date]))
    day = asked.ballots[numbers[later]].date
    moved, places = asked_monthly(moved_to(case, day), 0)
    assert moved.ballots[places[later]].date == day
    one, other = take_apart(asked, numbers[later], 5), take_apart(moved, 0, 5)
    terms = [place for place, term in enumerate(one.terms) if term.name not in ("memory", "peers")]
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
    draws = Draws(case.spec.seed)
    noise = np.stack([draws.uniforms("vote", case.ballots[0].resolution, i, 0, 200) for i in case.world.iso3], axis=1)
    chosen, drawn = choose(utilities, noise), case.ballots[0].given == NOT_GIVEN
    settled = outcome.is_settled
    assert settled.mean() > 0.5
    assert (chosen[settled][:, drawn] == outcome.actions[settled][:, drawn]).all()


def test_every_input_is_a_term_of_its_own() -> None:
    anatomy = take_apart(prepare(read_scenario("es-11-1")), 0, 20)
    names = [term.name for term in anatomy.terms]
    assert len(set(names)) == len(names)
    weighed = {name for kind, inputs in WEIGHTS.items() if kind != "exposure" for name in inputs}
    assert weighed | {"memory", "severity", "sanction_risk", "grievance", "peers"} <= set(names)
    assert {term.parameter for term in anatomy.terms} <= {"", *registry()}


def test_every_quantity_of_a_term_has_a_column_with_its_source() -> None:
    world = load_world("un-2022")
    for name in (*EDITABLE, "memory"):
        origins = origins_of(world, name)
        assert origins, f"{name}: say in ORIGINS of sim/world/sources.py which column it is derived from"
        assert all(origin.source for origin in origins), name


def test_a_world_without_some_tables_names_what_it_has() -> None:
    world = load_world("seven-harbours")
    for name in EDITABLE:
        for origin in origins_of(world, name):
            assert (world.folder / origin.file).is_file(), name


def test_the_decisive_term_by_hand() -> None:
    """Recomputed member by member: each term at its mean over the members that draw, one at a time."""
    anatomy = take_apart(prepare(read_scenario("es-11-1")), 0, 100)
    arrays, drawn = anatomy.arrays, np.flatnonzero(anatomy.is_drawn)
    decisive = decisive_terms(anatomy)
    for i in drawn:
        action = anatomy.counts[i].argmax()
        base = chances_of(arrays[:, i].sum(axis=0))[action]
        left = []
        for place in range(len(arrays)):
            utilities = arrays[:, i].sum(axis=0) - arrays[place, i] + arrays[place][drawn].mean(axis=0)
            left.append(chances_of(utilities)[action])
        found = decisive[i]
        assert found.probability == pytest.approx(base)
        assert found.at_mean == pytest.approx(min(left))
        assert found.term == (int(np.argmin(left)) if min(left) < base - LEAST_LOSS else -1)
    assert any(found.term >= 0 for found in decisive)


MONTHS = """
title = "The blockade, month by month"
question = "Who condemns it, and who would later?"
base = "harbour-blockade"

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


@pytest.fixture(scope="module")
def blockade(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The harbours' scenario, with months and a second vote on the question in June."""
    folder = tmp_path_factory.mktemp("blockade")
    two_votes(folder)
    path = folder / "months.toml"
    path.write_text(MONTHS.replace('"harbour-blockade"', '"two.toml"'), encoding="utf-8")
    return path


def check_tips(case: Case, number: int, index: int, tips: list[tuple[Lever, Tip]], now: int) -> None:
    """Each tip run anew: the action is the likeliest beyond, not before, and nowhere on a grid up to there."""
    replicates = case.spec.replicates
    member = Member(case, number, index, replicates)

    def likeliest(lever: Lever, value: float) -> int:
        return int(run(prepare(lever.at(value), case.world)).votes[number].counts[index].argmax())

    assert {lever.kind for lever, _ in tips} == {"attribute", "vote", "parameter"}
    for lever, tip in tips:
        assert likeliest(lever, tip.before) != tip.action
        assert likeliest(lever, tip.beyond) == tip.action != now
        assert lever.low <= tip.beyond <= lever.high
        assert tip.change == tip.beyond - lever.now
        assert abs(tip.before - lever.now) < abs(tip.change)
        for value in np.linspace(lever.now, tip.before, 5):
            chances = member.simulated(lever.at(float(value)))
            assert chances.argmax() != tip.action or np.sort(chances)[-2] > chances.max() - CLOSE_CALL, lever.key


@pytest.mark.parametrize("iso3", HARBOURS)
def test_tips_hold_on_either_side_and_nothing_nearer_does(iso3: str) -> None:
    found = explain(read_scenario("harbour-blockade", ["replicates=300"]), iso3)
    tips = [(lever, tip) for lever, tips in found.tips for tip in tips]
    check_tips(found.anatomy.case, 0, found.index, tips, found.likeliest)


SOME = ("alignment.ideal_point of GUL", "vote.0.severity", "vote.1.target_threat", "parameters.abstain_bias")
"""Levers that tip Gullrock, of every kind."""
VARIANTS = {
    "months": (1, ["replicates=200"]),
    "drawn parameters": (0, ["replicates=100", "parameter_uncertainty=true"]),
    "months and drawn parameters": (1, ["replicates=40", "parameter_uncertainty=true"]),
}


def tips_of_some(case: Case, number: int) -> tuple[list[tuple[Lever, Tip]], int]:
    """The tips of Gullrock by some levers, and the action that is its likeliest."""
    index = case.world.index["GUL"]
    now = int(take_apart(case, number, case.spec.replicates).counts[index].argmax())
    member = Member(case, number, index, case.spec.replicates)
    levers = [lever for lever in levers_of(case, number, "GUL") if lever.key in SOME]
    return [(lever, tip) for lever in levers for tip in tips_of(member, lever, now).values()], now


@pytest.mark.parametrize(("number", "overrides"), VARIANTS.values(), ids=VARIANTS)
def test_tips_hold_with_months_and_drawn_parameters(number: int, overrides: list[str], blockade: Path) -> None:
    """The lever moves the scenario as it is; what is searched leaves out no more than what comes after the vote."""
    case = prepare(read_scenario(blockade if number else "harbour-blockade", overrides))
    tips, now = tips_of_some(case, number)
    check_tips(case, number, case.world.index["GUL"], tips, now)


@pytest.mark.parametrize("has_months", [False, True], ids=["votes", "months"])
@pytest.mark.parametrize("overrides", [[], ["parameter_uncertainty=true"]], ids=["central", "drawn"])
def test_levers_stand_where_the_scenario_does(has_months: bool, overrides: list[str], blockade: Path) -> None:
    """Set to where it stands, no lever moves anything; set anywhere it may go, the scenario is still good.

    A parameter that is drawn is held wherever it is set, so that it alone may move something.
    """
    spec = read_scenario(blockade if has_months else "harbour-blockade", ["replicates=20", *overrides])
    case = prepare(spec)
    drawn = [] if case.fit is None else case.fit.drawn_parameters(0)
    counts = run(case).votes[-1].counts
    levers = levers_of(case, len(spec.vote) - 1, "GUL")
    assert len({lever.key for lever in levers}) == len(levers)
    for lever in levers:
        assert lever.low <= lever.now <= lever.high
        if lever.key.removeprefix("parameters.") not in drawn:
            assert (run(prepare(lever.at(lever.now))).votes[-1].counts == counts).all(), lever.key
        for end in (lever.low, lever.high):
            prepare(lever.at(end))


@pytest.mark.parametrize("number", [0, 1], ids=["votes", "months"])
def test_probabilities_are_those_of_a_run(number: int, blockade: Path) -> None:
    """Of the scenario with its drawn parameters, and at either side of each tip, as 'sim run --set' has them."""
    source, replicates = (blockade, 40) if number else ("harbour-blockade", 100)
    options = (source, "--replicates", replicates, "--uncertain-parameters")

    def ran(*settings: str) -> dict[str, float]:
        told = document("run", *options, *(part for setting in settings for part in ("--set", setting)))
        (row,) = (row for row in told["votes"][number]["members"] if row["iso3"] == "GUL")
        return {name: row[name] for name in REPORTED}

    resolution = ("SH/2", "SH/3")[number]
    found = document("explain", source, "GUL", *options[1:], "--resolution", resolution, "--no-levers")
    assert found["probabilities"] == ran()
    assert found["parameter_uncertainty"]
    case = prepare(read_scenario(source, [f"replicates={replicates}", "parameter_uncertainty=true"]))
    tips, _ = tips_of_some(case, number)
    for lever, tip in {lever.kind: (lever, tip) for lever, tip in tips}.values():
        for value, chances in ((tip.before, tip.chances_before), (tip.beyond, tip.chances_beyond)):
            setting = f"{lever.key}={value!r}"
            if lever.kind == "attribute":
                attribute = lever.key.partition(" of ")[0]
                setting = f"change=[{{members=['GUL'], attribute='{attribute}', set={value!r}, reason='what if'}}]"
            assert by_name(chances) == ran(setting), lever.key


def test_the_months_of_an_explanation(blockade: Path, tmp_path: Path) -> None:
    """JSON, CSV, Python and print tell the same: the month of the vote is the vote, and terms add up in every month."""
    options = ("GUL", "--resolution", "SH/3", "--no-levers", "--replicates", 100)
    found = document("explain", blockade, *options, "--csv", tmp_path / "months.csv")
    assert [month["date"] for month in found["months"]] == [f"2031-{month:02d}-02" for month in range(2, 9)]
    vote = found["months"][4]
    for key in ("probabilities", "utilities", "probabilities_from_utilities"):
        assert vote[key] == found[key]
    for one, other in zip(vote["terms"], found["terms"], strict=True):
        assert one == {key: other[key] for key in one}
    for month in found["months"]:
        for action, utility in month["utilities"].items():
            assert sum(term[action] for term in month["terms"]) == pytest.approx(utility)
    terms = [{term["term"]: term for term in month["terms"]} for month in found["months"]]
    assert terms[0]["drift"]["value"] == 0
    assert terms[1]["grievance"]["value"] < terms[3]["grievance"]["value"]  # listed in April
    assert terms[4]["memory"]["value"] != terms[1]["memory"]["value"]
    with (tmp_path / "months.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 7 * len(found["terms"])
    python = sim_package.explain(blockade, "GUL", resolution="SH/3", tries_levers=False, replicates=100)
    assert len(python.months) == len(rows)
    assert python.months["support"].tolist() == [float(row["support"]) for row in rows]
    told = sim("explain", blockade, *options)
    assert "Month by month" in told.stdout
    assert "2031-06-02*" in told.stdout
    assert max(map(len, told.stdout.splitlines())) <= 100


def test_draws_of_the_terms() -> None:
    """Ranges over the draws lie about the mean, are none where nothing is drawn, and a range of one draw is a point."""
    spec = read_scenario("es-11-1", ["parameter_uncertainty=true"])
    for replicates in (5, 200):
        found = explanation_document(
            explain(spec.model_copy(update={"replicates": replicates}), "IND", tries_levers=False)
        )
        wide = 0
        for term in found["terms"]:  # type: ignore[attr-defined]
            for low, mean, high in (
                *((term["p05"][action], term[action], term["p95"][action]) for action in ACTIONS),
                (term["over_next"]["p05"], term["over_next"]["mean"], term["over_next"]["p95"]),
            ):
                assert low <= mean + 1e-12
                assert mean <= high + 1e-12
                wide += high > low + 1e-12
        assert (wide > 0) == (replicates > 5)
    central = explanation_document(explain(read_scenario("es-11-1", ["replicates=5"]), "IND", tries_levers=False))
    assert {term["p05"] for term in central["terms"]} == {None}  # type: ignore[attr-defined]
    assert central["months"] == []


def test_a_walk_is_a_run_at_each_value() -> None:
    spec = read_scenario("harbour-blockade", ["replicates=200"])
    found = explanation_document(explain(spec, "Gullrock", tries_levers=False, walks_along="vote.severity=-6:-2"))
    points = found["along"]["points"]  # type: ignore[index]
    assert [point["value"] for point in points] == pytest.approx(list(np.linspace(-6, -2, 11)))
    support = [point["support"] for point in points]
    assert support == sorted(support, reverse=True)
    again = run(prepare(read_scenario("harbour-blockade", ["vote.severity=-6", "replicates=200"])))
    i = again.case.world.index["GUL"]
    assert support[0] == pytest.approx((again.votes[0].counts[i, 3] + 0.5) / 202)


def test_a_later_vote_remembers_what_was_simulated(tmp_path) -> None:  # type: ignore[no-untyped-def]
    two_votes(tmp_path)
    spec = read_scenario(tmp_path / "two.toml", ["replicates=100"])
    found = explain(spec, "GUL", "SH/3", tries_levers=False)
    assert found.anatomy.ballot.resolution == "SH/3"
    later = {term.name: term.array()[found.index] for term in found.anatomy.terms}["memory"]
    first = take_apart(found.anatomy.case, 0, 100)
    earlier = {term.name: term.array()[found.index] for term in first.terms}["memory"]
    assert (later != earlier).any()


def test_given_votes_are_told_and_not_tipped() -> None:
    found = explanation_document(explain(read_scenario("harbour-blockade"), "ASH"))
    assert found["is_given"]
    assert found["levers"] == []
    assert "ASH" not in {
        row["iso3"] for row in overview_rows(take_apart(prepare(read_scenario("harbour-blockade")), 0, 9))
    }


def test_the_command_prints_all_of_it() -> None:
    told = sim("explain", "harbour-blockade", "Gullrock", "--replicates", 100, "--along", "dependence.energy")
    assert told.returncode == 0, told.stderr
    for part in (
        "What each term adds",
        "together",
        "What the terms are made of",
        "Its peers",
        "What would tip it",
        "Along",
    ):
        assert part in told.stdout
    assert max(map(len, told.stdout.splitlines())) <= 100
    found = document("explain", "harbour-blockade", "GUL", "--replicates", 100, "--no-levers")
    assert sum(term["support"] for term in found["terms"]) == pytest.approx(found["utilities"]["support"])
    assert sum(peer["weight"] for peer in found["peers"]) == pytest.approx(1, abs=1e-4)


def test_the_overview_of_all_members(tmp_path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "all.csv"
    found = document("explain", "es-11-1", "--all", "--replicates", 100, "--csv", file)
    assert len(found["members"]) == 191
    assert len(file.read_text(encoding="utf-8").splitlines()) == 192
    told = sim("explain", "es-11-1", "--all", "--replicates", 100)
    assert "decisive term" in told.stdout
    assert max(map(len, told.stdout.splitlines())) <= 100


WRONG = {
    "unknown member": (["es-11-1", "Indai"], "Did you mean 'India'?"),
    "no member": (["es-11-1"], "a member or --all"),
    "both": (["es-11-1", "IND", "--all"], "a member or --all"),
    "a group": (["es-11-1", "NATO"], "is no member"),
    "unknown vote": (["es-11-1", "IND", "--resolution", "A/RES/ES-11/9"], "Did you mean 'A/RES/ES-11/1'?"),
    "unknown lever": (["es-11-1", "IND", "--along", "dependence.arm"], "Did you mean 'dependence.arms'?"),
    "no range": (["es-11-1", "IND", "--along", "dependence.arms=a"], "dependence.arms=0:1"),
    "out of range": (["es-11-1", "IND", "--along", "dependence.arms=0:2"], "goes from 0 to 1"),
    "csv in no folder": (["es-11-1", "IND", "--csv", "nowhere/x.csv"], "does not exist"),
}


@pytest.mark.parametrize(("arguments", "message"), WRONG.values(), ids=WRONG)
def test_mistakes_are_told(arguments: list[str], message: str) -> None:
    done = sim("explain", *arguments)
    assert done.returncode == 2
    assert message in done.stderr.replace("\n", " ")
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
