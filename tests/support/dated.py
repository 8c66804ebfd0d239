"""A small dated world on disk, and dated worlds that are altered or put in another order."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np

from sim.world import DatedWorld
from sim.world.dated.series import Block, Yearly
from sim.world.dated.spells import Spell

FILES = {
    "world.toml": """
title = "Four islands"
start = 2011-01-01
[apart]
aid = ["DUN"]
[[group]]
key = "FP"
name = "Free Ports"
""",
    "members.csv": """iso3,name,region,latitude,longitude,member_since
ASH,Ashport,North,1,1,1990
BRI,Brine,North,2,2,1990
CAL,Calder,South,3,3,2012-06-01
DUN,Dunmore,South,4,4,1990
""",
    "attributes.csv": "attribute,iso3,year,value\n"
    + "".join(
        f"{name},{iso3},{year},{value}\n"
        for name, value in (("population", 1000), ("gdp_usd", 5e6), ("income_usd", 5000), ("liberal_democracy", 0.5))
        for iso3 in ("ASH", "BRI", "CAL", "DUN")
        for year in (2010, 2011)
    )
    + "trade_openness,ASH,2010,0.2\ntrade_openness,BRI,2010,0.4\ntrade_openness,ASH,2013,0.3\n",
    "ties.csv": """kind,iso3,partner,year,value
trade,ASH,BRI,2010,0.6
trade,ASH,CAL,2010,0.1
trade,BRI,ASH,2010,0.5
trade,CAL,ASH,2010,0.9
trade,DUN,ASH,2010,0.3
trade,ASH,BRI,2012,0.7
trade,BRI,,2012,0
aid,ASH,BRI,2010,0.2
aid,ASH,DUN,2011,0.4
arms,ASH,BRI,2014,1
energy,ASH,BRI,2010,0.5
food,ASH,BRI,2010,0.5
""",
    "tie_spells.csv": """kind,iso3,partner,date_from,date_to
border,ASH,BRI,,
pact,ASH,DUN,2012-03-05,2013-04-06
forces,ASH,DUN,2012,
consultation,ASH,DUN,,
""",
    "memberships.csv": """organisation,iso3,date_from,date_to
FP,ASH,2012-01-10,
FP,CAL,,
FP,BRI,2013,2014
""",
    "conditions.csv": """iso3,attribute,value,date_from,date_to
BRI,effective_control,0,2013-02-01,2013-03-01
""",
    "currencies.csv": "issuer,year,share\nASH,2010,0.6\nASH,2012,0.5\nFP,2012,0.2\n",
    "sanctions.csv": """iso3,sender,date_from,date_to,breadth,secondary,instrument,note
DUN,FP,2012-05-01,2013-05-01,targeted,0,Act,
DUN,FP,2012-06-01,,sectoral,0,Act,
""",
    "resolutions.csv": """resolution,date,title,target,topic
R/1,2012-07-01,One,DUN,peace
R/2,2013-07-01,Two,DUN,peace
""",
    "rollcalls.csv": "resolution,date,iso3,vote\nR/1,2012-07-01,ASH,yes\n",
    "assembly_votes.csv": "date,resolution,ASH,BRI,CAL,DUN\n2012-07-01,R/1,N,N,N,N\n2013-07-01,R/2,Y,A,,X\n",
    "ideal_points.csv": "iso3,year,ideal_point_all\nASH,2011,1\nASH,2012,2\n",
    "fills.csv": """figure,iso3,partner,year,rule
trade,DUN,,2010,made up
trade,DUN,,2010,twice
aid,ASH,DUN,2011,guessed
""",
}


def write_islands(folder: Path, **changes: str) -> Path:
    """The four islands in a folder; a keyword is a file's stem, and its text replaces the file."""
    for name, text in FILES.items():
        (folder / name).write_text(changes.get(name.split(".")[0], text), encoding="utf-8")
    return folder


