"""The next vote of a scenario with months: it sees them where feedback is on, and nothing dated after it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from support.months_worlds import blockade_by_months

from sim.fitting.refitted import score_refitted
from sim.scoring.verdict import ScoredVote
from sim.specs import load_scenario_world, read_scenario
from sim.world.rollcalls.files import Observed


@pytest.fixture
def blockade(tmp_path: Path) -> Path:
    return blockade_by_months(tmp_path)


def scored(blockade: Path, *settings: str) -> ScoredVote:
    """The vote of June, scored against made-up votes."""
    spec = read_scenario(str(blockade), settings)
    votes = np.array([3, 0, 3, 2, 1, 3, 2])[: load_scenario_world(spec).size]
    (found,) = score_refitted(spec, [Observed("SH/3", date(2031, 6, 2), votes)])
    return found


def test_the_next_vote_sees_the_months_where_feedback_is_on(blockade: Path) -> None:
    """Without feedback it is predicted as in the scenario without months."""
    seen, unseen = (scored(blockade, f"parameters.vote_feedback={on}") for on in (1, 0))
    assert seen.report.declared != unseen.report.declared
    assert scored(blockade.with_name("two.toml")).report == unseen.report


def test_events_after_the_vote_do_not_reach_it(blockade: Path) -> None:
    in_april, in_june, in_july = (
        scored(blockade, f'event.2.date="{day}"').report for day in ("2031-04-10", "2031-06-20", "2031-07-20")
    )
    assert in_june == in_july != in_april
