"""The months of a run compared with published figures: flows, revenue, sanctions, aid, diversion and acts of help."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sim.arrays import FloatArray
from sim.case.conditions import JOINED
from sim.months.series import REPORTED_HELP
from sim.results.scores_of_months import Discrimination, FlowScores, Openness
from sim.rules.support import INSTRUMENTS
from sim.runner.months import MonthsResult
from sim.runner.result import RunResult
from sim.scoring.acts import score_acts, score_openness
from sim.scoring.flows import Simulated, score_flows
from sim.scoring.published import load_published
from sim.world.energy import load_energy
from sim.world.loading import list_shipped_worlds

LISTED_ON = "2022-03"
"""Month whose end is compared with the list of sanctioning members of 7 March 2022."""
KILO = 1e3


def describes_what_happened(result: RunResult) -> bool:
    """Whether a run is meant to describe what happened: it is no what-if, and its world is the one of the record."""
    case = result.case
    return result.base is None and case.spec.base is None and case.spec.world in list_shipped_worlds()


def is_published_target(result: RunResult) -> bool:
    """Whether the target is the member that the world's outcomes are about: the one whose fuels its members buy."""
    energy, case = load_energy(result.case.world), result.case
    return energy is not None and energy.supplier == case.world.iso3[case.roles.target]


def find_simulated(result: RunResult) -> Simulated | None:
    """The run's months in the form of the scores, as means over the watched replicates; None without a market."""
    months, plan = result.months, result.case.plan
    energy = load_energy(result.case.world)
    if months is None or plan is None or energy is None or not is_published_target(result):
        return None
    case, world = result.case, result.case.world
    roles = {case.roles.target, *([] if case.roles.victim is None else [case.roles.victim])}
    at = months.months.index(LISTED_ON) if LISTED_ON in months.months else len(months.months) - 1
    given = {i for i in range(world.size) if i in roles or plan.conditions[at].membership[i] == JOINED}
    joining = months.member_mean("joined")
    joined = {i for i in range(world.size) if joining[at, i] >= 0.5}
    if case.roles.victim is not None:
        joined.add(case.roles.victim)
    return Simulated(
        months=months.months,
        members=world.iso3,
        groups={group.key: frozenset(group.members) for group in world.groups},
        crude=months.member_mean("energy_crude") * KILO,
        revenue=months.member_mean("energy_paid") / KILO,
        crude_need=energy.need[:, energy.commodities.index("crude")],
        joined=frozenset(world.iso3[i] for i in joined),
        given=frozenset(world.iso3[i] for i in given),
        aid=months.member_mean("aid") / KILO,
        exports=plan.inputs.exports,
        closed=months.member_mean("trade_closed") * plan.inputs.exports,
        passed_on=months.member_mean("passed_on"),
        target=world.iso3[case.roles.target],
    )


def compute_scores(result: RunResult) -> FlowScores | None:
    """Scores of the run's months against all published figures; None where the world has none."""
    simulated, published = find_simulated(result), load_published(result.case.world)
    return None if simulated is None or published is None else score_flows(simulated, published)


def find_acts(result: RunResult) -> list[Discrimination]:
    """Whether the run predicts help from the members that are known to have helped."""
    published = load_published(result.case.world)
    if result.months is None or published is None or not is_published_target(result):
        return []
    world = result.case.world
    return score_acts(_support(result.months), _abilities(result), world.iso3, published.acts, "target")


def measure_openness(result: RunResult) -> Openness | None:
    """Whether the members that are known to have helped in the open do so in the run."""
    published = load_published(result.case.world)
    if result.months is None or published is None or not is_published_target(result):
        return None
    open_part = result.months.member_mean("open_part").mean(axis=0)
    acts = [act for act in published.acts if act.instrument in REPORTED_HELP]
    return score_openness(open_part, result.case.world.iso3, acts)


def _abilities(result: RunResult) -> dict[str, FloatArray]:
    """What each instrument takes, by member, up to a factor; 0 for members that cannot give it."""
    assert result.case.plan is not None
    found = {}
    for name in INSTRUMENTS:
        found[name] = np.zeros(result.case.world.size)
        ready = result.case.plan.inputs.instruments.get(name)
        if ready is not None:
            found[name][slice(None) if ready.able is None else ready.able] = ready.odds
    return found


def _support(months: MonthsResult) -> Mapping[str, np.ndarray]:
    names = {name: "recognised" if name == "recognition" else f"support_{name}" for name in INSTRUMENTS}
    return {name: months.member_mean(series) for name, series in names.items()}
