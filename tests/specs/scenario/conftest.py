from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.harbours import Harbours


@pytest.fixture(autouse=True, scope="module")
def _harbours() -> Iterator[None]:
    """Every scenario of these tests is read against the small world."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sim.specs.scenario.reading.load_world", lambda reference, at: Harbours())
        patch.setattr("sim.specs.scenario.warnings.load_scenario_world", lambda scenario: Harbours())
        patch.setattr("sim.specs.scenario.reading.list_shipped_worlds", lambda: ("harbours",))
        yield
