"""How far to trust the shipped fit: all results of the validation page, computed together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.arrays import FloatArray, IntArray
from sim.case import prepare
from sim.fitting.calibration import Calibration, calibrate, list_beliefs
from sim.fitting.heldout import HeldOut, predict_held_out
from sim.fitting.posterior import Observation
from sim.fitting.refitted import score_refitted, validate_refitted
from sim.results.calibration import Belief
from sim.results.validation import PooledScores, Validation
from sim.runner.result import frequencies
from sim.runner.run import run_case
from sim.scoring.pairing import put_together
from sim.scoring.scores import merge_to_three_classes
from sim.scoring.validation import validate
from sim.specs import Scenario, find_shipped_fit, load_scenario_world, read_fit, read_scenario
from sim.world import World
from sim.world.rollcalls.files import parse_rollcalls
from tools.validation.frozen import TO_PREDICT
from tools.validation.profiles import Profile, profile
from tools.validation.recovery import Recovery, from_priors, near_fit, recover

FITTED = ("es-11-1", "es-11-2", "es-11-3")
EARLIER = "ga-68-262"
BLOCS = ("align_leaning",)
PROFILED: Mapping[str, tuple[float, float]] = {
    "peer_influence": (0.0, 4.0),
    "sanction_weight": (0.0, 8.0),
    "grievance": (0.0, 4.0),
    "align_ideal_point": (0.0, 8.0),
}
"""Numbers whose likelihood is profiled, and between which values; the last is one that the votes identify."""
STEPS = 9
SETS_FROM_PRIORS, SETS_NEAR_FIT = 24, 12

Report = Callable[[str], None]


@dataclass(frozen=True)
class Assessed:
    """One vote that the parameters were fitted to.

    Parameters
    ----------
    votes : observed action codes, (N,), -1 where the vote is fixed.
    before : action codes (N,) in the last roll call on the same question before it.
    chances : probabilities (N, 3) of the classes by the unchanged scenario.
    """

    scenario: Scenario
    votes: IntArray
    before: IntArray
    chances: FloatArray
    in_sample: Validation
    held_out: HeldOut
    next_vote: Validation

    @property
    def resolution(self) -> str:
        """The resolution voted on."""
        return self.in_sample.resolution


@dataclass(frozen=True)
class Assessment:
    """What the validation page reports.

    Parameters
    ----------
    earlier : a vote of eight years before, for which only the terms of the resolution were fitted.
    beliefs : priors and posteriors, by the draws that ship.
    profiles : one per number of `PROFILED`.
    without_blocs : the profile of peer influence where groups that lean to a side have no weight.
    later, later_pooled : the votes after those that settings were chosen on, each from the votes before it.
    from_priors, near_fit : recovery of truths drawn from the priors, and of truths near the fit.
    """

    world: World
    votes: tuple[Assessed, ...]
    earlier: Validation
    beliefs: tuple[Belief, ...]
    profiles: tuple[Profile, ...]
    without_blocs: Profile
    later: tuple[Validation, ...]
    later_pooled: PooledScores
    from_priors: Recovery
    near_fit: Recovery


def assess(on_progress: Report = lambda what: None) -> Assessment:
    """Compute everything; takes minutes.

    Parameters
    ----------
    on_progress : called with what is being done.
    """
    specs = [read_scenario(name) for name in FITTED]
    fit = shipped_calibration(specs)
    observations = fit.posterior.observations
    on_progress("members held out")
    held = predict_held_out(specs[0], on_progress=lambda done: on_progress(f"members held out: {done} folds"))
    on_progress("next votes")
    votes = tuple(_assess_vote(*each) for each in zip(specs, observations, held, strict=True))
    on_progress("profiles")
    profiles = tuple(profile(observations, name, _steps(ends)) for name, ends in PROFILED.items())
    ends, held_at_0 = PROFILED["peer_influence"], dict.fromkeys(BLOCS, 0.0)
    on_progress("later votes")
    calls = [call for call in parse_rollcalls(load_scenario_world(specs[0])) if call.resolution in TO_PREDICT]
    later = score_refitted(specs[0], calls)
    on_progress("recovery")
    return Assessment(
        world=load_scenario_world(specs[0]),
        votes=votes,
        earlier=validate(read_scenario(EARLIER))[0],
        beliefs=tuple(list_beliefs(fit)),
        profiles=profiles,
        without_blocs=profile(observations, "peer_influence", _steps(ends), held_at_0),
        later=tuple(one.report for one in later),
        later_pooled=put_together([one.losses for one in later]),
        from_priors=recover(
            specs, SETS_FROM_PRIORS, from_priors, on_progress=lambda done: on_progress(f"recovery: {done} sets")
        ),
        near_fit=recover(
            specs,
            SETS_NEAR_FIT,
            near_fit(fit.draws),
            on_progress=lambda done: on_progress(f"near the fit: {done} sets"),
        ),
    )


def _steps(ends: tuple[float, float]) -> list[float]:
    return [float(value) for value in np.linspace(*ends, STEPS)]


def shipped_calibration(specs: Sequence[Scenario]) -> Calibration:
    """The mode, found again, with the draws of the shipped parameter file."""
    again, fit = calibrate(specs), read_fit(find_shipped_fit())
    if fit.draws is None:
        raise ValueError("the shipped parameter file holds no draws")
    columns = []
    for unknown in again.posterior.unknowns:
        if unknown.resolution_index is None:
            columns.append(fit.draws.parameters[unknown.name])
        else:
            columns.append(
                fit.draws.texts[again.posterior.observations[unknown.resolution_index].resolution][unknown.name]
            )
    return Calibration(again.posterior, again.found, np.array(columns).T)


def in_sample_chances(spec: Scenario) -> FloatArray:
    """Probabilities (N, 3) of the classes by an unchanged scenario with one vote."""
    return merge_to_three_classes(frequencies(run_case(prepare(spec)).votes[0].counts))


def _assess_vote(spec: Scenario, seen: Observation, held: HeldOut) -> Assessed:
    world = seen.case.world
    (call,) = (call for call in world.record if call.resolution == seen.resolution)
    earlier = [one for one in world.rollcalls if one.topic == call.topic and one.date < call.date]
    return Assessed(
        scenario=spec,
        votes=seen.votes,
        before=max(earlier, key=lambda one: one.date).votes,
        chances=in_sample_chances(spec),
        in_sample=validate(spec)[0],
        held_out=held,
        next_vote=validate_refitted(spec)[0],
    )
