"""A resolution put to the vote again in every month: how the reasons for and against it change."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from sim.case import Case
from sim.case.ballot import Standing, make_ballot
from sim.case.conditions import Touch


def ask_monthly(case: Case, number: int) -> tuple[Case, tuple[int, ...]]:
    """The case in which a resolution is also asked on the same day of every other month, and the ballot of each month.

    Members answer with the random numbers of the vote, in their state and position on that day. Nothing follows from
    these answers. In a month that is too short the resolution is asked on the last day.

    Parameters
    ----------
    number : which vote of a scenario with months; in its own month it is asked as in the scenario.
    """
    plan = case.plan
    if plan is None:
        raise ValueError("the scenario has no months")
    day = case.ballots[number].date.day
    standings, months, numbers = list(case.standings), [], []
    touches: dict[tuple[int, int], Touch] = {}
    for at, month in enumerate(plan.months):
        asked, items, place = number, list(month.items), len(month.items)
        if number not in month.items:
            asked, on = len(standings), min(month.first + timedelta(days=day - 1), month.last)
            standings.append(_standing_on(case, number, on))
            days = [case.ballots[item].date if isinstance(item, int) else item.date for item in items]
            place = sum(before <= on for before in days)
            items.insert(place, asked)
        touches |= {(at, before + (before >= place)): touch for (of, before), touch in plan.touches.items() if of == at}
        months.append(replace(month, items=tuple(items)))
        numbers.append(asked)
    ballots = [make_ballot(standing, case.parameters) for standing in standings[len(case.standings) :]]
    return replace(
        case,
        standings=tuple(standings),
        ballots=(*case.ballots, *ballots),
        plan=replace(plan, months=tuple(months), touches=touches),
    ), tuple(numbers)


def _standing_on(case: Case, number: int, on: date) -> Standing:
    """What members would bring to a vote if it were held on another day.

    Parameters
    ----------
    number : which vote of the scenario.
    on : a day; no change of the world takes effect between it and the day of the vote.
    """
    spec, vote = case.spec, case.spec.vote[number].model_copy(update={"date": on})
    held = [earlier for earlier in spec.vote if earlier.date <= on]
    known = case.standings[number].known
    steps = case.standings[len(held) - 1].known.steps if held else ()
    return replace(case.standings[number], vote=vote, known=replace(known, steps=steps))
