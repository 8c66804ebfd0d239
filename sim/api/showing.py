"""How results are shown in a notebook: the first rows of their frames, as tables for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.results.showing import MOST_ROWS
from sim.results.tables import COUNT, FIGURE, TEXT, Column, Kind, Table, table

if TYPE_CHECKING:
    import pandas as pd


def find_table(frame: pd.DataFrame, title: str) -> Table:
    """The first rows of a frame, under the names of its columns."""
    first = frame.head(MOST_ROWS)
    columns = [Column(str(name), _kind(first[name])) for name in first.columns]
    rows = first.astype(object).where(first.notna(), None).to_numpy().tolist()
    left = len(frame) - len(first)
    return table(title, columns, rows, f"And {left:,} more." if left else "")


def _kind(column: pd.Series) -> Kind:
    import pandas as pd

    if pd.api.types.is_bool_dtype(column) or not pd.api.types.is_numeric_dtype(column):
        return TEXT
    return COUNT if pd.api.types.is_integer_dtype(column) else FIGURE
