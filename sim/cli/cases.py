"""The scenario that a command runs, and the base that it is compared with."""

from __future__ import annotations

from collections.abc import Sequence

from sim import specs
from sim.case import Case, prepare
from sim.cli.output import run_settings, say
from sim.cli.reading import read_scenario


def prepare_with_base(reference: str, assigned: Sequence[str], settings: Sequence[str]) -> tuple[Case, Case | None]:
    """Prepare a scenario and its base: itself without ``--set``, or the scenario that a what-if starts from.

    Parameters
    ----------
    assigned : ``key=value`` texts of ``--set``.
    settings : from `sim.cli.output.run_settings`, for the scenario alone; the base uses the scenario's numbers.

    Raises
    ------
    InputError : the scenario or an override is not valid.
    """
    spec = read_scenario(reference, [*assigned, *settings])
    case = prepare(spec)
    compared = reference if assigned else spec.base
    if compared is None:
        return case, None
    base = prepare(specs.read_scenario(compared, run_settings(spec.replicates, spec.seed, spec.parameter_uncertainty)))
    if not is_comparable(case, base):
        say("the what-if has other votes or another world than its base, so the two are not compared")
        return case, None
    return case, base


def is_comparable(case: Case, base: Case) -> bool:
    """Whether two cases vote on the same resolutions in the same world."""
    resolutions = [ballot.resolution for ballot in case.ballots]
    return case.world.iso3 == base.world.iso3 and resolutions == [ballot.resolution for ballot in base.ballots]
