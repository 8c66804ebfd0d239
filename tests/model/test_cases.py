"""Worked cases: what the model says about members that a diplomat knows, one claim each, in cases/*.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.case import prepare
from sim.rules.choice import ACTIONS
from sim.runner.result import frequencies
from sim.runner.run import run_case
from sim.specs import list_shipped_scenarios, parse_scenario, read_scenario
from sim.world import load_world

FOLDER = Path(__file__).parent / "cases"
REPLICATES = 1000


@dataclass(frozen=True, kw_only=True)
class WorkedCase:
    """A claim about one member, from 1000 replicates.

    Parameters
    ----------
    action : what the member does.
    at_least, at_most : bounds of the probability that it does so.
    rises_by, falls_by : least change of that probability against the scenario as shipped, at the same random numbers.
    moves_at_most : largest such change, either way.
    rank_at_most : the member's place among all members, the likeliest to do so first.
    set : overrides, as after ``--set``.
    change : edits of the world, as in a scenario file.
    """

    title: str
    scenario: str
    member: str
    action: str
    because: str
    at_least: float = 0.0
    at_most: float = 1.0
    rises_by: float | None = None
    falls_by: float | None = None
    moves_at_most: float | None = None
    rank_at_most: int | None = None
    set: Sequence[str] = ()
    change: Sequence[dict[str, Any]] = ()


def cases() -> list[WorkedCase]:
    """Every case of every file; an unknown or missing key is an error."""
    return [
        WorkedCase(**case)
        for path in sorted(FOLDER.glob("*.toml"))
        for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]
    ]


CASES = cases()


@cache
def shipped(scenario: str) -> NDArray[np.float64]:
    """Probabilities (N, 4) of the actions in the first vote of a shipped scenario."""
    return frequencies(run_case(prepare(read_scenario(scenario)), REPLICATES).votes[0].counts)


def altered(case: WorkedCase) -> NDArray[np.float64]:
    """The same under the case's overrides and edits."""
    document = read_scenario(case.scenario).document()
    edits = [{"members": [case.member], "reason": case.title, **change} for change in case.change]
    spec = parse_scenario({**document, "change": [*document["change"], *edits]}, case.title, FOLDER, case.set)
    return frequencies(run_case(prepare(spec), REPLICATES).votes[0].counts)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: WorkedCase) -> None:
    member, code = load_world("un-2022").index[case.member], ACTIONS.index(case.action)
    before = shipped(case.scenario)
    chances = altered(case) if case.set or case.change else before
    chance, change = chances[member, code], chances[member, code] - before[member, code]
    assert case.at_least <= chance <= case.at_most, case.because
    assert case.rises_by is None or change >= case.rises_by, case.because
    assert case.falls_by is None or -change >= case.falls_by, case.because
    assert case.moves_at_most is None or abs(change) <= case.moves_at_most, case.because
    rank = 1 + int((chances[:, code] > chances[member, code]).sum())
    assert case.rank_at_most is None or rank <= case.rank_at_most, case.because


def test_every_case_claims_something() -> None:
    assert len({case.title for case in CASES}) == len(CASES) >= 20
    assert {case.scenario for case in CASES} <= set(list_shipped_scenarios())
    for case in CASES:
        assert len(case.because) > 20
        against = (case.rises_by, case.falls_by, case.moves_at_most)
        assert bool(case.set or case.change) == any(value is not None for value in against), case.title
        assert (case.at_least, case.at_most, *against, case.rank_at_most) != (0.0, 1.0, None, None, None, None)
