"""Aid to the victim compared with the record: by donor over the months, and by donor and month.

The months after the end of calibration are scored next to rules that continue the earlier months of the record alone:

- *last value* repeats the last month,
- *linear trend* continues each donor's line of least squares (only for the sums),
- *own mean* repeats the donor's mean month,
- *pooled persistence* moves each donor from its last month towards the mean of all, by one regression over all donors
  of the logarithm of a month on that of the month before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from sim.arrays import FloatArray
from sim.results.scores_of_months import Ordering
from sim.scoring.orderings import compare_values, forecast_last_and_trend

LEAST_AID = 0.02
"""Billions of euros, added before a logarithm is taken: aid comes in lumps, and many months have none."""
CALIBRATED_TO = "2022-08"
"""Last month that parameters may be fitted to."""
Record = Mapping[str, Mapping[str, float]]
"""Aid by donor and month; a month without a record has none."""
Scores = dict[str, Ordering]


def score_aid(
    months: Sequence[str], given: FloatArray, index: Mapping[str, int], record: Record
) -> tuple[Scores, Scores]:
    """Compare a run's aid with the record: sums of donors, and donors' months.

    Donors are those in the record, and months those with a record.

    Parameters
    ----------
    given : aid in the run, billions of euros a month (T, N).
    index : column of each member.
    """
    donors = sorted(set(record) & set(index))
    recorded = sorted({month for values in record.values() for month in values} & set(months))
    early = [month for month in recorded if month <= CALIBRATED_TO]
    late = [month for month in recorded if month > CALIBRATED_TO]
    sums: Scores = {}
    by_month: Scores = {}
    for part, names in (("calibrate", early), ("score", late)):
        if names:
            rows = [list(months).index(month) for month in names]
            _compare(donors, names, given[rows][:, [index[donor] for donor in donors]], record, part, sums, by_month)
    if early[1:] and late:
        for part, values in _continue(read_record(donors, early, record), len(late)).items():
            _compare(donors, late, values, record, part, sums, {} if part == "linear_trend" else by_month)
    return sums, by_month


def read_record(donors: Sequence[str], months: Sequence[str], record: Record) -> FloatArray:
    """Read the aid of donors in months, (T, D)."""
    return np.array([[record[donor].get(month, 0.0) for donor in donors] for month in months])


def _compare(
    donors: Sequence[str],
    months: Sequence[str],
    values: FloatArray,
    record: Record,
    part: str,
    sums: Scores,
    by_month: Scores,
) -> None:
    """Add the scores of values (T, D), as sums of donors and month by month."""
    known = read_record(donors, months, record)
    cells = [f"{donor} {month}" for month in months for donor in donors]
    sums[part] = compare_values(donors, values.sum(axis=0).tolist(), known.sum(axis=0).tolist())
    by_month[part] = compare_values(cells, values.ravel().tolist(), known.ravel().tolist())


def _continue(known: FloatArray, count: int) -> dict[str, FloatArray]:
    """What simple rules make of known aid (T, D) for as many later months."""
    length = len(known)
    trends = [
        [forecast_last_and_trend(range(length), values, length + step)[1] for values in known.T.tolist()]
        for step in range(count)
    ]
    return {
        "last_value": np.tile(known[-1], (count, 1)),
        "linear_trend": np.array(trends),
        "own_mean": np.tile(known.mean(axis=0), (count, 1)),
        "pooled_persistence": _persist(known, count),
    }


def _persist(known: FloatArray, count: int) -> FloatArray:
    logs = np.log(known + LEAST_AID)
    before, after = logs[:-1].ravel(), logs[1:].ravel()
    slope, level = np.polyfit(before, after, 1) if np.ptp(before) > 0 else (0.0, after.mean())
    found = [logs[-1]]
    for _ in range(count):
        found.append(level + slope * found[-1])
    return np.maximum(np.exp(np.array(found[1:])) - LEAST_AID, 0.0)
