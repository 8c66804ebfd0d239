"""The tables of the validation page, in Markdown."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.results.calibration import Belief
from sim.results.intervals import Ends
from sim.results.parts import Interval
from sim.results.scores import Scores
from sim.results.validation import HeldOutValidation, Lead, PooledScores, Validation
from sim.results.wording import write_share
from sim.rules.choice import ACTIONS
from sim.scoring.scores import find_classes
from sim.world import World
from tools.validation.assessment import Assessed, Assessment
from tools.validation.pictures import words
from tools.validation.profiles import Profile
from tools.validation.recovery import Recovery

RANKINGS = ("earlier_votes", "ideal_point")
MOST_MISSES = 10
"""Misses that are listed of each vote."""
NOT_FLAT = 0.25
"""Change over a profile, in standard deviations of a number's prior, from which it is named."""


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rows))


def summary_rows(votes: Sequence[Assessed]) -> list[list[str]]:
    """A row per vote: held out and the best regression, the next vote and the best ranking."""
    rows = []
    for vote in votes:
        held, ahead = vote.held_out.scores, vote.next_vote
        best_rps, best_log_loss = (held.baselines[lead.over] for _, lead in held.lead_declared)
        ranking = max(ahead.baselines_pinned[rule].accuracy for rule in RANKINGS if rule in ahead.baselines_pinned)
        rows.append(
            [
                f"{day(vote)} ({words(vote.resolution)})",
                f"{held.declared.rps:.4f}, {held.declared.log_loss:.3f}",
                f"{best_rps.rps:.4f}, {best_log_loss.log_loss:.3f}",
                f"{ahead.pinned.accuracy:.3f}",
                f"{ranking:.3f}",
            ]
        )
    return rows


def summary(votes: Sequence[Assessed]) -> str:
    """The table that the page of results repeats."""
    return table(["", "held out: RPS, log loss", "regression", "next vote", "ranking"], summary_rows(votes))


def later(votes: Sequence[Validation], pooled: PooledScores) -> str:
    """Scores of the votes that no setting was chosen on: the model pinned and declared, and the learners pinned."""
    rules = {"random_forest": "random forest", "boosted_trees": "boosted trees", "topic_persistence": "persistence"}
    rows = [
        [
            one.resolution,
            f"{one.pinned.rps:.4f}",
            f"{one.pinned.accuracy:.3f}",
            "" if one.blend is None else f"{one.blend.rps:.4f}",
            *(f"{one.baselines_pinned[rule].rps:.4f}" for rule in rules),
            f"{one.declared.rps:.4f}",
        ]
        for one in votes
    ]
    blend = "" if pooled.blend is None else f"{pooled.blend.rps:.4f}"
    means = [f"{pooled.rules[rule].rps:.4f}" for rule in rules]
    declared = f"{np.mean([one.declared.rps for one in votes]):.4f}"
    rows.append(["**mean**", f"{pooled.model.rps:.4f}", f"{pooled.model.accuracy:.3f}", blend, *means, declared])
    names = ("model and trees", *rules.values())
    head = ["", "RPS, pinned", "accuracy, pinned", *(f"{name}, pinned" for name in names), "RPS, declared"]
    found = [table(head, rows)]
    if pooled.over_forest is not None:
        found.append(f"RPS of the model less that of the forest: {_write_lead(pooled.over_forest.rps)}.")
    if pooled.blend is not None and pooled.blend_over_best is not None:
        found.append(
            f"*Model and trees* is the mean of the probabilities of the model and of boosted trees; its accuracy is "
            f"{pooled.blend.accuracy:.3f}, its log loss {pooled.blend.log_loss:.4f} (the model alone: "
            f"{pooled.model.log_loss:.4f}). Less the best rule by each score: RPS "
            f"{_write_lead(pooled.blend_over_best.rps)}, log loss {_write_lead(pooled.blend_over_best.log_loss)}."
        )
    return "\n\n".join(found)


def _write_lead(lead: Lead) -> str:
    return f"{lead.mean:+.4f} ({words(lead.over)}; 95 % {lead.p025:+.4f} to {lead.p975:+.4f})"


def day(vote: Assessed) -> str:
    """The day of a vote without the year."""
    when = vote.scenario.vote[0].date
    return f"{when.day} {when:%B}"


def scores(found: Validation) -> str:
    """The model and every rule: as declared, and ranked at the observed counts."""
    rows = [
        _score_row("**the model**", found.declared, found.pinned),
        [
            "90 % interval",
            *(_interval(getattr(found.intervals.declared, name), digits) for name, digits in DIGITS.items()),
            *(_interval(getattr(found.intervals.pinned, name), 3) for name in RANKED),
        ],
    ]
    for name, of in found.baselines.items():
        rows.append(_score_row(words(name), of, found.baselines_pinned.get(name)))
    return table(
        ["", "accuracy", "balanced", "Brier", "RPS", "log loss", "ranked accuracy", "ranked balanced"],
        rows,
    )


DIGITS = {"accuracy": 3, "balanced_accuracy": 3, "brier": 3, "rps": 4, "log_loss": 3}
RANKED = ("accuracy", "balanced_accuracy")


