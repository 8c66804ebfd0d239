"""What was read from a file of roll calls that somebody else wrote, and what could not be read."""

from __future__ import annotations

import datetime

from sim.results.described import Document, Result, quantity


class ImportedResolution(Result):
    """A roll call that was read."""

    resolution: str = quantity("resolution", "its name")
    date: datetime.date = quantity("date", "day of the vote")
    yes: int = quantity("yes", "votes for", unit="members")
    no: int = quantity("no", "votes against", unit="members")
    abstain: int = quantity("abstain", "abstentions", unit="members")
    absent: int = quantity("absent", "members that are on record as absent", unit="members")
    missing: int = quantity("not on record", "members of the world without a vote in the file", unit="members")


class Unmatched(Result):
    """A name that is not a member's, or a vote that is not understood."""

    text: str = quantity("in the file", "what is in the file")
    rows: int = quantity("votes", "votes for which it is written", unit="votes")
    reason: str = quantity("why", "why it was not read; may be empty")


class RollCallImport(Document):
    """What ``sim rollcalls import`` read; its document with ``--json``."""

    file: str = quantity("file", "the file that was read")
    out: str = quantity("written to", "the file that was written")
    layout: str = quantity("layout", "how the votes are laid out")
    encoding: str = quantity("encoding", "encoding of the text")
    delimiter: str = quantity("delimiter", "what separates the cells")
    world: str = quantity("world", "the world whose members were looked for")
    votes: int = quantity("votes", "votes that were read", unit="votes")
    members: int = quantity("members", "members that have a vote in the file", unit="members")
    resolutions: list[ImportedResolution] = quantity("resolutions", "the roll calls, in the order of their dates")
    unmatched_members: list[Unmatched] = quantity(
        "members not matched", "names and codes that are not those of a member of the world; their votes are left out"
    )
    unread_votes: list[Unmatched] = quantity("votes not read", "cells that are not a vote; they are left out")
    blank: int = quantity("no record", "cells for which there is no record of a vote", unit="votes")
    not_members: int = quantity("not a member", "cells for states that were not members", unit="votes")
    repeated: int = quantity("repeated", "votes that are in the file more than once, the same each time", unit="votes")
