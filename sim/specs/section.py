"""What the parts of a scenario share: a frozen section, and types for text, days and references to members."""

from __future__ import annotations

from datetime import date
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Strict, TypeAdapter, ValidationError

from sim.results.showing import Shown
from sim.specs.names import MemberReference
from sim.world import World


def _date_from_text(value: object) -> object:
    """Read a date written as text, as JSON writes it; pydantic checks anything else."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return value


Text = Annotated[str, Field(min_length=1)]
Texts = Annotated[tuple[Text, ...], Strict(False)]  # TOML has lists; a frozen value keeps tuples
MemberReferences = Annotated[tuple[MemberReference, ...], Strict(False)]
EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)
"""First and last day that a file may name; dates computed from them still fit the calendar."""
Day = Annotated[
    date,
    Field(
        ge=EARLIEST,
        le=LATEST,
        json_schema_extra={  # a pattern, for editors that do not know bounds of dates
            "formatMinimum": f"{EARLIEST}",
            "formatMaximum": f"{LATEST}",
            "pattern": "^(19|20|21)",
        },
    ),
    BeforeValidator(_date_from_text),
]


class Section(Shown, BaseModel):
    """What all parts of a scenario share: frozen, no unknown keys, no conversions, finite numbers."""

    # Built when first used, as parts of what they are in.
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False, defer_build=True)


Part = TypeVar("Part", bound=Section)


def read_sound(part: type[Part] | TypeAdapter[Part], value: object, world: World | None = None) -> Part | None:
    """Read a part of a document, or return None where it is not valid by itself.

    Parameters
    ----------
    part : kind of section that it should be, or an adapter for several kinds.
    value : plain data.
    world : where its members and attributes are looked up; without a world any name is accepted.
    """
    try:
        if isinstance(part, TypeAdapter):
            return part.validate_python(value, context=world)
        return part.model_validate(value, context=world)
    except ValidationError:
        return None


def read_sound_items(
    part: type[Part] | TypeAdapter[Part], values: object, world: World | None = None
) -> dict[int, Part]:
    """Read the items of a list that are valid by themselves, by their place in it; no item where it is not a list."""
    read = {
        place: read_sound(part, value, world) for place, value in enumerate(values if isinstance(values, list) else ())
    }
    return {place: item for place, item in read.items() if item is not None}
