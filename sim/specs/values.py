"""Plain values of a file, as TOML and JSON both hold them, and the error by which a validator reports a wrong one."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

LARGEST = 2**63


def word_validator_error(message: str) -> PydanticCustomError:
    """The error of a mistake that only these validators see; it is reported like any other."""
    return PydanticCustomError("edit", "{message}", {"message": message, "fix": str})


def to_plain(value: object) -> object:
    """Convert a value to what JSON can hold: dates become text.

    Raises
    ------
    PydanticCustomError
        If JSON cannot hold it, such as a number that is not finite or is too large.
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
            raise word_validator_error(
                "holds a number that is not finite or is too large; TOML and JSON cannot both hold it."
            )
        case _:
            raise word_validator_error("holds something that is not a TOML value.")


def _plain_table(table: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: to_plain(value) for name, value in table.items()}


PlainTable = Annotated[Mapping[str, Any], AfterValidator(_plain_table)]
"""Values to set, by dotted key."""
