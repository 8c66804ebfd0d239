"""What the parts of a scenario share: a frozen section, and texts, days and references to members."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Strict

from sim.specs.names import MemberReference


def _date_from_text(value: object) -> object:
    """A date written as text, as JSON has to write it; anything else is left for pydantic to judge."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return value


Text = Annotated[str, Field(min_length=1)]
Texts = Annotated[tuple[Text, ...], Strict(False)]  # TOML has lists; a frozen value keeps tuples
MemberReferences = Annotated[tuple[MemberReference, ...], Strict(False)]
Day = Annotated[date, BeforeValidator(_date_from_text)]


class Section(BaseModel):
    """What all parts of a scenario share: frozen, no unknown keys, no conversions, finite numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)
