"""Published figures and acts of the months of the war; only this module reads the ``outcomes`` folder of a world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter

from sim.arrays import BoolArray, FloatArray
from sim.world import World
from sim.world.energy import load_energy
from sim.world.tables import read_rows

ExportRecord = Mapping[str, Mapping[str, float]]
"""Exports by partner and month ("2022-03"), millions of euros."""
CALIBRATION_ENDS = date(2022, 8, 31)
"""Last day of the figures that parameters may be fitted to; later figures are scored."""
USES = ("calibrate", "score", "show")
FUELS = {
    "oil": "crude",
    "oil_products": "products",
    "natural_gas": "pipeline_gas",
    "lng": "lng",
    "coal": "coal",
    "coke": "coal",
}
"""Fuels of the table of reported imports by commodity; tar and coal gas, under 0.01 % of the value, are left out."""
REPORTS = "CREA"
"""Beginning of the source, in ``energy_flows.csv``, of flows from the table of reported imports."""


@dataclass(frozen=True)
class OutcomeFigure:
    """A published figure.

    Parameters
    ----------
    id : name of the figure.
    measure : what is measured, such as ``crude_imports``.
    who : member, group, several joined by a semicolon, or ``ALL``.
    period : month, year, or first and last day or month joined by " to ".
    dated : last day of the period.
    value : the figure, in `unit`.
    use : ``calibrate`` (dated to 31 August 2022), ``score`` (later) or ``show``.
    source : who published it, and through whom it was read.
    """

    id: str
    measure: str
    who: str
    period: str
    dated: date
    value: float
    unit: str
    use: str
    source: str


@dataclass(frozen=True)
class Act:
    """An act of a member, or of its firms or persons, to help a side.

    Parameters
    ----------
    iso3 : the member.
    side : ``target``, ``victim`` or ``neither``.
    instrument : energy, goods, finance, arms, fighters, labour, territory or recognition.
    openness : ``open`` or ``covert``.
    date : when it happened or, where that is not known, became known.
    what, source : the fact, and where it is documented.
    """

    iso3: str
    side: str
    instrument: str
    openness: str
    date: date
    what: str
    source: str


@dataclass(frozen=True)
class Published:
    """Everything that simulated months are compared with.

    Parameters
    ----------
    figures : published figures in the order of the file.
    sanctioning : codes of the members that had imposed sanctions by 7 March 2022.
    aid : aid to the victim by donor and month ("2022-03"), billions of euros; a month without a record is left out.
    acts : acts of members to help a side; a selection, not a census.
    exports : of a group, by partner and month, millions of euros.
    listings : firms, persons and ships listed under the programme against the target, by member and month.
    """

    figures: tuple[OutcomeFigure, ...]
    sanctioning: frozenset[str]
    aid: Mapping[str, Mapping[str, float]]
    acts: tuple[Act, ...] = ()
    exports: Mapping[str, ExportRecord] = field(default_factory=dict)
    listings: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def load_published(world: World) -> Published | None:
    """The outcomes of a world, read once and kept; None where its folder has none.

    Raises
    ------
    ValueError : the use of a figure does not fit its date.
    """
    return _load(world.folder / "outcomes")


@cache
def _load(folder: Path) -> Published | None:
    if not folder.is_dir():
        return None
    figures = TypeAdapter(list[OutcomeFigure]).validate_python(read_rows(folder / "published.csv"))
    for figure in figures:
        if figure.use not in USES or figure.use == ("score" if figure.dated <= CALIBRATION_ENDS else "calibrate"):
            raise ValueError(f"published.csv, {figure.id}: '{figure.use}' cannot be combined with {figure.dated}")
    listed = frozenset(row["iso3"] for row in read_rows(folder / "sanctioning.csv") if row["listed_2022_03_07"] == "1")
    aid: dict[str, dict[str, float]] = {}
    for row in read_rows(folder / "aid_monthly.csv"):
        aid.setdefault(row["iso3"], {})[row["month"]] = float(row["total_bn_eur"])
    acts = TypeAdapter(list[Act]).validate_python(read_rows(folder / "acts.csv"))
    exports: dict[str, dict[str, dict[str, float]]] = {}
    for row in read_rows(folder / "exports_monthly.csv"):
        partners = exports.setdefault(row["exporter"], {})
        partners.setdefault(row["iso3"], {})[row["month"]] = float(row["million_eur"])
    listings: dict[str, dict[str, int]] = {}
    for row in read_rows(folder / "listings_monthly.csv"):
        listings.setdefault(row["iso3"], {})[row["month"]] = int(row["listings"])
    return Published(tuple(figures), listed, aid, tuple(acts), exports, listings)


def measure_reported_tonnes(world: World, commodity: str, months: tuple[str, ...]) -> FloatArray:
    """Read the purchases from the target that members reported, tonnes a month, (T, N).

    NaN where the member reported no fuel at all for the month; 0 where it reported another fuel and not this one. NaN
    also where the tonnage is not positive, where the flow before the war comes from another source than these reports,
    and for members that report confidentially.
    """
    found = np.full((len(months), len(world.iso3)), np.nan)
    place = {month: t for t, month in enumerate(months)}
    rows = [row for row in read_rows(world.folder / "outcomes" / "fossil_imports_monthly.csv") if row["month"] in place]
    for row in rows:
        found[place[row["month"]], world.index[row["iso3"]]] = 0.0
    doubtful: BoolArray = np.zeros(found.shape, dtype=np.bool_)
    for row in rows:
        if FUELS.get(row["commodity"]) == commodity:
            cell = (place[row["month"]], world.index[row["iso3"]])
            found[cell] += float(row["tonne"])
            doubtful[cell] |= float(row["tonne"]) <= 0
    found[doubtful] = np.nan
    for row in read_rows(world.folder / "energy_flows.csv"):
        if row["commodity"] == commodity and not row["source"].startswith((REPORTS, "none")):
            found[:, world.index[row["iso3"]]] = np.nan
    for row in read_rows(world.folder / "energy_fills.csv"):
        if "confidential" in row["rule"]:
            found[:, world.index[row["iso3"]]] = np.nan
    return found


def collect_reported_discounts(world: World, months: tuple[str, str]) -> dict[str, float]:
    """Discounts on the target's crude at the border of those that reported between two months, by month, at most 1.

    A cargo that arrives is priced at the mean of the world's prices of that month and the one before: of the months of
    2021, this leaves the ratio to what was paid varying least. The discount is on the mean ratio of these months.
    """
    energy = load_energy(world)
    if energy is None:
        return {}
    crude = energy.price[:, energy.commodities.index("crude")]
    usual = dict(zip(energy.months[1:], (crude[1:] + crude[:-1]) / 2.0, strict=True))
    rows = read_rows(world.folder / "outcomes" / "fossil_imports_monthly.csv")
    bought = [row for row in rows if FUELS.get(row["commodity"]) == "crude" and float(row["tonne"]) > 0]
    reporters = {row["iso3"] for row in bought if months[0] <= row["month"] <= months[1]}
    paid: dict[str, list[float]] = {}
    for row in bought:
        if row["iso3"] in reporters and row["month"] in usual and row["month"] <= months[1]:
            euros, tonnes = paid.get(row["month"], [0.0, 0.0])
            paid[row["month"]] = [euros + float(row["eur"]), tonnes + float(row["tonne"])]
    ratios = {month: euros / tonnes / usual[month] for month, (euros, tonnes) in sorted(paid.items())}
    before = np.mean([ratio for month, ratio in ratios.items() if month < "2022"])
    return {month: 1.0 - float(ratio / before) for month, ratio in ratios.items() if month >= months[0]}
