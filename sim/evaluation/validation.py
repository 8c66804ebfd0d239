"""Scoring a scenario against roll calls, beside what simple rules would have said.

*Declared* is the scenario as it stands. *Pinned* fits severity and the abstaining base rate to the observed counts
alone, so that only who does what is judged: its accuracy ranks members by P(support) - P(oppose) and cuts at the
counts.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from sim.case import NOT_GIVEN, Case, prepare
from sim.ensemble import own_utilities
from sim.errors import InputError, Problem, did_you_mean, input_error
from sim.evaluation.baselines import base_rates, majority, persistence
from sim.evaluation.equilibrium import equilibrium
from sim.evaluation.scores import Scores, classes_of, ranked_classes, score, three_classes
from sim.evaluation.summary import frequencies
from sim.rules.choice import OPPOSE, STANCES, SUPPORT
from sim.runner.run import VoteResult, run
from sim.specs import Scenario
from sim.world import ROLL_CALL_VOTES, World, load_world

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

COLUMNS = ("resolution", "date", "iso3", "vote")


@dataclass(frozen=True)
class Observed:
    """A roll call to be scored against: action codes (N,), -1 where not recorded."""

    resolution: str
    date: date
    votes: IntArray


@dataclass(frozen=True)
class Validation:
    """Scores of one resolution."""

    resolution: str
    n: int
    pinned: Scores
    declared: Scores
    baselines: dict[str, Scores]

    def document(self) -> dict[str, object]:
        """The entry of ``sim validate --json``."""
        return {
            "resolution": self.resolution,
            "n": self.n,
            "pinned": self.pinned.document(),
            "declared": self.declared.document(),
            "baselines": {name: scores.document() for name, scores in self.baselines.items()},
        }


def shipped_rollcalls(world: World) -> list[Observed]:
    """The world's own roll calls."""
    return [Observed(call.resolution, call.date, call.votes) for call in world.rollcalls]


def read_rollcalls(path: Path, world: World) -> list[Observed]:
    """Roll calls from a CSV file with the columns resolution, date, iso3, vote.

    Raises
    ------
    InputError : the file cannot be read, or has problems (all are listed).
    """
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            rows, header = list(reader), list(reader.fieldnames or ())
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise input_error(str(path), "", f"cannot be read: {getattr(error, 'strerror', None) or error}.") from None
    lacking = [column for column in COLUMNS if column not in header]
    if lacking:
        raise InputError(Problem(str(path), c, "missing column.", did_you_mean(c, header)) for c in lacking)
    problems: list[Problem] = []
    found: dict[str, Observed] = {}
    for line, row in enumerate(rows, start=2):
        where = f"line {line}"
        try:
            day = date.fromisoformat(row["date"] or "")
        except ValueError:
            problems.append(Problem(str(path), where, f"date: got '{row['date']}'; one like 2022-03-02 is needed."))
            continue
        if row["vote"] not in ROLL_CALL_VOTES:
            allowed = ", ".join(ROLL_CALL_VOTES)
            problems.append(Problem(str(path), where, f"vote: got '{row['vote']}'; allowed are {allowed}."))
        elif row["iso3"] not in world.index:
            fix = did_you_mean(row["iso3"] or "", world.iso3)
            problems.append(Problem(str(path), where, f"iso3: '{row['iso3']}' is not a member of the world.", fix))
        else:
            call = found.setdefault(row["resolution"], Observed(row["resolution"], day, np.full(world.size, -1)))
            if call.date != day:
                problems.append(Problem(str(path), where, f"date: {row['resolution']} was dated {call.date} before."))
            if call.votes[world.index[row["iso3"]]] >= 0:
                problems.append(Problem(str(path), where, f"iso3: {row['iso3']} stands twice for one resolution."))
            call.votes[world.index[row["iso3"]]] = ROLL_CALL_VOTES.index(row["vote"])
    if not rows:
        problems.append(Problem(str(path), "", "holds no votes."))
    if problems:
        raise InputError(problems)
    return list(found.values())


