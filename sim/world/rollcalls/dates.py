"""Days in the spellings that people use; a day that could be either of two is refused until the order is given."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Literal

Order = Literal["dmy", "mdy"]
ORDERS: tuple[Order, Order] = ("dmy", "mdy")
"""In which order numbers give a day: day, month, year, or month, day, year."""
NUMBERS = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?:[ T].*)?")
YEAR_FIRST = re.compile(r"(\d{4})[./](\d{1,2})[./](\d{1,2})(?:[ T].*)?")
YEAR, WORD = re.compile(r"\b\d{4}\b"), re.compile(r"[^\W\d]{3}")


def read_day(text: str, order: Order) -> date | None:
    """The day in a text, its numbers in this order; None where there is none.

    Examples
    --------
    >>> [f"{read_day(text, 'dmy')}" for text in ("2022-03-02 00:00:00+00", "2/3/2022", "March 2, 2022", "20220302")]
    ['2022-03-02', '2022-03-02', '2022-03-02', '2022-03-02']
    """
    if (found := NUMBERS.fullmatch(text)) is not None:
        first, _, second, year = found.groups()
        day, month = (first, second) if order == "dmy" else (second, first)
        return _tried(lambda: date(int(year), int(month), int(day)))
    if (found := YEAR_FIRST.fullmatch(text)) is not None:
        year, month, day = found.groups()
        return _tried(lambda: date(int(year), int(month), int(day)))
    return _tried(lambda: datetime.fromisoformat(text).date()) or _in_words(text)


def read_days(texts: Iterable[str], order: Order | None) -> tuple[dict[str, date], list[str]]:
    """The days of all texts of a file that can be read, and the texts that could be two days.

    Parameters
    ----------
    order : where it is not given, a text that can be read in one order alone settles it for the whole file.
    """
    spelt = tuple(dict.fromkeys(texts))
    read = {one: {text: read_day(text, one) for text in spelt} for one in ORDERS}
    if order is not None:
        return _known(read[order]), []
    both = [(text, read["dmy"][text], read["mdy"][text]) for text in spelt]
    doubtful = [text for text, one, other in both if one is not None and other is not None and one != other]
    settled = {"mdy" if one is None else "dmy" for _, one, other in both if (one is None) != (other is None)}
    if doubtful and len(settled) != 1:
        return {}, doubtful
    return _known(read["mdy"] | _known(read["dmy"]) if settled != {"mdy"} else read["mdy"]), []


def _known(days: Mapping[str, date | None]) -> dict[str, date]:
    return {text: day for text, day in days.items() if day is not None}


def _in_words(text: str) -> date | None:
    """A day whose month is a word; a day, a month and a year of four digits are needed."""
    from dateutil import parser

    if not YEAR.search(text) or not WORD.search(text):
        return None
    # A day or month that the text leaves out is that of the default: then the two differ.
    one = _tried(lambda: parser.parse(text, default=datetime(2000, 1, 1)).date())
    other = _tried(lambda: parser.parse(text, default=datetime(2000, 2, 2)).date())
    return one if one == other else None


def _tried(read: Callable[[], date]) -> date | None:
    try:
        return read()
    except (ValueError, OverflowError):
        return None