def _score_row(name: str, declared: Scores, pinned: Scores | None) -> list[str]:
    ranked = ["", ""] if pinned is None else [f"{getattr(pinned, score):.3f}" for score in RANKED]
    return [name, *(f"{getattr(declared, score):.{digits}f}" for score, digits in DIGITS.items()), *ranked]


def _interval(ends: Ends, digits: int) -> str:
    return f"{ends[0]:.{digits}f} to {ends[1]:.{digits}f}"


def leads(found: Sequence[HeldOutValidation]) -> str:
    """By how much the model's losses are lower than those of the best regression, pair by pair."""
    rows = []
    for held in found:
        for score, lead in held.lead_declared:
            rows.append(
                [
                    words(held.resolution),
                    {"rps": "RPS", "log_loss": "log loss"}[score],
                    words(lead.over),
                    f"{lead.mean:+.4f}",
                    f"{lead.p025:+.4f} to {lead.p975:+.4f}",
                    "better" if lead.p975 < 0 else "worse" if lead.p025 > 0 else "no clear difference",
                    _interval(getattr(held.spread, score), 4),
                ]
            )
    head = ["", "score", "best regression", "model less it", "95 % interval", "the model is", "model, over the cuts"]
    return table(head, rows)


def beliefs(found: Sequence[Belief]) -> str:
    """Priors and posteriors, and what is not identified."""
    rows = [
        [
            words(one.name),
            _write_interval(one.prior),
            _write_interval(one.posterior),
            f"{one.contraction:+.2f}",
            "" if one.is_identified else "not identified by these votes",
        ]
        for one in found
    ]
    return table(["number", "prior", "posterior", "contraction", ""], rows)


def _write_interval(of: Interval) -> str:
    return f"{of.mean:.2f} ({of.p05:.2f} to {of.p95:.2f})"


def profile_table(found: Profile, others: Sequence[str]) -> str:
    """A profile in figures, with what other numbers are at each of its values."""
    rows = []
    for at, value in enumerate(found.values):
        falls = found.fall(found.log_likelihood)[at], found.fall(found.log_posterior)[at]
        rows.append([f"{value:g}", *(f"{fall:.2f}" for fall in falls), *(f"{found.others[o][at]:.2f}" for o in others)])
    return table([words(found.name), "log likelihood", "log posterior", *map(words, others)], rows)


def recovery_table(found: Recovery) -> str:
    """The rate at which intervals hold the truth, by what the numbers are about."""
    rows = []
    correlations = found.correlations()
    for group, columns in {"all numbers": list(range(len(found.unknowns))), **found.columns()}.items():
        rate = found.rate(columns)
        rows.append(
            [
                group,
                f"{rate.hits} of {rate.trials}",
                f"{rate.rate:.3f}",
                f"{rate.low:.3f} to {rate.high:.3f}",
                f"{rate.by_set_low:.3f} to {rate.by_set_high:.3f}",
                f"{np.median(correlations[columns]):.2f}",
            ]
        )
    head = ["", "held", "rate", "binomial 90 %", "90 % over sets of votes", "correlation with the truth"]
    return table(head, rows)


def misses(vote: Assessed, world: World, reasons: dict[str, str]) -> str:
    """Members whose most likely class is not what they did, the surest mistakes first."""
    observed = find_classes(vote.votes)
    missed = np.flatnonzero((vote.votes >= 0) & (vote.chances.argmax(axis=1) != observed))
    given = vote.chances[np.arange(world.size), observed]
    rows = [
        [
            world.names[i],
            DID[ACTIONS[vote.votes[i]]],
            DID[ACTIONS[vote.before[i]]],
            write_share(given[i]),
            write_share(vote.held_out.chances[i, observed[i]]),
            reasons.get(world.iso3[i], ""),
        ]
        for i in missed[np.argsort(given[missed], kind="stable")][:MOST_MISSES]
    ]
    return table(["", "did", "the vote before", "probability", "held out", "what the model does not see"], rows)


DID = {"support": "supported", "abstain": "abstained", "absent": "absent", "oppose": "opposed"}


def moved_with(found: Profile, beliefs: Sequence[Belief], deviations: dict[str, float]) -> list[str]:
    """The shared numbers that change most along a profile, in standard deviations of their priors, most first."""
    of = {one.name for one in beliefs}
    change = {
        name: abs(float(values[-1] - values[0])) / deviations[name]
        for name, values in found.others.items()
        if name in of and name in deviations
    }
    return [name for name in sorted(change, key=change.__getitem__, reverse=True) if change[name] >= NOT_FLAT]


def misses_count(found: Assessment) -> list[str]:
    """How many members of each vote were missed, by the unchanged scenario and held out."""
    counts = []
    for vote in found.votes:
        observed, scored = find_classes(vote.votes), vote.votes >= 0
        first, second = (
            int((chances.argmax(axis=1) != observed)[scored].sum()) for chances in (vote.chances, vote.held_out.chances)
        )
        counts.append(f"{first} on {day(vote)} ({second} held out)")
    return counts
