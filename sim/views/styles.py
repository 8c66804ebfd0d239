"""What each colour means in every picture: the colour-blind can distinguish them, and shapes serve print in black."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Style:
    """The look of one action.

    Parameters
    ----------
    fill : colour of its area; ``none`` for an empty one.
    edge : colour of its outline, and of its lines and letters.
    marker : its shape, by Matplotlib's letter: ``o`` circle, ``D`` diamond, ``s`` square.
    dash : its line, by Matplotlib's name.
    """

    fill: str
    edge: str
    marker: str
    dash: str

    @property
    def area(self) -> str:
        """Its colour where an area has no outline: light grey in place of an empty one."""
        return EMPTY if self.fill == "none" else self.fill


EMPTY = "#DDE1E5"
STYLES: Mapping[str, Style] = {
    "support": Style("#0072B2", "#0072B2", "o", "solid"),
    "abstain": Style("#F0B64A", "#A86F00", "D", "dashed"),
    "oppose": Style("#000000", "#000000", "s", "dashdot"),
    "absent": Style("none", "#707070", "o", "dotted"),
}
"""Okabe & Ito's colours, of different lightness: blue, light orange, black, and an empty outline."""

HATCH = "//////"
"""Lines across the area of absent members, where it has to differ from land without a member."""

LAND, BORDER, PAPER, INK, FAINT, MISS = "#E4E7EA", "#FFFFFF", "#FFFFFF", "#1B2733", "#5F6B76", "#D55E00"
"""Land, borders, ground, letters, lesser letters; and what was observed or is aimed at, and the misses of it."""

SENDERS, TARGET = "#117733", "#AA4499"
"""The sanctioning side and what is towards it, the target and what is towards it, by Tol: green and purple."""

LOOKS = (
    ("#332288", "solid"),
    ("#44AA99", "dashed"),
    ("#882255", "dashdot"),
    ("#999933", "dotted"),
    ("#88CCEE", (0, (5, 1, 1, 1, 1, 1))),
)
"""Colours and dashes of lines that are neither an action nor a side, by Tol."""