def with_another_future(dated: DatedWorld, day: date) -> DatedWorld:
    """The same until the eve of a day, and everything dated that day or later different."""
    return replace(
        dated,
        attributes={name: _altered(yearly, day.year) for name, yearly in dated.attributes.items()},
        blocks=tuple(_altered_block(block, day.year) for block in dated.blocks),
        conditions=tuple((*one[:3], spell) for one in dated.conditions if (spell := _later(one[3], day))),
        tie_spells={
            kind: tuple((i, j, other) for i, j, spell in spells if (other := _later(spell, day)))
            for kind, spells in dated.tie_spells.items()
        },
        memberships={
            key: tuple((iso3, other) for iso3, spell in members if (other := _later(spell, day)))
            for key, members in dated.memberships.items()
        },
        sanctions=tuple((one, other) for one, spell in dated.sanctions if (other := _later(spell, day))),
        currencies={
            issuer: {year: share if year < day.year else 0.5 * share for year, share in shares.items()}
            for issuer, shares in dated.currencies.items()
        },
        rollcalls=tuple(
            call if call.date < day else replace(call, votes=3 - np.abs(call.votes)) for call in dated.rollcalls
        ),
        ideal_points={year: points if year < day.year else -points for year, points in dated.ideal_points.items()},
        assembly=None
        if dated.assembly is None
        else replace(
            dated.assembly,
            votes=np.where((dated.assembly.dates < np.datetime64(day))[:, None], dated.assembly.votes, 2),
        ),
    )


def _altered(yearly: Yearly, year: int) -> Yearly:
    """With other figures, and of other members, for a year and all later ones."""
    is_late = yearly.years >= year
    values, is_known = yearly.values.copy(), yearly.is_known.copy()
    values[is_late] = 0.123
    is_known[is_late] = ~is_known[is_late]
    return replace(yearly, values=values, is_known=is_known)


def _altered_block(block: Block, year: int) -> Block:
    is_late = block.years >= year
    is_known = np.where(is_late[:, None], ~block.is_known, block.is_known)
    return replace(block, is_known=is_known, values=np.where(is_late[block.at], 0.123, block.values))


def _later(spell: Spell, day: date) -> Spell | None:
    """Nothing where a spell begins on the day or later; without an end where it does not end before it."""
    if spell.first >= day:
        return None
    return replace(spell, last=date.max) if spell.last >= day else spell


def permuted(dated: DatedWorld, order: np.ndarray) -> DatedWorld:
    """The same members in another order: place k holds what was at ``order[k]``."""
    place = np.argsort(order)
    return replace(
        dated,
        iso3=tuple(dated.iso3[i] for i in order),
        names=tuple(dated.names[i] for i in order),
        regions=tuple(dated.regions[i] for i in order),
        joined=tuple(dated.joined[i] for i in order),
        positions={name: values[order] for name, values in dated.positions.items()},
        attributes={
            name: replace(yearly, values=yearly.values[:, order], is_known=yearly.is_known[:, order])
            for name, yearly in dated.attributes.items()
        },
        conditions=tuple((name, int(place[i]), value, spell) for name, i, value, spell in dated.conditions),
        blocks=tuple(_permuted_block(block, order, place) for block in dated.blocks),
        tie_spells={
            kind: tuple((int(place[i]), int(place[j]), spell) for i, j, spell in spells)
            for kind, spells in dated.tie_spells.items()
        },
        rollcalls=tuple(replace(call, votes=call.votes[order]) for call in dated.rollcalls),
        ideal_points={year: points[order] for year, points in dated.ideal_points.items()},
        assembly=None if dated.assembly is None else replace(dated.assembly, votes=dated.assembly.votes[:, order]),
    )


def _permuted_block(block: Block, order: np.ndarray, place: np.ndarray) -> Block:
    return replace(block, is_known=block.is_known[:, order], member=place[block.member], other=place[block.other])
