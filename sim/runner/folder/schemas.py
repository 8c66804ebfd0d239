"""The columns of the tables of a folder of results.

The label, unit and description of a column are metadata of its field in the Parquet file.
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from sim.results.parts import Statistics
from sim.rules.choice import ACTIONS
from sim.rules.parameters import load_registry
from sim.runner.folder.files import MEMBERS, MONTHS, SIDED, VOTES
from sim.runner.months import SIDES


def _column(name: str, kind: pa.DataType, label: str, description: str, unit: str = "") -> pa.Field:
    return pa.field(name, kind, metadata={"label": label, "unit": unit, "description": description})


_POINT = _column("point", pa.int32(), "point", "number of the point, from 0")
_RESOLUTION = _column("resolution", pa.string(), "resolution", "the vote")
_REPLICATE = _column("replicate", pa.int32(), "run", "number of the run, from 0")
_MEMBER = _column("iso3", pa.string(), "member", "code of the member")


def _actions(description: str, unit: str) -> list[pa.Field]:
    return [_column(action, pa.int32(), action, description.format(action), unit) for action in ACTIONS]


TALLY_SCHEMA = pa.schema(
    [
        _POINT,
        _RESOLUTION,
        _REPLICATE,
        *_actions("members whose action is {}", "members"),
        _column("is_settled", pa.bool_(), "settled", "whether deliberation had settled after the last round"),
    ]
)
MEMBER_SCHEMA = pa.schema(
    [_POINT, _RESOLUTION, _MEMBER, *_actions("runs in which the action of the member is {}", "runs")]
)
VOTE_SCHEMA = pa.schema(
    [
        _POINT,
        _RESOLUTION,
        _REPLICATE,
        _column(
            "actions",
            pa.binary(),
            "actions",
            "a byte per member, in the order of their codes: "
            + ", ".join(f"{code} {action}" for code, action in enumerate(ACTIONS)),
        ),
    ]
)
MONTH_SCHEMA = pa.schema(
    [
        _POINT,
        _column("replicates", pa.int32(), "runs", "number of runs behind the figures: the first 200", "runs"),
        _column("month", pa.string(), "month", "the month, such as 2022-02"),
        _column("series", pa.string(), "series", "name of the series"),
        _column("iso3", pa.string(), "member", "code of the member; empty for series of the whole"),
        _column("mean", pa.float64(), "mean", "mean over these runs", "that of the series"),
        _column("p05", pa.float64(), "low", "lower end of their 90 % interval", "that of the series"),
        _column("p95", pa.float64(), "high", "upper end of it", "that of the series"),
    ]
)
_SIDED = {
    "supports_and_helps_target": (
        "supports and helps the target",
        "share of runs in which it supports the resolution and helps the target",
    ),
    "supports_and_helps_covertly": (
        "supports and helps the target covertly",
        "the same with covert help",
    ),
    "withholds_and_helps_victim": (
        "withholds support and helps the victim",
        "share of runs in which it does not support the resolution and helps the victim",
    ),
}
SIDE_SCHEMA = pa.schema(
    [_POINT, _RESOLUTION, _MEMBER, *(_column(name, pa.float64(), *_SIDED[name], unit="share") for name in SIDES)]
)
OF_OUTPUT = {
    "members": {MEMBERS: MEMBER_SCHEMA},
    "votes": {VOTES: VOTE_SCHEMA},
    "months": {MONTHS: MONTH_SCHEMA, SIDED: SIDE_SCHEMA},
}
"""Tables that an output is written to."""
RANKING_SCHEMA = pa.schema(
    [
        _column("rank", pa.int32(), "rank", "place, from 1"),
        _POINT,
        _column("exactly", pa.float64(), "exactly", "share of runs that meet the split", "share"),
        _column(
            "near", pa.float64(), "near", "share of runs within 5 members of it on every action that it counts", "share"
        ),
        _column(
            "distance", pa.float64(), "members off", "mean over runs of the sum of the distances from it", "members"
        ),
        _column(
            "accuracy",
            pa.float64(),
            "accuracy",
            "share of the scored members whose predicted class is the observed one; empty without a roll call",
            "share",
        ),
        _column("rps", pa.float64(), "RPS", "their ranked probability score; empty without a roll call", "0 to 1"),
    ]
)


STATISTICS = {name: Statistics.model_fields[name] for name in ("mean", "median", "p05", "p95")}
"""Statistics of the tallies of a point, as columns, in their order."""


def make_points_schema(factors: Mapping[str, pa.DataType]) -> pa.Schema:
    """The columns of the table of points.

    Parameters
    ----------
    factors : what is varied, by key, and the type of its values.
    """
    return pa.schema(
        [
            _POINT,
            *(_factor(name, kind) for name, kind in factors.items()),
            _RESOLUTION,
            _column("seed", pa.int64(), "seed", "seed of the point"),
            _column("replicates", pa.int32(), "runs", "number of runs of the point", "runs"),
            _column("error", pa.string(), "error", "why the point failed; empty where it did not"),
            _column(
                "settled",
                pa.float64(),
                "settled",
                "share of runs in which deliberation had settled",
                "share",
            ),
            *(
                _column(
                    f"{action}_{name}",
                    pa.float64(),
                    f"{action}, {statistic.title}",
                    f"{statistic.description} of the members whose action is {action}",
                    "members",
                )
                for action in ACTIONS
                for name, statistic in STATISTICS.items()
            ),
        ]
    )


def _factor(name: str, kind: pa.DataType) -> pa.Field:
    if name == "role":
        return _column(name, kind, "role", "of a run with a base: `scenario` or `base`")
    parameter = load_registry().get(name.removeprefix("parameters."))
    if parameter is not None:
        return _column(name, kind, name, f"value at the point: {parameter.meaning}", parameter.unit)
    return _column(name, kind, name, "value of this key at the point")
