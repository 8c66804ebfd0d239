"""A scenario as a frozen value: the roles, the votes, which votes are fixed, what is changed, what is expected.

Users read the descriptions here: editors show them through the JSON Schema, and messages quote them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, Strict, model_validator

from sim.limits import MOST_REPLICATES
from sim.specs.names import AttributeName, GroupName, MemberName
from sim.specs.scenario.events import Event, Months
from sim.specs.scenario.terms import OwnTerm
from sim.specs.section import Day, MemberReferences, Section, Text, Texts
from sim.specs.values import word_validator_error

Action = Literal["support", "abstain", "oppose", "absent"]
Direction = Literal["up", "down", "unchanged"]
Dividing = Literal["both", "conflict", "order"]

EDITS = ("multiply", "add", "set")
LAST_SEED = 2**63 - 1


class NamedRoles(Section):
    """The roles of members: the target, the victim, and the members that sanction the target."""

    target: MemberName = Field(description="The member that the resolution is directed against.")
    victim: MemberName | None = Field(
        None, description="The member on whose behalf the resolution speaks, if there is one."
    )
    other_targets: MemberReferences = Field(
        (), description="Further members that the resolution is directed against; what they can withhold adds up."
    )
    senders: MemberReferences = Field(
        (),
        description="The members and groups that sanction the target, if any; '-' before a name removes it again.",
    )


class Vote(Section):
    """One resolution that is put to the vote."""

    resolution: Text = Field(description="The name of the resolution, as in the roll calls.")
    date: Day = Field(description="The day of the vote, such as 2022-03-02.")
    severity: float = Field(
        ge=-20,
        le=20,
        description="How costly the resolution is to support: one that only deplores is cheap.",
        json_schema_extra={"unit": "utility"},
    )
    severity_spread: float = Field(
        0.0,
        ge=0,
        le=10,
        description="Standard deviation of the severity over runs, where it is not known: 'sim init' proposes one from "
        "earlier resolutions.",
        json_schema_extra={"unit": "utility"},
    )
    divisiveness: Annotated[tuple[Annotated[float, Field(ge=0, le=10)], ...], Strict(False)] = Field(
        min_length=2,
        max_length=2,
        description="How strongly the resolution divides along each of the two dimensions of alignment.",
    )
    target_threat: float = Field(
        ge=0, le=10, description="How strongly the target threatens those who do not oppose; 1 is as on ES-11/1."
    )
    sender_threat: float = Field(
        ge=0,
        le=10,
        description="How strongly the sanctioning side threatens those who do not support; 1 is as on ES-11/1.",
    )
    voters: MemberReferences = Field(
        (),
        description="The members and groups that may vote, such as those of the Security Council; if left out, "
        "all. The others neither vote nor count as absent.",
    )
    topic: str = Field(
        "",
        description="The question that the vote is about: earlier votes on it say most of a member's next one. If left "
        "out, the vote is a question of its own.",
    )
    divides_by: Dividing = Field(
        "both",
        description="What the resolution divides by, judged from its words: 'conflict' (whose side a member is on), "
        "'order' (how the world is run) or 'both'. It sets the prior of a fit, all that is known before a vote.",
    )
    basis: Text = Field(description="Where the numbers come from: the resolution's text, or a fit to the tally.")


class Pledge(Section):
    """A vote that is fixed rather than drawn."""

    members: MemberReferences = Field(min_length=1, description="The members and groups whose vote is fixed.")
    action: Action = Field(description="What they do.")
    resolution: Text | None = Field(None, description="The only vote that is fixed; if left out, every vote.")
    reason: Text = Field(description="Why their vote is fixed.")
    source: str = Field("", description="Where this is documented.")


class Change(Section):
    """An edit of the world: one attribute of some members, multiplied, added to or set."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": [edit]} for edit in EDITS]})

    members: MemberReferences = Field(min_length=1, description="The members and groups to edit.")
    attribute: AttributeName = Field(description="The attribute to edit, such as dependence.energy.")
    multiply: float | None = Field(None, description="The number the attribute is multiplied by.")
    add: float | None = Field(None, description="The number added to the attribute.")
    set: float | None = Field(None, description="The number the attribute is set to.")
    date: Day | None = Field(None, description="The day from which the edit applies; if left out, the start.")
    reason: Text = Field(description="Why the world is edited so.")

    @model_validator(mode="after")
    def _has_one_edit(self) -> Self:
        given = [edit for edit in EDITS if getattr(self, edit) is not None]
        if len(given) != 1:
            got = f"{' and '.join(given)} are" if given else "none is"
            raise word_validator_error(f"{got} given where exactly one of multiply, add and set is needed.")
        return self


