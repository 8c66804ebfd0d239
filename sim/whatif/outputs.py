"""Figures of a finished sweep that a sensitivity analysis can look at, one for each design point."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.errors import did_you_mean, input_error
from sim.evaluation.summary import NEAR, frequencies
from sim.rules.adoption import RULES, is_adopted
from sim.rules.choice import ACTIONS, OPPOSE, SUPPORT
from sim.runner.designs import points_of
from sim.runner.finished import Block, Finished
from sim.specs import Experiment
from sim.world import World, load_world

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.integer]

PLAIN = (*ACTIONS, *RULES, "near")
HELP = f"{', '.join(PLAIN)}, or a member's action such as IND:abstain"
EVENT = re.compile(r"^(?P<output>.+?)(?P<sign>[<>])(?P<bound>-?[0-9.]+)$")


@dataclass(frozen=True)
class Answers:
    """A figure of one vote at every point of an experiment.

    Parameters
    ----------
    name : what the figure is: an action (mean members), a rule (share of replicates it is met in), ``near`` (share near
        the observed tally), or a member's action (its probability); or an event.
    resolution : the vote.
    points : numbers of the points, those that failed left out.
    values : the figure at each.
    """

    name: str
    resolution: str
    points: tuple[int, ...]
    values: FloatArray


def read_output(experiment: Experiment, folder: Path, name: str, resolution: str | None = None) -> Answers:
    """A figure at every point of a finished sweep.

    Parameters
    ----------
    name : ``support`` (or another action), ``majority``, ``two-thirds``, ``near``, or ``IND:abstain``.
    resolution : which vote; the first by default.

    Raises
    ------
    InputError : there is no such figure or vote, or the sweep did not keep what it is made of.
    """
    vote, world = vote_of(experiment, resolution), _world(experiment)
    figure = _figure(name, vote, world, experiment)
    return _read(experiment, folder, name, vote, lambda finished, block: float(figure(finished, block).mean()))


def read_event(experiment: Experiment, folder: Path, name: str, resolution: str | None = None) -> Answers:
    """The share of replicates with an event at every point; of a member's probability, whether it holds at the point.

    Parameters
    ----------
    name : a figure and a bound, such as ``support<100`` or ``BLR:oppose>0.5``; or a rule, which then fails.

    Raises
    ------
    InputError : there is no such event or vote, or the sweep did not keep what it is made of.
    """
    vote, world = vote_of(experiment, resolution), _world(experiment)
    if name in RULES:
        fails = _figure(name, vote, world, experiment)
        return _read(experiment, folder, name, vote, lambda finished, block: 1 - float(fails(finished, block).mean()))
    found = EVENT.match(name)
    if found is None:
        fix = f"Give a rule that fails ({', '.join(RULES)}), or a bound such as support<100 or BLR:oppose>0.5."
        raise input_error("--event", "", f"got '{name}'.", fix)
    figure, bound = _figure(found["output"], vote, world, experiment), float(found["bound"])
    sign = -1.0 if found["sign"] == "<" else 1.0

    def share(finished: Finished, block: Block) -> float:
        return float((sign * (figure(finished, block) - bound) > 0).mean())

    return _read(experiment, folder, name, vote, share)


def vote_of(experiment: Experiment, resolution: str | None) -> str:
    """The resolution that is meant, the first of the scenarios' votes where none is named.

    Raises
    ------
    InputError : no scenario of the experiment votes on it.
    """
    resolutions = [vote.resolution for base in experiment.bases.values() for vote in base.vote]
    if resolution is not None and resolution not in resolutions:
        fix = did_you_mean(resolution, resolutions, f"Its votes are {', '.join(resolutions)}.")
        raise input_error("--resolution", "", f"'{resolution}' is no vote of this experiment.", fix)
    return resolution or resolutions[0]


def _world(experiment: Experiment) -> World:
    return load_world(next(iter(experiment.bases.values())).world)


def _read(
    experiment: Experiment, folder: Path, name: str, resolution: str, value: Callable[[Finished, Block], float]
) -> Answers:
    finished = Finished(folder)
    blocks: Mapping[int, Block] = {
        block.point: block for blocks in finished.blocks.values() for block in blocks if block.resolution == resolution
    }
    points = tuple(point.number for point in points_of(experiment) if point.number in blocks)
    return Answers(name, resolution, points, np.array([value(finished, blocks[point]) for point in points]))


def _figure(
    name: str, resolution: str, world: World, experiment: Experiment
) -> Callable[[Finished, Block], FloatArray]:
    """What gives the figure of a block: replicate by replicate, or once where it is a probability over replicates."""
    if name in ACTIONS:
        return lambda finished, block: finished.tallies(block)[:, ACTIONS.index(name)].astype(float)
    if name in RULES:
        return lambda finished, block: _adopted(finished.tallies(block).astype(int), name).astype(float)
    if name == "near":
        call = world.rollcall(resolution)
        if call is None:
            raise input_error("near", "", f"the world has no roll call of '{resolution}' to be near to.")
        observed = np.bincount(call.votes[call.votes >= 0], minlength=len(ACTIONS))
        return lambda finished, block: (np.abs(finished.tallies(block) - observed) <= NEAR).all(axis=1).astype(float)
    return _probability(name, world, experiment)


def _adopted(tallies: IntArray, rule: str) -> NDArray[np.bool_]:
    return is_adopted(tallies[:, SUPPORT], tallies[:, OPPOSE], "majority" if rule == "majority" else "two-thirds")


def _probability(name: str, world: World, experiment: Experiment) -> Callable[[Finished, Block], FloatArray]:
    """A member's probability of an action, from the table of members."""
    reference, _, action = name.rpartition(":")
    if action not in ACTIONS or not reference:
        raise input_error("output", "", f"there is no '{name}'.", did_you_mean(name, PLAIN, f"Allowed are {HELP}."))
    try:
        (iso3,) = world.resolve(reference)
    except (KeyError, ValueError):
        fix = did_you_mean(reference, (*world.iso3, *world.names), "'sim world members' lists them.")
        raise input_error("output", "", f"'{reference}' is no member of {world.name}.", fix) from None
    if "members" not in experiment.outputs:
        fix = 'Give the experiment outputs = ["members"], and run it to a new folder.'
        raise input_error("output", "", f"'{name}' needs members, which this experiment does not keep.", fix)
    index, code = world.index[iso3], ACTIONS.index(action)
    return lambda finished, block: frequencies(finished.counts(block)[[index]].astype(np.int64))[:, code]
