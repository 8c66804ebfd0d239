"""What a page shows of a state, as plain data: numbers, the chamber, the distributions, the map, who moved."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from sim.arrays import FloatArray
from sim.explore.result import Explored
from sim.summaries.changes import moved_shares
from sim.summaries.summary import vote_summary
from sim.summaries.tallies import CODES, REPORTED
from sim.rules.choice import ACTIONS, OPPOSE, SUPPORT
from sim.runner.result import frequencies
from sim.views.geography import outlines, tiles
from sim.views.seats import seat_distance, seats
from sim.views.styles import INK, LAND, MISS, STYLES
from sim.world import load_world

MOST_BINS = 28
VISIBLE = 0.05
"""Movers below this share of the replicates are counted rather than listed."""
SCALE = 1000
"""Units of a drawing per radius of the chamber, or of the globe."""

MARKS = {"o": "M-7,0A7,7 0 1 0 7,0A7,7 0 1 0 -7,0Z", "D": "M0,-8L8,0L0,8L-8,0Z", "s": "M-6,-6H6V6H-6Z"}
"""Shapes by Matplotlib's letter, as paths about 8 units from the middle."""
CORNERS = {"path": "M-14,-6V-14H-6M6,-14H14V-6M14,6V14H6M-6,14H-14V6", "colour": "#B8006B"}
"""The frame of the member that is chosen, about 14 units from the middle: no ring, which a difference has."""


def board(found: Explored) -> dict[str, Any]:
    """The numbers and the members of the vote that is shown."""
    number = found.state.vote
    now: dict[str, Any] = vote_summary(found.result, number)
    before: dict[str, Any] = vote_summary(found.baseline, number)
    change = now["base"]
    often = [mover for mover in change["moved"] if mover["moved"] >= VISIBLE]
    return {
        "title": found.spec.title,
        "question": found.spec.question,
        "baseline": found.baseline.case.spec.title,
        "replicates": found.result.replicates,
        "all_replicates": found.spec.replicates,
        "vote": number,
        "votes": [f"{vote.resolution}, {vote.date}" for vote in found.spec.vote],
        "rows": [_row(name, now, before) for name in REPORTED],
        "split": _split(now),
        "split_before": _split(before),
        "besides_target": now["split"]["without_target"]["oppose"],
        "observed": None if now["observed"] is None else "/".join(str(now["observed"][name]) for name in REPORTED[:3]),
        "near": now["near"],
        "accuracy": now["accuracy"],
        "settled": now["settled"],
        "histograms": [_histogram(found, name, now["observed"]) for name in REPORTED],
        "members": _members(found, now, before),
        "movers": often,
        "rarely": len(change["moved"]) - len(often),
    }


def _split(vote: dict[str, Any]) -> str:
    return "/".join(f"{vote['split']['with_target'][name]:.0f}" for name in REPORTED[:3])


def _row(name: str, now: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    tally = now["tally"][name]
    return {
        "action": name,
        **{key: tally[key] for key in ("median", "p05", "p95")},
        "observed": None if now["observed"] is None else now["observed"][name],
        "before": before["tally"][name]["median"],
        "change": now["base"]["change"][name],
        "population": now["population_share"][name],
    }


def _histogram(found: Explored, name: str, observed: dict[str, int] | None) -> dict[str, Any]:
    """How often a tally comes out, now and in the baseline, over bins of a whole number of members."""
    number, code = found.state.vote, CODES[name]
    now, before = (run.votes[number].tallies[:, code] for run in (found.result, found.baseline))
    seen = [] if observed is None else [observed[name]]
    low = int(min(now.min(), before.min(), *seen))
    high = int(max(now.max(), before.max(), *seen))
    width = -(-(high - low + 1) // MOST_BINS)
    bins = -(-(high - low + 1) // width)
    edges = low + width * np.arange(bins + 1)
    return {
        "action": name,
        "low": low,
        "high": int(edges[-1]) - 1,
        "width": width,
        "now": np.histogram(now, edges)[0].tolist(),
        "before": np.histogram(before, edges)[0].tolist(),
        "observed": seen[0] if seen else None,
    }


def _members(found: Explored, now: dict[str, Any], before: dict[str, Any]) -> list[dict[str, Any]]:
    change = found.result.votes[found.state.vote].change
    shares = {} if change is None else moved_shares(change, found.result.replicates)
    return [
        {
            "iso3": row["iso3"],
            "name": row["name"],
            "now": _likeliest(row),
            "before": _likeliest(was),
            "chances": [round(row[name], 4) for name in REPORTED],
            "observed": row["observed"],
            **{name: float(share[i]) for name, share in shares.items()},
        }
        for i, (row, was) in enumerate(zip(now["members"], before["members"], strict=True))
    ]


def _likeliest(row: dict[str, Any]) -> str:
    return max(ACTIONS, key=lambda name: row[name])


def scenery(found: Explored) -> dict[str, Any]:
    """What stays while levers move: seats and tiles of the members, land, and how actions look.

    A member keeps its seat: seats follow the baseline's probabilities, from support to opposition.
    """
    world = found.case.world
    chances = frequencies(found.baseline.votes[found.state.vote].counts)
    order = np.argsort(chances[:, OPPOSE] - chances[:, SUPPORT], kind="stable")
    places = np.empty((world.size, 2))
    places[order] = seats(world.size)
    cells, land = _map(found.spec.world)
    return {
        "seats": _drawn(places),
        "seat_radius": round(SCALE * seat_distance(world.size) * 0.42, 1),
        "tiles": _drawn(cells),
        "land": land,
        "land_fill": LAND,
        "ink": INK,
        "accent": MISS,
        "corners": CORNERS,
        "marks": {name: MARKS[style.marker] for name, style in STYLES.items()},
        "styles": {name: {"fill": style.fill, "edge": style.edge} for name, style in STYLES.items()},
        "actions": list(REPORTED),
        "members": [{"iso3": iso3, "name": name} for iso3, name in zip(world.iso3, world.names, strict=True)],
    }


@lru_cache(4)
def _map(reference: str) -> tuple[FloatArray, str]:
    world = load_world(reference)
    rings = [f"M{' '.join(f'{x},{y}' for x, y in _drawn(ring))}Z" for ring in outlines(world) if not _wraps(ring)]
    return tiles(world), "".join(rings)


def _wraps(ring: FloatArray) -> bool:
    """Whether an island lies on both ends of the map, and would be drawn right across it."""
    return bool(np.abs(np.diff(ring[:, 0])).max() > 1)


def _drawn(places: FloatArray) -> list[list[int]]:
    """Places as whole units of a drawing, whose second coordinate grows downwards."""
    return (np.round(places * [SCALE, -SCALE]).astype(int)).tolist()
