"""What a page of a run begins with: the answer in two sentences, and the picture that carries it."""

from __future__ import annotations

from sim.results.run import RunSummary, VoteSummary
from sim.results.wording import write_interval, write_number, write_share
from sim.runner.result import RunResult
from sim.summaries.about import is_about_series
from sim.summaries.about_tables import answer_about
from sim.summaries.months_tables import answer_months
from sim.summaries.sentences import list_words
from sim.summaries.tallies import SPLIT
from sim.views.pictures.about import draw_about
from sim.views.pictures.against import plot_change
from sim.views.pictures.chamber import plot_chamber
from sim.views.pictures.months import TOPICS, plot_months
from sim.views.report.page import Picture
from sim.views.report.parts import make_picture

MOST_NAMED = 3
LEADING_TOPIC = next(iter(TOPICS))
"""What of the months the picture shows."""


def answer_run(summary: RunSummary) -> tuple[str, str]:
    """The answer of a run: what changes and who moves, what the months come to, or the vote and the roll call."""
    first = summary.votes[0]
    if first.base is not None and summary.months is None:
        return _answer_change(first), _answer_movers(first)
    if summary.months is not None:
        votes = [_answer_change(vote) if vote.base else _answer_vote(vote) for vote in summary.votes[-1:]]
        about = summary.months.about
        return [*([] if about is None else answer_about(about)), *answer_months(summary.months)][0], votes[0]
    return _answer_vote(first), _compare_with_roll_call(first)


def lead_picture(result: RunResult) -> Picture:
    """The picture of the answer: what a what-if is about, the months, the change of the tally, or the chamber."""
    if is_about_series(result):
        return make_picture(draw_about(result), is_wide=True)
    if result.months is not None:
        return make_picture(plot_months(result, topic=LEADING_TOPIC))
    if result.base is not None:
        return make_picture(plot_change(result))
    return make_picture(plot_chamber(result))


def _answer_vote(vote: VoteSummary) -> str:
    support, abstain, oppose = (write_number(vote.tally.of(name).median) for name in SPLIT)
    ends = write_interval(vote.tally.support.p05, vote.tally.support.p95)
    seen = "" if vote.observed_split is None else f"; the roll call was {vote.observed_split.with_target}"
    return (
        f"{support} members support {vote.resolution}, {abstain} abstain and {oppose} oppose (median of the runs; "
        f"{ends} support in 90 % of them){seen}."
    )


def _compare_with_roll_call(vote: VoteSummary) -> str:
    if vote.accuracy is None:
        return "The world has no roll call to compare this with."
    return f"The most likely vote is the observed one for {write_share(vote.accuracy)} of the members scored."


def _answer_change(vote: VoteSummary) -> str:
    """How much support changes, and to how many members."""
    support, change = vote.tally.support, 0.0 if vote.base is None else vote.base.change.support
    size = write_number(abs(change), 1)
    to = f"{write_number(support.median)} ({write_interval(support.p05, support.p95)} in 90 % of runs)"
    if size == "0.0":
        return f"Support for {vote.resolution} does not change: {to}."
    return f"Support for {vote.resolution} {'rises' if change > 0 else 'falls'} by {size} members on average, to {to}."


def _answer_movers(vote: VoteSummary) -> str:
    moved = [] if vote.base is None else vote.base.moved
    if not moved:
        return "No member votes differently in any run."
    first = [f"{mover.name} ({write_share(mover.moved)} of runs)" for mover in moved[:MOST_NAMED]]
    if len(moved) == 1:
        return f"One member votes differently in some run: {first[0]}."
    return f"{len(moved)} members vote differently in some run, above all {list_words(first)}."
