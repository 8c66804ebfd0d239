"""The model compared with rules, member by member: on one resolution, and on several together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.arrays import FloatArray
from sim.results.validation import ChangedScore, ChangedScores, Lead, Leads, MeanScores, PooledScores
from sim.scoring.scores import compute_paired_interval

FOREST = "random_forest"
Losses = Mapping[str, FloatArray]
"""What members add to scores, as `sim.scoring.scores.measure_losses` has it: (n,), or (n, resolutions)."""


@dataclass(frozen=True)
class MemberLosses:
    """What each scored member of a vote adds to the pinned scores of the model and of each rule.

    Parameters
    ----------
    members : codes of the n members.
    blend : the same of the mean of the model and a learner; None where the learner gives no forecast.
    """

    members: tuple[str, ...]
    model: Losses
    rules: Mapping[str, Losses]
    blend: Losses | None = None


def lead_over_best(model: Losses, rules: Mapping[str, Losses]) -> Leads:
    """The model less the rule, of one or more, that does best by each score."""
    return Leads(rps=_lead(model, rules, "rps"), log_loss=_lead(model, rules, "log_loss"))


def _lead(model: Losses, rules: Mapping[str, Losses], name: str) -> Lead:
    best = min(rules, key=lambda rule: _mean(rules[rule][name]))
    return Lead(over=best, **dict(compute_paired_interval(model[name], rules[best][name])))


def put_together(votes: Sequence[MemberLosses]) -> PooledScores:
    """Means over several votes, and the model compared with rules that forecast all of them."""
    model = _stack(votes, [vote.model for vote in votes])
    common = [rule for rule in votes[0].rules if all(rule in vote.rules for vote in votes)]
    rules = {rule: _stack(votes, [vote.rules[rule] for vote in votes]) for rule in common}
    blends = [vote.blend for vote in votes if vote.blend is not None]
    blend = _stack(votes, blends) if len(blends) == len(votes) else None
    return PooledScores(
        n=len(votes),
        members=len(model["rps"]),
        model=_mean_scores(model),
        rules={rule: _mean_scores(losses) for rule, losses in rules.items()},
        blend=None if blend is None else _mean_scores(blend),
        over_best=lead_over_best(model, rules) if rules else None,
        over_forest=lead_over_best(model, {FOREST: rules[FOREST]}) if FOREST in rules else None,
        blend_over_best=None if blend is None or not rules else lead_over_best(blend, rules),
    )


def compare_settings(
    settings: Sequence[str], unchanged: Sequence[MemberLosses], changed: Sequence[MemberLosses]
) -> ChangedScores:
    """The model with changed settings compared with itself, on the same votes.

    Parameters
    ----------
    settings : what was changed, as ``key=value``.
    """
    before, after = (_stack(votes, [vote.model for vote in votes]) for votes in (unchanged, changed))

    def score(name: str) -> ChangedScore:
        found = compute_paired_interval(after[name], before[name])
        return ChangedScore(unchanged=_mean(before[name]), changed=_mean(after[name]), **dict(found))

    return ChangedScores(settings=tuple(settings), rps=score("rps"), log_loss=score("log_loss"))


def _stack(votes: Sequence[MemberLosses], losses: Sequence[Losses]) -> dict[str, FloatArray]:
    """The losses of several votes as arrays (members, votes) by score; NaN where a member is not scored."""
    members = sorted({code for vote in votes for code in vote.members})
    rows = {code: row for row, code in enumerate(members)}
    found = {name: np.full((len(members), len(votes)), np.nan) for name in losses[0]}
    for column, (vote, of) in enumerate(zip(votes, losses, strict=True)):
        where = [rows[code] for code in vote.members]
        for name, values in of.items():
            found[name][where, column] = values
    return found


def _mean_scores(losses: Losses) -> MeanScores:
    return MeanScores(accuracy=_mean(losses["is_right"]), rps=_mean(losses["rps"]), log_loss=_mean(losses["log_loss"]))


def _mean(values: FloatArray) -> float:
    """Mean over resolutions of the mean over the members that are scored."""
    return float(np.nanmean(values, axis=0).mean())
