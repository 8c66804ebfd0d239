"""What ``sim validate`` reports: scores of one resolution, and those of members held out."""

from __future__ import annotations

from typing import Literal

from sim.results.described import Document, Result, quantity
from sim.results.parts import ByAction, PairedInterval
from sim.results.scores import Recall, Reliability, ScoreIntervals, Scores

Mode = Literal["in-sample", "next-vote", "earlier-vote", "refitted", "held-out"]


class Intervals(Result):
    """90 % intervals of scores over members."""

    pinned: ScoreIntervals = quantity("pinned", "90 % interval of each of the pinned scores over members")
    declared: ScoreIntervals = quantity("declared", "the same of the declared scores")
    baselines: dict[str, ScoreIntervals] = quantity("rules", "the same of each rule", named="RULE")


class Lead(PairedInterval):
    """The model's loss less that of the best rule, mean over members; below 0 the model is better."""

    over: str = quantity("rule", "the rule that the model is compared with")


class Leads(Result):
    """The model compared with a rule by two scores, member by member, with 95 % intervals over members."""

    rps: Lead = quantity("RPS", "the model's ranked probability score less that of the rule")
    log_loss: Lead = quantity("log loss", "the model's log loss less that of the rule")


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
        "scores of the same rules given the observed counts, without `majority`, which has no chances to move; the "
        "accuracy is by rank, or by the most likely class for rules that give many members the same rank",
        named="RULE",
    )
    blend: Scores | None = quantity(
        "blend",
        "pinned scores of the mean of the model's probabilities and those of boosted trees, with equal weights; "
        "null where the trees give no forecast, or have learned from this very vote",
    )
    lead: Leads | None = quantity(
        "lead",
        "the model less the best rule by each score, both given the observed counts; null where no rule gives a "
        "forecast",
    )


class HeldOutValidation(Validation):
    """Scores of members held out.

    Scores are means over the cuts into folds; intervals, recall and reliability are those of the first cut.
    """

    folds: int = quantity("folds", "parts that the members were cut into")
    fold_seeds: int = quantity("cuts", "how often they were cut again; scores are means over the cuts")
    spread: ScoreIntervals = quantity("spread", "smallest and largest of each declared score over the cuts")
    lead_declared: Leads = quantity(
        "declared lead",
        "the declared model less the regression that does best by each score, neither of them given any counts",
    )


class MeanScores(Result):
    """Scores given the observed counts, means over several resolutions."""

    accuracy: float = quantity("accuracy", "mean over the resolutions of the accuracy, pinned")
    rps: float = quantity("RPS", "mean over the resolutions of the ranked probability score, pinned")
    log_loss: float = quantity("log loss", "mean over the resolutions of the log loss, pinned")


class PooledScores(Result):
    """Several resolutions together: means over them, and the model compared with rules.

    Members are drawn again with all their votes for the intervals. Only rules that forecast every resolution count.
    """

    n: int = quantity("resolutions", "how many there are", unit="resolutions")
    members: int = quantity("members", "members that are scored on one or more of them", unit="members")
    model: MeanScores = quantity("model", "means of the model's pinned scores")
    rules: dict[str, MeanScores] = quantity("rules", "means of the pinned scores of each rule", named="RULE")
    blend: MeanScores | None = quantity(
        "blend", "means of the pinned scores of the blend; null where a resolution has none"
    )
    over_best: Leads | None = quantity(
        "over the best rule", "the model less the rule with the best mean, by each score; null where there is none"
    )
    over_forest: Leads | None = quantity(
        "over the random forest", "the model less the random forest; null where it gives no forecast"
    )
    blend_over_best: Leads | None = quantity(
        "blend over the best rule", "the blend less the rule with the best mean, by each score; null without a blend"
    )


class ChangedScore(PairedInterval):
    """A pinned score of the scenario with changed settings and unchanged; the interval is that of the difference."""

    unchanged: float = quantity("unchanged", "mean over the resolutions of the score of the scenario itself")
    changed: float = quantity("changed", "the same with the changed settings")


class ChangedScores(Result):
    """A scenario scored with other settings too, on the same members; below 0 the changed settings are better."""

    settings: tuple[str, ...] = quantity("settings", "what was changed, as `--against` gives it")
    rps: ChangedScore = quantity("RPS", "the ranked probability score")
    log_loss: ChangedScore = quantity("log loss", "the log loss")


class ValidationReport(Document):
    """What ``sim validate --json`` prints."""

    resolutions: tuple[HeldOutValidation, ...] | tuple[Validation, ...] = quantity(
        "resolutions", "an entry for each resolution that was scored"
    )
    together: PooledScores | None = quantity(
        "together", "means over the resolutions and paired differences; null where only one was scored"
    )
    changed: ChangedScores | None = quantity(
        "with other settings", "the same votes scored with the settings of `--against`; null without it"
    )
