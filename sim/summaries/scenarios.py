"""Several scenarios in one table: what became of each vote, of the months, and what changed against the base."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from sim.results.data import DataTable, collect_data
from sim.results.parts import ByAction, Split
from sim.results.run import VoteSummary
from sim.results.scenarios import ScenariosSummary, ScenarioSummary, ScenarioVote, SeriesInShort
from sim.results.series import make_series
from sim.results.tables import CHANGE, MEAN, SHARE, Column, Table, table
from sim.results.wording import write_interval, write_number, write_share
from sim.runner.result import RunResult
from sim.summaries.month_changes import change_of, list_common_months
from sim.summaries.months import sum_up
from sim.summaries.months_tables import scale_of
from sim.summaries.sentences import list_words
from sim.summaries.summary import summarise_vote
from sim.summaries.tallies import NEAR

MAIN_SERIES = ("revenue", "members_joined", "helpers", "helpers_covert", "aid", "listings")
"""Series of the months that are given for each scenario."""
TABLED_SERIES = {
    "revenue": "fuel revenue, bn EUR",
    "members_joined": "members that sanction",
    "helpers": "members that help the target",
}
"""Series that the table for people has, and their headings."""


def summarise_scenarios(results: Iterable[tuple[str, RunResult]]) -> ScenariosSummary:
    """The document of several scenarios, from the run of each and its name."""
    return ScenariosSummary(scenarios=[_summarise(name, result) for name, result in results])


def _summarise(name: str, result: RunResult) -> ScenarioSummary:
    spec = result.case.spec
    return ScenarioSummary(
        name=name,
        scenario=spec.title,
        base=None if result.base is None else result.base.case.spec.title,
        world=result.case.world.name,
        seed=spec.seed,
        replicates=result.replicates,
        votes=[_shorten(summarise_vote(result, number)) for number in range(len(result.votes))],
        months=_sum_up_months(result),
    )


def _shorten(vote: VoteSummary) -> ScenarioVote:
    base, observed = vote.base, vote.observed_split
    return ScenarioVote(
        resolution=vote.resolution,
        date=vote.date,
        split=vote.split,
        tally=vote.tally,
        observed=None if observed is None else observed.with_target,
        near=vote.near,
        accuracy=vote.accuracy,
        change=None if base is None else base.change,
        change_interval=None if base is None else base.change_interval,
        moved=None if base is None else len(base.moved),
        is_as_expected=None if base is None or base.expected is None else base.expected.is_as_expected,
    )


def _sum_up_months(result: RunResult) -> dict[str, SeriesInShort] | None:
    months, before = result.months, None if result.base is None else result.base.months
    if months is None:
        return None
    found = {}
    for name in MAIN_SERIES:
        if name in months.totals:
            value = sum_up(name, months)
            has_base = before is not None and name in before.totals
            of_base = change_of(result, name, list_common_months(result)) if has_base else None
            base, change = (None, None) if of_base is None else (of_base.base, of_base.change)
            found[name] = SeriesInShort(value=value, base=base, change=change, unit=make_series(name).unit)
    return found


class _Row(NamedTuple):
    """A vote of a scenario, for a table."""

    of: ScenarioSummary
    vote: ScenarioVote


def make_votes_table(found: ScenariosSummary, *, is_sorted_later: bool = False) -> Table:
    """A row per scenario and vote; a column that would be empty is left out.

    Parameters
    ----------
    is_sorted_later : whether a reader may sort the rows, so that each needs the name of its scenario.
    """
    rows = [_Row(one, vote) for one in found.scenarios for vote in one.votes]
    columns: list[tuple[Column, Callable[[_Row], object]]] = [
        (Column("scenario"), lambda row: row.of.name if is_sorted_later or row.vote is row.of.votes[0] else ""),
        (Column("vote"), lambda row: row.vote.resolution),
        (Column("split"), lambda row: str(row.vote.split.with_target)),
        (Column("without target"), lambda row: str(row.vote.split.without_target)),
        (Column("observed"), lambda row: _of_what_happened(row, row.vote.observed)),
        (Column("change of support", CHANGE), lambda row: row.vote.change and row.vote.change.support),
        (Column("90 % of runs"), lambda row: _interval(row.vote.change_interval)),
        (Column("near", SHARE), lambda row: _of_what_happened(row, row.vote.near)),
        (Column("accuracy", SHARE), lambda row: _of_what_happened(row, row.vote.accuracy)),
    ]
    cells = [(column, [read(row) for row in rows]) for column, read in columns]
    shown = [(column, values) for column, values in cells if any(value is not None for value in values)]
    return table(
        f"Votes: {_write_runs(found.scenarios)}",
        [column for column, _ in shown],
        list(zip(*(values for _, values in shown), strict=True)),
        _explain([column.label for column, _ in shown]),
    )


def _of_what_happened(row: _Row, value: object) -> object:
    """A figure about the observed vote, which a what-if is not compared with."""
    if value is None or row.of.base is not None:
        return None
    return str(value) if isinstance(value, Split) else value


def _interval(ends: ByAction[tuple[float, float]] | None) -> str | None:
    return None if ends is None else write_interval(*ends.support, is_signed=True)


def _write_runs(scenarios: Sequence[ScenarioSummary]) -> str:
    numbers = sorted({one.replicates for one in scenarios})
    return " or ".join(f"{number:,}" for number in numbers) + " runs of each"


NOTES = {
    "split": "Split: median members that support, abstain and oppose.",
    "change of support": "Change of support: mean over the runs, against the scenario that it changes, run by run.",
    "near": f"Near: share of runs in which all four counts (absent included) are within {NEAR} of the observed ones.",
    "accuracy": "Accuracy: share of the members scored whose most likely vote is the observed one.",
}


def _explain(labels: Sequence[str]) -> str:
    return " ".join(note for label, note in NOTES.items() if label in labels)


def make_months_overview(found: ScenariosSummary) -> Table | None:
    """A row per scenario with months: its main series, and their change against the base; None where none has any."""
    with_months = [(one, one.months) for one in found.scenarios if one.months is not None]
    if not with_months:
        return None
    names = [name for name in TABLED_SERIES if any(name in months for _, months in with_months)]
    columns, rows = [Column("scenario")], [[one.name] for one, _ in with_months]
    cells: list[list[object]] = [list(row) for row in rows]
    for name in names:
        columns += [Column(TABLED_SERIES[name], MEAN), Column("change", CHANGE)]
        for row, (_, months) in zip(cells, with_months, strict=True):
            one, scale = months.get(name), scale_of(name)
            row += [one and scale * one.value, None if one is None or one.change is None else scale * one.change]
    note = "Money is summed over the months; members are those of the last month. Means; changes are against the base."
    return table("The months", columns, cells, note)


def make_scenarios_tables(found: ScenariosSummary, *, is_sorted_later: bool = False) -> list[Table]:
    """The tables of several scenarios for people; the argument is as in `make_votes_table`."""
    tables = make_votes_table(found, is_sorted_later=is_sorted_later), make_months_overview(found)
    return [one for one in tables if one is not None]


KEYS = ("name", "scenario", "base", "seed", "replicates", "resolution", "date")
"""Columns of the long table that say what a figure is of."""


def make_scenarios_data(found: ScenariosSummary) -> list[DataTable]:
    """A row per scenario and vote with everything that is known of them, and the same as one long table."""
    rows = [(one, vote) for one in found.scenarios for vote in one.votes]
    wide = collect_data("scenarios", "a row per scenario and vote", rows)
    return [wide, wide.lengthen("figures", "a row per scenario, vote and figure", KEYS)]


def answer_scenarios(found: ScenariosSummary) -> list[str]:
    """What the scenarios came to, in sentences: the largest change of support, and how near the observed votes are."""
    changed = [(vote.change.support, one, vote) for one in found.scenarios for vote in one.votes if vote.change]
    sentences = []
    if changed:
        change, one, vote = max(changed, key=lambda entry: abs(entry[0]))
        count = len({entry[1].name for entry in changed})
        by = write_number(change, 1, is_signed=True)
        sentences.append(
            f"{count} of the {len(found.scenarios)} scenarios {'is' if count == 1 else 'are'} compared with a base. "
            f"Mean support changes most in {one.name}: by {by} members on {vote.resolution}."
        )
        written = [(one.name, vote.is_as_expected) for _, one, vote in changed if vote.is_as_expected is not None]
        wrong = list(dict.fromkeys(name for name, is_so in written if not is_so))
        if written:
            sentences.append(
                f"Support went another way than the author expected in {list_words(wrong)}."
                if wrong
                else "Support went the way that the authors expected, wherever they wrote it down."
            )
    scored = [
        vote.accuracy for one in found.scenarios if one.base is None for vote in one.votes if vote.accuracy is not None
    ]
    if scored:
        mean = write_share(sum(scored) / len(scored))
        votes = f"{len(scored)} votes" if len(scored) > 1 else "one vote"
        sentences.append(
            f"Over {votes} that happened, the most likely vote is the observed one for {mean} of the members scored."
        )
    return sentences
