"""What a what-if changed against its base, run by run with the same random numbers."""

from __future__ import annotations

import numpy as np

from sim.arrays import FloatArray
from sim.results.changes import Adoption, Behind, Expectation, Mover, VoteChanged
from sim.results.parts import ByAction, Interval
from sim.rules.adoption import ADOPTION_RULES, AdoptionRule, is_adopted
from sim.rules.choice import ACTIONS, OPPOSE, SUPPORT
from sim.runner.result import RunResult, VoteChange, VoteResult
from sim.specs import find_members
from sim.summaries.edits import list_edited
from sim.summaries.grounds import list_grounds, list_not_refitted
from sim.summaries.tallies import REPORTED, name_actions, share_behind, summarise_actions, summarise_tally

UNCHANGED = 0.5
"""Mean change of a tally, in members, below which it counts as unchanged."""


def summarise_change(result: RunResult, base: RunResult, number: int) -> VoteChanged:
    """One vote compared with the same vote of the base that it was run with."""
    vote, before = result.votes[number], base.votes[number]
    change = _change_of(vote)
    shift = vote.tallies.mean(axis=0) - before.tallies.mean(axis=0)
    spread = summarise_actions(change.tallies)
    ends = {name: (spread.of(name).p05, spread.of(name).p95) for name in REPORTED}
    return VoteChanged(
        scenario=base.case.spec.title,
        tally=summarise_tally(before),
        change=name_actions(shift),
        change_interval=ByAction[tuple[float, float]](**ends),
        uncertain=_change_with_draws(result, number),
        rests_on=list_grounds(base.case.spec, result.case.spec),
        not_refitted=list_not_refitted(base.case.spec, result.case.spec),
        adoption={rule: _compare_adoption(before, vote, rule) for rule in ADOPTION_RULES},
        population=Behind(base=share_behind(base.case, before), change=_intervals(change.population)),
        gdp=Behind(base=share_behind(base.case, before, "gdp_usd"), change=_intervals(change.gdp)),
        expected=_judge_expectation(result, number, float(shift[SUPPORT])),
        edited=list_edited(result, base, number),
        moved=list_movers(result, number),
    )


def _change_of(vote: VoteResult) -> VoteChange:
    if vote.change is None:
        raise ValueError("the run has no base")
    return vote.change


def _change_with_draws(result: RunResult, number: int) -> ByAction[Interval] | None:
    if result.drawn is None:
        return None
    return _intervals(_change_of(result.drawn.votes[number]).tallies.astype(np.float64))


def _intervals(values: FloatArray) -> ByAction[Interval]:
    spread = summarise_actions(values)
    found = {name: Interval(mean=one.mean, p05=one.p05, p95=one.p95) for name, one in spread}
    return ByAction[Interval](**found)


def _compare_adoption(before: VoteResult, vote: VoteResult, rule: AdoptionRule) -> Adoption:
    was, now = (is_adopted(v.tallies[:, SUPPORT], v.tallies[:, OPPOSE], rule) for v in (before, vote))
    return Adoption(
        base=float(was.mean()),
        now=float(now.mean()),
        gained=float((now & ~was).mean()),
        lost=float((was & ~now).mean()),
    )


def list_movers(result: RunResult, number: int) -> list[Mover]:
    """The members that vote differently in some run, those that do so in most runs first."""
    change, world = _change_of(result.votes[number]), result.case.world
    shares = measure_moves(change, result.replicates)
    rows = []
    for i in sorted(np.flatnonzero(change.changed), key=lambda i: -change.changed[i]):
        pairs = change.transitions[i] * ~np.eye(len(ACTIONS), dtype=bool)
        old, new = divmod(int(pairs.argmax()), len(ACTIONS))
        mover = Mover(
            iso3=world.iso3[i],
            name=world.names[i],
            **{name: float(share[i]) for name, share in shares.items()},
            before=ACTIONS[old],
            after=ACTIONS[new],
            most_often=float(pairs[old, new] / result.replicates),
        )
        rows.append(mover)
    return rows


def measure_moves(change: VoteChange, replicates: int) -> dict[str, FloatArray]:
    """Share of runs in which each member votes differently, and moves to the sanctioning side or away, (N,) each."""
    counts = {"moved": change.changed, "towards": change.towards, "away": change.away}
    return {name: count / replicates for name, count in counts.items()}


def _judge_expectation(result: RunResult, number: int, change_of_support: float) -> Expectation | None:
    """What the author expected before the run, and whether it came about; None where nothing was written."""
    case, expected, change = result.case, result.case.spec.expected, _change_of(result.votes[number])
    if expected is None:
        return None
    found = "unchanged" if abs(change_of_support) < UNCHANGED else "up" if change_of_support > 0 else "down"
    moved = change.changed / result.replicates
    return Expectation(
        direction=expected.direction,
        support=expected.support,
        found=found,
        is_as_expected=None if expected.support is None else found == expected.support,
        movers={iso3: float(moved[case.world.index[iso3]]) for iso3 in find_members(case.world, expected.movers)},
    )
