"""The cheapest combination of levers that reaches a goal, and what more certainty would cost."""

from __future__ import annotations

from pydantic import JsonValue

from sim.results.described import Document, Result, quantity
from sim.results.grounds import Ground

Setting = float | tuple[str, ...]
"""Where a lever is: a number, months by which a date is moved, or the codes of the members that it moves."""


class MovedLever(Result):
    """A lever of a goal, and where a combination puts it."""

    lever: str = quantity("lever", "what the lever changes, in the order of the file")
    kind: str = quantity("kind", "`number`, `date`, `attribute`, `join`, `leave` or `pledge`")
    label: str = quantity("label", "what people call it")
    now: Setting = quantity("now", "its value in the scenario; 0 for a date, an empty list for a lever over members")
    value: Setting = quantity(
        "to",
        "its value in the combination; for a date the months by which it is later, below 0 earlier; for a lever over "
        "members the codes of those moved",
    )
    cost: float = quantity("cost", "what that costs, in the goal's `cost_unit`")


class Combination(Result):
    """A combination of levers, and how surely it reaches the goal on fresh random numbers."""

    cost: float = quantity("cost", "cost of all its levers, in the goal's `cost_unit`")
    probability_in_search: float = quantity(
        "probability in the search", "share of the runs of the search that reach the goal", unit="share"
    )
    probability: float = quantity("probability", "share of the fresh runs that reach the goal", unit="share")
    p05: float = quantity("low", "lower end of the 90 % interval of that probability", unit="share")
    p95: float = quantity("high", "upper end of the 90 % interval of that probability", unit="share")
    levers: tuple[MovedLever, ...] = quantity("levers", "each lever of the goal")


class GoalSearch(Document):
    """What a search for the cheapest combination that reaches a goal found."""

    goal: str = quantity("goal", "title of the goal")
    question: str = quantity("question", "its question")
    scenario: str = quantity("scenario", "title of the scenario that is changed")
    wanted: dict[str, JsonValue] = quantity("wanted", "the outcome that is wanted, as `[goal]` in the file has it")
    cost_unit: str = quantity("cost unit", "what costs are counted in")
    is_reached: bool = quantity("reached", "whether a combination was found that is as sure as wanted on fresh runs")
    is_exhaustive: bool = quantity("exhaustive", "whether all combinations were run, so that none is cheaper")
    is_interrupted: bool = quantity(
        "interrupted", "whether an interrupt ended the search or the checks before they were done"
    )
    combinations: int = quantity("combinations", "combinations that there are")
    tried: int = quantity("tried", "combinations that were run")
    refused: int = quantity(
        "cannot be combined",
        "combinations whose values cannot be combined, such as two pledges of one member; they never reach the goal",
    )
    checked: int = quantity("checked", "combinations that were run again on fresh random numbers; all below are")
    replicates: int = quantity("runs in the search", "runs of each combination in the search")
    fresh_replicates: int = quantity("fresh runs", "runs of each check, on random numbers that the search did not use")
    as_it_stands: Combination = quantity("unchanged", "the combination that changes nothing")
    best: Combination | None = quantity(
        "cheapest", "the cheapest combination found that is as sure as wanted; null where there is none"
    )
    surest: Combination = quantity("surest", "of all that were checked, the one most likely to reach the goal")
    rests_on: list[Ground] = quantity(
        "rests on", "the evidence for each lever that the cheapest combination, or else the surest, changes"
    )
    frontier: tuple[Combination, ...] = quantity(
        "frontier", "combinations, by rising cost, for which no other checked one is both cheaper and surer"
    )
