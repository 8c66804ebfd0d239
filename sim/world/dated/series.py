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
    values : (Y, N), or (Y, N, P) where the figure is about P partners.
    is_known : whether the year has the member's figure, (Y, N).
    """

    years: IntArray
    values: FloatArray
    is_known: BoolArray

    def latest(self, before: int) -> tuple[FloatArray, IntArray]:
        """Each member's values of its latest known year before a year, and that year, (N,).

        Where a member has none the value is NaN and the year `NO_YEAR`.
        """
        if not len(self.years):
            return np.full(self.values.shape[1:], np.nan), np.full(self.is_known.shape[1], NO_YEAR)
        usable = self.is_known & (self.years < before)[:, None]
        last = len(self.years) - 1 - usable[::-1].argmax(axis=0)
        has_any = usable.any(axis=0)
        found = self.values[last, np.arange(len(last))].copy()
        found[~has_any] = np.nan
        return found, np.where(has_any, self.years[last], NO_YEAR)


@dataclass(frozen=True)
class Block:
    """The ties of one kind with the partners that one source covers.

    Parameters
    ----------
    kind : of tie, such as ``trade``.
    partner : code of the only partner, or blank for all that are in no block of their own.
    columns : places of the partners among the members, (P,).
    yearly : values (Y, N, P).
    """

    kind: str
    partner: str
    columns: IntArray
    yearly: Yearly

    @property
    def name(self) -> str:
        """The kind of tie, with the partner where there is only one."""
        return f"{self.kind} ({self.partner})" if self.partner else self.kind
