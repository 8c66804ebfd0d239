"""Pictures of months: what-if, base and published figures."""

import numpy as np
import pytest
from support.results import ran

from sim.scoring.monthly import list_published
from sim.views.pictures.about import draw_about
from sim.views.pictures.months import TOPICS, collect_lines, plot_months


@pytest.fixture(scope="module")
def hungary():
    return ran("2022-2023-hungary-leaves", 6, base="2022-2023")


def lines(ax):
    return {line.get_label(): line for line in ax.lines}


@pytest.mark.parametrize("topic", TOPICS)
def test_every_topic_has_the_base_as_a_thin_line(hungary, topic):
    ax = plot_months(hungary, topic=topic)
    base = [band.mean for band in collect_lines(hungary.base.months, topic).values()]
    thin = [line.get_ydata() for line in ax.lines if line.get_gid() == "base"]
    assert len(thin) == len(base) > 0
    assert all(np.allclose(drawn, mean) for drawn, mean in zip(thin, base))
    assert [label for label in lines(ax) if label.startswith("base")] == ["base (thin)"]


def test_published_figures_are_dots_in_the_months_they_are_of(hungary, months):
    known = list_published(hungary)
    for result in (hungary, months):
        dots = lines(plot_months(result, topic="sanctions"))["published (dots)"]
        assert dict(zip(dots.get_xdata(), dots.get_ydata())) == {1: known["members_joined"]["2022-03"]}
    assert sum(count for month, count in known["listings"].items() if "2022-03" <= month <= "2023-06") == 26
    assert known["IND:energy_crude"]["2022-10"] == pytest.approx(936 * 31 / 7.33)
    given = [of["2022-03"] for name, of in known.items() if name.endswith(":aid") and "2022-03" in of]
    assert known["aid"]["2022-03"] == pytest.approx(sum(given))


def test_a_run_without_a_base_has_none_in_its_picture(months):
    assert not any(label.startswith("base") for label in lines(plot_months(months)))
    with pytest.raises(ValueError, match="not compared"):
        draw_about(months)


def test_the_series_that_the_what_if_is_about_have_a_panel_each(hungary):
    panels = [ax for ax in draw_about(hungary).axes if ax.get_visible()]
    assert [ax.get_title(loc="left") for ax in panels][:2] == [
        "crude oil bought, Hungary",
        "aid to the victim, Hungary",
    ]
    for ax in panels:
        assert {"what-if", "base"} <= lines(ax).keys()
    bought = hungary.months.members["energy_crude"][:, :, hungary.case.world.index["HUN"]]
    assert lines(panels[0])["what-if"].get_ydata() == pytest.approx(bought.mean(axis=0) / 1e3, rel=1e-5)
