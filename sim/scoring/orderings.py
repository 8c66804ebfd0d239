"""Values and lists of members against published ones: by sign, rank and size, and by hits and misses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from sim.arrays import FloatArray


@dataclass(frozen=True)
class Hits:
    """Senders against the members that had imposed sanctions by 7 March 2022, codes in order."""

    hits: tuple[str, ...]
    false_alarms: tuple[str, ...]
    misses: tuple[str, ...]

    def document(self) -> dict[str, object]:
        """Counts and codes."""
        counts = {name: len(codes) for name, codes in asdict(self).items()}
        return {**counts, "members": {name: list(codes) for name, codes in asdict(self).items()}}


@dataclass(frozen=True)
class Ordering:
    """Values of several members against published ones, by sign and by rank.

    Parameters
    ----------
    members : codes.
    simulated, published : values of each.
    signs_right : share of members whose simulated sign is the published one.
    rank_correlation : Spearman's, None where one side does not vary.
    total_error : relative error of the sum, None where the published sum is 0.
    absolute_error : sum of absolute errors over the published sum, None where that is 0.
    """

    members: tuple[str, ...]
    simulated: tuple[float, ...]
    published: tuple[float, ...]
    signs_right: float
    rank_correlation: float | None
    total_error: float | None
    absolute_error: float | None

    def document(self) -> dict[str, object]:
        """The scores, and the values by member."""
        values = {code: [s, p] for code, s, p in zip(self.members, self.simulated, self.published, strict=True)}
        return {
            "signs_right": self.signs_right,
            "rank_correlation": self.rank_correlation,
            "total_error": self.total_error,
            "absolute_error": self.absolute_error,
            "simulated_and_published": values,
        }


def rank_correlation(a: FloatArray, b: FloatArray) -> float | None:
    """Spearman's rank correlation (1904), ties at mean ranks; None where either side does not vary."""
    from scipy.stats import spearmanr  # takes a tenth of a second to import

    return float(spearmanr(a, b).statistic) if np.ptp(a) > 0 and np.ptp(b) > 0 else None


def senders(joined: frozenset[str], listed: frozenset[str], given: frozenset[str] = frozenset()) -> Hits:
    """Who sanctions in the run and on the list, in the run alone, on the list alone; `given` members are left out."""
    joined, listed = joined - given, listed - given
    return Hits(tuple(sorted(joined & listed)), tuple(sorted(joined - listed)), tuple(sorted(listed - joined)))


def ordering(members: Sequence[str], simulated: Sequence[float], published: Sequence[float]) -> Ordering:
    """Compare values of members by sign, rank and size."""
    s, p = np.array(simulated, dtype=np.float64), np.array(published, dtype=np.float64)
    total = float(p.sum())
    return Ordering(
        members=tuple(members),
        simulated=tuple(map(float, s)),
        published=tuple(map(float, p)),
        signs_right=float((np.sign(s) == np.sign(p)).mean()),
        rank_correlation=rank_correlation(s, p),
        total_error=float(s.sum()) / total - 1 if total else None,
        absolute_error=float(np.abs(s - p).sum()) / total if total else None,
    )
