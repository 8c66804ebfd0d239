"""The base that a run of a scenario is compared with, and whether the two can be compared."""

from __future__ import annotations

from sim.case.prepared import Case, prepare
from sim.specs import Scenario, read_scenario


def find_base(spec: Scenario, written: Scenario, *, is_changed: bool) -> Scenario | None:
    """The scenario that a run is compared with, with the run's own seed and number of runs; None where there is none.

    Parameters
    ----------
    spec : the scenario as it is run.
    written : the scenario as in its files, before anything was set.
    is_changed : whether something was set; then the base is the scenario as in its files.
    """
    if is_changed:
        base = written
    elif spec.base is not None:
        base = read_scenario(spec.base)
    else:
        return None
    names = ("replicates", "seed", "parameter_uncertainty")
    return base.model_copy(update={name: getattr(spec, name) for name in names})


def prepare_with_base(spec: Scenario, base: Scenario | None) -> tuple[Case, Case | None]:
    """Prepare a scenario and its base; the base is None where the two cannot be compared.

    Raises
    ------
    InputError : the world lacks what a scenario needs.
    """
    case = prepare(spec)
    if base is None:
        return case, None
    other = prepare(base)
    return case, other if is_comparable(case, other) else None


def is_comparable(case: Case, base: Case) -> bool:
    """Whether two cases vote on the same resolutions in the same world."""
    resolutions = [ballot.resolution for ballot in case.ballots]
    return case.world.iso3 == base.world.iso3 and resolutions == [ballot.resolution for ballot in base.ballots]
