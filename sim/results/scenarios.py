"""Several scenarios next to each other: what became of each vote, of the months, and what changed against the base."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from sim.results.described import Document, Result, quantity
from sim.results.parts import ByAction, Split, Splits, Statistics


class ScenarioVote(Result):
    """One vote of one of several scenarios."""

    resolution: str = quantity("resolution", "name of the resolution, in the order of dates")
    date: datetime.date = quantity("date", "day of the vote")
    split: Splits = quantity("split", "median tally: support, abstain, oppose", unit="members")
    tally: ByAction[Statistics] = quantity("tally", "members with the action, over the runs", unit="members")
    observed: Split | None = quantity(
        "observed", "split of the roll call; null where the world has none", unit="members"
    )
    near: float | None = quantity(
        "near the observed",
        "how often the tally is within 5 members of the observed one on every action, the target's own vote included; "
        "null without a roll call",
        unit="share of runs",
    )
    accuracy: float | None = quantity(
        "accuracy",
        "part of the members scored whose most likely class is the observed one; null without a roll call",
        unit="share of members",
    )
    change: ByAction[float] | None = quantity(
        "mean change", "mean change of the tally against the base; null without a base", unit="members"
    )
    change_interval: ByAction[tuple[float, float]] | None = quantity(
        "90 % interval", "5 % and 95 % quantile of that change over the runs; null without a base", unit="members"
    )
    moved: int | None = quantity(
        "vote differently", "members that vote differently in some run; null without a base", unit="members"
    )
    is_as_expected: bool | None = quantity(
        "as expected",
        "whether mean support went the way that the author expected; null where nothing was written, or without a base",
    )


class SeriesInShort(Result):
    """A series of the months in one number: a sum over the months where it is an amount, otherwise the last month."""

    value: float = quantity("value", "the figure")
    base: float | None = quantity("base", "the base's figure; null without a base")
    change: float | None = quantity("change", "figure less that of the base; null without a base")
    unit: str = quantity("unit", "what it is counted in")


class ScenarioSummary(Result):
    """One of several scenarios."""

    name: str = quantity("name", "name of the scenario: that of its file")
    scenario: str = quantity("scenario", "its title")
    base: str | None = quantity("base", "title of the scenario that it is compared with; null where with none")
    world: str = quantity("world", "name of its world")
    seed: int = quantity("seed", "number that all random draws are keyed by")
    replicates: int = quantity("runs", "runs that were made, each with random numbers of its own")
    votes: list[ScenarioVote] = quantity("votes", "the votes, in the order of dates")
    months: Mapping[str, SeriesInShort] | None = quantity(
        "months", "means of the months' main series; null where the scenario has no months", named="SERIES"
    )


class ScenariosSummary(Document):
    """Several scenarios; the document of ``sim run --json`` where it is given several."""

    scenarios: list[ScenarioSummary] = quantity("scenarios", "the scenarios, in the order in which they were given")


class FolderOfScenarios(Result):
    """What a folder of several scenarios says of itself: each is kept in a folder of its name below it."""

    scenarios: list[str] = quantity("scenarios", "names of the scenarios, in their order")
