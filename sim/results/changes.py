"""What a what-if changed against its base, vote by vote."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from sim.results.described import Document, Result, quantity
from sim.results.grounds import Ground
from sim.results.months import MonthsAbout
from sim.results.parts import ByAction, Interval, Statistics
from sim.rules.adoption import AdoptionRule

SHARE_OF_RUNS = "share of runs"


class Mover(Result):
    """A member that votes differently from the base in some runs."""

    iso3: str = quantity("code", "code of the member; those that change in most runs come first")
    name: str = quantity("member", "its name")
    moved: float = quantity("votes differently", "in how many runs it votes differently", unit=SHARE_OF_RUNS)
    towards: float = quantity(
        "towards the sanctioning side", "in how many it moves towards the sanctioning side", unit=SHARE_OF_RUNS
    )
    away: float = quantity(
        "towards the target",
        "in how many it moves towards the target; the rest are changes between abstaining and absence",
        unit=SHARE_OF_RUNS,
    )
    before: str = quantity("from", "its most common change: the action in the base", key="from")
    after: str = quantity("to", "and the action in the what-if", key="to")
    most_often: float = quantity("most common change", "in how many it makes that change", unit=SHARE_OF_RUNS)


class ChangedSetting(Result):
    """A setting in which a what-if differs from its base."""

    key: str = quantity("key", "the key, as it is written in a scenario")
    label: str = quantity("what is changed", "what people call it")
    base: str | None = quantity("base", "what the base has; null where it has nothing", default=None)
    now: str | None = quantity("what-if", "what the what-if has; null where it has nothing", default=None)


class EditedMember(Result):
    """A member that a what-if edits, and what became of its vote, however little."""

    iso3: str = quantity("code", "code of the member; those that vote differently in most runs come first")
    name: str = quantity("member", "its name")
    edit: str = quantity("edit", "what is edited: a quantity with its values before and now, a fixed vote, an event")
    before: str = quantity("base", "its most common action in the base")
    before_share: float = quantity("share in the base", "share of runs with that action there", unit=SHARE_OF_RUNS)
    now: str = quantity("what-if", "its most common action in the what-if")
    now_share: float = quantity("share in the what-if", "share of runs with that action", unit=SHARE_OF_RUNS)
    moved: float = quantity("votes differently", "in how many runs it votes differently", unit=SHARE_OF_RUNS)


class Adoption(Result):
    """How often a rule of adoption is met, in the base and in the what-if."""

    base: float = quantity("base", "in how many runs of the base the rule is met", unit=SHARE_OF_RUNS)
    now: float = quantity("what-if", "in how many runs of the what-if it is met", unit=SHARE_OF_RUNS)
    gained: float = quantity("gained", "in how many it is met now and was not before", unit=SHARE_OF_RUNS)
    lost: float = quantity("lost", "in how many it was met before and is not now", unit=SHARE_OF_RUNS)


class Behind(Result):
    """The part of the world that the members with each action hold, and its change."""

    base: ByAction[float] = quantity("base", "the share in the base", unit="share of the world")
    change: ByAction[Interval] = quantity("change", "the change of that share", unit="share of the world")


class Expectation(Result):
    """What the author of a what-if wrote before running it, and whether it came about."""

    direction: str = quantity("expected", "what the author expected, in words")
    support: str | None = quantity(
        "expected support", "which way support was expected to go: up, down or unchanged; null where nothing was"
    )
    found: str = quantity("found", "which way mean support went; less than half a member counts as unchanged")
    is_as_expected: bool | None = quantity("as expected", "whether the two agree; null where nothing was expected")
    movers: Mapping[str, float] = quantity(
        "expected movers",
        "in how many runs each member that was expected to change does",
        unit=SHARE_OF_RUNS,
        named="MEMBER",
    )


class VoteChanged(Result):
    """One vote of a what-if against the same vote of its base, run by run at the same random numbers."""

    scenario: str = quantity("base", "title of the base")
    tally: ByAction[Statistics] = quantity("tally of the base", "members with the action in the base", unit="members")
    change: ByAction[float] = quantity("mean change", "mean change of the tally against the base", unit="members")
    change_interval: ByAction[tuple[float, float]] = quantity(
        "90 % interval", "5 % and 95 % quantile of that change over the runs", unit="members"
    )
    uncertain: ByAction[Interval] | None = quantity(
        "change with uncertain parameters",
        "the same where every few runs have other fitted numbers, drawn from their posterior; null where all that the "
        "change rests on is estimated or published or moves no vote, or where the runs have such draws anyway",
        unit="members",
    )
    rests_on: list[Ground] = quantity("rests on", "the evidence for each input that was changed")
    not_refitted: list[str] = quantity(
        "not fitted again",
        "labels of fitted parameters that were changed while all others kept the values that were fitted with them",
    )
    adoption: Mapping[AdoptionRule, Adoption] = quantity(
        "adopted",
        "how often the resolution is adopted by each rule: `majority` (more votes for than against) or `two-thirds` "
        "(at least twice as many)",
        named="RULE",
    )
    population: Behind = quantity("world population", "share of the world's population that lives in these members")
    gdp: Behind = quantity("world product", "share of the world's product that these members make")
    expected: Expectation | None = quantity(
        "expectation", "what the author wrote before running it; null where nothing was written"
    )
    edited: list[EditedMember] = quantity(
        "edited members", "every member that the what-if edits by a change, a fixed vote or an event, moved or not"
    )
    moved: list[Mover] = quantity("members that vote differently", "every member that votes differently in some run")


class ComparedVote(Result):
    """One vote of a scenario that is compared with a base."""

    resolution: str = quantity("resolution", "name of the resolution, in the order of dates")
    date: datetime.date = quantity("date", "day of the vote")
    base_resolution: str = quantity(
        "resolution of the base", "the base's resolution in the same place, by whose name both draw random numbers"
    )
    tally: ByAction[Statistics] = quantity("tally", "members with the action, over the runs", unit="members")
    base: VoteChanged = quantity("change", "what changed against the base")


class ComparedScenario(Result):
    """A scenario that is compared with a base."""

    scenario: str = quantity("scenario", "title of the scenario")
    changed: list[ChangedSetting] = quantity("changed", "the settings in which it differs from the base")
    months: MonthsAbout | None = quantity(
        "months", "what changed in the months that both have; null where one of them has none"
    )
    votes: list[ComparedVote] = quantity("votes", "its votes")


class ComparisonSummary(Document):
    """Scenarios compared with a base; the document of ``sim compare --json``."""

    base: str = quantity("base", "title of the scenario that the others are compared with")
    world: str = quantity("world", "name of its world")
    seed: int = quantity("seed", "number that all random draws are keyed by, the base's for all")
    replicates: int = quantity("runs", "runs of each")
    engine: str = quantity("engine", "`ensemble` or `mesa`; the votes are the same")
    is_interrupted: bool = quantity("interrupted", "whether it was stopped before all runs were done")
    compared: list[ComparedScenario] = quantity("compared", "the other scenarios")


class ComparedFigure(Result):
    """One figure of a comparison: a row of ``sim compare --csv``."""

    scenario: str = quantity("scenario", "title of the scenario")
    resolution: str = quantity("resolution", "name of the resolution")
    figure: str = quantity(
        "quantity",
        "`tally`, `population` and `gdp` with the action as name; `adopted` with the rule; `probability` with the "
        "member's code and the action; `moved`, `towards`, `away` with the member",
        key="quantity",
    )
    iso3: str | None = quantity("code", "code of the member that the figure is of", default=None)
    name: str = quantity("name", "action, rule or member")
    unit: str = quantity("unit", "what the figure is counted in")
    base: float | None = quantity("base", "the figure in the base")
    now: float = quantity("what-if", "the figure in the what-if")
    change: float | None = quantity("change", "what-if less base")
    p05: float | None = quantity("low", "lower end of the 90 % interval of the change over the runs", default=None)
    p95: float | None = quantity("high", "upper end of that interval", default=None)
