"""A small world and a valid scenario in it, for tests of reading scenario files."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.errors import InputError
from sim.specs import Scenario, parse_scenario, read_scenario
from sim.world.world import Fill

VALID = """
title = "Harbour dues"
question = "Who votes for the dues?"
world = "harbours"
seed = 7
replicates = 10
[roles]
target = "RED"
victim = "BLU"
senders = ["Free Ports", "-GRY"]
[[vote]]
resolution = "H/1"
date = 2022-03-02
severity = 0.5
divisiveness = [1.0, 0.0]
target_threat = 1.0
sender_threat = 1.0
basis = "set from the text"
[parameters]
enforcement = 0.25
[[pledge]]
members = ["TAN"]
action = "abstain"
resolution = "H/1"
reason = "announced"
[[change]]
members = ["Free Ports"]
attribute = "dependence.energy"
multiply = 0.5
date = 2022-02-01
reason = "a new pipeline"
[expected]
direction = "more support"
support = "up"
movers = ["GRN"]
"""
SECOND_VOTE = """
[[vote]]
resolution = "H/2"
date = 2022-04-07
severity = 1.5
divisiveness = [1.0, 0.2]
target_threat = 1.0
sender_threat = 1.0
basis = "set from the text"
"""


@dataclass(frozen=True)
class Harbours:
    """A world of six members and one group, with only what reading a scenario asks of a world."""

    name: str = "harbours"
    iso3: tuple[str, ...] = ("BLU", "GRN", "GRY", "RED", "TAN", "WHT")
    size: int = 6
    fills: tuple[Fill, ...] = ()
    years: tuple[str, ...] = ()

    def resolve(self, reference: str) -> tuple[str, ...]:
        groups = {"free ports": ("WHT", "GRN", "GRY"), **{code.casefold(): (code,) for code in self.iso3}}
        return groups[reference.casefold()]

    def indices(self, codes: tuple[str, ...]) -> np.ndarray:
        return np.array([self.iso3.index(code) for code in codes])

    def hint(self, reference: str, otherwise: str = "") -> str:
        return otherwise

    def attributes_editable(self) -> tuple[str, ...]:
        return ("dependence.energy", "isolation")


def valid() -> dict[str, Any]:
    return tomllib.loads(VALID)


def read(document: dict[str, Any], *overrides: str) -> Scenario:
    return parse_scenario(document, "x.toml", Path(), overrides)


def read_messages(text: str, folder: Path, *overrides: str) -> list[str]:
    """The problems of a file with this text, one a line, without the path of its folder."""
    (folder / "x.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_scenario(folder / "x.toml", overrides)
    return str(caught.value).replace(f"{folder}/", "").splitlines()
