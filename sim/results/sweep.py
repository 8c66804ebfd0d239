"""What a sweep gives: its points, and their ranking by how near they come to a split."""

from __future__ import annotations

from pydantic import JsonValue

from sim.results.described import Document, Result, quantity
from sim.results.parts import ByAction, Statistics


class SweptPoint(Result):
    """One vote of a point of a sweep, or a point that failed."""

    point: int = quantity("point", "number of the point, from 0")
    values: dict[str, JsonValue] = quantity("levers", "what each lever is set to", named="FACTOR")
    resolution: str | None = quantity("resolution", "the vote; null where the point failed")
    seed: int | None = quantity("seed", "seed of the point; null where its scenario cannot be read")
    replicates: int = quantity("runs", "runs of the point", unit="runs")
    error: str | None = quantity("error", "why the point failed; null where it did not")
    settled: float | None = quantity(
        "settled", "share of runs in which no member changed its announcement in the last round", unit="share"
    )
    tallies: ByAction[Statistics] | None = quantity(
        "members", "members with each action, over the runs; null where the point failed", unit="members"
    )


class RankedPoint(Result):
    """A point of a sweep, its place in the ranking, and how near it comes to the split."""

    rank: int = quantity("rank", "place, from 1: nearest to the target split first")
    point: int = quantity("point", "number of the point, from 0")
    values: dict[str, JsonValue] = quantity("levers", "what each lever is set to", named="FACTOR")
    exactly: float = quantity("exactly", "share of runs that meet the split", unit="share")
    near: float = quantity("near", "share within 5 members of it on every action asked for", unit="share")
    distance: float = quantity("members off", "mean sum of the distances from it", unit="members")
    accuracy: float | None = quantity(
        "accuracy",
        "share of the members scored whose most likely class is the observed one; null without a roll call",
        unit="share",
    )
    rps: float | None = quantity("RPS", "their ranked probability score; null without a roll call", unit="0 to 1")


class SweepReport(Document):
    """What ``sim sweep --json`` prints."""

    experiment: str = quantity("experiment", "title of the experiment")
    folder: str = quantity("folder", "folder of the sweep")
    points: int = quantity("points", "points of the design")
    failed: int = quantity("failed", "points that ended with an error")
    replicates: int = quantity("runs of a point", "runs of a point; the most where points differ")
    runs: int = quantity("runs", "runs that this call made, over all points")
    ranking: tuple[RankedPoint, ...] | None = quantity(
        "ranking", "the points, nearest to the target split first; null where the experiment has none"
    )


class SweepReports(Document):
    """What ``sim sweep --refine --json`` prints."""

    sweeps: tuple[SweepReport, ...] = quantity("sweeps", "the sweep, and each finer one around its best point")
