"""From votes: does a member surprise in the direction in which its peers surprised on the vote before?

What peers do at the same time cannot be distinguished from what moves them all (Manski 1993), so only what they did
before counts. A surprise is a stance less the member's mean stance on the earlier votes on the same question. It is
explained by the member's own last surprise, its region's mean one, and its peers' mean one.

The mean can be that of all votes before, or of the votes before both. The first pulls the weight down, since what
surprised once is then expected; the second pushes it up, since both surprises are measured from one uncertain mean. So
both are reported, and peers are identified only where both say so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from sim.arrays import BoolArray, FloatArray, IntArray
from sim.fitting.peers.network import find_peers_on, load_peers_world, load_world_on, mix_within_regions
from sim.fitting.peers.order import PLACEBOS, SEED, conclude
from sim.results.intervals import find_ends
from sim.results.peers import PeerEstimate
from sim.rules.choice import STANCES
from sim.world import RollCall

FEWEST_BEFORE = 3
"""Days of votes on a question before the first surprise."""
FIRST_DAY = date(2012, 1, 1)
BOOTSTRAPS = 500


@dataclass(frozen=True)
class Surprises:
    """The surprises of one day and of the vote before on the question, (N,); NaN where a member was absent."""

    day: date
    now: FloatArray
    before: FloatArray

    @cached_property
    def is_in(self) -> BoolArray:
        """The members with both."""
        return np.asarray(~np.isnan(self.now) & ~np.isnan(self.before))

    @cached_property
    def _peers(self) -> FloatArray:
        return find_peers_on(_known_on(self.day))

    @cached_property
    def _own(self) -> FloatArray:
        there = (~np.isnan(self.before)).astype(np.float64)
        regions = np.array(load_world_on(_known_on(self.day)).regions)
        before = np.nan_to_num(self.before)
        return np.stack([_mean_of_others(before, there, regions), before], axis=1)

    def moments(self, mixed: IntArray | None) -> tuple[FloatArray, FloatArray]:
        """Products of the inputs with one another (3, 3) and with the surprises (3,), about their means.

        Parameters
        ----------
        mixed : the order in which peers are looked up, for placebo peers.
        """
        before, there = np.nan_to_num(self.before), (~np.isnan(self.before)).astype(np.float64)
        if mixed is None:
            told, seen = self._peers @ before, self._peers @ there
        else:
            back = np.argsort(mixed)
            told, seen = ((self._peers @ values[back])[mixed] for values in (before, there))
        of_peers = told / np.where(seen > 0, seen, 1.0)
        inputs = np.column_stack([of_peers, self._own])[self.is_in]
        inputs = inputs - inputs.mean(axis=0)
        now = self.now[self.is_in]
        return inputs.T @ inputs, inputs.T @ (now - now.mean())


def estimate_votes(targets: Sequence[str], label: str, gap: int) -> PeerEstimate:
    """The influence of peers' last surprises on those of the next vote, and of placebo peers of the same regions.

    Parameters
    ----------
    gap : 0 where a surprise is measured from the mean of all votes before, 1 from that of the votes before both.
    """
    stacked = [one for target in targets for one in list_surprises(target, gap)]
    curves, slopes = (np.stack(parts) for parts in zip(*(one.moments(None) for one in stacked)))
    rng = np.random.default_rng(SEED)
    drawn = rng.integers(len(stacked), size=(BOOTSTRAPS, len(stacked)))
    spread = [_weight(curves[rows].sum(axis=0), slopes[rows].sum(axis=0)) for rows in drawn]
    placebo = []
    for _ in range(PLACEBOS):
        mixed = mix_within_regions(load_world_on(_known_on(stacked[-1].day)), rng)
        parts = zip(*(one.moments(mixed) for one in stacked))
        placebo.append(_weight(*(np.sum(list(part), axis=0) for part in parts)))
    low, high = find_ends(np.array(spread))
    effect = _weight(curves.sum(axis=0), slopes.sum(axis=0))
    return conclude(label, len(stacked), effect=effect, low=low, high=high, placebo=np.array(placebo))


def _weight(curve: FloatArray, slope: FloatArray) -> float:
    """Least-squares weight of the peers."""
    return float(np.linalg.solve(curve, slope)[0])


def list_surprises(target: str, gap: int) -> Iterator[Surprises]:
    """The surprises about a target, question by question and day by day."""
    series: dict[str, dict[date, list[FloatArray]]] = {}
    for call in sorted(load_peers_world().rollcalls, key=lambda one: one.date):
        if call.target == target and call.date >= FIRST_DAY:
            series.setdefault(call.topic, {}).setdefault(call.date, []).append(_stances(call))
    for by_day in series.values():
        days = list(by_day)
        means = [_mean(np.stack(by_day[day])) for day in days]
        for k in range(FEWEST_BEFORE + 1, len(days)):
            earlier = _mean(np.stack(means[: k - 1]))
            usual = _mean(np.stack(means[: k - gap]))
            yield Surprises(days[k], means[k] - usual, means[k - 1] - earlier)


def _known_on(day: date) -> date:
    """Peers are those known at the beginning of the year."""
    return date(day.year, 1, 1)


def _stances(call: RollCall) -> FloatArray:
    return np.where((call.votes < 0) | (call.votes == 1), np.nan, STANCES[np.maximum(call.votes, 0)])


def _mean(stances: FloatArray) -> FloatArray:
    is_known = ~np.isnan(stances)
    count = is_known.sum(axis=0)
    return np.where(count > 0, np.where(is_known, stances, 0.0).sum(axis=0) / np.maximum(count, 1), np.nan)


def _mean_of_others(values: FloatArray, there: FloatArray, regions: np.ndarray) -> FloatArray:
    found = np.zeros(len(values))
    for region in np.unique(regions):
        inside = regions == region
        total, count = (values * there)[inside].sum(), there[inside].sum()
        found[inside] = (total - (values * there)[inside]) / np.maximum(count - there[inside], 1.0)
    return found
