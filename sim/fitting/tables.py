"""Calibrations as tables for people."""

from __future__ import annotations

from collections.abc import Sequence

from sim.results.calibration import Belief
from sim.results.parts import Interval
from sim.results.tables import Column, Kind, Table, table
from sim.results.wording import write_interval, write_number

SHOWN_DIGITS = 2
NUMBER = Kind(lambda value: write_number(value, SHOWN_DIGITS))


def make_belief_table(found: Sequence[Belief]) -> Table:
    """A table of fitted numbers before and after the votes."""
    columns = (
        Column("number"),
        Column("prior", NUMBER),
        Column("90 % interval"),
        Column("posterior", NUMBER),
        Column("90 % interval"),
        Column("contraction", NUMBER),
        Column("identified"),
    )
    rows = [
        [
            one.name.removeprefix("A/RES/").replace("_", " "),
            one.prior.mean,
            _write_ends(one.prior),
            one.posterior.mean,
            _write_ends(one.posterior),
            one.contraction,
            "yes" if one.is_identified else "no",
        ]
        for one in found
    ]
    note = (
        "Contraction: by how much the votes narrowed the prior's variance. "
        "Identified: whether they hold information on the number."
    )
    return table("Means and 90 % intervals before and after the votes", columns, rows, note)


def _write_ends(of: Interval) -> str:
    return write_interval(of.p05, of.p95, SHOWN_DIGITS)
