"""Labels of pictures: none is cut or lies on another."""

import pytest
from support.drawn import cut, overlapping, written
from support.months_worlds import blockade_by_months
from support.results import ran

from sim.case import prepare
from sim.runner.run import run_case
from sim.specs import read_scenario
from sim.views.frame import make_figure
from sim.views.kinds import OF_RUNS, Wish, draw_run, draw_sweep
from sim.views.pictures.months import TOPICS, plot_months


def in_order(figure):
    assert written(figure)
    assert not cut(figure)
    assert not overlapping(figure)


def test_cut_and_overlapping_labels_are_found():
    figure = make_figure(4, 3)
    figure.text(0.5, 0.5, "in the middle", ha="center")
    assert not cut(figure)
    assert not overlapping(figure)
    figure.text(0.95, 0.2, "beyond the edge")
    assert cut(figure) == ["beyond the edge"]
    figure.text(0.52, 0.5, "on the other", ha="center")
    assert overlapping(figure) == [("in the middle", "on the other")]


@pytest.mark.parametrize(
    ("kind", "member"),
    [
        *((name, "BLR") for name, kind in OF_RUNS.items() if not {"months", "observed"} & {*kind.needs}),
        ("explanation", "CAF"),
    ],
)
def test_labels_of_pictures_of_a_run_are_whole_and_apart(threat, kind, member):
    in_order(draw_run(threat, kind, Wish(member=member)))


def test_labels_of_reliability_are_whole_and_apart(founding):
    in_order(draw_run(founding, "reliability", Wish()))


@pytest.mark.parametrize("name", ["es-11-3", "ga-68-262", "harbour-blockade"])
@pytest.mark.parametrize("kind", ["chamber", "map", "tallies", "members", "network"])
def test_labels_are_whole_and_apart_where_many_are_missed_and_where_members_are_few(name, kind):
    in_order(draw_run(ran(name, 50), kind, Wish()))


def test_labels_of_months_are_whole_and_apart(months):
    in_order(draw_run(months, "months", Wish()))
    for topic in TOPICS:
        in_order(plot_months(months, topic=topic).get_figure())


@pytest.mark.parametrize("member", ["IND", "BLR", "MDA", "RUS"])
def test_labels_of_reasons_over_the_months_are_whole_and_apart(months, member):
    in_order(draw_run(months, "reasons", Wish(member=member, resolution="A/RES/ES-11/3")))


def test_labels_of_pictures_of_sweeps_are_whole_and_apart(grid, line, effects):
    for kept in (grid, line):
        for output in (None, "abstain", "two-thirds", "BLR:oppose"):
            in_order(draw_sweep(kept, "sweep", Wish(output=output)))
    in_order(draw_sweep(effects, "sensitivity", Wish()))
    in_order(draw_sweep(effects, "sweep", Wish()))


def test_months_without_fuel_are_drawn_and_say_so(tmp_path):
    """A warning, as of a legend without lines, is an error here."""
    found = run_case(prepare(read_scenario(blockade_by_months(tmp_path))), 20)
    figure = draw_run(found, "months", Wish())
    in_order(figure)
    fuel = figure.axes[list(TOPICS).index("fuel")]
    assert [text.get_text() for text in fuel.texts] == ["no data in this world"]
    assert {text.get_text() for text in fuel.get_legend().get_texts()} <= {"vote", "votes"}
