"""What two scenarios differ in, key by key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

WITHOUT_EFFECT = ("title", "question", "reasons", "sources", "expected", "seed", "replicates")
"""Keys of a scenario that make no difference to its base: texts, and numbers that the base takes from it."""


def list_differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[tuple[str, object, object]]:
    """What two documents of scenarios differ in: dotted key, value before and now, None where there is none."""
    old, new = dict(_leaves(before)), dict(_leaves(now))
    keys = dict.fromkeys([*old, *new])
    return [
        (key, old.get(key), new.get(key))
        for key in keys
        if old.get(key) != new.get(key) and key.split(".")[0] not in WITHOUT_EFFECT and key.split(".")[-1] != "source"
    ]


def _leaves(value: object, path: str = "") -> list[tuple[str, object]]:
    if isinstance(value, Mapping):
        parts = [(f"{path}.{key}" if path else str(key), inner) for key, inner in value.items()]
    elif isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
        parts = [(f"{path}.{number}", inner) for number, inner in enumerate(value)]
    else:
        return [(path, value if not isinstance(value, list) else ", ".join(map(str, value)))]
    return [leaf for key, inner in parts for leaf in _leaves(inner, key)]
