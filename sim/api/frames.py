"""The frames of results: pandas frames that other programs can read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def make_frame(data: Any, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """A frame in which a column without any value holds numbers that are all missing.

    Stata and other programs cannot read a column of texts that are all missing, such as errors where no point failed.
    """
    import pandas as pd

    frame = pd.DataFrame(data, columns=None if columns is None else list(columns))
    empty = [name for name in frame.columns if len(frame) and frame[name].isna().all()]
    return frame.astype(dict.fromkeys(empty, float))
