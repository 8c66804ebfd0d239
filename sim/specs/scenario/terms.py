"""A scenario's own terms: a column of figures, or a network of pairs, and what it adds to."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from sim.specs.names import OWN
from sim.specs.section import Section, Text
from sim.specs.values import word_validator_error

AddsTo = Literal["conflict", "order", "dependence", "exposure", "absence", "support", "abstain", "peers"]

SHARES = ("dependence", "exposure", "peers")
"""What only shares can be added to; the weight of a share is never below 0."""
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
LARGEST_FIGURE, LARGEST_WEIGHT = 1e6, 20


def _check_name(name: str) -> str:
    if not NAME.fullmatch(name):
        message = f'"{name}" is given where a name of small letters, digits and _ is needed, a letter first.'
        raise word_validator_error(message)
    return name


class OwnTerm(Section):
    """A term of your own: figures of members that change what an action is worth to them, or who listens to whom."""

    name: Annotated[Text, AfterValidator(_check_name)] = Field(
        description="A short name, by which a change can edit the figures: term.NAME."
    )
    label: Text = Field(description="What people call it in tables and pictures.")
    adds_to: AddsTo = Field(
        description="What the figures are added to. 'conflict' and 'order': the two dimensions of alignment, towards "
        "the sanctioning side. 'dependence': what the target can withhold. 'exposure': what the sanctioning side can "
        "withhold. 'absence': the utility of being absent. 'support': the utility of supporting, and as much is taken "
        "from that of opposing. 'abstain': the utility of abstaining. 'peers': who listens to whom, from pairs of "
        "members."
    )
    column: Text = Field(description="The column that holds the figures.")
    file: Text | None = Field(
        None,
        description="A CSV file, as seen from this file, with a column iso3 or member; for peers also a column "
        "partner. If left out, the column is in members.csv of the world.",
    )
    weight: float = Field(
        ge=-LARGEST_WEIGHT,
        le=LARGEST_WEIGHT,
        description="The number that the figures are multiplied by; 0 switches the term off. For peers, the weight of "
        "this network compared with those of the parameters peer_region, peer_trade and so on.",
        json_schema_extra={"unit": "utility"},
    )
    missing: float | None = Field(
        None,
        ge=-LARGEST_FIGURE,
        le=LARGEST_FIGURE,
        description="The figure of members of which the column has none; needed where there are any.",
    )
    source: str = Field("", description="Where the figures come from.")

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        if self.adds_to in SHARES and self.weight < 0:
            raise word_validator_error(
                f"the weight {self.weight:g} is below 0; for {self.adds_to} it is at least 0, so that more of it moves "
                "members one way only."
            )
        if self.adds_to == "peers" and self.file is None:
            raise word_validator_error("file is missing, which peers need: a CSV file of pairs of members.")
        if self.adds_to == "peers" and self.missing is not None:
            raise word_validator_error("missing is given, but a pair that a network leaves out is not tied.")
        low, high = self.bounds
        if self.missing is not None and not low <= self.missing <= high:
            message = f"missing = {self.missing:g} is outside the range {low:g} to {high:g} of {self.adds_to}."
            raise word_validator_error(message)
        return self

    @property
    def key(self) -> str:
        """The name of its quantity, as a change edits it."""
        return OWN + self.name

    @property
    def bounds(self) -> tuple[float, float]:
        """What its figures may be."""
        return (0.0, 1.0) if self.adds_to in SHARES else (-LARGEST_FIGURE, LARGEST_FIGURE)

    @property
    def weights(self) -> tuple[float, float]:
        """What its weight may be."""
        return (0.0 if self.adds_to in SHARES else -LARGEST_WEIGHT), float(LARGEST_WEIGHT)
