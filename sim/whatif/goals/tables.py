"""What a search for a goal found, in words and in tables, as people read them."""

from __future__ import annotations

from sim.results.goals import Combination, GoalSearch, Setting
from sim.results.tables import FIGURE, SHARE, Column, Table, table
from sim.results.wording import write_figure, write_share
from sim.specs.goal.spec import Wanted

RULES = {"majority": "a simple majority", "two-thirds": "two thirds of the votes for and against"}
ACTING = {"support": "support", "abstain": "abstain", "oppose": "oppose", "absent": "be absent"}


def describe_wanted(wanted: Wanted) -> str:
    """The outcome that is wanted, in words."""
    where = "" if wanted.resolution is None else f" on {wanted.resolution}"
    if wanted.rule is not None:
        return f"the vote{where} {'has' if wanted.adopted else 'does not have'} {RULES[wanted.rule]}"
    if wanted.member is not None:
        return f"{wanted.member.member} is to {ACTING[wanted.member.action]}{where}"
    if wanted.count is not None:
        bounds = (("at least", wanted.count.at_least), ("at most", wanted.count.at_most))
        counts = " and ".join(f"{words} {bound}" for words, bound in bounds if bound is not None)
        return f"{counts} members {ACTING[wanted.count.action]}{where}"
    if wanted.split is None:
        raise ValueError("nothing is wanted")
    counts = ", ".join(f"{action} {count}" for action, count in wanted.split.counts().items())
    return f"the split{where} {counts}, each within {wanted.split.within}"


def describe_chance(found: Combination) -> str:
    """How surely a combination reaches the goal, in words."""
    return f"{write_share(found.probability)} of runs (90 % interval {_interval(found)})"


def levers_table(found: Combination, cost_unit: str) -> Table:
    """Where a combination puts each lever, and what that costs."""
    columns = [Column("lever"), Column("now"), Column("to"), Column(cost_unit, FIGURE)]
    rows = [
        (
            f"{number} {lever.lever}",
            _write_setting(lever.now),
            "unchanged" if lever.value == lever.now else _write_setting(lever.value),
            lever.cost,
        )
        for number, lever in enumerate(found.levers, start=1)
    ]
    return table("", columns, rows)


def frontier_table(search: GoalSearch) -> Table:
    """What more certainty costs: the frontier of cost and probability."""
    levers = search.surest.levers
    columns = [
        Column(search.cost_unit, FIGURE),
        Column("probability", SHARE),
        Column("90 % interval"),
        *(
            Column(str(number)) if isinstance(lever.now, tuple) else Column(str(number), FIGURE)
            for number, lever in enumerate(levers, start=1)
        ),
    ]
    rows = [
        [
            found.cost,
            found.probability,
            _interval(found),
            *(_write_setting(lever.value) if isinstance(lever.value, tuple) else lever.value for lever in found.levers),
        ]
        for found in search.frontier
    ]
    names = "; ".join(f"{number} {lever.lever}" for number, lever in enumerate(levers, start=1))
    return table("What more certainty costs", columns, rows, f"Levers: {names}.")


def _interval(found: Combination) -> str:
    return f"{write_share(found.p05)} to {write_share(found.p95)}"


def _write_setting(value: Setting) -> str:
    """Where a lever is: a number, or the codes of the members that it moves."""
    return (", ".join(value) or "nobody") if isinstance(value, tuple) else write_figure(value)
