"""The JSON Schema of a goal file, from which editors complete keys, explain them and mark mistakes."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from sim.specs.goal.spec import Goal
from sim.specs.scenario.schema import make_schema


@cache
def make_goal_structure() -> dict[str, Any]:
    """The schema of a goal file; it is shared, so do not change it."""
    return make_schema(Goal)


def make_goal_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a goal file."""
    return {"$schema": GenerateJsonSchema.schema_dialect} | copy.deepcopy(make_goal_structure())
