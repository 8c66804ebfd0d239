"""The documents that commands print with ``--json``, by the name of the command."""

from __future__ import annotations

from collections.abc import Mapping

from sim.results.changes import ComparisonSummary
from sim.results.described import Result
from sim.results.explanation import MemberReasons
from sim.results.goals import GoalSearch
from sim.results.peers import PeersReport
from sim.results.pressure import PressureReport
from sim.results.rollcalls import RollCallImport
from sim.results.run import RunSummary
from sim.results.scenarios import ScenariosSummary
from sim.results.sensitivity import SensitivityAnalysis
from sim.results.sweep import SweepReport
from sim.results.validation import ValidationReport

DOCUMENTS: Mapping[str, type[Result]] = {
    "run": RunSummary,
    "run-several": ScenariosSummary,
    "compare": ComparisonSummary,
    "explain": MemberReasons,
    "reach": GoalSearch,
    "sensitivity": SensitivityAnalysis,
    "sweep": SweepReport,
    "validate": ValidationReport,
    "pressure": PressureReport,
    "peers": PeersReport,
    "rollcalls": RollCallImport,
}
