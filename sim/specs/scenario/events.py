"""What may happen between votes: events with a date, a kind and a source, and the months that are simulated."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, Strict

from sim.specs.section import Day, MemberReferences, Section, Text

Commodity = Literal["crude", "products", "pipeline_gas", "lng", "coal"]
Sector = Literal["persons", "finance", "trade", "technology", "transport", "all"]
HaltedInstrument = Literal["goods", "finance", "arms"]
PursuedInstrument = Literal["goods", "finance", "arms", "fighters", "labour", "territory"]
Commodities = Annotated[tuple[Commodity, ...], Strict(False), Field(min_length=1, description="The fuels concerned.")]

EVERYTHING: tuple[Sector, ...] = ("finance", "trade", "technology", "transport", "all")
"""Sectors other than single persons."""


class Months(Section):
    """The whole months that are simulated; they contain the votes."""

    start: Day = Field(description="Any day of the first month, such as 2022-02-01.")
    end: Day = Field(description="Any day of the last month, such as 2023-06-30.")
    bans: Literal["declared", "chosen"] = Field(
        "declared",
        description="Who bans the target's fuels when: as the embargoes of the scenario say, or (chosen) each member "
        "that sanctions by the rule of ban_share, and the embargoes are left out.",
    )


class Happening(Section):
    """What all events share: the day from which it takes effect, what it is, and where it is documented."""

    date: Day = Field(description="The day it takes effect, such as 2022-03-08.")
    what: Text = Field(description="What happened, in words.")
    source: Text = Field(description='Where this is documented, or "what if" for an invented event.')


class Invasion(Happening):
    """The target attacks the victim; from this day members decide about sanctions and help."""

    kind: Literal["invasion"] = Field(description="What kind of event this is.")


class Sanctions(Happening):
    """A package of sanctions; its members count as sanctioning from this day."""

    kind: Literal["sanctions"] = Field(description="What kind of event this is.")
    members: MemberReferences = Field(min_length=1, description="Who imposes it.")
    sectors: Annotated[tuple[Sector, ...], Strict(False), Field(min_length=1, description="What it covers.")]
    against: MemberReferences = Field((), description="Whom it is against; if left out, the target.")


class _FuelEvent(Happening):
    members: MemberReferences = Field(min_length=1, description="The buyers concerned.")
    commodities: Commodities
    share: float = Field(1.0, ge=0, le=1, description="The part of their earlier purchases that ends.")
    phase_months: int = Field(0, ge=0, le=120, description="Months over which it ends, in equal steps; 0 at once.")


class Embargo(_FuelEvent):
    """Sanctioning members stop buying some of the target's fuels."""

    kind: Literal["embargo"] = Field(description="What kind of event this is.")


class Cutoff(_FuelEvent):
    """The target stops delivering some fuels."""

    kind: Literal["cutoff"] = Field(description="What kind of event this is.")


class Switch(_FuelEvent):
    """Buyers meet a part of their need elsewhere, without sanctioning anyone.

    Where it is dated before the months, it changes history: the market starts from the purchases that remain. Change
    ``dependence.energy`` as well.
    """

    kind: Literal["switch"] = Field(description="What kind of event this is.")


class PriceCap(Happening):
    """Sanctioning members provide ships and insurance only for sales at or below a price."""

    kind: Literal["price_cap"] = Field(description="What kind of event this is.")
    members: MemberReferences = Field(min_length=1, description="Who imposes it.")
    commodities: Commodities
    eur_per_tonne: float = Field(ge=0, le=100_000, description="The highest price, euros a tonne.")


class Listing(Happening):
    """Sanctioning members list firms of a member for helping the target."""

    kind: Literal["listing"] = Field(description="What kind of event this is.")
    members: MemberReferences = Field(min_length=1, description="Whose firms are listed.")


class Visit(Happening):
    """A visit or another act of a sanctioning member that sours its relations with a rival."""

    kind: Literal["visit"] = Field(description="What kind of event this is.")
    sender: MemberReferences = Field(min_length=1, description="Who visits.")
    rival: MemberReferences = Field(min_length=1, description="Who takes offence.")
    strength: float = Field(1.0, ge=0, le=1, description="How much of a full rupture it is, 0 to 1.")


class Recognition(Happening):
    """The target recognises a breakaway entity in the victim's territory; others may follow."""

    kind: Literal["recognition"] = Field(description="What kind of event this is.")


class Policy(Happening):
    """A member joins or leaves the sanctioning coalition, or enforces more or less strictly."""

    kind: Literal["policy"] = Field(description="What kind of event this is.")
    members: MemberReferences = Field(min_length=1, description="Whose policy changes.")
    joins: bool | None = Field(None, description="Whether they sanction from now on; if left out, as before.")
    effort: float | None = Field(
        None, ge=0, le=10, description="What their enforcement is multiplied by; if left out, as before."
    )


class Pursuit(Happening):
    """The sanctioning side announces that it goes after some kinds of help harder, or less hard, than after others."""

    kind: Literal["pursuit"] = Field(description="What kind of event this is.")
    instruments: Annotated[
        tuple[PursuedInstrument, ...], Strict(False), Field(min_length=1, description="The kinds of help.")
    ]
    effort: float = Field(ge=0, le=100, description="What the enforcement against them is multiplied by.")


class Relief(Happening):
    """Others lift sanctions on members, or compensate for them with trade and credit."""

    kind: Literal["relief"] = Field(description="What kind of event this is.")
    members: MemberReferences = Field(min_length=1, description="Who is relieved.")
    share: float = Field(ge=0, le=1, description="The part of their isolation that is lifted.")


class Halt(Happening):
    """Firms of a member stop selling to both sides."""

    kind: Literal["halt"] = Field(description="What kind of event this is.")
    members: MemberReferences = Field(min_length=1, description="The members of the firms.")
    instruments: Annotated[
        tuple[HaltedInstrument, ...], Strict(False), Field(min_length=1, description="What they sold.")
    ]
    share: float = Field(ge=0, le=1, description="The part of the member's supply that ends.")


class Front(Happening):
    """The front has moved; from this day the target holds another part of the victim's territory."""

    kind: Literal["front"] = Field(description="What kind of event this is.")
    held: float = Field(ge=0, le=1, description="The part of the victim's territory that the target holds.")


Event = Annotated[
    Invasion
    | Sanctions
    | Embargo
    | Cutoff
    | Switch
    | PriceCap
    | Listing
    | Visit
    | Recognition
    | Policy
    | Pursuit
    | Relief
    | Halt
    | Front,
    Field(discriminator="kind"),
]
