"""What ``sim world`` reports: the members, groups and columns of a world, and everything about one member."""

from __future__ import annotations

from sim.results.described import Result, quantity


class ListedMember(Result):
    """A member of a world."""

    iso3: str = quantity("code", "code of the member")
    name: str = quantity("name", "its name")
    region: str = quantity("regional group", "its regional group")


class ListedGroup(Result):
    """A named set of members."""

    key: str = quantity("key", "key of the group")
    name: str = quantity("name", "its name")
    members: tuple[str, ...] = quantity("members", "codes of its members")


class SourceColumn(Result):
    """A column of a world that a quantity is derived from; what the world does not describe is empty."""

    file: str = quantity("file", "file in the world's folder")
    column: str = quantity("column", "name of the column")
    label: str = quantity("label", "what the column holds")
    unit: str = quantity("unit", "what its numbers are counted in")
    year: str = quantity("year", "the year or day that it is of")
    source: str = quantity("source", "who published it")


class Source(SourceColumn):
    """A column of a world's files, with its terms of use."""

    terms: str = quantity("terms", "terms of use")
    note: str = quantity("note", "what else there is to know")


class MemberFigure(Result):
    """One figure of a member."""

    column: str = quantity("column", "name of the column")
    label: str = quantity("label", "what it holds")
    value: str = quantity("value", "the figure; empty where the source has none")
    unit: str = quantity("unit", "its unit")
    year: str = quantity("year", "what year or day it is of")
    source: str = quantity("source", "who published it")
    note: str = quantity("note", "what else there is to know")


class MemberQuantity(Result):
    """A quantity that the model weighs, as it is for a member."""

    name: str = quantity("quantity", "name of the quantity")
    value: float = quantity("value", "its value on the day of the first vote")
    use: str = quantity("use", "how the model uses it")
    rule: str = quantity("rule", "the rule that filled it in; empty where it is from its source")


class PeerWeight(Result):
    """A member that another looks to."""

    iso3: str = quantity("code", "code of the peer")
    weight: float = quantity("weight", "its weight among the peers", unit="share")


class ListedSanction(Result):
    """Sanctions of one sender on a member that are in force."""

    iso3: str = quantity("code", "code of the member")
    sender: str = quantity("sender", "code of a member, key of a group, or `UN`")
    breadth: str = quantity("breadth", "the broadest measure: targeted, sectoral or comprehensive")
    is_secondary: bool = quantity("secondary", "whether third parties are threatened, too")
    since: str = quantity("since", "when they began; empty where that is not known")
    instrument: str = quantity("instrument", "the legal act that imposes them")
    note: str = quantity("note", "what else there is to know")


class MemberProfile(Result):
    """Everything about one member."""

    iso3: str = quantity("code", "code of the member")
    name: str = quantity("name", "its name")
    groups: tuple[str, ...] = quantity("groups", "keys of the groups that it is in")
    quantities: tuple[MemberQuantity, ...] = quantity("quantities", "what the model weighs")
    peers: tuple[PeerWeight, ...] = quantity("peers", "members that it looks to, the heaviest first")
    sanctions: tuple[ListedSanction, ...] = quantity("sanctions", "sanctions on it that are in force")
    figures: tuple[MemberFigure, ...] = quantity("figures", "every figure of it in the world's files")
