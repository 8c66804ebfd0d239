"""Pressure: which statements and votes count, the rank test, and whether it finds what was put in."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.fitting.pressure.estimate import judge, measure_power
from sim.fitting.pressure.logit import add_pressure, fit_least_squares, fit_ordered
from sim.fitting.pressure.placebo import (
    PlaceboPanel,
    adjust_by_holm,
    ends_by_rank,
    estimate_by_rank,
    make_placebo_panel,
    rank_p,
)
from sim.fitting.pressure.plan import read_plan
from sim.fitting.pressure.votes import MISSING, NO, Record, find_own_record
from sim.scoring.baselines.regressions import fit_ordered_logit

MEMBERS = 193
LEVEL = 0.9


@pytest.fixture(scope="module")
def record():
    return Record()


@pytest.fixture(scope="module")
def threats(record):
    return {one.question.resolution: one for one in record.threats()}


def test_only_read_and_earlier_threats_count(threats):
    counted = {name: (one.threatener, one.entries, one.is_public) for name, one in threats.items()}
    assert counted == {
        "A/RES/ES-10/19": ("USA", ("t03", "t04"), True),
        "A/RES/68/262": ("RUS", ("t01",), False),
        "A/RES/ES-11/3": ("RUS", ("t08",), False),
    }


def test_controls_are_opposed_by_the_threatener_and_nobody_made_a_statement_on_them(record, threats):
    stated = {row["resolution"] for row in record.statements if row["kind"] != "none"}
    for threat in threats.values():
        for rule in read_plan()["controls"]["sets"].values():
            found = record.controls(threat, rule)
            assert not stated & {one.resolution for one in found}
            assert all(one.actions[record.index[threat.threatener]] == NO for one in found)
            assert all(one.directness == 3 for one in found if rule.get("directness"))
    primary = read_plan()["controls"]["sets"]["primary"]
    for resolution in ("A/RES/ES-10/19", "A/RES/ES-11/3"):  # enough controls before the vote
        threat = threats[resolution]
        assert max(one.day for one in record.controls(threat, primary)) < threat.question.day


def test_the_parties_are_left_out(record, threats):
    threat = threats["A/RES/ES-11/3"]
    classes = record.classes(threat.question, threat)
    assert all(classes[record.index[iso3]] == MISSING for iso3 in ("RUS", "UKR"))


def test_a_record_knows_nothing_of_its_own_session(record, threats):
    threat = threats["A/RES/ES-11/3"]
    controls = record.controls(threat, read_plan()["controls"]["sets"]["primary"])
    classes = [record.classes(one, threat) for one in controls]
    before = find_own_record(controls, classes, controls)
    turned = [np.where(one.session == controls[0].session, MISSING, kind) for one, kind in zip(controls, classes)]
    after = find_own_record(controls, turned, controls)
    assert np.array_equal(before[0], after[0])
    assert not np.array_equal(before[-1], after[-1])


def test_slopes_are_those_of_the_shipped_ordered_logit():
    regressors, classes = simulate(3, effect=0.0, seed=1)
    found = fit_ordered(regressors, classes)
    for place in range(3):
        inside = classes[place] >= 0
        other = fit_ordered_logit(regressors[place][inside], classes[place][inside])
        assert found.weights[place] == pytest.approx(other.slopes, abs=2e-3)
        assert found.thresholds[place] == pytest.approx(other.thresholds[0], abs=2e-3)


def test_least_squares_slopes_are_numpys():
    regressors, classes = simulate(1, effect=1.0, seed=2)
    inside = classes[0] >= 0
    design = np.column_stack([np.ones(inside.sum()), regressors[0][inside]])
    wanted = np.linalg.lstsq(design, classes[0][inside] - 1.0)[0]
    assert fit_least_squares(regressors, classes).weights[0] == pytest.approx(wanted[1:], abs=1e-6)


def test_a_vote_without_a_middle_class_has_a_finite_slope():
    regressors, classes = simulate(1, effect=0.5, seed=3)
    found = fit_ordered(regressors, np.where(classes == 1, 2, classes))
    assert np.isfinite(found.of_exposure).all()
    assert np.isfinite(found.influence).all()


@given(st.integers(19, 120), st.integers(0, 10_000), st.floats(-4, 4))
def test_the_interval_holds_what_the_rank_test_does_not_reject(size, seed, slope):
    placebo = np.random.default_rng(seed).normal(size=size)
    low, high = ends_by_rank(placebo, LEVEL)
    assert (low <= slope <= high) == (rank_p(slope, placebo) > 1 - LEVEL + 1e-9)


def test_eighteen_controls_give_no_interval():
    assert ends_by_rank(np.arange(18.0), LEVEL) is None
    assert ends_by_rank(np.arange(19.0), LEVEL) == (0.0, 18.0)


def test_holms_correction():
    assert adjust_by_holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])


def test_zero_is_said_only_where_the_interval_excludes_the_smallest_effect():
    made = estimate_by_rank(panel_of(40, effect=0.0, seed=4), "", LEVEL)
    smallest = read_plan()["verdict"]["smallest_effect"]
    sure = made.model_copy(update={"low": -smallest / 2, "high": smallest / 2})
    unsure = made.model_copy(update={"low": -smallest / 2, "high": 2 * smallest})
    assert judge(sure, 0.5) == "none"
    assert judge(unsure, 0.5) == "not identified"
    assert judge(made.model_copy(update={"effect": 1.0}), 0.05) == "coercion"
    assert judge(made.model_copy(update={"effect": -1.0}), 0.05) == "backlash"


def test_pressure_is_added_towards_the_threatener_alone():
    regressors, classes = simulate(5, effect=0.0, seed=5)
    fit, draws = fit_ordered(regressors, classes), np.random.default_rng(0).random(classes.shape)
    assert np.array_equal(add_pressure(fit, regressors, classes, 0.0, draws), classes)
    moved = add_pressure(fit, regressors, classes, 2.0, draws)
    assert (moved >= classes).all()
    assert (moved > classes).any()
    assert np.array_equal(moved[regressors[:, :, 0] == 0], classes[regressors[:, :, 0] == 0])


def test_liking_without_a_threat_is_not_pressure():
    """Exposed members side with the threatener on every vote: the slope is large, the pressure is none."""
    found = estimate_by_rank(panel_of(60, effect=0.0, seed=6, liking=2.0), "", LEVEL)
    assert found.slope > 1
    assert found.low < 0 < found.high


def test_simulated_pressure_is_found_as_often_as_claimed():
    check_recovery(runs=40, controls=40, tolerance=0.2)


@pytest.mark.slow
def test_simulated_pressure_is_found_as_often_as_claimed_over_many_runs():
    check_recovery(runs=300, controls=100, tolerance=0.08)


@pytest.mark.slow
def test_none_the_size_found_and_twice_that_size_are_recovered_on_the_real_votes(record, threats):
    """With other random numbers, the share found among real control votes is the one that is claimed."""
    form = {key: value for key, value in read_plan()["form"].items() if key != "alternatives"}
    for threat in threats.values():
        panel = make_placebo_panel(record, threat, read_plan()["controls"]["sets"]["primary"], form)
        fit, size = panel.fit(), estimate_by_rank(panel, "", LEVEL).effect
        claimed = [measure_power(panel, fit, times * size) for times in (0, 1, 2)]
        assert claimed[0].found <= 1 - LEVEL
        placebo = fit.of_exposure[1:]
        for point in claimed[1:]:
            found = []
            for seed in range(5):
                draws = np.random.default_rng(seed).random(panel.classes[1:].shape)
                own = replace(fit, thresholds=fit.thresholds[1:], weights=fit.weights[1:])
                moved = add_pressure(own, panel.regressors[1:], panel.classes[1:], point.effect, draws)
                slopes = fit_ordered(panel.regressors[1:], moved).of_exposure
                found += [
                    rank_p(slope, np.delete(placebo, place)) <= 1 - LEVEL + 1e-9 for place, slope in enumerate(slopes)
                ]
            assert np.mean(found) == pytest.approx(point.found, abs=0.1)


def simulate(votes, effect, seed, liking=0.0):
    """Regressors and classes of votes; on the first the slope of exposure has an effect added."""
    rng = np.random.default_rng(seed)
    exposure = np.sqrt(rng.beta(0.4, 3.0, MEMBERS)) * (rng.random(MEMBERS) < 0.8)
    position = rng.normal(size=MEMBERS)
    regressors = np.broadcast_to(np.stack([exposure, position], axis=1), (votes, MEMBERS, 2)).copy()
    slopes = liking + 0.5 * rng.normal(size=votes)
    slopes[0] += effect
    score = slopes[:, None] * exposure + 1.5 * position + rng.logistic(size=(votes, MEMBERS))
    classes = (score > -0.5).astype(np.int64) + (score > 1.0)
    classes[:, :2] = MISSING
    return regressors, classes


def panel_of(controls, effect, seed, liking=0.0):
    regressors, classes = simulate(1 + controls, effect=effect, seed=seed, liking=liking)
    return PlaceboPanel(regressors, classes, np.arange(controls), is_linear=False)


def check_recovery(runs, controls, tolerance):
    """None, a size, and twice that size: found as often as claimed, and covered at the stated rate."""
    size = 2.0
    for effect in (0.0, size, 2 * size):
        made = [panel_of(controls, effect=effect, seed=100 + seed) for seed in range(runs)]
        found = [estimate_by_rank(panel, "", LEVEL) for panel in made]
        claims = [measure_power(panel, panel.fit(), effect).found for panel in made[: runs // 10]]
        share = np.mean([one.rank_p <= 1 - LEVEL + 1e-9 for one in found])
        covered = np.mean([one.low <= effect <= one.high for one in found])
        assert share == pytest.approx(np.mean(claims), abs=tolerance)
        assert covered >= LEVEL - tolerance
        if effect == 0:
            assert share <= 1 - LEVEL + tolerance
