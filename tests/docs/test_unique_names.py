"""One name means one thing: a public function or class has one definition in the package."""

import ast
from collections import defaultdict
from pathlib import Path

import sim

ROOT = Path(sim.__file__).parent
SAME_MEANING = {
    "command": "the entry point of every command",
    "compare": "sim.compare, and the question behind it",
    "explain": "sim.explain, and the question behind it",
    "prepare": "sim.prepare, and the case behind it",
    "reach": "sim.reach, and the question behind it",
    "read_experiment": "the command line prints its warnings as well",
    "read_goal": "the command line prints its warnings as well",
    "read_scenario": "the command line prints its warnings as well",
}
"""Names that several modules define, and why that is one meaning."""


def definitions():
    """The modules that define each public function and class at their top level."""
    found = defaultdict(list)
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append(path.relative_to(ROOT).as_posix())
    return found


def test_a_public_name_is_defined_once():
    repeated = {name for name, places in definitions().items() if len(places) > 1}
    assert repeated == SAME_MEANING.keys()