def validate(spec: Scenario, rollcalls: list[Observed] | None = None) -> list[Validation]:
    """Score every vote of a scenario that has a roll call.

    Parameters
    ----------
    rollcalls : what to score against; the world's own roll calls by default.

    Raises
    ------
    InputError : no vote of the scenario has a roll call.
    """
    world = load_world(spec.world)
    calls = {call.resolution: call for call in (shipped_rollcalls(world) if rollcalls is None else rollcalls)}
    matched = [vote.resolution for vote in spec.vote if vote.resolution in calls]
    if not matched:
        have = ", ".join(calls)
        message = f"none of the scenario's resolutions ({', '.join(v.resolution for v in spec.vote)}) has a roll call."
        raise input_error(f"scenario '{spec.title}'", "vote", message, f"Roll calls given: {have}.")
    case = prepare(spec, world)
    result = run(case)
    found = []
    for number, vote in enumerate(result.votes):
        if vote.resolution in calls:
            earlier = [mean_stances(done) for done in result.votes[:number]]
            pinned = pinned_probabilities(case, number, calls[vote.resolution].votes, earlier)
            found.append(_validated(case, number, frequencies(vote.counts), pinned, calls[vote.resolution]))
    return found


def mean_stances(vote: VoteResult) -> FloatArray:
    """Mean stance of every member over the replicates, (N,)."""
    return vote.counts @ STANCES / vote.counts.sum(axis=1)


def _validated(case: Case, number: int, chances: FloatArray, pinned: FloatArray, call: Observed) -> Validation:
    scored = (case.ballots[number].given == NOT_GIVEN) & (call.votes >= 0)
    if not scored.any():
        raise input_error(call.resolution, "", "every vote on record is given, so there is nothing to score.")
    observed = classes_of(call.votes[scored])
    ranked = three_classes(pinned[scored])
    target = case.world.iso3[case.roles.target]
    rules = {"majority": majority(observed), "base_rates": base_rates(observed)}
    repeated = persistence(case.world, target, case.spec.vote[0].date)
    if repeated is not None:
        rules["persistence"] = repeated[scored]
    return Validation(
        call.resolution,
        int(scored.sum()),
        score(ranked, observed, ranked_classes(ranked, observed)),
        score(three_classes(chances[scored]), observed),
        {name: score(probabilities, observed) for name, probabilities in rules.items()},
    )


def pinned_probabilities(case: Case, number: int, votes: IntArray, earlier: list[FloatArray]) -> FloatArray:
    """Probabilities (N, 4) at equilibrium with severity and ``abstain_bias`` fitted to the observed counts alone.

    Parameters
    ----------
    votes : observed action codes (N,), of which only the counts are used.
    earlier : mean simulated stances (N,) in each earlier vote of the scenario.
    """
    ballot = case.ballots[number]
    drawn = (ballot.given == NOT_GIVEN) & (votes >= 0)
    counts = np.bincount(votes[drawn], minlength=4)
    wanted = np.array([counts[SUPPORT], counts[OPPOSE]], dtype=np.float64)

    def chances(vector: FloatArray) -> FloatArray:
        parameters = {**case.parameters, "abstain_bias": case.parameters["abstain_bias"] + float(vector[1])}
        altered = replace(case, parameters=parameters)
        shifted = replace(ballot, severity=ballot.severity + float(vector[0]), emptiness=ballot.emptiness + vector[1])
        own = own_utilities(altered, shifted, earlier)
        return equilibrium(own, shifted, case.peers, parameters["peer_influence"])

    def gap(vector: FloatArray) -> FloatArray:
        expected = chances(vector)[drawn].sum(axis=0)
        return np.array([expected[SUPPORT], expected[OPPOSE]]) - wanted

    found = least_squares(gap, np.zeros(2), bounds=([-20, -20], [20, 20]), diff_step=[1e-4, 1e-4])
    return chances(found.x)
