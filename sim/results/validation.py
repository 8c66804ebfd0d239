"""What ``sim validate`` reports: scores of one resolution, and those of members held out."""

from __future__ import annotations

from typing import Literal

from sim.results.described import Result, quantity
from sim.results.parts import ByAction, Interval
from sim.results.scores import Reliability, ScoreIntervals, Scores

Mode = Literal["in-sample", "next-vote", "earlier-vote", "refitted", "held-out"]


class Recall(Result):
    """Of the members that did one action, how often it was their most likely one."""

    share: float = quantity(
        "recall", "share of those that did the action for whom it was the most likely of the four", unit="share"
    )
    n: int = quantity("members", "how many did it", unit="members")


class Intervals(Result):
    """90 % intervals of scores over members."""

    pinned: ScoreIntervals = quantity("pinned", "90 % interval of each of the pinned scores over members")
    declared: ScoreIntervals = quantity("declared", "the same of the declared scores")
    baselines: dict[str, ScoreIntervals] = quantity("rules", "the same of each rule", named="RULE")


class Validation(Result):
    """Scores of one resolution."""

    resolution: str = quantity("resolution", "name of the resolution")
    mode: Mode = quantity(
        "mode",
        "`in-sample`: parameters were fitted to this vote, and the rules learn from it; `next-vote`: it came after all "
        "that the parameters were fitted to; `earlier-vote`: it came before; `refitted`: parameters were fitted "
        "again to the earlier votes on the question alone (`--mode next-vote`); `held-out`: to other members' votes",
    )
    are_rules_in_sample: bool = quantity(
        "rules in-sample",
        "whether the simple rules, apart from `persistence`, learned from this very vote: `in-sample`, and where the "
        "world has no earlier roll call about the target",
    )
    n: int = quantity("members scored", "members scored; those with a fixed vote are not", unit="members")
    pinned: Scores = quantity("pinned", "scores of the model given the observed counts")
    declared: Scores = quantity("declared", "scores of the unchanged model")
    intervals: Intervals = quantity("intervals", "90 % intervals of the scores over members")
    recall: ByAction[Recall | None] = quantity(
        "recall", "by action, how often it was the most likely of those that did it; null where nobody did"
    )
    reliability: Reliability = quantity("reliability", "declared probabilities, and how often they came true")
    baselines: dict[str, Scores] = quantity(
        "rules",
        "scores of each simple rule compared with the model; a rule that gives no forecast is left out",
        named="RULE",
    )
    baselines_pinned: dict[str, Scores] = quantity(
        "rules, pinned",
        "scores of the same rules given the observed counts, without those that give too many members the same rank",
        named="RULE",
    )


class Lead(Interval):
    """The model's loss less that of the best regression, mean over members; below 0 the model is better."""

    over: str = quantity("best regression", "the regression that does best by the score")


class Leads(Result):
    """The model compared with the best regression, by two scores."""

    rps: Lead = quantity("RPS", "the model's ranked probability score less that of the best regression")
    log_loss: Lead = quantity("log loss", "the model's log loss less that of the best regression")


class HeldOutValidation(Validation):
    """Scores of members held out.

    Scores are means over the cuts into folds; intervals, recall and reliability are those of the first cut.
    """

    folds: int = quantity("folds", "parts that the members were cut into")
    fold_seeds: int = quantity("cuts", "how often they were cut again; scores are means over the cuts")
    spread: ScoreIntervals = quantity("spread", "smallest and largest of each declared score over the cuts")
    lead: Leads = quantity(
        "lead", "the model's loss less that of the best regression, mean over members with its 90 % interval"
    )


class ValidationReport(Result):
    """What ``sim validate --json`` prints."""

    resolutions: tuple[HeldOutValidation, ...] | tuple[Validation, ...] = quantity(
        "resolutions", "an entry for each resolution that was scored"
    )
