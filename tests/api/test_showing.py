"""Results show themselves: a short line, tables in a notebook, figures."""

from __future__ import annotations

from html.parser import HTMLParser

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure

import sim
from sim.errors import InputError
from sim.model import AlignmentModel
from sim.results.described import Result, quantity
from sim.results.parts import Split
from sim.results.showing import MOST_ROWS, Shown, as_html
from sim.results.tables import COUNT, Column, table

LONGEST = 500
MOST_HTML = 20_000


@pytest.fixture(scope="module")
def found():
    """One result of each function."""
    settings = ["design.samples=4", "replicates=5"]
    return {
        "run": sim.run("es-11-1", replicates=50),
        "months": sim.run("2022-2023", {"months.end": "2022-04-30", "parameters.vote_feedback": 1}, replicates=5),
        "sweep": sim.sweep("sanction-enforcement", replicates=2),
        "compare": sim.compare("es-11-1", {"vote.severity": -3.0}, replicates=20),
        "explain": sim.explain(
            "2022-2023",
            "IND",
            {"months.end": "2022-04-30", "parameters.vote_feedback": 1},
            tries_levers=False,
            replicates=5,
        ),
        "reach": sim.reach("india-deplores", ["replicates=20"]),
        "sensitivity": sim.sensitivity("where-threats-work", "oppose", "oppose>20", overrides=settings),
        "model": AlignmentModel("2022-2023", seed=1).run(),
    }


def split_parts(thing, depth=3):
    """A value, and what is inside it: the fields of results, specifications and cases."""
    yield thing
    if depth and type(thing).__module__.startswith("sim."):
        for part in list(getattr(thing, "__dict__", {}).values()):
            yield from split_parts(part, depth - 1)
    elif isinstance(thing, tuple) and thing and not hasattr(thing, "_fields"):
        yield from split_parts(thing[0], depth)


PRINTED = ("run", "months", "sweep", "compare", "explain", "reach", "sensitivity", "model")


@pytest.mark.parametrize("name", PRINTED)
def test_a_result_is_a_short_line(found, name):
    line = repr(found[name])
    assert line == str(found[name])
    assert line.startswith(f"{type(found[name]).__name__}(")
    assert len(line) < LONGEST
    assert "\n" not in line


@pytest.mark.parametrize("name", ["run", "months", "compare", "explain", "reach", "model"])
def test_what_is_inside_a_result_is_short_too(found, name):
    shown = [part for part in split_parts(found[name]) if isinstance(part, Shown)]
    assert len(shown) > 1
    for part in shown:
        assert len(repr(part)) < LONGEST, type(part)


def test_the_line_of_a_run_has_its_runs_and_its_split(found):
    tallies = found["run"].tallies
    split = "/".join(f"{tallies[action].median():.0f}" for action in ("support", "abstain", "oppose"))
    assert repr(found["run"]) == f"Run('ES-11/1: deploring the invasion': 50 runs, split {split})"
    assert "5 runs, 3 months, splits " in repr(found["months"])


class Reader(HTMLParser):
    """The tags and the text of a page."""

    def __init__(self, page):
        super().__init__()
        self.open, self.tags, self.text = [], [], ""
        self.feed(page)
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.tags.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


@pytest.mark.parametrize("name", PRINTED)
def test_a_notebook_shows_a_title_and_a_table_or_two(found, name):
    html = found[name]._repr_html_()
    page = Reader(html)
    assert 1 <= page.tags.count("table") <= 2
    assert page.tags.count("tr") <= 2 * (MOST_ROWS + 1)
    assert repr(found[name]) in page.text
    assert len(html) < MOST_HTML


def test_texts_in_a_notebook_are_escaped():
    found = sim.run({"base": "harbour-blockade", "title": "<b>&", "question": "<script>?"}, replicates=2)
    page = Reader(found._repr_html_())
    assert {"b", "script"}.isdisjoint(page.tags)
    assert "<b>&" in page.text
    assert "<script>?" in page.text


def test_a_table_for_people_is_a_table_of_a_page():
    shown = table("Who & what", [Column("name"), Column("members", COUNT)], [("a<b", 1234), ("c", None)], note="1 < 2")
    page = Reader(as_html(shown))
    assert page.tags.count("td") == 4
    assert page.text == "Who & whatnamemembersa<b1,234c\N{EN DASH}1 < 2"


class Parts(Result):
    """A result of all kinds of parts."""

    counts: tuple[int, ...] = quantity("how many", "counts")
    names: dict[str, str] = quantity("who", "names")
    split: Split = quantity("the split", "split")
    nothing: str | None = quantity("nothing", "nothing")


def test_any_result_shows_its_parts_by_their_labels():
    parts = Parts(counts=(1,) * 100, names={"a": "b"}, split=Split(support=1, abstain=2, oppose=3), nothing=None)
    assert repr(parts) == "Parts(counts=<100 items>, names=<1 entry>, split=<Split>)"
    assert str(parts.split) == "1/2/3"
    assert "the split" in Reader(parts._repr_html_()).text


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("run", (None, "tallies", "chamber", "map", "members", "network", "reliability")),
        ("months", ("months", "reasons")),
        ("compare", (None, "change", "movers")),
        ("explain", (None, "reasons")),
        ("sweep", (None,)),
        ("sensitivity", (None,)),
    ],
)
def test_a_result_is_drawn_as_a_figure_that_shows_itself(found, name, kinds):
    for kind in kinds:
        figure = sim.plot(found[name], kind, member="IND")
        assert isinstance(figure, Figure)
        assert figure._repr_png_().startswith(b"\x89PNG")


@pytest.mark.parametrize("name", ["run", "months", "compare", "explain", "sweep", "sensitivity"])
def test_a_result_is_drawn_on_axes_that_are_given(found, name):
    own, (left, right) = plt.subplots(1, 2)
    assert sim.plot(found[name], ax=left) is own
    assert left.has_data()
    assert not right.has_data()
    assert own.axes[:2] == [left, right]
    plt.close(own)


def test_the_picture_of_a_run_is_that_of_its_tallies(found):
    (ax,) = sim.plot(found["run"]).axes
    drawn = {bars.get_label(): [bar.get_x() + bar.get_width() / 2 for bar in bars] for bars in ax.containers}
    for action, values in drawn.items():
        assert np.allclose(values, sorted(found["run"].tallies[action].unique()))


@pytest.mark.parametrize(
    ("name", "kind", "reported"),
    [
        ("run", "tally", "sim.plot, kind: there is no picture 'tally' of this result .Run.. Did you mean 'tallies'"),
        ("run", "change", "sim.compare"),
        ("run", "explanation", "sim.explain"),
        ("explain", "chamber", "There are explanation, reasons."),
        ("sweep", "tallies", "There are sweep, sensitivity."),
        ("sweep", "sensitivity", "no indices"),
    ],
)
def test_what_cannot_be_drawn_is_reported(found, name, kind, reported):
    with pytest.raises(InputError, match=reported):
        sim.plot(found[name], kind)


def test_frames_can_be_exported_to_stata(found, tmp_path):
    swept, explained, harbours = found["sweep"], found["explain"], sim.run("harbour-blockade", replicates=2)
    frames = [swept.points, swept.tallies, swept.members, found["compare"].figures, explained.terms, harbours.members]
    assert swept.points["error"].isna().all()
    for place, frame in enumerate(frames):
        short = frame.rename(columns=lambda name: name.replace(".", "_"))
        short.to_stata(tmp_path / f"{place}.dta")
