"""A state run: a thousand replicates beside those of the baseline, at the same random numbers."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sim.case import Case, prepare
from sim.ensemble import simulate
from sim.errors import input_error
from sim.runner.run import Block, RunResult, counted
from sim.specs import Scenario, scenario_from
from sim.specs.writing import toml_text
from sim.views.explore.start import PAGE, Start, baseline_of, scenario_of
from sim.views.explore.state import State

BASELINES_KEPT = 8


@dataclass(frozen=True)
class Explored:
    """A state, its scenario, and what came of it.

    Parameters
    ----------
    result : the run, told apart from its ``base``, the baseline.
    """

    state: State
    spec: Scenario
    result: RunResult

    @property
    def case(self) -> Case:
        """The scenario as it was run."""
        return self.result.case

    @property
    def baseline(self) -> RunResult:
        """The run of the baseline."""
        if self.result.base is None:
            raise ValueError("the run has no base")
        return self.result.base


def explored(start: Start, state: State) -> Explored:
    """Run a state; the baseline's run is kept from move to move.

    Raises
    ------
    InputError : the state stands for no valid scenario.
    """
    spec = scenario_of(start, state)
    case = prepare(spec)
    if state.member and state.member not in case.world.index:
        raise input_error(PAGE, "member", f"'{state.member}' is the code of no member of {case.world.name}.")
    baseline = baseline_of(start, state, spec)
    before, kept = _baseline(toml_text(baseline.document()))
    votes = _block(case)
    result = RunResult(case, "ensemble", tuple(counted(case, votes, kept)), base=before)
    return Explored(state, spec, result)


@lru_cache(BASELINES_KEPT)
def _baseline(text: str) -> tuple[RunResult, Block]:
    case = prepare(scenario_from(tomllib.loads(text), "baseline", Path()))
    votes = _block(case)
    return RunResult(case, "ensemble", tuple(counted(case, votes, None))), votes


def _block(case: Case) -> Block:
    return [(outcome.actions, outcome.is_settled) for outcome in simulate(case, 0, case.spec.replicates)]
