"""The plan of the estimate, which was written before any fit: what counts as a threat, which votes are controls."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

FILES = ("pressure.toml", "un/outcomes/threats.csv")
PLAN_DIGEST = "0c5d8a617eb8a048efce39d9c24814a0ac1900436db660bb2c2142d54d569847"
"""SHA-256 of the files, one after the other, as they were before the first fit."""


@cache
def read_plan() -> Mapping[str, Any]:
    """The plan as its file holds it."""
    return tomllib.loads(_read(FILES[0]).decode())


def plan_digest() -> str:
    """SHA-256 of the plan and the coded threats as they are."""
    return sha256(b"".join(map(_read, FILES))).hexdigest()


def _read(name: str) -> bytes:
    return files("sim").joinpath("data", *name.split("/")).read_bytes()
