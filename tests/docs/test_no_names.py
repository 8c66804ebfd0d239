"""Nothing that computes names a member, a bloc, a resolution or a topic: these are data of worlds and scenarios."""

import ast
from datetime import date
from pathlib import Path

import pytest

import sim
from sim.world import load_world

ROOT = Path(sim.__file__).parent
COMPUTING = ("arrays", "randomness", "rules", "world", "case", "months", "ensemble", "equilibrium", "model", "fitting")
APART = {"world/loading.py": {"un"}, "world/header.py": {"UN"}, "world/reading.py": {"UN"}}
"""Names of shipped worlds, and the word of a table of sanctions for measures that bind everyone."""


def constants(path):
    """The texts in a module that are not docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documents = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documents:
            yield node.value


def modules():
    return sorted(
        path for path in ROOT.rglob("*.py") if path.relative_to(ROOT).parts[0].removesuffix(".py") in COMPUTING
    )


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_nothing_that_computes_names_a_member_a_group_a_resolution_or_a_topic(path):
    world = load_world("un", at=date(2022, 3, 2))
    calls = [*world.rollcalls, *world.outcomes]
    forbidden = {
        *world.iso3,
        *world.names,
        *(group.key for group in world.groups),
        *(group.name for group in world.groups),
        *(call.resolution for call in calls),
        *(call.topic for call in calls if " " in call.topic),
    }
    own = set(constants(path)) - APART.get(path.relative_to(ROOT).as_posix(), set())
    assert not own & forbidden
