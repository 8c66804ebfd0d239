"""The figures on which pictures are drawn: a notebook shows them, whatever backend Matplotlib has."""

from __future__ import annotations

from io import BytesIO

from matplotlib.figure import Figure


class ShownFigure(Figure):
    """A figure that a notebook shows where it is the last value of a cell."""

    def _repr_png_(self) -> bytes:
        """How a notebook shows it."""
        with BytesIO() as file:
            self.savefig(file, format="png")
            return file.getvalue()
