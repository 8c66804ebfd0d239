"""The inputs that a page draws: sliders, dates and switches, and the groups that they are in."""

from __future__ import annotations

import math

from sim.results.described import Result

SHARE = 1.0
"""Width up to which a slider covers the whole allowed range."""
REACH, BOTH_WAYS = 2.0, 4.0
"""How far a wider slider goes at least: above 0 if values cannot be negative, else to either side of the baseline."""
STEPS = 100
"""Most places of a slider: it has pixels for about twice as many."""
DIGITS, TIE = 9, 1e-9
"""Digits of the values of a slider, and the difference of two numbers that differ by rounding alone."""


class Slider(Result):
    """One number with a slider.

    Parameters
    ----------
    key : the dotted key that is set.
    label, unit, help : for people.
    low, high, step : of the slider; a typed value may be beyond them, within what files allow.
    now, before : its value, and that in the baseline.
    """

    key: str
    label: str
    unit: str
    help: str
    low: float
    high: float
    step: float
    now: float
    before: float


class DateInput(Result):
    """A date that can be changed, and that in the baseline."""

    key: str
    label: str
    now: str
    before: str


class Toggle(Result):
    """A yes or no that can be changed, and that in the baseline."""

    key: str
    label: str
    now: bool
    before: bool


class SliderGroup(Result):
    """Levers that are shown together, and whether the group is open at first.

    Parameters
    ----------
    note : what the group is, where its title does not say enough.
    """

    title: str
    is_open: bool
    levers: tuple[Slider, ...]
    note: str = ""
    dates: tuple[DateInput, ...] = ()
    toggles: tuple[Toggle, ...] = ()


def make_slider(
    key: str, label: str, unit: str, meaning: str, ends: tuple[float, float], now: float, before: float
) -> Slider:
    """A slider over a usual range around the baseline, which stops at round numbers.

    Parameters
    ----------
    ends : the lowest and the highest value that files allow.
    """
    low, high = ends
    if high - low > SHARE:
        reach = BOTH_WAYS if low < 0 else max(REACH, 2 * before)
        low, high = max(low, before - reach), min(high, before + reach)
    low, high = min(low, now), max(high, now)
    step = _round_step((high - low) / STEPS)
    low, high = max(ends[0], math.floor(low / step) * step), min(ends[1], math.ceil(high / step) * step)
    return Slider(
        key=key,
        label=label,
        unit=unit,
        help=meaning,
        low=round(low, DIGITS),
        high=round(high, DIGITS),
        step=step,
        now=now,
        before=before,
    )


def _round_step(least: float) -> float:
    """The next of 0.01, 0.05, 0.1, 0.5 and so on, so that a slider stops at round numbers."""
    power = math.floor(math.log10(least))
    steps = (float(f"{digit}e{power}") for digit in (1, 5, 10))
    return next(step for step in steps if step > least * (1 - TIE))
