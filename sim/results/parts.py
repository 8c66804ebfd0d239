"""Small results that others are made of: figures by action, and their spread over the runs."""

from __future__ import annotations

from typing import Generic, TypeVar

from sim.results.described import Result, quantity

T = TypeVar("T")


class Interval(Result):
    """A mean and its 90 % interval."""

    mean: float = quantity("mean", "mean")
    p05: float = quantity("low", "lower end of the 90 % interval")
    p95: float = quantity("high", "upper end of the 90 % interval")


class PairedInterval(Result):
    """A mean difference of two forecasts for the same members, and its 95 % interval over members."""

    mean: float = quantity("mean", "mean")
    p025: float = quantity("low", "lower end of the 95 % interval")
    p975: float = quantity("high", "upper end of the 95 % interval")


class Statistics(Interval):
    """Mean, median and 90 % interval."""

    median: float = quantity("median", "median")


class ByAction(Result, Generic[T]):
    """One thing for each of the four actions, in the order in which people read them."""

    support: T = quantity("support", "of supporting")
    abstain: T = quantity("abstain", "of abstaining")
    oppose: T = quantity("oppose", "of opposing")
    absent: T = quantity("absent", "of being absent")

    def of(self, action: str) -> T:
        """What belongs to an action, by its name."""
        found: T = getattr(self, action)
        return found


class Split(Result):
    """Votes for, abstentions and votes against."""

    support: float = quantity("support", "votes for", unit="members")
    abstain: float = quantity("abstain", "abstentions", unit="members")
    oppose: float = quantity("oppose", "votes against", unit="members")

    def __str__(self) -> str:
        return f"{self.support:.0f}/{self.abstain:.0f}/{self.oppose:.0f}"


class Splits(Result):
    """A split with and without the target's own vote."""

    with_target: Split = quantity("split", "members that support, abstain, oppose")
    without_target: Split = quantity("split without the target", "the same without the target's own vote")
