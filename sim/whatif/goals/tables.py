"""What a search for a goal found, in sentences and in tables."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

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
    """In what share of runs a combination reaches the goal, in words."""
    return f"{write_share(found.probability)} of runs (90 % interval {_write_interval(found)})"


def answer_search(search: GoalSearch, wanted: Wanted) -> list[str]:
    """What is wanted, the combination that reaches it or comes nearest, and how often the unchanged scenario does."""
    sentences = [f"Wanted: {describe_wanted(wanted)}, in {write_share(wanted.probability)} of runs."]
    best, surest = search.best, search.surest
    if best is None:
        sentences.append(
            f"Out of reach within these bounds: none of the {search.checked} combinations checked reaches the "
            f"goal often enough. The surest costs {write_figure(surest.cost)} {search.cost_unit}, and reaches it in "
            f"{describe_chance(surest)}."
        )
    elif best.cost == 0:
        sentences.append("Reached already: no lever has to be changed.")
    else:
        cheapest = "The cheapest combination there is" if search.is_exhaustive else "The cheapest combination found"
        sentences.append(
            f"{cheapest} costs {write_figure(best.cost)} {search.cost_unit}, and reaches the goal in "
            f"{describe_chance(best)}."
        )
    return [*sentences, f"Unchanged, '{search.scenario}' reaches it in {describe_chance(search.as_it_stands)}."]


def make_levers_table(found: Combination, cost_unit: str, names: Mapping[str, str]) -> Table:
    """Where a combination puts each lever, and what that costs.

    Parameters
    ----------
    names : the name of each member, by its code.
    """
    columns = [Column("lever"), Column("now"), Column("to"), Column(cost_unit, FIGURE)]
    rows = [
        (
            f"{number} {lever.label}",
            _write_setting(lever.now, names),
            "unchanged" if lever.value == lever.now else _write_setting(lever.value, names),
            lever.cost,
        )
        for number, lever in enumerate(found.levers, start=1)
    ]
    return table("", columns, rows)


def make_frontier_table(search: GoalSearch) -> Table:
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
            _write_interval(found),
            *(_write_setting(lever.value) if isinstance(lever.value, tuple) else lever.value for lever in found.levers),
        ]
        for found in search.frontier
    ]
    names = "; ".join(f"{number} {lever.label}" for number, lever in enumerate(levers, start=1))
    return table("What more certainty costs", columns, rows, f"Levers: {names}.")


def _write_interval(found: Combination) -> str:
    return f"{write_share(found.p05)} to {write_share(found.p95)}"


def _write_setting(value: Setting, names: Mapping[str, str] = MappingProxyType({})) -> str:
    """Where a lever is: a number, months, or the members that it moves, by name where names are given."""
    if not isinstance(value, tuple):
        return write_figure(value)
    return ", ".join(names.get(iso3, iso3) for iso3 in value) or "nobody"


def search_tables(search: GoalSearch, names: Mapping[str, str]) -> list[Table]:
    """The cheapest combination lever by lever, where it changes any, and the frontier of cost and probability.

    Parameters
    ----------
    names : of the members, by their codes.
    """
    shown = search.surest if search.best is None else search.best
    levers = [make_levers_table(shown, search.cost_unit, names)] if shown.cost else []
    return [*levers, make_frontier_table(search)]
