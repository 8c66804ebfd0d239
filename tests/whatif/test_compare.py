"""Scenarios compared: paired by replicate, exactly nothing where nothing differs, and reported without loss."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from support.commands import document, sim
from support.worlds import cases, examples

from sim.case import Case, prepare
from sim.ensemble import simulate
from sim.errors import InputError
from sim.rules.adoption import is_adopted
from sim.rules.choice import ACTIONS, STANCES
from sim.runner.run import run_case, run_compared
from sim.specs import read_scenario
from sim.summaries.changes import summarise_change
from sim.whatif.compare import compare, list_figures, summarise_comparison


@examples(max_examples=80)
@given(cases(2, 8))
def test_a_case_next_to_itself_changes_exactly_nothing(case: Case) -> None:
    base, again = run_compared((case, case), 12)
    assert base.votes[0].change is None
    for vote in again.votes:
        assert vote.change is not None
        assert vote.change.changed.sum() == vote.change.towards.sum() == vote.change.away.sum() == 0
        assert vote.change.transitions.sum() == 12 * case.world.size
        assert not vote.change.tallies.any()
        assert not vote.change.population.any()
        assert not vote.change.gdp.any()


def test_the_change_is_that_of_the_votes_replicate_by_replicate() -> None:
    """Counted anew from the votes themselves: transitions, tallies, population and product."""
    base, case = (prepare(read_scenario("es-11-1", extra)) for extra in ([], ["vote.target_threat=3"]))
    (vote,) = run_case(case, 150, base=base).votes
    (before,), (after,) = simulate(base, 0, 150), simulate(case, 0, 150)
    assert vote.change is not None
    for code, action in enumerate(ACTIONS):
        shift = (after.actions == code).sum(axis=1) - (before.actions == code).sum(axis=1)
        assert (vote.change.tallies[:, code] == shift).all(), action
        for name, attribute in (("population", "population"), ("gdp", "gdp_usd")):
            held = case.world.attributes[attribute]
            moved = ((after.actions == code) @ held - (before.actions == code) @ held) / held.sum()
            assert getattr(vote.change, name)[:, code] == pytest.approx(moved, abs=1e-12)
    steps = STANCES[after.actions] - STANCES[before.actions]
    assert (vote.change.changed == (after.actions != before.actions).sum(axis=0)).all()
    assert (vote.change.towards == (steps > 0).sum(axis=0)).all()
    assert (vote.change.away == (steps < 0).sum(axis=0)).all()
    assert vote.change.changed.any()


def test_adoption_by_hand() -> None:
    """93 to 24 is more than two thirds of 117; 10 to 5 is just two thirds; 5 to 5 is no majority; 0 to 0 is neither."""
    support, oppose = np.array([93, 10, 9, 5, 0]), np.array([24, 5, 5, 5, 0])
    assert is_adopted(support, oppose, "majority").tolist() == [True, True, True, False, False]
    assert is_adopted(support, oppose, "two-thirds").tolist() == [True, True, False, False, False]


def balanced_severity() -> float:
    """The severity of the text of 7 April at which two thirds of the votes are had in about half of the replicates."""
    low, high = -20.0, 20.0
    while high - low > 0.01:
        middle = (low + high) / 2
        (vote,) = run_case(prepare(read_scenario("es-11-3", [f"vote.severity={middle}"])), 100).votes
        is_had = is_adopted(vote.tallies[:, 3], vote.tallies[:, 0], "two-thirds").mean() > 0.5
        low, high = (middle, high) if is_had else (low, middle)
    return low


def test_flips_are_counted_by_replicate() -> None:
    """Where the two-thirds majority hangs in the balance, what is lost and won makes the difference."""
    severity = balanced_severity()
    texts = [read_scenario("es-11-3", [f"vote.severity={s}", "replicates=400"]) for s in (severity, severity + 0.1)]
    found = compare(texts)
    entry = summarise_change(found.others[0], found.base, 0).adoption["two-thirds"]
    assert entry.base - entry.lost + entry.gained == pytest.approx(entry.now)
    assert entry.gained == 0  # a more severe resolution wins nobody, at any draw
    assert entry.lost > 0


def test_another_text_is_voted_on_with_the_draws_of_the_base() -> None:
    """A vote that differs in its name alone changes nothing, although draws are keyed by the name."""
    one, other = read_scenario("harbour-blockade"), read_scenario("harbour-blockade", ["vote.resolution=SH/9"])
    found = compare([one, other])
    (vote,) = found.others[0].votes
    assert vote.resolution == "SH/9"
    assert vote.change is not None
    assert not vote.change.changed.any()
    assert (vote.counts == found.base.votes[0].counts).all()


def test_the_seed_and_replicates_are_those_of_the_base() -> None:
    specs = [read_scenario("harbour-blockade", [f"seed={seed}", f"replicates={n}"]) for seed, n in ((1, 30), (2, 50))]
    found = compare(specs)
    assert [len(vote.tallies) for vote in (found.base.votes[0], found.others[0].votes[0])] == [30, 30]
    assert not found.others[0].votes[0].change.changed.any()  # type: ignore[union-attr]


def test_scenarios_that_cannot_be_paired_are_refused_with_every_reason() -> None:
    with pytest.raises(InputError) as caught:
        compare([read_scenario(name) for name in ("es-11-1", "harbour-blockade")])
    assert "harbour" in str(caught.value)
    assert "seven-harbours" in str(caught.value)


def test_rows_hold_every_figure_of_the_document() -> None:
    found = compare([read_scenario("harbour-blockade", extra) for extra in ([], ["vote.severity=-3"])])
    vote = summarise_comparison(found).compared[0].votes[0]
    rows = list_figures(found)
    by_key = {(row.figure, row.iso3, row.name): row for row in rows}
    for action in ACTIONS:
        row = by_key["tally", None, action]
        assert row.change == pytest.approx(vote.base.change.of(action))
        assert (row.p05, row.p95) == vote.base.change_interval.of(action)
        assert row.now - row.base == pytest.approx(row.change)  # type: ignore[operator]
    moved = {row.iso3: row.now for row in rows if row.figure == "moved"}
    assert moved == {mover.iso3: mover.moved for mover in vote.base.moved}
    assert moved


def test_the_command_compares_files_and_changes_in_the_same_way(tmp_path: Path) -> None:
    by_set = document("compare", "es-11-1", "--set", "vote.target_threat=2", "--replicates", 100)
    by_name = document("compare", "es-11-1", "es-11-1-april-threat", "--replicates", 100)
    alone = document("compare", "es-11-1-april-threat", "--replicates", 100)
    assert by_name["base"] == "ES-11/1: deploring the invasion"
    for found in (by_set, by_name, alone):
        (compared,) = found["compared"]
        assert compared["votes"][0]["tally"] == by_name["compared"][0]["votes"][0]["tally"]
        assert compared["votes"][0]["base"]["moved"]
    file = tmp_path / "figures.csv"
    reported = sim("compare", "es-11-1", "es-11-3", "es-11-1-no-peers", "--replicates", 50, "--csv", file)
    assert reported.returncode == 0, reported.stderr
    assert reported.stdout.count("no longer adopted") == 2
    assert reported.stdout.count("are held fixed") == 1
    assert max(map(len, reported.stdout.splitlines())) <= 100
    rows = list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
    assert len({row["scenario"] for row in rows}) == 2


def test_nothing_to_compare_with_is_reported() -> None:
    done = sim("compare", "es-11-1")
    assert done.returncode == 2
    assert "--set vote.target_threat=2" in done.stderr
    assert done.stdout == ""
    null = sim("compare", "harbour-blockade", "--set", "vote.severity=-4.5")
    assert "No member votes differently in any run." in null.stdout


@pytest.mark.parametrize(
    "command", [["compare", "es-11-1-april-threat"], ["reach", "india-deplores"], ["explain", "es-11-1", "--all"]]
)
def test_a_file_that_cannot_be_written_is_reported_before_anything_runs(command: list[str], tmp_path: Path) -> None:
    for file, message in ((tmp_path / "no" / "x.csv", "does not exist"), (tmp_path, "is a folder")):
        done = sim(*command, "--csv", file)
        assert done.returncode == 2
        assert message in done.stderr
