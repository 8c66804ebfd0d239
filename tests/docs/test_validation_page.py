"""The validation page is what the program says, its pictures are there, and they show what they are given."""

import re
from pathlib import Path

import numpy as np
import pytest

from sim.fitting.calibration import list_beliefs
from sim.results.calibration import Belief
from sim.results.parts import Interval
from sim.results.scores import Bin, Reliability
from sim.scoring.validation import validate
from sim.specs import read_scenario
from sim.world import load_world
from tools.validation import pictures as pictures
from tools.validation import tables as tables
from tools.validation.assessment import FITTED, shipped_calibration
from tools.validation.profiles import Profile
from tools.validation.text import REASONS

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "validation.md"
WORLD = load_world("un-2022")
LEARNED = ("| multinomial logit |", "| random forest |", "| boosted trees |")


@pytest.fixture(scope="module")
def page():
    return PAGE.read_text(encoding="utf-8")


@pytest.mark.filterwarnings("ignore:.*ipyparallel")
def test_scores_in_sample_are_those_of_the_program(page):
    (found,) = validate(read_scenario("es-11-2"))
    assert found.mode == "in-sample"
    rows = tables.scores(found).splitlines()
    assert len(rows) == 16
    for row in rows:
        if not row.startswith(LEARNED):  # their last digit depends on the version of scikit-learn
            assert row in page


def test_prior_next_to_posterior_is_that_of_the_shipped_draws(page):
    found = list_beliefs(shipped_calibration([read_scenario(name) for name in FITTED]))
    assert tables.beliefs(found) in page
    assert 0 < page.count("not identified by these votes |") == sum(not one.is_identified for one in found)


def test_pictures_and_page_name_each_other(page):
    named = re.findall(r"\]\((pictures/[^)]+)\)", page)
    drawn = sorted((PAGE.parent / "pictures").glob("validation-*.png"))
    assert sorted(PAGE.parent / name for name in named) == drawn != []


def test_the_page_of_results_repeats_the_page(page):
    results = (ROOT / "docs" / "results.md").read_text(encoding="utf-8")
    rows = [line for line in results.splitlines() if re.match(r"\| \d+ (March|April) ", line)]
    assert len(rows) == 3
    for row in rows:
        assert row in page, row


def test_readings_are_of_members_of_the_world_and_of_missed_ones(page):
    names = [WORLD.names[WORLD.index[iso3]] for iso3 in REASONS]
    reported = [
        line for line in page.splitlines() if any(line.endswith(f"| {reason} |") for reason in REASONS.values())
    ]
    assert reported
    assert all(line.split("|")[1].strip() in names for line in reported)


def test_every_member_has_a_tile_of_its_own():
    places = pictures.tiles(WORLD.regions)
    assert len(set(places)) == WORLD.size
    by_row = {row: {WORLD.regions[i] for i, (r, _) in enumerate(places) if r == row} for row, _ in places}
    assert all(len(regions) == 1 for regions in by_row.values())


def test_misses_are_framed_and_given_votes_are_blank():
    chances = np.tile([0.1, 0.2, 0.7], (WORLD.size, 1))
    observed = np.full(WORLD.size, 2)
    observed[:5], observed[5] = 1, -1
    ax = pictures.plot_misses(chances, observed=observed, world=WORLD)
    framed = [i for i, tile in enumerate(ax.patches) if tile.get_edgecolor()[:3] == (0, 0, 0)]
    assert framed == [0, 1, 2, 3, 4]
    assert ax.patches[5].get_facecolor()[:3] == (1, 1, 1)


def test_reliability_and_beliefs_are_drawn_where_they_lie():
    bins = (
        Bin(count=10, forecast=0.2, frequency=0.3, p05=0.1, p95=0.5),
        Bin(count=10, forecast=0.8, frequency=0.7, p05=0.5, p95=0.9),
    )
    ax = pictures.plot_reliability(Reliability(bins=bins, error=0.1))
    points = next(line for line in ax.lines if line.get_linestyle() == "None")
    assert list(zip(*points.get_data(), strict=True)) == [(0.2, 0.3), (0.8, 0.7)]
    belief = Belief(
        name="grievance",
        prior=Interval(mean=1.0, p05=0.0, p95=2.0),
        posterior=Interval(mean=1.5, p05=1.0, p95=2.0),
        contraction=0.7,
        is_identified=True,
    )
    ends = [line.get_xdata() for line in pictures.plot_beliefs([belief]).lines if len(line.get_xdata()) == 2]
    assert [list(x) for x in ends[:2]] == [[-1.0, 1.0], [0.0, 1.0]]


def test_a_profile_is_drawn_from_its_best_and_reports_what_moves_with_it():
    values = np.array([0.0, 1.0, 2.0])
    found = Profile(
        "peer_influence", values, values - 9, values - 12, {"grievance": 1 - values, "abstain_bias": 0 * values}
    )
    line = pictures.plot_profile(found, others=["grievance"]).lines[1]
    assert list(line.get_ydata()) == [-2.0, -1.0, 0.0]
    unmoved = Interval(mean=0.0, p05=0.0, p95=0.0)
    reported = [
        Belief(name=name, prior=unmoved, posterior=unmoved, contraction=0.0, is_identified=False)
        for name in found.others
    ]
    assert tables.moved_with(found, reported, {"grievance": 1.0, "abstain_bias": 1.0}) == ["grievance"]
    assert "| 2 | 0.00 | 0.00 | -1.00 |" in tables.profile_table(found, ["grievance"])
