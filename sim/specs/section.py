"""What the parts of a scenario share: a frozen section, and texts, days and references to members."""

from __future__ import annotations

from datetime import date
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Strict, TypeAdapter, ValidationError

from sim.results.showing import Shown
from sim.specs.names import MemberReference
from sim.world import World


def _date_from_text(value: object) -> object:
    """A date written as text, as JSON has to write it; anything else is left for pydantic to judge."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return value


Text = Annotated[str, Field(min_length=1)]
Texts = Annotated[tuple[Text, ...], Strict(False)]  # TOML has lists; a frozen value keeps tuples
MemberReferences = Annotated[tuple[MemberReference, ...], Strict(False)]
EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)
"""Of the days that a file may name: room for what is reckoned from them, either way."""
Day = Annotated[
    date,
    Field(
        ge=EARLIEST,
        le=LATEST,
        json_schema_extra={  # a pattern for editors that know no bounds of dates
            "formatMinimum": f"{EARLIEST}",
            "formatMaximum": f"{LATEST}",
            "pattern": "^(19|20|21)",
        },
    ),
    BeforeValidator(_date_from_text),
]


class Section(Shown, BaseModel):
    """What all parts of a scenario share: frozen, no unknown keys, no conversions, finite numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


Part = TypeVar("Part", bound=Section)


def read_sound(part: type[Part] | TypeAdapter[Part], value: object, world: World | None = None) -> Part | None:
    """A part of a document that is sound in itself, or None.

    Parameters
    ----------
    part : what it is to be, one kind of section or several.
    value : plain data.
    world : what its members and attributes are looked up in; without one any name will do.
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
    """The parts of a list that are sound in themselves, by their place in it; none where it is no list."""
    read = {
        place: read_sound(part, value, world) for place, value in enumerate(values if isinstance(values, list) else ())
    }
    return {place: item for place, item in read.items() if item is not None}
