"""A Matplotlib drawing as a small SVG element for a page: real letters, coordinates as fine as the eye can see."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from sim.results.wording import make_visible

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from matplotlib.figure import Figure

FAMILIES = ("DejaVu Sans", "Verdana", "sans-serif")
"""The font that letters are measured with, a similar one of other machines, and a narrower one than either."""
LINE_STEPS = 10
"""Corners of lines and areas are rounded to this part of a point; other places to a hundredth."""
LETTERS = ("text", "tspan", "title")
SHARED = ("style", "clip-path")
"""Attributes that mean the same on a group as on each of its children, so that they may be moved to the group."""
ROOT_STYLE = "stroke-linejoin:round;stroke-linecap:butt"


def draw_inline_svg(figure: Figure, key: str, text: str) -> str:
    """A picture as an SVG element for a page, its ids kept apart from those of other pictures by a key.

    Parameters
    ----------
    text : the description of the picture for those who cannot see it.
    """
    import matplotlib as mpl

    written = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": key, "svg.fonttype": "none", "font.sans-serif": FAMILIES[:-1]}):
        figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    drawn = ElementTree.fromstring(written.getvalue())
    box = drawn.attrib["viewBox"]
    _compact(drawn)
    _rename(drawn, key)
    drawn.attrib = {"viewBox": box, "role": "img", "aria-label": make_visible(text), "style": ROOT_STYLE}
    return ElementTree.tostring(drawn, encoding="unicode")


def _compact(element: Element) -> None:
    """Write an element and all within it shorter, without a visible change."""
    element.tag = element.tag.rpartition("}")[2]
    shortened = {name.rpartition("}")[2]: _short(name, value) for name, value in element.items()}
    element.attrib = {name: value for name, value in shortened.items() if value}
    element.tail = None
    if element.tag not in LETTERS:
        element.text = None
    kept = []
    for child in list(element):
        _compact(child)
        if child.tag in ("metadata", "style") or (child.tag in ("g", "defs") and not len(child)):
            continue
        is_plain = child.tag == "g" and not set(child.attrib) - {"id"} and child.find("title") is None
        kept += list(child) if is_plain else [child]
    element[:] = kept
    if element.tag == "g":
        _share(element)


def _share(group: Element) -> None:
    """Move to a group the attributes that all of its children share."""
    children = [child for child in group if child.tag not in ("defs", "title")]
    for name in SHARED:
        said = {child.get(name) for child in children}
        if len(said) != 1 or name in group.attrib:
            continue
        (value,) = said
        if value is None or re.search(r"(^|;)opacity:", value):  # opacity of a group is of all of it together
            continue
        group.set(name, value)
        for child in children:
            del child.attrib[name]


def _short(name: str, value: str) -> str:
    if name == "d":
        return shorten_path(value)
    if name == "style":
        return value.replace(": ", ":").replace("; ", ";")
    if name in ("x", "y", "width", "height", "transform"):
        value = re.sub(r"^rotate\(-0 .*\)$", "", value)
        return re.sub(r"-?\d+\.\d+", _round_number, value)
    return value


def _round_number(number: re.Match[str]) -> str:
    return f"{float(number[0]):.2f}".rstrip("0").rstrip(".")


def shorten_path(drawn: str) -> str:
    """Write an SVG path of Matplotlib's shorter; one of lines alone as steps, without those too small to be seen."""
    if re.search("[CQ]", drawn):
        return re.sub(r"-?\d+\.\d+", _round_number, drawn)
    written: list[str] = []
    start = here = (0, 0)
    steps: list[tuple[int, int]] = []
    for letter, x, y in re.findall(r"([MLz])(?: ([-\d.]+) ([-\d.]+))?", drawn):
        there = start if letter == "z" else (round(float(x) * LINE_STEPS), round(float(y) * LINE_STEPS))
        if letter == "L":
            _step(steps, (there[0] - here[0], there[1] - here[1]))
        else:
            written += [_steps(steps), "z" if letter == "z" else "M" + _place(there)]
            start, steps = there, []
        here = there
    return "".join([*written, _steps(steps)])


def _step(steps: list[tuple[int, int]], step: tuple[int, int]) -> None:
    """Add a step, as one with the step before where both go the same way along an axis."""
    if step == (0, 0):
        return
    if steps and any(step[a] == steps[-1][a] == 0 and step[1 - a] * steps[-1][1 - a] > 0 for a in (0, 1)):
        last = steps.pop()
        step = (last[0] + step[0], last[1] + step[1])
    steps.append(step)


def _steps(steps: list[tuple[int, int]]) -> str:
    return ("l" + " ".join(map(_place, steps))).replace(" -", "-") if steps else ""


def _place(place: tuple[int, int]) -> str:
    return f"{place[0] / LINE_STEPS:g} {place[1] / LINE_STEPS:g}".replace(" -", "-")


def _rename(drawn: Element, key: str) -> None:
    """Give the ids that are referred to short names that begin with the key, and drop the others."""
    ids = {element.attrib["id"] for element in drawn.iter() if "id" in element.attrib}
    used: dict[str, str] = {}

    def name(found: re.Match[str]) -> str:
        if found[2] not in ids:
            raise ValueError(f"the picture refers to '{found[2]}', which is not in it")
        return found[1] + used.setdefault(found[2], f"{key}-{len(used)}")

    for element in drawn.iter():
        for attribute in ("href", "clip-path", "style"):
            if attribute in element.attrib:
                element.set(attribute, re.sub(r"(^#|url\(#)([\w.-]+)", name, element.attrib[attribute]))
    for element in drawn.iter():
        old = element.attrib.pop("id", None)
        if old in used:
            element.set("id", used[old])
