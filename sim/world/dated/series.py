"""Figures by year: for each member the latest year that was known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.arrays import BoolArray, FloatArray, IntArray

NO_YEAR = 0
"""Year of a figure that is not known, or has no year."""


@dataclass(frozen=True)
class Yearly:
    """A figure of N members over Y years.

    Parameters
    ----------
    years : in ascending order, (Y,).
    values : (Y, N).
    is_known : whether the year has the member's figure, (Y, N).
    """

    years: IntArray
    values: FloatArray
    is_known: BoolArray

    def latest(self, before: int) -> tuple[FloatArray, IntArray]:
        """Each member's value of its latest known year before a year, and that year, (N,).

        Where a member has none the value is NaN and the year `NO_YEAR`.
        """
        last, years = find_latest_known(self.years, self.is_known, before)
        if not len(self.years):
            return np.full(len(years), np.nan), years
        return np.where(years == NO_YEAR, np.nan, self.values[last, np.arange(len(last))]), years


def find_latest_known(years: IntArray, is_known: BoolArray, before: int) -> tuple[IntArray, IntArray]:
    """The place and the year of each member's latest known figure before a year, (N,); place -1 and `NO_YEAR` without.

    Parameters
    ----------
    years, is_known : as in `Yearly`.
    """
    usable: BoolArray = is_known & (years < before)[:, None]
    has_any = np.asarray(usable.any(axis=0))
    if not len(years):
        return np.full(len(has_any), -1), np.full(len(has_any), NO_YEAR)
    last = len(years) - 1 - usable[::-1].argmax(axis=0)
    return np.where(has_any, last, -1), np.where(has_any, years[last], NO_YEAR)


@dataclass(frozen=True)
class Block:
    """The ties of one kind with the partners that one source covers, over Y years.

    Parameters
    ----------
    kind : of tie, such as ``trade``.
    partner : code of the only partner, or blank for all that are in no block of their own.
    years : in ascending order, (Y,).
    is_known : whether the year has the member's ties, (Y, N); with partners that are not listed they are 0.
    at, member, other, values : of each listed tie the place of its year, the two members and the tie, (K,).
    """

    kind: str
    partner: str
    years: IntArray
    is_known: BoolArray
    at: IntArray
    member: IntArray
    other: IntArray
    values: FloatArray

    @property
    def name(self) -> str:
        """The kind of tie, with the partner where there is only one."""
        return f"{self.kind} ({self.partner})" if self.partner else self.kind

    def latest(self, before: int) -> tuple[IntArray, IntArray]:
        """The listed ties (places in `values`) of each member's latest known year before a year, and that year (N,)."""
        last, years = find_latest_known(self.years, self.is_known, before)
        return np.flatnonzero(self.at == last[self.member]), years
