"""Answers of a validation in sentences: how often the model is right, and whether a simple rule does better."""

from __future__ import annotations

from collections.abc import Sequence

from sim.results.validation import Validation
from sim.results.wording import write_number, write_share
from sim.scoring.tables import MODES, label_rule


def answer_validations(found: Sequence[Validation]) -> list[str]:
    """How often scenarios are right about the members of a vote, and whether a simple rule does better."""
    if len(found) == 1:
        return [_answer_validation(found[0])]
    better = sum(all(one.pinned.rps < rule.rps for rule in one.baselines_pinned.values()) for one in found)
    above_rates = sum(
        one.pinned.rps < one.baselines_pinned["base_rates"].rps for one in found if "base_rates" in one.baselines_pinned
    )
    return [
        "By the ranked probability score (RPS), with the observed counts given, the model is better than base rates "
        f"on {above_rates} and better than every rule on {better} of {len(found)} resolutions."
    ]


def _answer_validation(found: Validation) -> str:
    model = found.declared
    right = (
        f"{found.resolution} ({MODES[found.mode]}): the most likely vote is the observed one for "
        f"{write_share(model.accuracy)} of the {found.n} members scored."
    )
    if not found.baselines:
        return right
    rule, scores = min(found.baselines.items(), key=lambda one: one[1].rps)
    verdict = "better than" if model.rps < scores.rps else "no better than"
    return (
        f"{right} By the ranked probability score (RPS; 0 is best) the model is {verdict} the best simple rule, "
        f"{label_rule(rule, found)}: {write_number(model.rps, 4)} to {write_number(scores.rps, 4)}."
    )
