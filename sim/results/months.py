"""The months of a run: month by month, by member, and who votes one way and helps the other side."""

from __future__ import annotations

from collections.abc import Mapping

from sim.results.described import Result, quantity
from sim.results.scores_of_months import Discrimination, FlowScores, Openness

SHARE_OF_RUNS = "share of runs"


class MonthlySeries(Result):
    """A series over the months: mean and 90 % interval over the runs."""

    mean: list[float] = quantity("mean", "mean of each month")
    p05: list[float] = quantity("low", "lower end of the 90 % interval of each month")
    p95: list[float] = quantity("high", "upper end of it")


class MemberMonths(Result):
    """The months of a member."""

    iso3: str = quantity("code", "code of the member")
    name: str = quantity("member", "its name")
    series: Mapping[str, list[float]] = quantity(
        "series", "mean of each month, for each series that is ever other than 0 for it", named="SERIES"
    )

    def last(self, name: str) -> float:
        """A series in the last month; 0 where it is 0 in all."""
        values = self.series.get(name)
        return values[-1] if values else 0.0


class TwoFaced(Result):
    """A member that votes one way and helps the other side, in at least 5 % of the runs."""

    resolution: str = quantity("resolution", "the vote")
    iso3: str = quantity("code", "code of the member; the most likely first")
    name: str = quantity("member", "its name")
    supports_and_helps_target: float = quantity(
        "supports, helps the target",
        "how often it supports the resolution and helps the target in some month",
        unit=SHARE_OF_RUNS,
    )
    supports_and_helps_covertly: float = quantity("of that covertly", "the same with covert help", unit=SHARE_OF_RUNS)
    withholds_and_helps_victim: float = quantity(
        "does not support, helps the victim",
        "how often it does not support the resolution and helps the victim",
        unit=SHARE_OF_RUNS,
    )


class SeriesChange(Result):
    """A series in one number: its sum over the months compared, those of ``about``, or the last of them."""

    base: float = quantity("base", "the base's figure")
    what_if: float = quantity("what-if", "the what-if's figure")
    change: float = quantity("change", "what-if less base")
    p05: float | None = quantity(
        "low",
        "lower end of the 90 % interval of the change over the runs; null where the runs of a folder are not kept",
    )
    p95: float | None = quantity("high", "upper end of it")


class SeriesExpectation(SeriesChange):
    """What the author of a what-if expected of a series of the months, and whether it came about."""

    expected: str = quantity("expected", "which way it was expected to go: up, down or unchanged")
    found: str = quantity("found", "which way its mean went; less than 2 % of the base counts as unchanged")
    is_as_expected: bool = quantity("as expected", "whether the two agree")


class SeriesAbout(SeriesChange):
    """A series that a what-if is about: that its author expected something of, or that its events and changes touch."""

    label: str = quantity("series", "what people call it, with the name of the member")
    unit: str = quantity("unit", "what it is counted in")
    found: str = quantity("found", "which way its mean went; less than 2 % of the base counts as unchanged")
    expected: str | None = quantity("expected", "which way its author expected it to go; null where nothing was said")
    alone: list[str] = quantity(
        "alone",
        "of the members that sanction: names of those that events of the what-if make join or leave, where nobody else "
        "does so; otherwise empty",
        default=[],
    )


class CoalitionChange(Result):
    """Members that sanction the target in the last month that both have, in half of the runs or more."""

    stayed: list[str] = quantity("stay", "names of those that do so in both")
    joined: list[str] = quantity("join", "names of those that do so in the what-if alone")
    left: list[str] = quantity("leave", "names of those that do so in the base alone")


class MonthsAbout(Result):
    """What a what-if changed in the months that it and its base both have."""

    first: str = quantity(
        "first month",
        "the first month compared: that of the first event that differs, or the first that both have "
        "where anything else differs",
    )
    last: str = quantity("last month", "the last month that both have")
    series: Mapping[str, SeriesAbout] = quantity(
        "series", "those that the what-if is about; those its author expected something of come first", named="SERIES"
    )
    coalition: CoalitionChange = quantity("coalition", "who sanctions the target, by name")
    unmoved: list[str] = quantity(
        "nothing moves",
        "where no series of the whole and none above moved by 2 %: why, as far as it is known; empty where some did",
    )


class MonthsReport(Result):
    """The part ``months`` of the document of a run; figures have four digits."""

    months: list[str] = quantity("months", "the months, such as 2022-02")
    replicates: int = quantity("runs", "runs that means and intervals are over: the first 200")
    totals: Mapping[str, MonthlySeries] = quantity("totals", "each series of the whole, month by month", named="SERIES")
    units: Mapping[str, str] = quantity("units", "unit of each series over members", named="SERIES")
    members: list[MemberMonths] = quantity("members", "every member")
    two_faced: list[TwoFaced] = quantity(
        "vote one way, help the other", "members that vote one way and help the other side in some month"
    )
    scores: FlowScores | None = quantity(
        "scores",
        "the months against what was published; null where nothing is, and for what-ifs and worlds of one's own",
    )
    acts: list[Discrimination] = quantity(
        "known helpers", "whether known helpers are those most likely to help; empty where there are no scores"
    )
    openness: Openness | None = quantity(
        "openness",
        "whether help known to be open is so in the run; null where nothing is known, or there are no scores",
    )
    base: Mapping[str, SeriesChange] | None = quantity(
        "change against the base",
        "money, fuel and listings summed over the months compared, those of `about`, the rest in the last of them; "
        "null where nothing is compared",
        named="SERIES",
    )
    about: MonthsAbout | None = quantity(
        "what the what-if is about", "the series that it names or touches, and the coalition; null without a base"
    )
    expected: Mapping[str, SeriesExpectation] = quantity(
        "expectations", "what the author expected of series before the run, and what was found", named="SERIES"
    )
