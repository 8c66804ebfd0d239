"""What a what-if changed against its base, replicate by replicate at the same random numbers."""

from __future__ import annotations

import numpy as np

from sim.arrays import FloatArray
from sim.summaries.tallies import CODES, share_behind, statistics, tally_summary
from sim.rules.adoption import RULES, Rule, is_adopted
from sim.rules.choice import ACTIONS, OPPOSE, SUPPORT
from sim.runner.result import RunResult, VoteChange, VoteResult
from sim.specs import members_of

UNCHANGED = 0.5
"""Mean change of a tally, in members, below which it counts as unchanged."""
SHARES = {"population": "population", "gdp": "gdp_usd"}
"""What stands behind a tally, and the attribute of the world that it is the share of."""


def change_summary(result: RunResult, base: RunResult, number: int) -> dict[str, object]:
    """One vote against the same vote of the base it was run with."""
    vote, before = result.votes[number], base.votes[number]
    if vote.change is None:
        raise ValueError("the run has no base")
    shift = vote.tallies.mean(axis=0) - before.tallies.mean(axis=0)
    intervals = statistics(vote.change.tallies)
    return {
        "scenario": base.case.spec.title,
        "tally": tally_summary(before),
        "change": {name: float(shift[code]) for name, code in CODES.items()},
        "change_interval": {name: [entry["p05"], entry["p95"]] for name, entry in intervals.items()},
        "adoption": {rule: adoption(before, vote, rule) for rule in RULES},
        **{
            name: {
                "base": share_behind(base.case, before, attribute),
                "change": {
                    action: {key: entry[key] for key in ("mean", "p05", "p95")}
                    for action, entry in statistics(getattr(vote.change, name)).items()
                },
            }
            for name, attribute in SHARES.items()
        },
        "expected": expectation(result, number, float(shift[SUPPORT])),
        "moved": movers(result, number),
    }


def adoption(before: VoteResult, vote: VoteResult, rule: Rule) -> dict[str, float]:
    """How often a rule is met before and after, and how often the outcome flips either way, in [0, 1]."""
    was, now = (is_adopted(v.tallies[:, SUPPORT], v.tallies[:, OPPOSE], rule) for v in (before, vote))
    return {
        "base": float(was.mean()),
        "now": float(now.mean()),
        "gained": float((now & ~was).mean()),
        "lost": float((was & ~now).mean()),
    }


def movers(result: RunResult, number: int) -> list[dict[str, object]]:
    """The members that act otherwise in some replicate, those that do so most often first."""
    change, world = result.votes[number].change, result.case.world
    if change is None:
        raise ValueError("the run has no base")
    shares = moved_shares(change, result.replicates)
    rows: list[dict[str, object]] = []
    for i in sorted(np.flatnonzero(change.changed), key=lambda i: -change.changed[i]):
        pairs = change.transitions[i] * ~np.eye(len(ACTIONS), dtype=bool)
        old, new = divmod(int(pairs.argmax()), len(ACTIONS))
        rows.append(
            {
                "iso3": world.iso3[i],
                "name": world.names[i],
                **{name: float(share[i]) for name, share in shares.items()},
                "from": ACTIONS[old],
                "to": ACTIONS[new],
                "most_often": float(pairs[old, new] / result.replicates),
            }
        )
    return rows


def moved_shares(change: VoteChange, replicates: int) -> dict[str, FloatArray]:
    """Share of replicates in which each member acts otherwise, nearer the senders and nearer the target, (N,) each."""
    counts = {"moved": change.changed, "towards": change.towards, "away": change.away}
    return {name: count / replicates for name, count in counts.items()}


def expectation(result: RunResult, number: int, change_of_support: float) -> dict[str, object] | None:
    """What the author said beforehand, and whether it came about; None where nothing was said."""
    case, expected, change = result.case, result.case.spec.expected, result.votes[number].change
    if expected is None or change is None:
        return None
    found = "unchanged" if abs(change_of_support) < UNCHANGED else "up" if change_of_support > 0 else "down"
    moved = change.changed / result.replicates
    return {
        "direction": expected.direction,
        "support": expected.support,
        "found": found,
        "is_as_expected": found == expected.support,
        "movers": {iso3: float(moved[case.world.index[iso3]]) for iso3 in members_of(case.world, expected.movers)},
    }
