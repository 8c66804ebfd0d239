"""Prepare a scenario once and run it many times with other values, for calibration and search by other programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sim.api.inputs import AnyScenario, check_inputs, read_spec, set_values
from sim.api.running import Run
from sim.case import Case, KeptDraws
from sim.case import prepare as prepare_case
from sim.case.adjusting import adjust
from sim.results.showing import Shown
from sim.runner.run import run_case, run_here

if TYPE_CHECKING:
    from sim.model import MemberState

MOST_DRAWN = 512
"""Draws that a prepared scenario keeps."""


@dataclass(frozen=True, repr=False)
class PreparedScenario(Shown):
    """A scenario that is ready to run; it keeps the random numbers and the figures that its runs have drawn."""

    case: Case

    def _line(self) -> str:
        return f"'{self.case.spec.title}', ready to run"

    @check_inputs()
    def run(
        self,
        set: Mapping[str, object] | None = None,  # noqa: A002  as scenario files call it
        *,
        replicates: int | None = None,
        seed: int | None = None,
        member_class: type[MemberState] | None = None,
    ) -> Run:
        """Run the scenario with other values for some of its keys. The result is that of `sim.run`, sooner.

        Parameters
        ----------
        set : values by key: ``{"parameters.enforcement": 0.8}``. Parameters, severity, divisiveness and threats of
            votes, and weights of own terms take least time; for other keys, for weights of kinds of peers, and with
            months the scenario is prepared again.
        replicates, seed : in place of the scenario's own.
        member_class : a subclass of `sim.model.MemberState` whose objects the members are.

        Raises
        ------
        InputError : a value is not valid; all problems are listed.
        """
        values = {**(set or {}), **({} if seed is None else {"seed": seed})}
        case = adjust(self.case, values)
        if case is None:
            case = replace(prepare_case(set_values(self.case.spec, values)), kept=self.case.kept)
        if member_class is not None:
            return Run(run_case(case, replicates, "mesa", member_class=member_class))
        return Run(run_here(case, replicates))


@check_inputs()
def prepare(scenario: AnyScenario, overrides: Mapping[str, object] | None = None) -> PreparedScenario:
    """Prepare a scenario, to run it many times with other values.

    Parameters
    ----------
    scenario, overrides : as for `sim.run`.

    Raises
    ------
    InputError : the scenario or an override is not valid; all problems are listed.

    Examples
    --------
    >>> import sim
    >>> prepared = sim.prepare("es-11-1")
    >>> support = [prepared.run({"vote.severity": of}, replicates=50).tallies["support"].mean() for of in (-5.0, -3.0)]
    >>> bool(support[0] > support[1])
    True
    """
    return PreparedScenario(replace(prepare_case(read_spec(scenario, overrides)), kept=KeptDraws(MOST_DRAWN)))
