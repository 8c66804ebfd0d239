"""What the cells of votes mean: letters, words, and the numbers of Voeten's files."""

from __future__ import annotations

NO_RECORD, NOT_A_MEMBER = "no record", "not a member"
"""What a cell without a vote means. Neither is an absence, which is on record."""
SPELLINGS = {
    "yes": ("y", "yes", "in favour", "in favor", "for", "1"),
    "no": ("n", "no", "against", "3"),
    "abstain": ("a", "abstain", "abstains", "abstained", "abstention", "abstaining", "2"),
    "absent": ("x", "absent", "non-voting", "nonvoting", "not voting", "did not vote", "8"),
    NOT_A_MEMBER: ("not a member", "non-member", "not member", "9"),
    NO_RECORD: ("", "na", "n/a", "nan", "null", "none", "-", "\N{EN DASH}", "."),
}
MEANINGS = {spelling: meaning for meaning, spellings in SPELLINGS.items() for spelling in spellings}
HELP = (
    "Give yes, no, abstain or absent; Y, N, A or X; or the numbers 1 (yes), 2 (abstain), 3 (no), 8 (absent) and "
    "9 (not a member)."
)


def read_vote(cell: str) -> str | None:
    """A vote as roll calls spell it, `NO_RECORD`, `NOT_A_MEMBER`, or None where the cell is none of these.

    Examples
    --------
    >>> read_vote("Y"), read_vote("Abstention"), read_vote("8.0"), read_vote("9"), read_vote("?")
    ('yes', 'abstain', 'absent', 'not a member', None)
    """
    return MEANINGS.get(cell.strip().casefold().removesuffix(".0"))


def is_number(cell: str) -> bool:
    """Whether a cell holds a number."""
    try:
        float(cell)
    except ValueError:
        return False
    return cell.casefold() != "nan"
