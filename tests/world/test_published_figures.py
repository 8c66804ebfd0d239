"""The figures of February 2022, from which much of ``un`` is derived: described, and derived byte for byte."""

from __future__ import annotations

import gzip
from collections import Counter
from pathlib import Path

import pytest

from sim.world import load_world
from sim.world.tables import read_rows
from tools.derivation.folders import SHIPPED, WORLD
from tools.derivation.world import derive

ENERGY = ("energy_flows.csv", "energy_prices.csv", "energy_fills.csv", "transit.csv")
PLAIN = [*(SHIPPED / name for name in ENERGY), *sorted((SHIPPED / "outcomes").glob("*.csv"))]
"""Tables of ``un`` that are not by date: ``columns.csv`` has a row for each of their columns."""


def read_tie_columns(path: Path) -> list[str]:
    header = list(read_rows(path)[0])
    return [*header[:2], "<iso3>"] if path.name == "assembly_votes.csv.gz" else header


def described(folder: Path) -> Counter[tuple[str, str]]:
    entries = read_rows(folder / "columns.csv")
    for entry in entries:
        assert all(entry[key] for key in ("label", "unit", "year", "source", "terms")), entry
    return Counter((entry["file"], entry["column"]) for entry in entries)


def test_derived_files_are_what_the_derivation_writes() -> None:
    texts = derive(WORLD)
    assert (WORLD / "members.csv").read_bytes() == texts["members.csv"].encode()
    assert (WORLD / "fills.csv").read_bytes() == texts["fills.csv"].encode()
    assert gzip.decompress((WORLD / "ties.csv.gz").read_bytes()) == texts["ties.csv"].encode()


def test_every_column_is_described_once() -> None:
    found = described(WORLD)
    assert set(found.values()) == {1}
    paths = [path for path in WORLD.glob("*.csv*") if path.name != "columns.csv"]
    assert found.keys() == {("world.toml", "group")} | {(p.name, name) for p in paths for name in read_tie_columns(p)}


@pytest.mark.parametrize("path", PLAIN, ids=lambda path: path.name)
def test_every_column_of_a_plain_table_of_un_is_described_once(path: Path) -> None:
    entries = described(SHIPPED)
    assert {name: entries[path.name, name] for name in read_tie_columns(path)} == dict.fromkeys(
        read_tie_columns(path), 1
    )


@pytest.mark.parametrize("kind", ["trade", "arms", "energy", "food"])
def test_shares_add_up_to_one_at_most(kind: str) -> None:
    assert load_world(WORLD).ties[kind].sum(axis=1).max() <= 1.001  # rounded to five digits
