"""Plain values of a file, as TOML and JSON both hold them, and how a validator tells that one is wrong."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

LARGEST = 2**63


def validator_error(message: str) -> PydanticCustomError:
    """A mistake that only these validators see, told as any other."""
    return PydanticCustomError("edit", "{message}", {"message": message, "fix": ""})


def to_plain(value: object) -> object:
    """A value as JSON can hold it: dates become texts.

    Raises
    ------
    PydanticCustomError
        If JSON cannot hold it: a number that is not finite or is too large.
    """
    match value:
        case bool() | str():
            return value
        case int() if -LARGEST <= value < LARGEST:
            return value
        case float() if math.isfinite(value):
            return value
        case dt.date() | dt.time():
            return value.isoformat()
        case list() | tuple():
            return [to_plain(item) for item in value]
        case dict():
            return {str(name): to_plain(item) for name, item in value.items()}
        case int() | float():
            raise validator_error("holds a number that is not finite, or too large.")
        case _:
            raise validator_error("holds something that is no TOML value.")


def _plain_table(table: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: to_plain(value) for name, value in table.items()}


PlainTable = Annotated[Mapping[str, Any], AfterValidator(_plain_table)]
"""What to set, by dotted key."""
