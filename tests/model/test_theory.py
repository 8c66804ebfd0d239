"""What the model must do where theory has an exact answer; every comparison states its rule."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats
from scipy.optimize import brentq
from support.worlds import uniform_world

from sim.arrays import FloatArray
from sim.case import Case, prepare
from sim.case.ballot import NOT_FIXED
from sim.case.utilities import compute_own_utilities
from sim.ensemble import simulate
from sim.equilibrium import solve_equilibrium
from sim.rules.choice import ACTIONS, OPPOSE, STANCES, SUPPORT, compute_choice_probabilities
from sim.specs import Scenario, read_scenario


def poisson_binomial(chances: FloatArray) -> FloatArray:
    """Distribution of the number of successes in independent trials of unequal chances, by convolution."""
    distribution = np.ones(1)
    for chance in chances:
        distribution = np.convolve(distribution, [1 - chance, chance])
    return distribution


def pooled(observed: NDArray[np.int64], expected: FloatArray, least: float = 5.0) -> tuple[FloatArray, FloatArray]:
    """Neighbouring bins put together until each is expected to hold at least `least`."""
    cuts, total = [0], 0.0
    for i, value in enumerate(expected):
        total += value
        if total >= least and expected[i + 1 :].sum() >= least:
            cuts.append(i + 1)
            total = 0.0
    return np.add.reduceat(observed.astype(float), cuts), np.add.reduceat(expected, cuts)


REPLICATES = 4000


@cache
def independent(name: str) -> tuple[Case, FloatArray, NDArray[np.int8]]:
    """A shipped scenario without peers: the case, each member's exact probabilities, and simulated actions.

    Figures that members lack are as estimated in all runs, so that runs are independent.
    """
    case = prepare(read_scenario(name, ["parameters.peer_influence=0", "seed=11"]), reads_votes=False)
    case = replace(case, known=replace(case.known, donors={}))
    (ballot,) = case.ballots
    chances = np.stack(compute_choice_probabilities(compute_own_utilities(ballot, case.parameters)), axis=-1)
    given = ballot.fixed != NOT_FIXED
    chances[given] = np.eye(4)[ballot.fixed[given]]
    return case, chances, simulate(case, 0, REPLICATES)[0].actions


@pytest.mark.parametrize("code", range(4), ids=ACTIONS)
@pytest.mark.parametrize("name", ["es-11-1", "es-11-3"])
def test_without_peers_counts_are_poisson_binomial(name: str, code: int) -> None:
    """Rule, at a fixed seed: |z| < 4 for the mean, chi-square of the whole histogram with p > 0.001.

    Members that draw independently with chances p_i give a count of mean sum p_i and variance sum p_i (1 - p_i).
    """
    _, chances, actions = independent(name)
    counts = (actions == code).sum(axis=1)
    mean, variance = chances[:, code].sum(), (chances[:, code] * (1 - chances[:, code])).sum()
    assert abs(counts.mean() - mean) < 4 * np.sqrt(variance / REPLICATES)
    distribution = poisson_binomial(chances[:, code])
    assert distribution @ np.arange(len(distribution)) == pytest.approx(mean)
    seen, wanted = pooled(np.bincount(counts, minlength=len(distribution)), REPLICATES * distribution)
    assert len(seen) > 5
    assert stats.chisquare(seen, wanted * (seen.sum() / wanted.sum())).pvalue > 0.001


@pytest.mark.parametrize("name", ["es-11-1", "es-11-3"])
def test_without_peers_each_member_acts_by_its_own_probabilities(name: str) -> None:
    """Rule: every frequency within 5 standard errors; the squared scores of all members add up (p > 0.001)."""
    _, chances, actions = independent(name)
    uncertain = chances * (1 - chances) * REPLICATES > 5
    frequencies = np.stack([(actions == code).mean(axis=0) for code in range(4)], axis=-1)
    z = (frequencies - chances)[uncertain] / np.sqrt((chances * (1 - chances))[uncertain] / REPLICATES)
    assert np.abs(z).max() < 5
    scored = uncertain[:, SUPPORT]
    p, seen = chances[scored, SUPPORT], frequencies[scored, SUPPORT]
    assert stats.chi2.sf(((seen - p) ** 2 / (p * (1 - p)) * REPLICATES).sum(), scored.sum()) > 0.001


def test_without_peers_members_are_uncorrelated() -> None:
    """Rule: correlations of stances between members have a mean square of 1 / R, within 5 standard errors."""
    _, chances, actions = independent("es-11-1")
    drawn = chances.max(axis=1) < 0.99
    correlations = np.corrcoef(STANCES[actions[:, drawn]].T)
    pairs = correlations[np.triu_indices(drawn.sum(), 1)]
    # Not all pairs are independent of each other, but squares of correlations nearly are.
    assert abs((pairs**2).mean() * REPLICATES - 1) < 5 * np.sqrt(2 / len(pairs))


# Brock & Durlauf (2001), "Discrete choice with social interactions", Review of Economic Studies 68, equation (15):
# two actions -1 and +1, U(+1) - U(-1) = 2 (h + J m), so that P(+1) - P(-1) = tanh(h + J m), and in equilibrium
# m = tanh(h + J m). Here h is minus the severity, J is peer_influence, and the neutral actions are priced out (-20).
# Members keep their noise through the rounds: for many members the share with noise below a level is the same curve.

SIZE = 801
NEUTRALS_OUT = {"abstain_bias": -20.0, "absent_bias": -20.0}
ONLY_REGION = {"peer_region": 1.0, "peer_organisations": 0.0, "peer_agreement": 0.0, "peer_borders": 0.0}


@cache
def base_case(size: int) -> Case:
    """Equal members with equal peers, W_ij = 1 / (n - 1); one of them is the target and opposes."""
    world = uniform_world(size)
    vote = {"resolution": "T/1", "date": "2022-03-02", "severity": 0.0, "divisiveness": [0.0, 0.0], "basis": "theory"}
    settings = {
        **NEUTRALS_OUT,
        **ONLY_REGION,
        "peer_pacts": 0.0,
        "peer_trade": 0.0,
        "inertia": 0.0,
        "absence_autocracy": 0.0,
    }
    document = {
        "title": "Theory",
        "question": "What do equal members settle on?",
        "world": "theory",
        "seed": 5,
        "replicates": 1,
        "roles": {"target": "M0000", "senders": ["M0001"]},
        "vote": [{**vote, "target_threat": 0.0, "sender_threat": 0.0}],
        "parameters": {**settings, "absence_arrears": 0.0, "rounds": 150},
    }
    return prepare(Scenario.model_validate(document, context=world), world, reads_votes=False)


def social(h: float, influence: float, start: float = 0.0, size: int = SIZE) -> Case:
    """The case with private utility h, social utility J, and a first announcement."""
    case = base_case(size)
    (ballot,) = case.ballots
    values = {"peer_influence": influence, "first_announcement": start}
    return replace(case, ballots=(replace(ballot, severity=-h),), parameters={**case.parameters, **values})


def mean_stances(case: Case, count: int = 20) -> FloatArray:
    """Mean stance over the members that draw, in each replicate; deliberation has come to rest in all."""
    (outcome,) = simulate(case, 0, count)
    assert outcome.is_settled.all()
    drawn = case.ballots[0].fixed == NOT_FIXED
    assert np.isin(outcome.actions[:, drawn], [OPPOSE, SUPPORT]).all()
    return STANCES[outcome.actions[:, drawn]].mean(axis=1)


def root(h: float, influence: float, low: float, high: float, size: int = SIZE) -> float:
    """The root of m = tanh(h + J m) between two bounds, with W on its grid and the target's -1 in it."""
    weight = np.floor(2**20 / (size - 1)) / 2**20

    def gap(m: float) -> float:
        return float(np.tanh(h + influence * weight * ((size - 2) * m - 1)) - m)

    return float(brentq(gap, low, high))