class Expected(Section):
    """What the author of a what-if expected it to do, written before it was run."""

    direction: Text = Field(description="What is expected to happen, in words.")
    support: Direction | None = Field(
        None, description="Which way the number of supporters changes from the base; if left out, nothing is expected."
    )
    movers: MemberReferences = Field((), description="The members and groups that are expected to change their vote.")
    series: Mapping[str, Direction] = Field(
        default_factory=dict,
        description="Which way series of the months change, such as helpers, revenue or KGZ:passed_on: the sum of an "
        "amount, the last month of anything else. Less than 2 % of the base is unchanged.",
    )


class Scenario(Section):
    """A question about votes, and everything needed to answer it."""

    title: Text = Field(description="What the scenario is called.")
    question: Text = Field(description="The question that it answers.")
    world: Text = Field(description="The name of a shipped world, or a folder as seen from this file.")
    seed: int = Field(ge=0, le=LAST_SEED, description="The number that all random draws are keyed by.")
    replicates: int = Field(ge=1, le=MOST_REPLICATES, description="How many runs, each with its own random numbers.")
    roles: NamedRoles = Field(description="Who is the target, who the victim, and who sanctions the target.")
    vote: Annotated[tuple[Vote, ...], Strict(False)] = Field(
        min_length=1, description="The resolutions, each once, in the order of their dates."
    )
    parameters: Mapping[str, float] = Field(
        default_factory=dict,
        description="Parameters that differ from their defaults ('sim list parameters' shows them).",
    )
    fit: Text | None = Field(
        None,
        description="A parameter file that 'sim calibrate' wrote, as seen from this file, or the name of one that "
        "comes with the program, in place of the shipped values.",
    )
    known_rollcalls: Texts = Field(
        (),
        description="Files of roll calls, as seen from this file, that join those of the world. Roll calls before the "
        "vote are known; those of the scenario's own votes are compared with results. Replaces the base's list.",
    )
    parameter_uncertainty: bool = Field(
        False, description="Whether every few runs take the fitted numbers from another draw of their posterior."
    )
    leanings: Mapping[GroupName, Annotated[float, Field(ge=-1, le=1)]] = Field(
        default_factory=dict,
        description="Groups that lean to the sanctioning side (up to 1) or to the target (down to -1) for reasons that "
        "no other figure shows, such as a tradition of non-alignment.",
    )
    pledge: Annotated[tuple[Pledge, ...], Strict(False)] = Field((), description="Votes that are fixed, not drawn.")
    change: Annotated[tuple[Change, ...], Strict(False)] = Field((), description="Edits of the world.")
    term: Annotated[tuple[OwnTerm, ...], Strict(False)] = Field((), description="Terms of your own, from files.")
    months: Months | None = Field(
        None, description="The months to simulate between and after the votes; if left out, only votes are simulated."
    )
    event: Annotated[tuple[Event, ...], Strict(False)] = Field((), description="What happens in these months.")
    expected: Expected | None = Field(None, description="What a what-if is expected to do, written before it is run.")
    reasons: str = Field("", description="Why the scenario is set up so.")
    sources: Texts = Field((), description="Where its facts come from.")
    base: str | None = Field(
        None,
        description="The scenario to start from: a shipped one's name, or a file as seen from this file.",
    )

    def document(self) -> dict[str, object]:
        """The scenario as plain data that reads back to the same scenario without its base.

        Tables are dictionaries, tuples are lists and dates are dates, so that it can be written as TOML.
        """
        dumped = self.model_dump(exclude={"base"}, exclude_none=True)
        return {name: _plain(value) for name, value in dumped.items()}


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, tuple) else value
