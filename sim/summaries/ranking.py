"""Ranking the points of a sweep by how near they come to a split, with the score of the members beside it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.arrays import IntArray
from sim.case import prepare
from sim.errors import input_error
from sim.rules.choice import ACTIONS
from sim.runner.designs import points_of, spec_of
from sim.runner.folder.reading import FinishedTables
from sim.runner.folder.whole import write_whole
from sim.runner.result import frequencies
from sim.scoring.scores import classes_of, score, three_classes
from sim.specs import Experiment, Factor, Scenario, TargetSplit
from sim.summaries.summary import is_scored
from sim.summaries.tallies import NEAR

RANKING = "ranking.parquet"
ZOOM = 0.5
"""Part of a range that a finer design around the best point keeps."""


def rank(experiment: Experiment, folder: Path) -> list[dict[str, object]]:
    """The points of a finished sweep, nearest to the target split first; also written to ``ranking.parquet``.

    Points are ordered by their mean distance from the split, then by how often they come near it.
    """
    target = experiment.target_split
    if target is None:
        raise ValueError("the experiment has no target split")
    points = {point.number: point for point in points_of(experiment)}
    resolution = target.resolution or next(iter(experiment.bases.values())).vote[0].resolution
    finished = FinishedTables(folder)
    looked_for = wanted(target)
    codes = [ACTIONS.index(action) for action in looked_for]
    entries: list[dict[str, Any]] = []
    for vote in (vote for votes in finished.votes.values() for vote in votes if vote.resolution == resolution):
        point = points[vote.point]
        gaps = np.abs(finished.tallies(vote)[:, codes] - np.array(list(looked_for.values())))
        entries.append(
            {
                "point": vote.point,
                "values": dict(point.values),
                "exactly": float((gaps == 0).all(axis=1).mean()),
                "near": float((gaps <= NEAR).all(axis=1).mean()),
                "distance": float(gaps.sum(axis=1).mean()),
                **_member_scores(spec_of(experiment, point), finished.counts(vote), resolution),
            }
        )
    entries.sort(key=lambda entry: (entry["distance"], -entry["near"], entry["point"]))
    ranking: list[dict[str, object]] = [{"rank": place, **entry} for place, entry in enumerate(entries, start=1)]
    _write(ranking, folder / RANKING)
    return ranking


def wanted(target: TargetSplit) -> dict[str, int]:
    """The counts by action, the target's own vote included."""
    counts = target.counts()
    if target.besides_target and "oppose" in counts:
        counts["oppose"] += 1
    return counts


def _member_scores(spec: Scenario, counts: IntArray, resolution: str) -> Mapping[str, float | None]:
    """Accuracy and RPS of a point's members, where members were kept and the world has the roll call."""
    case = prepare(spec)
    call = case.world.rollcall(resolution)
    if call is None or not len(counts):
        return {"accuracy": None, "rps": None}
    chances = frequencies(counts)
    vote = [ballot.resolution for ballot in case.ballots].index(resolution)
    scored = is_scored(case, vote, call)
    found = score(three_classes(chances[scored]), classes_of(call.votes[scored]))
    return {"accuracy": found.accuracy, "rps": found.rps}


def _write(ranking: list[dict[str, object]], path: Path) -> None:
    flat = [{**{k: v for k, v in entry.items() if k != "values"}} for entry in ranking]
    with write_whole(path) as file:
        pq.write_table(pa.Table.from_pylist(flat), file, compression="zstd")


def refined(experiment: Experiment, folder: Path) -> Experiment:
    """The same experiment on half of each range, around its best point so far; factors given as values stay there."""
    ranking = rank(experiment, folder)
    if not ranking:
        raise input_error(str(folder), "", "every point failed, so there is none to refine around.")
    best: Mapping[str, object] = ranking[0]["values"]  # type: ignore[assignment]
    over = {}
    for name, factor in experiment.design.over.items():
        if factor.values is not None:
            over[name] = factor.model_copy(update={"values": (best[name],)})
            continue
        half = ZOOM * (factor.high - factor.low) / 2
        middle = min(max(float(str(best[name])), factor.low + half), factor.high - half)
        over[name] = Factor.model_validate({**_range(middle - half, middle + half), "steps": factor.steps})
    design = experiment.design.model_copy(update={"over": over})
    return experiment.model_copy(update={"design": design}).with_bases(experiment.bases)


def _range(low: float, high: float) -> dict[str, float]:
    return {"from": round(low, 12), "to": round(high, 12)}
