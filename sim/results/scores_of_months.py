"""Scores of simulated months against what was published."""

from __future__ import annotations

from collections.abc import Mapping

from sim.results.described import Result, quantity


class PublishedFigure(Result):
    """A published figure next to the simulated one, and what two simple rules give."""

    id: str = quantity("figure", "name of the figure")
    measure: str = quantity("measure", "what it measures")
    who: str = quantity("of whom", "members or groups that it is about")
    period: str = quantity("period", "the time that it is about")
    unit: str = quantity("unit", "what it is counted in")
    use: str = quantity("use", "`calibrate` (fitted), `score` (scored, nothing was fitted to it), `show`")
    published: float = quantity("published", "the published figure")
    simulated: float | None = quantity("simulated", "the simulated one; null where the run does not reach it")
    relative_error: float | None = quantity("error", "simulated over published, less 1")
    last_value: float | None = quantity(
        "last value", "what repeating the last figure known in advance gives; null where it is not scored"
    )
    last_value_error: float | None = quantity("error of the last value", "its relative error")
    linear_trend: float | None = quantity("linear trend", "what a straight line through those known in advance gives")
    linear_trend_error: float | None = quantity("error of the linear trend", "its relative error")


class Met(Result):
    """Share of the scored figures that are met within a quarter; null where there is none."""

    simulated: float | None = quantity("simulated", "by the run", unit="share of figures")
    last_value: float | None = quantity("last value", "by repeating the last figure", unit="share of figures")
    linear_trend: float | None = quantity("linear trend", "by the straight line", unit="share of figures")


class SenderLists(Result):
    """Codes of the members that sanction in the run and in the published list."""

    hits: list[str] = quantity("in both", "members that sanction, in the run and as published")
    false_alarms: list[str] = quantity("in the run alone", "members that sanction in the run alone")
    misses: list[str] = quantity("as published alone", "members that sanction as published alone")


class Senders(Result):
    """Members that sanction by 7 March 2022, in the run and as published."""

    hits: int = quantity("in both", "how many sanction in the run and as published", unit="members")
    false_alarms: int = quantity("in the run alone", "how many sanction in the run alone", unit="members")
    misses: int = quantity("as published alone", "how many sanction as published alone", unit="members")
    members: SenderLists = quantity("members", "who they are")


class Ordering(Result):
    """Values of several members against published ones, by sign, by rank and by size."""

    signs_right: float = quantity("signs right", "members whose simulated sign is the published one", unit="share")
    rank_correlation: float | None = quantity(
        "rank correlation", "Spearman's rank correlation over members; null where one side does not vary"
    )
    total_error: float | None = quantity("error of the total", "relative error of the sum; null where that is 0")
    absolute_error: float | None = quantity(
        "absolute error", "sum of absolute errors over the published sum; null where that is 0"
    )
    median_error: float = quantity("median error", "median of the absolute errors, in the unit of the values")
    simulated_and_published: Mapping[str, tuple[float, float]] = quantity(
        "values", "simulated and published value of each member, or of each member in a month", named="MEMBER"
    )

    @property
    def simulated(self) -> list[float]:
        """The simulated value of each member."""
        return [one for one, _ in self.simulated_and_published.values()]

    @property
    def published(self) -> list[float]:
        """The published value of each member."""
        return [other for _, other in self.simulated_and_published.values()]


class ExportScore(Result):
    """Monthly exports of the sanctioning side to one partner, against the record and two simple rules."""

    iso3: str = quantity("partner", "code of the member that they go to")
    use: str = quantity("use", "`calibrate` (to December 2022, fitted) or `score` (later, nothing was fitted to it)")
    months: list[str] = quantity("months", "the months compared")
    published: list[float] = quantity("published", "exports on record", unit="million euros")
    simulated: list[float] = quantity("simulated", "exports in the run", unit="million euros")
    last_value: list[float] | None = quantity("last value", "repeating the last month fitted", unit="million euros")
    linear_trend: list[float] | None = quantity(
        "linear trend", "a straight line through the months fitted", unit="million euros"
    )
    error: float = quantity("error", "sum of absolute errors over the published sum")
    last_value_error: float | None = quantity("error of the last value", "the same for the last value")
    linear_trend_error: float | None = quantity("error of the linear trend", "the same for the linear trend")


class FlowScores(Result):
    """Everything that the months of a run are scored on."""

    figures: Mapping[str, list[PublishedFigure]] = quantity(
        "figures", "published figures by their use: `calibrate`, `score`, `show`", named="USE"
    )
    scored_within_a_quarter: Met = quantity("met within a quarter", "share of the scored figures met within a quarter")
    exports: list[ExportScore] = quantity(
        "exports", "exports to the target and its neighbours, by partner; empty where not simulated"
    )
    senders: Senders | None = quantity("senders", "who sanctions; null where not simulated")
    aid: Mapping[str, Ordering] = quantity(
        "aid",
        "aid to the victim by donor, billion euros: `calibrate` (to August 2022), `score` (later), and simple rules on "
        "the later months: `last_value`, `linear_trend`, `own_mean`, `pooled_persistence`",
        named="PART",
    )
    aid_by_month: Mapping[str, Ordering] = quantity(
        "aid by month", "the same by donor and month, without `linear_trend`", named="PART"
    )

    @property
    def comparisons(self) -> list[PublishedFigure]:
        """The figures of all uses."""
        return [figure for figures in self.figures.values() for figure in figures]


class Discrimination(Result):
    """One kind of help: the members known to have given it against all others."""

    instrument: str = quantity("kind of help", "goods, arms and so on")
    actors: list[str] = quantity("known helpers", "codes of the members known to have given it")
    among_actors: float = quantity("among known helpers", "mean simulated help of these members")
    among_others: float = quantity("among others", "mean simulated help of the other members")
    ranked_above: float = quantity(
        "ranked above",
        "how often a known helper ranks above another member, with ties counted half; 0.5 is chance. Members whose "
        "help never became known count as others",
        unit="probability",
    )
    ability_ranked_above: float = quantity(
        "ranked above by ability",
        "the same if members were ranked by what the kind of help takes alone, without any incentive",
        unit="probability",
    )


class Openness(Result):
    """Known acts of help to the target that were open, against those that were covert."""

    open_acts: int = quantity("open acts", "known acts that were open", unit="acts")
    covert_acts: int = quantity("covert acts", "known acts that were covert", unit="acts")
    open_part_of_open: float = quantity(
        "open part of the open", "mean part of their help that the actors of open acts give openly in the run"
    )
    open_part_of_covert: float = quantity("open part of the covert", "the same of the actors of covert acts")
    ranked_above: float = quantity(
        "ranked above",
        "how often the actor of an open act gives a larger part openly than that of a covert act; 0.5 is chance",
        unit="probability",
    )
