"""What became of predictions once they met the votes: scores of the model and of the rules beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.arrays import FloatArray, IntArray
from sim.errors import input_error
from sim.scoring import baselines
from sim.scoring.samples import Sample
from sim.scoring.scores import Scores, intervals, ranked_classes, recalls, reliability, score, three_classes

UNRANKED = ("majority", "base_rates", "persistence", "regional_majority")
"""Rules that give many members the same probabilities, so that a ranking of them would be one by name."""


@dataclass(frozen=True)
class Validation:
    """Scores of one resolution.

    Parameters
    ----------
    mode : ``in-sample`` where parameters were fitted to this vote and the rules learn from it, ``next-vote`` where it
        came after all that the parameters were fitted to, ``earlier-vote`` where before; ``refitted`` where they were
        fitted again to the earlier votes on the question alone, ``held-out`` where to other members' votes.
    n : members scored; given votes are not.
    pinned_intervals, declared_intervals : 90 % intervals of the scores over members.
    recall : by action, the share of those that did it for whom it was the likeliest, and their number.
    reliability : bins of the declared probabilities beside what came true.
    baselines : scores by rule, in the order of `sim.scoring.baselines.RULES`; a rule that cannot say is left out.
    baselines_intervals : 90 % intervals of these scores over members, by rule.
    baselines_pinned : the same rules moved to the observed counts and ranked, as the model is when pinned; without
        those that rank too many members alike to be ranked.
    """

    resolution: str
    mode: str
    n: int
    pinned: Scores
    declared: Scores
    pinned_intervals: Mapping[str, tuple[float, float]]
    declared_intervals: Mapping[str, tuple[float, float]]
    recall: Mapping[str, tuple[float, int] | None]
    reliability: Mapping[str, object]
    baselines: Mapping[str, Scores]
    baselines_intervals: Mapping[str, Mapping[str, tuple[float, float]]]
    baselines_pinned: Mapping[str, Scores]

    def document(self) -> dict[str, object]:
        """The entry of ``sim validate --json``."""
        return {
            "resolution": self.resolution,
            "mode": self.mode,
            "n": self.n,
            "pinned": self.pinned.document(),
            "declared": self.declared.document(),
            "intervals": {
                "pinned": dict(self.pinned_intervals),
                "declared": dict(self.declared_intervals),
                "baselines": {name: dict(found) for name, found in self.baselines_intervals.items()},
            },
            "recall": {
                name: None if found is None else {"share": found[0], "n": found[1]}
                for name, found in self.recall.items()
            },
            "reliability": dict(self.reliability),
            "baselines": {name: scores.document() for name, scores in self.baselines.items()},
            "baselines_pinned": {name: scores.document() for name, scores in self.baselines_pinned.items()},
        }


def judged(
    mode: str, asked: Sample, chances: FloatArray, pinned: FloatArray, votes: IntArray, said: Mapping[str, FloatArray]
) -> Validation:
    """Score predictions of one vote.

    Parameters
    ----------
    asked : the members before the vote, with the classes they are scored by.
    chances : declared probabilities of the four actions, (N, 4).
    pinned : probabilities of the three classes (N, 3) when the observed counts are given.
    votes : observed action codes, (N,).
    said : probabilities of the classes (N, 3) by each rule.

    Raises
    ------
    InputError : every vote on record is given.
    """
    scored = asked.observed >= 0
    if not scored.any():
        raise input_error(asked.resolution, "", "every vote on record is given, so there is nothing to score.")
    observed = asked.observed[scored]
    declared, ranked = three_classes(chances[scored]), pinned[scored]
    rules = {name: found[scored] for name, found in said.items()}
    counts = np.bincount(observed, minlength=3)
    moved = {name: baselines.pinned(found, counts) for name, found in rules.items() if name not in UNRANKED}
    order = ranked_classes(ranked, observed)
    return Validation(
        resolution=asked.resolution,
        mode=mode,
        n=int(scored.sum()),
        pinned=score(ranked, observed, order),
        declared=score(declared, observed),
        pinned_intervals=intervals(ranked, observed, order),
        declared_intervals=intervals(declared, observed),
        recall=recalls(chances[scored], votes[scored]),
        reliability=reliability(declared, observed).document(),
        baselines={name: score(found, observed) for name, found in rules.items()},
        baselines_intervals={name: intervals(found, observed) for name, found in rules.items()},
        baselines_pinned={
            name: score(found, observed, ranked_classes(found, observed)) for name, found in moved.items()
        },
    )


def said_by_rules(training: baselines.Training, asked: Sample) -> dict[str, FloatArray]:
    """What each rule says (N, 3) of the vote asked about, without those that cannot say."""
    found = {name: rule(training, asked) for name, rule in baselines.RULES.items()}
    return {name: chances for name, chances in found.items() if chances is not None}
