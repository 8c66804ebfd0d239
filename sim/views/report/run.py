"""The page of a run: question, answer, pictures, tables, misses, what was changed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.results.months import MonthsReport
from sim.results.run import VoteSummary
from sim.results.wording import write_number, write_share
from sim.runner.folder.kept import KeptRun
from sim.runner.result import RunResult
from sim.summaries.about import is_about_series
from sim.summaries.about_tables import answer_about
from sim.summaries.edits import list_settings
from sim.summaries.months_tables import NOBODY_TWO_FACED, answer_months, months_tables
from sim.summaries.sentences import answer_basis, answer_expectation, answer_vote, judge_expectation
from sim.summaries.summary import list_misses, summarise_run
from sim.summaries.tables import (
    make_edited_table,
    make_members_table,
    make_misses_table,
    make_movers_table,
    make_settings_table,
    tally_table,
)
from sim.views.frame import write_day
from sim.views.pictures.against import plot_change, plot_movers
from sim.views.pictures.chamber import plot_chamber
from sim.views.pictures.map import plot_map
from sim.views.pictures.members import plot_members
from sim.views.pictures.months import TOPICS, plot_months
from sim.views.pictures.network import plot_network
from sim.views.pictures.reliability import plot_reliability
from sim.views.pictures.ridges import plot_tallies
from sim.views.report.lead import LEADING_TOPIC, answer_run, lead_picture
from sim.views.report.page import ReportPage, ReportSection
from sim.views.report.parts import as_json, describe_provenance, make_picture
from sim.whatif.doubt import measure_doubt


def make_run_page(kept: KeptRun) -> ReportPage:
    """The page of a kept run."""
    result, manifest = measure_doubt(kept.result), kept.manifest
    spec = result.case.spec
    summary = summarise_run(result)
    votes, months = summary.votes, summary.months
    details = [f"{vote.resolution}: {' '.join(answer_vote(vote))}" for vote in votes]
    details += [] if votes[0].base is None else answer_basis(votes[0].base)
    sections = [_vote_section(result, number, vote) for number, vote in enumerate(votes)]
    change = _change_section(result, votes)
    if result.base is not None:
        sections.insert(0, change)
    if months is not None:
        about = [] if months.about is None else answer_about(months.about)[1:]  # the first is the answer
        details += [*about, " ".join(answer_months(months))]
        sections.insert(0, _months_section(result, months))
    sections += [_ties_section(result)] if result.base is not None else [_ties_section(result), change]
    hashes = {f"{world}/{name}": value for world, files in manifest.worlds.items() for name, value in files.items()}
    return ReportPage(
        title=spec.title,
        question=spec.question,
        answer=answer_run(summary),
        picture=lead_picture(result),
        details=tuple(details),
        facts=f"{result.replicates:,} runs, seed {spec.seed}, world {spec.world}, engine {result.engine}",
        sections=tuple(sections),
        provenance={
            "scenario hash": manifest.scenario_hash,
            **describe_provenance(manifest, kept.folder, spec),
        },
        commands=(f"sim rerun {kept.folder.name}",),
        document=as_json(manifest.scenario),
        hashes={**hashes, **manifest.tables},
    )


def _vote_section(result: RunResult, number: int, vote: VoteSummary) -> ReportSection:
    is_observed = vote.observed is not None and vote.base is None
    is_leading = number == 0 and result.months is None and result.base is None
    pictures = [make_picture(plot(result, number=number)) for plot in (plot_map, plot_tallies)]
    if not is_leading:  # else it is next to the answer
        pictures.append(make_picture(plot_chamber(result, number=number)))
    if is_observed:
        pictures.append(make_picture(plot_chamber(result, number=number, is_observed=True)))
    if is_observed and vote.accuracy is not None:
        pictures.append(make_picture(plot_reliability(result, number=number)))
    pictures.append(make_picture(plot_members(result, number=number), is_wide=True))
    misses = list_misses(result, number) if is_observed else []
    tables = [make_misses_table(misses)] if is_observed else []
    tables.append(make_members_table(vote, {miss.iso3 for miss in misses}))
    title = f"{vote.resolution}, {write_day(vote.date)}"
    return ReportSection(title, (), tuple(pictures), tuple(tables), (tally_table(vote, result.replicates),))


def _change_section(result: RunResult, votes: Sequence[VoteSummary]) -> ReportSection:
    if result.base is None:
        return ReportSection("What was changed", ("Nothing: the scenario is not compared with a base.",))
    base, spec = result.base.case.spec, result.case.spec
    tables = [make_settings_table(base.title, list_settings(base, spec))]
    sentences: list[str] = []
    pictures = []
    for number, vote in enumerate(votes):
        if vote.base is None:
            continue
        if number or result.months is not None:  # the first is next to the answer
            pictures.append(make_picture(plot_change(result, number=number)))
        pictures.append(make_picture(plot_movers(result, number=number)))
        if vote.base.edited:
            tables.append(make_edited_table(vote.resolution, vote.base.edited))
        if vote.base.moved:
            tables.append(make_movers_table(vote.resolution, vote.base.moved))
        if not sentences:
            sentences += answer_expectation(vote.base)
        several = f"{vote.resolution}: " if len(votes) > 1 else ""
        sentences += [f"{several}{sentence}" for sentence in judge_expectation(vote.base)]
    return ReportSection("What was changed, and its effect", tuple(sentences), tuple(pictures), tuple(tables))


def _months_section(result: RunResult, months: MonthsReport) -> ReportSection:
    topics = [topic for topic in TOPICS if topic != LEADING_TOPIC or is_about_series(result)]  # else next to the answer
    pictures = [make_picture(plot_months(result, topic=topic)) for topic in topics]
    sentences = () if months.two_faced else (NOBODY_TWO_FACED,)
    return ReportSection("The months", sentences, tuple(pictures), tuple(months_tables(months)))


def _ties_section(result: RunResult) -> ReportSection:
    weight = write_number(result.case.parameters["peer_influence"], 2)
    revised = f"Members revise what they announce by the mean stance of their peers, with a weight of {weight}."
    rounds = np.mean([vote.frequencies.settled_share for vote in result.votes])
    settled = (
        f"In {write_share(float(rounds))} of runs no member still changed in the last of {result.case.rounds} rounds."
    )
    return ReportSection("Whom members look to", (revised, settled), (make_picture(plot_network(result)),))
