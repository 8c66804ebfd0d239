"""Pictures inside a page: what is drawn stays within a hair of what Matplotlib drew, and says each thing once."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.views.frame import make_figure
from sim.views.svg import draw_inline_svg, shorten_path

corner = st.tuples(*[st.floats(-500, 500).map(lambda value: round(value, 6))] * 2)
rings = st.lists(st.tuples(st.lists(corner, min_size=1, max_size=30), st.booleans()), min_size=1, max_size=4)


def as_drawn(parts):
    """A path as Matplotlib writes it."""
    return " ".join(
        "M {:f} {:f}".format(*places[0])
        + "".join(" L {:f} {:f}".format(*place) for place in places[1:])
        + (" z" if is_closed else "")
        for places, is_closed in parts
    )


def corners(path):
    """Corners of a path of steps, one array per part."""
    found = []
    for part in re.findall(r"M([^Mz]*)", path):
        start, _, steps = part.partition("l")
        numbers = [np.array(re.findall(r"-?[\d.]+", text), dtype=float).reshape(-1, 2) for text in (start, steps)]
        found.append(np.cumsum(np.concatenate(numbers), axis=0))
    return found


def distance(place, line):
    """How far a place is from a line of corners."""
    starts, ends = (line[:-1], line[1:]) if len(line) > 1 else (line, line)
    along = ends - starts
    squared = np.maximum((along**2).sum(axis=1), 1e-12)
    share = np.clip(((place - starts) * along).sum(axis=1) / squared, 0, 1)
    return np.linalg.norm(place - starts - share[:, None] * along, axis=1).min()


@given(rings)
def test_a_shorter_path_has_the_same_corners_to_a_tenth_of_a_point(parts):
    short = shorten_path(as_drawn(parts))
    found = corners(short)
    assert short.count("z") == sum(is_closed for _, is_closed in parts)
    assert len(found) == len(parts)
    hair = 0.1
    for (places, _), line in zip(parts, found, strict=True):
        assert max(distance(np.array(place), line) for place in places) <= hair
        assert max(distance(place, np.array(places)) for place in line) <= hair


def test_steps_that_are_not_seen_are_left_out():
    assert shorten_path("M 0 0 L 0 1 L 0 3 L 0 3.01 L 2 3 L 1 3 z") == "M0 0l0 3 2 0-1 0z"
    assert shorten_path("M 0.12345 0 C 1.98765 0 2 2 3 3") == "M 0.12 0 C 1.99 0 2 2 3 3"


@pytest.fixture(scope="module")
def drawn():
    figure = make_figure(4, 3)
    ax = figure.subplots()
    ax.scatter([1, 2, 3], [1, 4, 9], color="red", gid="marks")
    ax.plot([1, 2, 3], [1, 4, 9], linestyle="none", marker="s", label="a & b")
    ax.bar([1, 2], [3, 4], alpha=0.5)
    ax.set(title="Title & <more>", xlabel="two\nlines")
    return draw_inline_svg(figure, "key", 'shown "so"')


def test_an_inline_picture_refers_to_nothing_outside(drawn):
    assert drawn.startswith("<svg viewBox=")
    assert 'aria-label="shown &quot;so&quot;"' in drawn
    targets = set(re.findall(r'(?:href="|url\()#([^")]+)', drawn))
    assert targets
    assert all(target.startswith("key-") for target in targets)
    assert targets == set(re.findall(r'\bid="([^"]+)"', drawn))


def test_letters_stay_letters_and_a_shared_look_is_said_once(drawn):
    root = ElementTree.fromstring(drawn)
    assert {"Title & <more>", "two", "lines"} <= {text.text for text in root.iter("text")}
    marks = next(group for group in root.iter("g") if len(group.findall("use")) == 3)
    assert not any("style" in use.attrib for use in marks)
    assert all(len(group) or group.tag != "g" for group in root.iter())
    assert all(re.fullmatch(r"-?\d+(\.\d{1,2})?", use.attrib["x"]) for use in root.iter("use"))


def test_parts_of_a_picture_have_the_same_names_every_time():
    def once():
        figure = make_figure(2, 2)
        figure.subplots().plot([1, 2], [1, 2], marker="o")
        return set(re.findall(r'\bid="([^"]+)"', draw_inline_svg(figure, "key", "line")))

    assert once() == once() != set()
