"""What a model is asked to run, in any form that is accepted: one case, and which replicate of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from sim.arguments import Argument, check_whole_number, describe, read_mapping
from sim.case.draws import draw_case
from sim.case.prepared import Case, prepare, with_seed
from sim.errors import InputError, Problem
from sim.specs import Scenario, parse_scenario, read_scenario
from sim.specs.scenario.spec import LAST_SEED

WHERE = "AlignmentModel"
SEED = REPLICATE = check_whole_number(0, LAST_SEED)
SCENARIO = OVERRIDES = Argument("a dictionary", read_mapping)
FRESH = 2**31
"""Replicates that a model without a seed and a replicate takes one of."""


class Request(NamedTuple):
    """A case with the parameters that the replicate has, and the replicate."""

    case: Case
    replicate: int


def read_request(
    scenario: object,
    *,
    seed: object = None,
    rng: object = None,
    replicate: object = None,
    overrides: Mapping[str, object] | None = None,
) -> Request:
    """Find out what is asked for.

    Parameters
    ----------
    scenario : name of a shipped scenario, path of a scenario file, a dictionary as a file would hold it, a `Scenario`
        or a `Case`. Or a scenario of Mesa's: its ``rng`` is the seed, its ``file`` one of the above and its
        ``replicate`` the replicate, where it has them; all else in it are overrides.
    seed, rng : the scenario's seed, in either of Mesa's two spellings; its own by default.
    replicate : from 0. By default the first where there is a seed, and a random one where there is none.
    overrides : other values for keys of the scenario, ``__`` standing for the dot.

    Raises
    ------
    InputError : the scenario, an override, the seed or the replicate is not valid; all problems are listed.
    """
    overrides = OVERRIDES.value(WHERE, "overrides", overrides or {})
    if seed is not None and rng is not None:
        raise InputError([Problem(WHERE, "seed", "got both seed and rng.", "Give one of them.")])
    if is_of_mesa(scenario):
        parts = dict(scenario)  # type: ignore[call-overload]
        rng = scenario.rng if seed is None and rng is None else rng  # type: ignore[attr-defined]
        replicate = parts.pop("replicate", None) if replicate is None else replicate
        scenario = parts.pop("file", "es-11-1")
        overrides = {**{key: value for key, value in parts.items() if key != "rng"}, **overrides}
    whole = read_seed("rng", rng) if seed is None else read_seed("seed", seed)
    case = build_case(scenario, whole, overrides)
    if replicate is None:
        number = 0 if whole is not None else int(np.random.default_rng().integers(FRESH))
    else:
        number = REPLICATE.value(WHERE, "replicate", replicate)
    return Request(draw_case(case, number), number)


def is_of_mesa(scenario: object) -> bool:
    """Whether something is a scenario of Mesa's own (from 3.5 on): pairs of names and values, and a seed."""
    return hasattr(scenario, "rng") and hasattr(scenario, "__iter__")


def read_seed(key: str, given: object) -> int | None:
    """The seed in any of the forms that Mesa takes: a whole number, or what NumPy has made of one."""
    if isinstance(given, np.random.Generator):
        given = given.bit_generator
    if isinstance(given, np.random.BitGenerator):
        given = given.seed_seq
    if isinstance(given, np.random.SeedSequence):
        is_plain = isinstance(given.entropy, int) and given.entropy <= LAST_SEED and not given.spawn_key
        return given.entropy if is_plain else int(given.generate_state(1, np.uint64)[0] >> np.uint64(1))  # type: ignore[return-value]
    return None if given is None else SEED.value(WHERE, key, given)


def build_case(scenario: object, seed: int | None, overrides: Mapping[str, object]) -> Case:
    """Make a scenario ready, under a seed and other values for some of its keys."""
    if isinstance(scenario, Case) and not overrides:
        return scenario if seed is None else with_seed(scenario, seed)
    texts = [f"{key.replace('__', '.')}={_written(value)}" for key, value in overrides.items()]
    if seed is not None:
        texts.append(f"seed={seed}")
    if isinstance(scenario, str | Path):
        return prepare(read_scenario(scenario, texts))
    if isinstance(scenario, Mapping):
        return prepare(parse_scenario(SCENARIO.value(WHERE, "scenario", scenario), "scenario", Path(), texts))
    spec = scenario.spec if isinstance(scenario, Case) else scenario
    if not isinstance(spec, Scenario):
        message = f"got {describe(scenario)}; a name, a path, a dictionary, a Scenario or a Case is needed."
        raise InputError([Problem(WHERE, "scenario", message)])
    return prepare(parse_scenario(spec.document(), spec.title, Path(), texts) if texts else spec)


def _written(value: object) -> str:
    """A value as ``--set`` takes it: numbers and lists as in TOML, everything else as text."""
    return json.dumps(value) if isinstance(value, bool | int | float | list | tuple) else str(value)
