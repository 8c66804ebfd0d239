"""Texts that a page shows while the pointer is over a part of a picture: titles in SVG, nothing in other formats."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.collections import Collection
    from matplotlib.patches import Patch

SIGN = "title:"
"""What such a text begins with where Matplotlib takes it for a link, the one thing that it writes for every mark."""
LINK = re.compile(rf'<a xlink:href="{SIGN}([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)


def hover(drawn: Patch | Collection, *texts: str) -> None:
    """Give a patch its text, or each mark of a collection its own."""
    from matplotlib.collections import Collection

    links = [SIGN + text for text in texts]
    if isinstance(drawn, Collection):
        drawn.set_urls(links)
    elif links != [SIGN]:
        drawn.set_url(links[0])


def turn_into_titles(svg: str) -> str:
    """A picture as SVG text, in which the texts are titles."""
    return LINK.sub(r"<g><title>\1</title>\2</g>", svg)
