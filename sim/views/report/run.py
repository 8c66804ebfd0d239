"""What stands on the page of a run: question, answer, pictures, tables, misses, what was changed."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.summaries.months import months_summary
from sim.summaries.summary import misses, vote_summary
from sim.summaries.tallies import REPORTED, SPLIT
from sim.runner.folder.kept import KeptRun
from sim.runner.result import RunResult
from sim.views.frame import day
from sim.views.pictures.against import plot_change, plot_movers
from sim.views.pictures.chamber import plot_chamber
from sim.views.pictures.map import plot_map
from sim.views.pictures.members import plot_members
from sim.views.pictures.months import TOPICS, plot_months
from sim.views.pictures.network import plot_network
from sim.views.pictures.reliability import plot_reliability
from sim.views.pictures.ridges import plot_tallies
from sim.views.report.months_tables import (
    NOBODY_TWO_FACED,
    by_month_table,
    change_table,
    helpers_table,
    months_answer,
    published_table,
    two_faced_rest,
    two_faced_tables,
)
from sim.views.report.page import Column, Page, Section, Table, table
from sim.views.report.parts import as_json, differences, joined, picture, provenance_of


def page_of_run(kept: KeptRun) -> Page:
    """The page of a kept run."""
    result, manifest = kept.result, kept.manifest
    spec = result.case.spec
    votes: list[dict[str, Any]] = [vote_summary(result, number) for number in range(len(result.votes))]
    months = months_summary(result)
    answers = [_answer(result, vote) for vote in votes]
    sections = [_vote_section(result, number, vote) for number, vote in enumerate(votes)]
    if months is not None:
        answers.append(months_answer(months))
        sections.insert(0, _months_section(result, months))
    sections += [_change_section(result, votes), _ties_section(result)]
    hashes = {f"{world}/{name}": value for world, files in manifest.worlds.items() for name, value in files.items()}
    return Page(
        title=spec.title,
        question=spec.question,
        answer=" ".join(answers),
        facts=f"{result.replicates:,} replicates, seed {spec.seed}, world {spec.world}, engine {result.engine}",
        sections=tuple(sections),
        provenance={
            "scenario hash": manifest.scenario_hash,
            **provenance_of(manifest, kept.folder, spec),
        },
        commands=(f"sim rerun {kept.folder.name}",),
        document=as_json(manifest.scenario),
        hashes={**hashes, **manifest.tables},
    )


def _answer(result: RunResult, vote: dict[str, Any]) -> str:
    tally, split = vote["tally"], vote["split"]["with_target"]
    said = (
        f"On {vote['resolution']} the median replicate has {split['support']:.0f} members in support, "
        f"{split['abstain']:.0f} abstaining and {split['oppose']:.0f} opposed "
        f"(support {tally['support']['p05']:.0f} to {tally['support']['p95']:.0f} in 90 %)"
    )
    observed = vote["observed"]
    if observed is not None:
        said += f"; observed were {'/'.join(str(observed[name]) for name in SPLIT)}"
    if vote["accuracy"] is not None:
        said += f", and {100 * vote['accuracy']:.0f} % of the members scored did what the model holds likeliest"
    base = vote["base"]
    if base is None:
        return f"{said}."
    if not base["moved"]:
        return f"{said}. Against '{base['scenario']}' nobody moves, in any replicate."
    changes = joined([f"{name} {base['change'][name]:+.1f}" for name in REPORTED])
    often = [mover["name"] for mover in base["moved"][:3]]
    return f"{said}. Against '{base['scenario']}': {changes} members on average; {joined(often)} most often move."


def _vote_section(result: RunResult, number: int, vote: dict[str, Any]) -> Section:
    is_observed = vote["observed"] is not None
    pictures = [picture(plot_chamber(result, number=number))]
    if is_observed:
        pictures.insert(0, picture(plot_chamber(result, number=number, is_observed=True)))
    pictures += [
        picture(plot_tallies(result, number=number)),
        picture(plot_map(result, number=number)),
        picture(plot_members(result, number=number), is_wide=True),
    ]
    if vote["accuracy"] is not None:
        pictures.append(picture(plot_reliability(result, number=number)))
    sentences = []
    if is_observed:
        sentences.append(
            f"{100 * vote['near']:.0f} % of replicates are within 5 members of the roll call on every action."
        )
    if vote["settled"] < 1:
        sentences.append(f"{100 * (1 - vote['settled']):.1f} % of replicates had not settled after the last round.")
    wrong = misses(result, number)
    tables = [_tally_table(vote)]
    if is_observed:
        tables.append(_misses_table(wrong))
    tables.append(_member_table(vote, {str(miss["iso3"]) for miss in wrong}))
    title = f"{vote['resolution']}, {day(result.votes[number].date)}"
    return Section(title, tuple(sentences), tuple(pictures), tuple(tables))


def _tally_table(vote: dict[str, Any]) -> Table:
    rows = [
        [
            name,
            *(vote["tally"][name][key] for key in ("mean", "median", "p05", "p95")),
            None if vote["observed"] is None else vote["observed"][name],
            100 * vote["population_share"][name],
        ]
        for name in REPORTED
    ]
    columns = [
        Column("action"),
        Column("mean", 1),
        *(Column(name, 0) for name in ("median", "5 %", "95 %", "observed")),
        Column("of world population", 0, " %"),
    ]
    split = vote["split"]
    counts = "/".join(f"{split['with_target'][name]:.0f}" for name in SPLIT)
    note = f"Split {counts}; {split['without_target']['oppose']:.0f} oppose besides the target."
    return table("Members per action", columns, rows, note)


def _misses_table(wrong: list[dict[str, Any]]) -> Table:
    rows = [[m["name"], m["iso3"], m["observed"], m["likeliest"], 100 * m["probability_of_observed"]] for m in wrong]
    columns = [
        *map(Column, ("member", "code", "observed", "likeliest")),
        Column("probability of the observed", 0, " %"),
    ]
    note = "" if wrong else "None: every member scored did what the model holds likeliest."
    return table(f"The {len(rows)} members it gets wrong, the surest mistakes first", columns, rows, note)


def _member_table(vote: dict[str, Any], wrong: set[str]) -> Table:
    members = vote["members"]
    rows = [[m["name"], m["iso3"], m["observed"], *(100 * m[name] for name in REPORTED)] for m in members]
    columns = [Column("member"), Column("code"), Column("observed"), *(Column(name, 1, " %") for name in REPORTED)]
    marked = frozenset(place for place, m in enumerate(members) if m["iso3"] in wrong)
    note = "Probabilities are smoothed frequencies over the replicates." + (" Shaded: missed." if wrong else "")
    return table("Every member", columns, rows, note=note, marked=marked)


def _change_section(result: RunResult, votes: list[dict[str, Any]]) -> Section:
    if result.base is None:
        return Section("What was changed", ("Nothing: the scenario was run as it stands, without a base beside it.",))
    base, spec = result.base.case.spec, result.case.spec
    found = differences(base.document(), spec.document())
    tables = [table(f"Against '{base.title}'", [Column("key"), Column("base"), Column("here")], found)]
    sentences, pictures = [], []
    for number, vote in enumerate(votes):
        told = vote["base"]
        pictures += [picture(plot_change(result, number=number)), picture(plot_movers(result, number=number))]
        tables.append(_movers_table(vote["resolution"], told["moved"]))
        expected = told["expected"]
        if expected is not None:
            verdict = "as expected" if expected["is_as_expected"] else f"not as expected ({expected['support']})"
            sentences.append(f"Said beforehand: {expected['direction']} Found: support {expected['found']}, {verdict}.")
    return Section("What was changed, and what came of it", tuple(sentences), tuple(pictures), tuple(tables))


def _movers_table(resolution: str, moved: list[dict[str, Any]]) -> Table:
    rows = [
        [
            m["name"],
            m["iso3"],
            f"{m['from']}\u00a0to\u00a0{m['to']}",
            *(100 * m[key] for key in ("moved", "towards", "away")),
        ]
        for m in moved
    ]
    columns = [
        *map(Column, ("member", "code", "most often")),
        *(Column(name, 1, " %") for name in ("acts otherwise", "nearer the senders", "nearer the target")),
    ]
    note = "Per cent of replicates, on the same random numbers." if rows else "Nobody moves, in any replicate."
    return table(f"Who moves on {resolution}", columns, rows, note)


def _months_section(result: RunResult, months: dict[str, Any]) -> Section:
    pictures = tuple(picture(plot_months(result, topic=topic)) for topic in TOPICS)
    tables = (
        by_month_table(months),
        change_table(months),
        helpers_table(months),
        published_table(months),
        *two_faced_tables(months),
        two_faced_rest(months),
    )
    sentences = () if months["two_faced"] else (NOBODY_TWO_FACED,)
    return Section("The months", sentences, pictures, tuple(found for found in tables if found is not None))


def _ties_section(result: RunResult) -> Section:
    weight = result.case.parameters["peer_influence"]
    told = f"Members revise what they announce by the stance of their peers; the weight of that is {weight:.2f}."
    rounds = np.mean([vote.is_settled.mean() for vote in result.votes])
    settled = f"{100 * rounds:.0f} % of deliberations came to rest within {result.case.rounds} rounds."
    return Section("Whom members look to", (told, settled), (picture(plot_network(result)),))
