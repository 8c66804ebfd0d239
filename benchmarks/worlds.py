"""Worlds of many members with sparse ties: how long they take to load and to run, and how much memory."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.memory import measure

TIES_EACH = 20
"""Partners of each member in trade; the first few are neighbours, or send aid, fuel and food, too."""
ORGANISATION, REGIONS = 50, 6
"""Members of an organisation, and regions of a world."""
SENDERS = 50
REST = "1e10,8000,0.4,1,0"
LOADED = """
import resource, sys, time
import sim.cli.app, sim.model, pandas
from sim.case import prepare
from sim.ensemble import simulate
from sim.specs import read_scenario
from sim.world import load_world
started = time.perf_counter()
if sys.argv[2] == "load":
    load_world(sys.argv[1] + "/world")
else:
    simulate(prepare(read_scenario(sys.argv[1] + "/scenario.toml")), 0, 20)
print(time.perf_counter() - started)
"""


class Cost(NamedTuple):
    """Seconds of wall time, and the peak of memory above the imported program in MiB."""

    seconds: float
    mb: float


def code_of(number: int) -> str:
    """The code of a member: M00000, M00001 and so on."""
    return f"M{number:05d}"


def write_world(folder: Path, size: int) -> None:
    """Write a world of so many members with sparse ties, and a scenario in it, into a folder."""
    (folder / "world").mkdir()
    rng, codes = np.random.default_rng(0), [code_of(number) for number in range(size)]
    groups = "".join(
        f'[[group]]\nkey = "G{start}"\nname = "Group {start}"\nmembers = {codes[start : start + ORGANISATION]}\n'
        for start in range(0, size, ORGANISATION)
    )
    text = f'title = "Many"\ndate = 2031-01-01\n[currencies]\nG0 = 0.6\n{groups}'
    (folder / "world" / "world.toml").write_text(text, encoding="utf-8")
    head = "iso3,name,region,latitude,longitude,population,liberal_democracy,gdp_usd,income_usd,trade_openness"
    numbers = np.stack([rng.uniform(-60, 60, size), rng.uniform(-180, 180, size), 10 ** rng.uniform(5, 8, size)])
    members = [
        f"{code},Member {code},Region {number % REGIONS},{lat:.3f},{lon:.3f},{people:.0f},{rng.random():.3f},{REST}"
        for number, (code, (lat, lon, people)) in enumerate(zip(codes, numbers.T, strict=True))
    ]
    _write(folder / "world" / "members.csv", [f"{head},effective_control,arrears", *members])
    ties = [
        f"{code},{codes[other]},{1 / TIES_EACH},{place == 1:d},{place == 2:d},{place == 3:d}"
        for number, code in enumerate(codes)
        for place, other in enumerate(_others(rng, size, number))
    ]
    _write(folder / "world" / "ties.csv", ["iso3,partner,trade,arms,energy,security", *ties])
    senders = ", ".join(f'"{code}"' for code in codes[2 : 2 + SENDERS])
    scenario = f"""title = "Many"
question = "Who supports the resolution?"
world = "world"
seed = 1
replicates = 100
[roles]
target = "{codes[0]}"
victim = "{codes[1]}"
senders = [{senders}]
[[vote]]
resolution = "R/1"
date = 2031-03-01
severity = 0.5
divisiveness = [1.0, 0.5]
target_threat = 1.0
sender_threat = 1.0
basis = "made up"
"""
    (folder / "scenario.toml").write_text(scenario, encoding="utf-8")


def _others(rng: np.random.Generator, size: int, number: int) -> list[int]:
    drawn = rng.choice(size - 1, min(TIES_EACH, size - 1), replace=False)
    return [int(other) + (other >= number) for other in drawn]


def _write(path: Path, lines: list[str]) -> None:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def cost_of(size: int, what: str) -> Cost:
    """What it costs to ``load`` a world of so many members, or to load it and ``run`` 20 replicates of a vote."""
    with tempfile.TemporaryDirectory() as folder:
        write_world(Path(folder), size)
        time, peak = measure(LOADED, folder, what)
    return Cost(float(time), peak)
