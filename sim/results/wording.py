"""How numbers and texts are written for people, everywhere: on the screen, on pages and in pictures.

Percentages are whole, with ``<1 %`` and ``>99 %`` at the ends; counts are whole; means of members have one decimal.
"""

from __future__ import annotations

import re

MINUS = "\N{MINUS SIGN}"
SMALLEST_FIGURE = 1e-9
"""Size below which a figure is written as 0."""
NOTHING = "\N{EN DASH}"
"""What is written where there is no value."""
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Letters that move the cursor, change colours or turn the direction of writing; not the ends of lines and tabs."""


def write_number(value: float, digits: int = 0, *, is_signed: bool = False) -> str:
    """A number with so many decimals, a true minus sign, and thousands apart; never minus zero.

    Examples
    --------
    >>> write_number(-0.04, 1), write_number(1234.5, 0), write_number(0.25, 1, is_signed=True)
    ('0.0', '1,234', '+0.2')
    """
    rounded = round(value, digits) + 0.0
    written = f"{rounded:+,.{digits}f}" if is_signed and rounded else f"{rounded:,.{digits}f}"
    return written.replace("-", MINUS)


def write_share(share: float, digits: int = 0) -> str:
    """A share in [0, 1] in per cent, with so many decimals.

    Examples
    --------
    >>> [write_share(share) for share in (0, 0.004, 0.405, 0.999, 1)]
    ['0 %', '<1 %', '40 %', '>99 %', '100 %']
    >>> [write_share(share, 1) for share in (0.0004, 0.405, 0.9995)]
    ['<0.1 %', '40.5 %', '>99.9 %']
    """
    least = 10.0**-digits
    if 0 < share < least / 100:
        return f"<{write_number(least, digits)} %"
    if 1 - least / 100 < share < 1:
        return f">{write_number(100 - least, digits)} %"
    return f"{write_number(100 * share, digits)} %"


def write_change_of_share(change: float, digits: int = 0) -> str:
    """A difference of two shares in percentage points, with its sign and so many decimals.

    Examples
    --------
    >>> write_change_of_share(0.004), write_change_of_share(0.004, 1), write_change_of_share(0.0004, 1)
    ('<1 pt', '+0.4 pt', '<0.1 pt')
    """
    least = 10.0**-digits
    if 0 < abs(change) < least / 200:
        return f"<{write_number(least, digits)} pt"
    return f"{write_number(100 * change, digits, is_signed=True)} pt"


def write_figure(value: float) -> str:
    """A number of any size, to four digits; what is smaller than a billionth is written as 0."""
    return f"{0.0 if abs(value) < SMALLEST_FIGURE else value:.4g}".replace("-", MINUS)


def write_interval(low: float, high: float, digits: int = 0, *, is_signed: bool = False) -> str:
    """Both ends of an interval; one number where they are written the same."""
    ends = [write_number(end, digits, is_signed=is_signed) for end in (low, high)]
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)


def make_visible(text: str) -> str:
    r"""A text whose control characters are written out, so that a terminal does not act on them.

    Examples
    --------
    >>> make_visible("\x1b[31mred")
    '\\x1b[31mred'
    """
    return CONTROLS.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
