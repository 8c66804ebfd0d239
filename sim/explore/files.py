"""The files that a page offers for download: the scenario, and the data as CSV and JSON."""

from __future__ import annotations

import json

from sim.explore.result import Explored
from sim.explore.start import Launch, write_scenario_text
from sim.files.spreadsheet import as_csv
from sim.summaries.changes import measure_moves
from sim.summaries.summary import summarise_run, summarise_vote
from sim.summaries.tallies import REPORTED


def make_file(start: Launch, found: Explored, kind: str) -> tuple[str, str]:
    """Name and text of a file.

    Parameters
    ----------
    kind : ``scenario``, ``csv`` or ``json``.
    """
    if kind == "scenario":
        return "explored.toml", write_scenario_text(start, found.state)
    if kind == "json":
        return "explored.json", json.dumps(summarise_run(found.result).document(), indent=2, ensure_ascii=False) + "\n"
    return "explored.csv", write_members_csv(found)


def write_members_csv(found: Explored) -> str:
    """A row per vote and member: probabilities now and in the baseline, observed action, how often it differs."""
    before = [f"baseline_{name}" for name in REPORTED]
    columns = ["resolution", "iso3", "name", *REPORTED, "observed", *before, "moved", "towards", "away"]
    lines: list[dict[str, object]] = []
    for number, vote in enumerate(found.result.votes):
        rows = summarise_vote(found.result, number).members
        was = summarise_vote(found.baseline, number).members
        shares = {} if vote.change is None else measure_moves(vote.change, found.result.replicates)
        for i, (row, old) in enumerate(zip(rows, was, strict=True)):
            moves = {name: share[i] for name, share in shares.items()}
            earlier = {f"baseline_{name}": getattr(old, name) for name in REPORTED}
            lines.append({"resolution": vote.resolution, **row.document(), **earlier, **moves})
    return as_csv(columns, lines)
