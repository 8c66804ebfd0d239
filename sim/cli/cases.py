"""The scenario that a command runs, and the base that it is compared with."""

from __future__ import annotations

from collections.abc import Sequence

from sim import specs
from sim.case import Case, find_base, prepare_with_base
from sim.cli.output import say
from sim.cli.reading import read_scenario
from sim.specs import Scenario


def read_with_base(
    reference: str, assigned: Sequence[str], settings: Sequence[str]
) -> tuple[Scenario, Scenario | None]:
    """Read a scenario and its base: itself without ``--set``, or the scenario that a what-if starts from.

    Parameters
    ----------
    assigned : ``key=value`` texts of ``--set``.
    settings : from `sim.cli.output.run_settings`, for the scenario alone; the base uses the scenario's numbers.

    Raises
    ------
    InputError : the scenario or an override is not valid.
    """
    spec = read_scenario(reference, [*assigned, *settings])
    written = specs.read_scenario(reference) if assigned else spec
    return spec, find_base(spec, written, is_changed=bool(assigned))


def read_case(reference: str, assigned: Sequence[str], settings: Sequence[str]) -> tuple[Case, Case | None]:
    """Read and prepare a scenario and its base; a base that it cannot be compared with is reported and left out.

    Raises
    ------
    InputError : the scenario or an override is not valid.
    """
    spec, other = read_with_base(reference, assigned, settings)
    case, base = prepare_with_base(spec, other)
    if base is None and other is not None:
        say("the what-if has other votes or another world than its base, so the two are not compared")
    return case, base
