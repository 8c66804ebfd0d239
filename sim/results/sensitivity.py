"""Which levers an output depends on, and in which region of them an event happens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import PlainSerializer, WithJsonSchema

from sim.results.described import Document, Result, quantity

OF_VARIANCE = "share of the output's variance"


class MorrisIndices(Result):
    """The elementary effects of a lever (Morris 1991), in the unit of the output."""

    lever: str = quantity("lever", "the lever; those that matter most come first")
    mu_star: float = quantity("mean effect", "mean size of the change that the lever's whole range makes")
    mu_star_low: float = quantity("low", "lower end of its 90 % interval")
    mu_star_high: float = quantity("high", "upper end of its 90 % interval")
    mu: float = quantity("mean change", "mean change with its sign")
    sigma: float = quantity("deviation", "how much the change differs with the values of the other levers")

    @property
    def size(self) -> float:
        """How much the lever matters: what levers are ordered by."""
        return self.mu_star


class SobolIndices(Result):
    """The parts of an output's variance that depend on a lever (Sobol 1993; Saltelli et al. 2010)."""

    lever: str = quantity("lever", "the lever; those that matter most come first")
    first: float = quantity("alone", "part of the variance that the lever explains alone", unit=OF_VARIANCE)
    first_low: float = quantity("low", "lower end of its 90 % interval", unit=OF_VARIANCE)
    first_high: float = quantity("high", "upper end of its 90 % interval", unit=OF_VARIANCE)
    total: float = quantity("in total", "part that it explains alone and together with other levers", unit=OF_VARIANCE)
    total_low: float = quantity("low", "lower end of its 90 % interval", unit=OF_VARIANCE)
    total_high: float = quantity("high", "upper end of its 90 % interval", unit=OF_VARIANCE)

    @property
    def size(self) -> float:
        """How much the lever matters: what levers are ordered by."""
        return self.total


class Indices(Result):
    """How much an output depends on each lever, over the whole of its range."""

    scenario: str = quantity("scenario", "which of the experiment's scenarios")
    resolution: str = quantity("resolution", "name of the resolution")
    output: str = quantity("output", "the figure that was looked at")
    mean: float = quantity("mean", "its mean over the points")
    deviation: float = quantity("deviation", "its standard deviation over the points")
    levers: tuple[MorrisIndices | SobolIndices, ...] = quantity(
        "levers", "the indices of each lever, by the kind of the design"
    )


@dataclass(frozen=True)
class Bound:
    """A lever above or below a value, or at one of its values where they are not numbers.

    Parameters
    ----------
    low, high : the lever is above, or at most; None where there is no such bound.
    is_value, value : for a lever without numbers: whether it is, or is not, at this value.
    """

    lever: str
    low: float | None = None
    high: float | None = None
    value: str | None = None
    is_value: bool = True

    def __str__(self) -> str:
        if self.value is not None:
            return f"{self.lever} {'is' if self.is_value else 'is not'} {self.value}"
        if self.low is not None and self.high is not None:
            return f"{self.low:.4g} < {self.lever} <= {self.high:.4g}"
        return f"{self.lever} > {self.low:.4g}" if self.low is not None else f"{self.lever} <= {self.high:.4g}"


WrittenBound = Annotated[Bound, PlainSerializer(str, return_type=str), WithJsonSchema({"type": "string"})]


class Region(Result):
    """A box in the space of the levers."""

    where: tuple[WrittenBound, ...] = quantity(
        "where", "bounds of the levers, all of which hold in the region; empty where it is the whole space"
    )
    points: int = quantity("points", "points of the design in the region")
    share: float = quantity("share of all points", "their share of all points", unit="share")
    probability: float = quantity(
        "happens in", "share of the runs in the region in which the event happens", unit="share"
    )
    coverage: float = quantity(
        "share of all cases", "of all runs with the event, the share in the region", unit="share"
    )


class SensitivityAnalysis(Document):
    """What outputs of an experiment depend on, and where an event happens."""

    experiment: str = quantity("experiment", "title of the experiment")
    folder: str = quantity("folder", "folder of its sweep")
    kind: str = quantity("design", "kind of its design")
    points: int = quantity("points", "points of the design")
    indices: tuple[Indices, ...] = quantity(
        "indices", "indices of each output and scenario; empty where no `--output` is asked for"
    )
    event: str | None = quantity("event", "the event of `--event`; null without it")
    regions: tuple[Region, ...] | None = quantity(
        "regions", "regions of the levers, those where the event is most likely first; null without `--event`"
    )