def standard_error(m: float, influence: float, size: int = SIZE) -> float:
    """Of the settled mean of one replicate: sampling noise of n members, sqrt((1 - m^2) / n), fed back through J."""
    return float(np.sqrt((1 - m * m) / size) / abs(1 - influence * (1 - m * m)))


@pytest.mark.parametrize("start", [-1.0, 0.0, 1.0])
@pytest.mark.parametrize(("h", "influence"), [(0.0, 0.0), (0.4, 0.0), (0.0, 0.5), (0.3, 0.5), (-0.5, 0.8), (0.2, 0.8)])
def test_weak_social_interaction_has_one_equilibrium(h: float, influence: float, start: float) -> None:
    """Rule, J < 1, from any start: each of 20 replicates within 5 standard errors of the root, their mean within 4."""
    m = root(h, influence, -1, 1)
    settled = mean_stances(social(h, influence, start))
    error = standard_error(m, influence)
    assert np.abs(settled - m).max() < 5 * error
    assert abs(settled.mean() - m) < 4 * error / np.sqrt(len(settled))


@pytest.mark.parametrize("influence", [1.5, 2.0, 3.0])
def test_strong_social_interaction_has_two(influence: float) -> None:
    """Rule, J > 1 and h = 0: all-support and all-oppose end at the outer roots, each replicate within 5 errors."""
    upper, lower = root(0.0, influence, 0.3, 1), root(0.0, influence, -1, -0.3)
    assert lower < -0.8 < 0.8 < upper
    for m, start in ((upper, 1.0), (lower, -1.0)):
        settled = mean_stances(social(0.0, influence, start))
        assert np.abs(settled - m).max() < 5 * standard_error(m, influence)


