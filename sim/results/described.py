"""What every result is made of: fields with a description, a unit, and a label for people.

JSON documents, their JSON Schema, frames and the reference page are all made from these types.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from sim.results.showing import Shown


class Result(Shown, BaseModel):
    """A result, or a part of one. It is frozen, and has no other fields than those of its class."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)

    def document(self) -> Any:
        """The result as JSON holds it: tables, lists, text, numbers, and null."""
        return self.model_dump(mode="json", by_alias=True)


def quantity(
    label: str, description: str, *, unit: str = "", key: str = "", named: str = "", default: Any = ...
) -> Any:
    """A field of a `Result`.

    Parameters
    ----------
    label : what people call it, in tables, pictures and pages.
    description : what it is, in a sentence without a full stop.
    unit : what its numbers are counted in; empty for text and counts of nothing in particular.
    key : its key in a document, where that is a word that Python reserves.
    default : what it is where nothing is given; by default it has to be.
    named : of a table, what its keys are, in capitals: ``MEMBER``, ``SERIES``.
    """
    extra: dict[str, Any] = {name: value for name, value in (("unit", unit), ("named", named)) if value}
    return Field(default, alias=key or None, title=label, description=description, json_schema_extra=extra or None)


SCHEMA_VERSION = 1
"""Of every document that a command prints: it rises when a key is removed or changes its meaning."""


class Document(Result):
    """A whole document, as a command prints it with ``--json``."""

    schema_version: int = quantity(
        "schema version",
        "version of the keys: it rises when a key is removed or changes its meaning, not when one is added",
        default=SCHEMA_VERSION,
    )
