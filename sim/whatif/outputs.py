"""Outputs of a finished sweep that a sensitivity analysis can look at, one for each design point."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sim.arrays import BoolArray, FloatArray, IntArray
from sim.errors import make_input_error, suggest_nearest
from sim.rules.adoption import ADOPTION_RULES, is_adopted
from sim.rules.choice import ACTIONS, OPPOSE, SUPPORT
from sim.runner.designs import list_points
from sim.runner.folder.reading import FinishedTables, VoteRows
from sim.runner.result import frequencies
from sim.specs import Experiment, load_scenario_world
from sim.summaries.ranking import list_wanted
from sim.summaries.tallies import count_actions, is_near
from sim.world import World

PLAIN = (*ACTIONS, *ADOPTION_RULES, "near")
LABELS = {
    "support": "number of members that support",
    "abstain": "number of members that abstain",
    "oppose": "number of members that oppose",
    "absent": "number of absent members",
    "majority": "share of runs with a simple majority",
    "two-thirds": "share of runs with a two-thirds majority",
    "near": "share of runs near the target split, or without one the observed",
}
"""What people call the outputs that are not of a member."""
OUTPUTS_HELP = f"{', '.join(PLAIN)}, or a member's action such as IND:abstain"
EVENT = re.compile(r"^(?P<output>.+?)(?P<sign>[<>])(?P<bound>-?[0-9.]+)$")


Measure = Callable[[FinishedTables, VoteRows], FloatArray]
"""What computes an output of a vote at a point: for every replicate, or once where it is a probability over them."""


@dataclass(frozen=True)
class Question:
    """A question about an output or an event, checked to be one that the experiment can answer.

    Parameters
    ----------
    name : which output: an action (mean members), a rule (share of replicates it is met in), ``near`` (share near the
        experiment's target split, or where it has none the observed tally), or a member's action (its probability); or
        an event.
    resolution : the vote.
    answer : what computes it at a point.
    """

    name: str
    resolution: str
    answer: Callable[[FinishedTables, VoteRows], float]


def label_output(name: str) -> str:
    """What people call an output.

    Examples
    --------
    >>> label_output("majority"), label_output("IND:abstain")
    ('share of runs with a simple majority', 'probability that IND does: abstain')
    """
    if name in LABELS:
        return LABELS[name]
    member, _, action = name.rpartition(":")
    return f"probability that {member} does: {action}"


@dataclass(frozen=True)
class Answers:
    """An output of one vote at every point of an experiment.

    Parameters
    ----------
    name, resolution : of the question.
    points : numbers of the points, those that failed left out.
    values : the output at each.
    """

    name: str
    resolution: str
    points: tuple[int, ...]
    values: FloatArray


def compute_output(experiment: Experiment, name: str, resolution: str | None = None) -> Question:
    """The question about an output, before anything is run.

    Parameters
    ----------
    name : ``support`` (or another action), ``majority``, ``two-thirds``, ``near``, or ``IND:abstain``.
    resolution : which vote; the first by default.

    Raises
    ------
    InputError : there is no such output or vote, or the experiment does not keep what it is computed from.
    """
    vote = find_resolution(experiment, resolution)
    figure = _figure("--output", name, vote, experiment)
    return Question(name, vote, lambda finished, vote: float(figure(finished, vote).mean()))


def parse_event(experiment: Experiment, name: str, resolution: str | None = None) -> Question:
    """The question for the share of replicates with an event; for a probability, whether the bound holds at the point.

    Parameters
    ----------
    name : an output and a bound, such as ``support<100`` or ``BLR:oppose>0.5``; or a rule, which then fails.

    Raises
    ------
    InputError : there is no such event or vote, or the experiment does not keep what it is computed from.
    """
    vote = find_resolution(experiment, resolution)
    if name in ADOPTION_RULES:
        met = _figure("--event", name, vote, experiment)
        return Question(name, vote, lambda finished, vote: 1.0 - float(met(finished, vote).mean()))
    found = EVENT.match(name)
    if found is None:
        fix = f"Give a rule that fails ({', '.join(ADOPTION_RULES)}), or a bound such as support<100 or BLR:oppose>0.5."
        raise make_input_error("--event", "", f"'{name}' is not an event.", fix)
    figure, bound = _figure("--event", found["output"], vote, experiment), float(found["bound"])
    sign = -1.0 if found["sign"] == "<" else 1.0
    return Question(name, vote, lambda finished, vote: float((sign * (figure(finished, vote) - bound) > 0).mean()))


def find_resolution(experiment: Experiment, resolution: str | None) -> str:
    """The resolution that is asked about: the first of the scenarios' votes where none is named.

    Raises
    ------
    InputError : no scenario of the experiment votes on it.
    """
    resolutions = [vote.resolution for base in experiment.bases.values() for vote in base.vote]
    if resolution is not None and resolution not in resolutions:
        fix = suggest_nearest(resolution, resolutions, f"Its votes are {', '.join(resolutions)}.")
        raise make_input_error("--resolution", "", f"'{resolution}' is not a vote of this experiment.", fix)
    return resolution or resolutions[0]


def answer_question(experiment: Experiment, folder: Path, question: Question) -> Answers:
    """The answer to a question at every point of a finished sweep."""
    finished = FinishedTables(folder)
    rows: Mapping[int, VoteRows] = {
        vote.point: vote
        for votes in finished.votes.values()
        for vote in votes
        if vote.resolution == question.resolution
    }
    points = tuple(point.number for point in list_points(experiment) if point.number in rows)
    values = np.array([question.answer(finished, rows[point]) for point in points])
    return Answers(question.name, question.resolution, points, values)


def _figure(option: str, name: str, resolution: str, experiment: Experiment) -> Measure:
    world = load_scenario_world(next(iter(experiment.bases.values())))
    if name in ACTIONS:
        return lambda finished, vote: finished.tallies(vote)[:, ACTIONS.index(name)].astype(float)
    if name in ADOPTION_RULES:
        return lambda finished, vote: _is_adopted(finished.tallies(vote), name).astype(float)
    if name == "near":
        call = world.rollcall(resolution)
        wanted = list_wanted(experiment, resolution) or (call and dict(count_actions(call.tally)))
        if not wanted:
            fix = "Give the experiment a [target_split]."
            raise make_input_error(option, name, f"the world has no roll call of '{resolution}' to be near to.", fix)
        return lambda finished, vote: is_near(finished.tallies(vote), wanted).astype(float)
    return _probability(option, name, world, experiment)


def _is_adopted(tallies: IntArray, rule: str) -> BoolArray:
    return is_adopted(tallies[:, SUPPORT], tallies[:, OPPOSE], "majority" if rule == "majority" else "two-thirds")


def _probability(option: str, name: str, world: World, experiment: Experiment) -> Measure:
    """A member's probability of an action, from the table of members."""
    reference, _, action = name.rpartition(":")
    if action not in ACTIONS or not reference:
        raise make_input_error(
            option, name, "there is no such output.", suggest_nearest(name, PLAIN, f"Allowed are {OUTPUTS_HELP}.")
        )
    try:
        (iso3,) = world.resolve(reference)
    except (KeyError, ValueError):
        fix = world.hint(reference, "'sim world members' lists them.")
        raise make_input_error(option, name, f"'{reference}' is not a member of {world.name}.", fix) from None
    if "members" not in experiment.outputs:
        fix = 'Give the experiment outputs = ["members"], and run it to a new folder.'
        raise make_input_error(option, name, "needs members, which this experiment does not keep.", fix)
    index, code = world.index[iso3], ACTIONS.index(action)
    return lambda finished, vote: frequencies(finished.counts(vote)[[index]])[:, code]