@pytest.mark.parametrize("influence", [1.5, 2.0, 3.0])
def test_the_tipping_point(influence: float) -> None:
    """The upper equilibrium lasts down to h = -h_c and is gone below it.

    The curve touches the diagonal where J (1 - m^2) = 1, so m_c = sqrt(1 - 1 / J) and h_c = J m_c - artanh(m_c). There
    the sampling noise of n members, sqrt((1 - m_c^2) / n), is worth J times that in h: the rule leaves 5 of these on
    either side, plus the pull of the target, 2 J / n.
    """
    tangent = np.sqrt(1 - 1 / influence)
    critical = influence * tangent - np.arctanh(tangent)
    margin = 5 * influence * np.sqrt((1 - tangent**2) / SIZE) + 2 * influence / SIZE
    assert margin < critical + 0.1
    assert mean_stances(social(-critical + margin, influence, 1.0)).min() > tangent
    assert mean_stances(social(-critical - margin, influence, 1.0)).max() < -tangent
    # The lower equilibrium tips at the mirror image.
    assert mean_stances(social(critical - margin, influence, -1.0)).max() < -tangent
    assert mean_stances(social(critical + margin, influence, -1.0)).min() > tangent


@pytest.mark.parametrize(("h", "influence"), [(0.0, 0.0), (0.4, 0.0), (0.3, 0.5), (-0.5, 0.8), (0.6, 2.0), (-0.6, 2.0)])
@pytest.mark.parametrize("size", [12, 200])
def test_equilibrium_is_the_root(h: float, influence: float, size: int) -> None:
    """Rule: within 1e-5. With J = 2 and |h| > 0.53 a single root is left, on the side of h."""
    case = social(h, influence, size=size)
    (ballot,) = case.ballots
    chances = solve_equilibrium(compute_own_utilities(ballot, case.parameters), ballot, case.peers, influence)
    drawn = ballot.fixed == NOT_FIXED
    stances = (chances[:, SUPPORT] - chances[:, OPPOSE])[drawn]
    assert np.ptp(stances) < 1e-12
    bounds = (-1.0, 1.0) if influence < 1 else (0.0, 1.0) if h > 0 else (-1.0, 0.0)
    assert stances[0] == pytest.approx(root(h, influence, *bounds, size=size), abs=1e-5)


def test_equilibrium_without_peers_is_the_choice_itself() -> None:
    case, chances, _ = independent("es-11-1")
    (ballot,) = case.ballots
    drawn = ballot.fixed == NOT_FIXED
    found = solve_equilibrium(compute_own_utilities(ballot, case.parameters), ballot, case.peers, 0.0)
    assert (found[drawn] == chances[drawn]).all()
