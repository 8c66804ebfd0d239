"""Ranking the points of a sweep by how near they come to a split, with the score of their members."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.arrays import IntArray
from sim.case import prepare
from sim.errors import make_input_error
from sim.files.writing import write_whole
from sim.results.scores import Scores
from sim.results.sweep import RankedPoint
from sim.rules.choice import ACTIONS
from sim.runner.designs import DesignPoint, list_points, make_scenario_at
from sim.runner.folder.files import RANKING
from sim.runner.folder.reading import FinishedTables, KeptReplicates
from sim.runner.folder.schemas import RANKING_SCHEMA
from sim.runner.result import frequencies
from sim.scoring.scores import find_classes, merge_to_three_classes, score
from sim.specs import Experiment, Factor
from sim.summaries.summary import is_scored
from sim.summaries.tallies import share_near

ZOOM = 0.5
"""Part of a range that a finer design around the best point keeps."""


def rank(experiment: Experiment, folder: Path) -> tuple[RankedPoint, ...]:
    """The points of a finished sweep, nearest to the target split first; also written to ``ranking.parquet``.

    Points are ordered by their mean distance from the split, then by how often they come near it.
    """
    target = experiment.target_split
    if target is None:
        raise ValueError("the experiment has no target split")
    points = {point.number: point for point in list_points(experiment)}
    resolution = target.resolution or next(iter(experiment.bases.values())).vote[0].resolution
    finished, scorer = FinishedTables(folder), _Scorer(experiment, resolution)
    wanted = list_wanted(experiment, resolution)
    codes = [ACTIONS.index(action) for action in wanted]
    found = []
    for vote in (vote for votes in finished.votes.values() for vote in votes if vote.resolution == resolution):
        point = points[vote.point]
        gaps = np.abs(finished.tallies(vote)[:, codes] - np.array(list(wanted.values())))
        scores = scorer.score(point, finished.counts(vote))
        found.append(
            RankedPoint(
                rank=0,  # given once all are known
                point=vote.point,
                values=dict(point.values),
                exactly=float((gaps == 0).all(axis=1).mean()),
                near=share_near(KeptReplicates(finished, vote), wanted),
                distance=float(gaps.sum(axis=1).mean()),
                accuracy=None if scores is None else scores.accuracy,
                rps=None if scores is None else scores.rps,
            )
        )
    found.sort(key=lambda one: (one.distance, -one.near, one.point))
    ranking = tuple(one.model_copy(update={"rank": place}) for place, one in enumerate(found, start=1))
    _write(ranking, folder / RANKING)
    return ranking


def list_wanted(experiment: Experiment, resolution: str) -> dict[str, int]:
    """The members that the target split wants of a vote, by action, with the target's own vote; empty without one."""
    target = experiment.target_split
    if target is None or (target.resolution or experiment.first.vote[0].resolution) != resolution:
        return {}
    counts = target.counts()
    if target.besides_target and "oppose" in counts:
        counts["oppose"] += 1
    return counts


class _Scorer:
    """Scores the members of points in one vote, where members were kept and the world has the roll call.

    Who has a fixed vote does not depend on the parameters, so points that differ in these alone are read once.
    """

    def __init__(self, experiment: Experiment, resolution: str) -> None:
        self.experiment, self.resolution = experiment, resolution
        self._observed: dict[str, IntArray | None] = {}

    def score(self, point: DesignPoint, counts: IntArray) -> Scores | None:
        """The scores of a point from how often its members did each action, (N, 4)."""
        if not len(counts):
            return None
        others = {name: value for name, value in point.values.items() if not name.startswith("parameters.")}
        key = json.dumps(others, sort_keys=True)
        if key not in self._observed:
            self._observed[key] = self._observe(point)
        observed = self._observed[key]
        if observed is None:
            return None
        scored = observed >= 0
        return score(merge_to_three_classes(frequencies(counts)[scored]), find_classes(observed[scored]))

    def _observe(self, point: DesignPoint) -> IntArray | None:
        """Action codes (N,) of the members whose vote was drawn and is on record, -1 of the others."""
        case = prepare(make_scenario_at(self.experiment, point))
        call = case.world.rollcall(self.resolution)
        if call is None:
            return None
        number = [ballot.resolution for ballot in case.ballots].index(self.resolution)
        return np.where(is_scored(case, number, call), call.votes, -1)


def _write(ranking: Sequence[RankedPoint], path: Path) -> None:
    columns = {name: [getattr(one, name) for one in ranking] for name in RANKING_SCHEMA.names}
    with write_whole(path) as file:
        pq.write_table(pa.table(columns, schema=RANKING_SCHEMA), file, compression="zstd")


def refine(experiment: Experiment, folder: Path) -> Experiment:
    """The same experiment on half of each range, around its best point so far; factors given as values stay there."""
    ranking = rank(experiment, folder)
    if not ranking:
        raise make_input_error(str(folder), "", "every point failed, so there is none to refine around.")
    best = ranking[0].values
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
