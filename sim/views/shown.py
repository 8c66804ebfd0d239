"""The figures on which pictures are drawn: a notebook shows them, and a text of a user is shown as it is."""

from __future__ import annotations

from io import BytesIO, StringIO, TextIOBase
from os import PathLike
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from matplotlib.text import Text

from sim.results.wording import make_visible
from sim.views.hovering import turn_into_titles

FORMULA = r"$\mathdefault{"
"""What the labels begin with that Matplotlib writes along an axis of powers of ten."""


class ShownFigure(Figure):
    """A figure that a notebook shows where it is the last value of a cell."""

    def savefig(self, fname: Any, **how: Any) -> None:
        """Write the figure; no dollar sign in a text begins a formula, and no control character is drawn."""
        for text in self.findobj(Text):
            assert isinstance(text, Text)
            if not text.get_text().startswith(FORMULA):
                text.set_parse_math(False)
                text.set_text(make_visible(text.get_text()))
        path = Path(fname) if isinstance(fname, str | PathLike) else None
        if (how.get("format") or (path and path.suffix[1:].lower())) != "svg":
            super().savefig(fname, **how)
            return
        with StringIO() as drawn:
            super().savefig(drawn, **{**how, "format": "svg"})
            svg = turn_into_titles(drawn.getvalue())
        if path is not None:
            path.write_text(svg, encoding="utf-8")
        else:
            fname.write(svg if isinstance(fname, TextIOBase) else svg.encode())

    def _repr_png_(self) -> bytes:
        """How a notebook shows it."""
        with BytesIO() as file:
            self.savefig(file, format="png")
            return file.getvalue()
