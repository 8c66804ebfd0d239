"""A run: tallies with intervals, the observed vote next to them, every member, and what changed."""

from __future__ import annotations

import datetime

from sim.results.changes import ChangedSetting, VoteChanged
from sim.results.described import Document, Result, quantity
from sim.results.months import MonthsReport
from sim.results.parts import ByAction, Splits, Statistics


class MemberVote(Result):
    """How likely a member is to do each action on a vote, and what it did."""

    iso3: str = quantity("code", "code of the member; all members, in the order of their codes")
    name: str = quantity("member", "its name")
    support: float = quantity("support", "probability that it supports", unit="probability")
    abstain: float = quantity("abstain", "probability that it abstains", unit="probability")
    oppose: float = quantity("oppose", "probability that it opposes", unit="probability")
    absent: float = quantity("absent", "probability that it is absent", unit="probability")
    observed: str | None = quantity("observed", "its action in the roll call; null where there is none")


class Miss(Result):
    """A member whose most likely class of action was not the observed one."""

    iso3: str = quantity("code", "code of the member")
    name: str = quantity("member", "its name")
    observed: str = quantity("observed", "its action in the roll call")
    likeliest: str = quantity("most likely", "its most likely class: support, oppose, or abstain or absent")
    probability_of_observed: float = quantity(
        "probability of the observed vote", "probability of the observed class", unit="probability"
    )


class VoteSummary(Result):
    """One vote of a run."""

    resolution: str = quantity("resolution", "name of the resolution, in the order of dates")
    date: datetime.date = quantity("date", "day of the vote")
    tally: ByAction[Statistics] = quantity("tally", "members with the action, over the runs", unit="members")
    split: Splits = quantity("split", "median tally: support, abstain, oppose", unit="members")
    likeliest: ByAction[int] = quantity("most likely", "tally of each member's most likely action", unit="members")
    observed: ByAction[int] | None = quantity(
        "observed", "tally of the roll call; null where the world has none", unit="members"
    )
    observed_split: Splits | None = quantity(
        "observed split", "the split of the roll call; null where the world has none", unit="members"
    )
    near: float | None = quantity(
        "near the observed",
        "how often each of the four counts is within 5 of the observed one, the target's own vote included; null "
        "without a roll call",
        unit="share of runs",
    )
    accuracy: float | None = quantity(
        "accuracy",
        "part of the members scored whose most likely class is the observed one (absence counts as abstention); null "
        "without a roll call",
        unit="share of members",
    )
    population_share: ByAction[float] = quantity(
        "of world population",
        "mean share of the world's population that lives in the members with the action",
        unit="share of the world",
    )
    settled: float = quantity(
        "settled", "how often no member changed its announcement in the last round", unit="share of runs"
    )
    base: VoteChanged | None = quantity(
        "change against the base",
        "null where nothing is compared: without `--set` and without a base in the file, or where votes or worlds "
        "differ",
    )
    members: list[MemberVote] = quantity("members", "every member")


class RunSummary(Document):
    """A run of a scenario; the document of ``sim run --json``."""

    scenario: str = quantity("scenario", "title of the scenario")
    question: str = quantity("question", "its question")
    world: str = quantity("world", "name of its world")
    seed: int = quantity("seed", "number that all random draws are keyed by")
    replicates: int = quantity("runs", "runs that were made, each with random numbers of its own")
    engine: str = quantity("engine", "`ensemble` or `mesa`; the votes are the same")
    is_interrupted: bool = quantity("interrupted", "whether it was stopped before all runs were done")
    changed: list[ChangedSetting] | None = quantity(
        "changed", "the settings in which it differs from its base; null where nothing is compared"
    )
    votes: list[VoteSummary] = quantity("votes", "the votes, in the order of dates")
    months: MonthsReport | None = quantity("months", "the months; null where the scenario has none")
