"""The notebook of the docs runs from top to bottom, and every value that ends a cell is shown as Jupyter shows it."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

NOTEBOOK = json.loads((Path(__file__).parents[2] / "docs" / "notebook.ipynb").read_text(encoding="utf-8"))
CODE = ["".join(cell["source"]) for cell in NOTEBOOK["cells"] if cell["cell_type"] == "code"]


def run_cell(text: str, names: dict[str, Any]) -> object:
    """Run a cell, and return the value of its last line, where that is an expression."""
    tree = ast.parse(text)
    last = tree.body[-1]
    if not isinstance(last, ast.Expr):
        exec(compile(tree, "cell", "exec"), names)
        return None
    exec(compile(ast.Module(tree.body[:-1], []), "cell", "exec"), names)
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names)


def test_the_notebook_runs() -> None:
    names: dict[str, Any] = {}
    shown: list[Any] = [run_cell(text, names) for text in CODE]
    assert all(value is not None for value in shown)
    *results, figures = shown
    assert isinstance(figures, dict)
    assert all(isinstance(result, Figure) or "<table" in result._repr_html_() for result in results)
    plt.close("all")


def test_the_notebook_is_kept_without_results() -> None:
    """Results of one machine and day would be taken for those of the version that the reader has."""
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in NOTEBOOK["cells"])
