"""Checks across the parts of an experiment: a design against its kind, keys set twice, counts against the world."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sim.limits import MOST_POINTS
from sim.specs.draft import Finding, Key, shorten_key
from sim.specs.experiment.design import (
    OVER,
    POWERS_OF_TWO,
    SAMPLED,
    STEPPED,
    Design,
    Factor,
    count_points_per_scenario,
    is_whole,
)
from sim.specs.experiment.spec import TargetSplit
from sim.specs.scenario.checks import vote_findings
from sim.specs.scenario.spec import Scenario
from sim.specs.worlds import load_scenario_world


def check_design(design: Design, factors: Mapping[str, Factor], scenarios: int) -> Iterator[Finding]:
    """What is wrong between the kind of a design and its other keys."""
    if design.kind == "table":
        if design.file is None and not design.over:
            yield Finding(("design", "file"), "is missing, but a table needs it.", "Give a CSV file.")
        elif design.file is not None and design.over:
            yield Finding(("design", "file"), "file and over are given where exactly one of them is needed.")
    else:
        if design.file is not None:
            yield Finding(("design", "file"), f"is only for a table, not for {design.kind}.", "Leave it out.")
        if not design.over:
            yield Finding(
                OVER, "there is nothing to vary.", 'Give a factor: "parameters.enforcement" = { values = [0, 1] }.'
            )
    yield from _sample_findings(design)
    for name, factor in factors.items():
        yield from _step_findings(design, name, factor)
    lengths = {name: factor.count for name, factor in factors.items()}
    if design.kind in ("zip", "table") and len(set(lengths.values())) > 1:
        lengths_listed = ", ".join(f"{name} has {length}" for name, length in lengths.items())
        yield Finding(OVER, f"its factors must have the same number of values, but {lengths_listed}.")
    size = max(scenarios, 1) * count_points_per_scenario(design)
    if size > MOST_POINTS:
        yield Finding(
            ("design",),
            f"has {size:,} points; at most {MOST_POINTS:,} are allowed.",
            "Vary less at once, or in fewer steps.",
        )


def _sample_findings(design: Design) -> Iterator[Finding]:
    key = ("design", "samples")
    if design.kind not in SAMPLED:
        if design.samples is not None:
            yield Finding(key, f"is only for designs that draw samples, not for {design.kind}.", "Leave it out.")
    elif design.samples is None:
        yield Finding(key, f"is missing, but {design.kind} needs it.", "Give how many points are drawn.")
    elif design.kind in POWERS_OF_TWO and design.samples.bit_count() > 1:
        following = 1 << design.samples.bit_length()
        yield Finding(
            key, f"{design.samples} is not a power of two, which {design.kind} needs.", f"The next one is {following}."
        )
    if design.priors is not None:
        yield Finding(
            ("design", "priors"), f"is only for designs that draw samples, not for {design.kind}.", "Leave it out."
        )


def _step_findings(design: Design, name: str, factor: Factor) -> Iterator[Finding]:
    """What is wrong with a range for this kind of design."""
    place: Key = (*OVER, name)
    if factor.values is not None:
        if design.kind == "factorial" and any(
            value in factor.values[:n] for n, value in enumerate(factor.values[:1000])
        ):
            yield Finding((*place, "values"), "holds a value twice; give each value once.")
        return
    if design.kind == "table":
        yield Finding(place, "a range is given, but a table has values.")
    elif design.kind in SAMPLED and factor.steps is not None:
        yield Finding(
            (*place, "steps"), f"is only for factorial and zip; {design.kind} draws its own values.", "Leave it out."
        )
    elif design.kind in STEPPED and factor.steps is None:
        yield Finding(
            (*place, "steps"), f"is missing, but {design.kind} needs it.", "Give how many values the range has."
        )
    if is_whole(name):
        for key, end in (("from", factor.low), ("to", factor.high)):
            if end != round(end):
                yield Finding((*place, key), f"{end:g} is given where a whole number is needed.")
        width = round(factor.high) - round(factor.low)
        if design.kind in STEPPED and factor.steps and width % (factor.steps - 1):
            message = f"{factor.steps} steps do not fall on whole numbers, which {name} needs."
            yield Finding((*place, "steps"), message, f"{width + 1} steps do.")


def check_repetition(factors: Mapping[str, Factor], assigned: Mapping[str, object]) -> Iterator[Finding]:
    """Keys that are set twice: by two factors, or by a factor and by ``[set]``."""
    varied: dict[str, str] = {}
    for name in factors:
        earlier = varied.setdefault(shorten_key(name), name)
        if earlier != name:
            yield Finding((*OVER, name), f"sets the same key as {earlier}.")
    for name in assigned:
        if name in ("seed", "replicates"):
            yield Finding(("set", name), "is a key of the experiment itself.", f"Give {name} outside [set].")
        if shorten_key(name) in varied:
            yield Finding(("set", name), "is also varied by the design.", "Remove it from one of the two.")


def split_findings(target_split: TargetSplit, base: Scenario) -> Iterator[Finding]:
    """What is wrong with the counts that points are ranked by, for one of the scenarios."""
    resolutions = [vote.resolution for vote in base.vote]
    yield from vote_findings(("target_split", "resolution"), target_split.resolution, resolutions, f'"{base.title}"')
    counts = target_split.counts()
    members = load_scenario_world(base).size - target_split.besides_target
    if sum(counts.values()) > members:
        yield Finding(("target_split",), f"adds up to {sum(counts.values())}, but only {members} members vote.")
    elif len(counts) == 4 and sum(counts.values()) < members:
        yield Finding(("target_split",), f"adds up to {sum(counts.values())}, but there are {members} members.")
