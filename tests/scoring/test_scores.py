"""Scores against values worked out by hand, and what a summary must add up to."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from support.worlds import cases, examples, uniform_world

from sim.arrays import IntArray
from sim.case import Case, prepare
from sim.case.ballot import NOT_FIXED
from sim.rules.choice import ABSENT, ABSTAIN, OPPOSE, SUPPORT
from sim.runner.result import ReplicatesInMemory, RunResult, VoteResult, frequencies
from sim.runner.run import run_case
from sim.scoring.scores import (
    SMALLEST_PROBABILITY,
    compute_paired_interval,
    find_classes,
    measure_losses,
    measure_recalls,
    measure_reliability,
    merge_to_three_classes,
    rank_classes,
    score,
    score_intervals,
    share_interval,
)
from sim.scoring.validation import pin_probabilities
from sim.specs import read_scenario
from sim.summaries.summary import is_scored, list_misses, split_of, summarise_run
from sim.summaries.tallies import count_actions, is_near, share_behind, summarise_tally
from sim.world import RollCall
from sim.world.rollcalls.files import parse_rollcalls

observed_classes = st.lists(st.integers(0, 2), min_size=1, max_size=20).map(np.array)


@st.composite
def forecasts(draw: st.DrawFn) -> tuple[NDArray[np.float64], IntArray]:
    observed = draw(observed_classes)
    odds = np.array([draw(st.tuples(*[st.floats(0.001, 1)] * 3)) for _ in observed])
    return odds / odds.sum(axis=1, keepdims=True), observed


def test_scores_worked_out_by_hand() -> None:
    """Observed oppose and support, forecast (0.5, 0.3, 0.2) and (0.2, 0.5, 0.3).

    RPS of the first: ((0.5 - 1)^2 + (0.8 - 1)^2) / 2 = 0.145; of the second (0.2^2 + 0.7^2) / 2 = 0.265.
    Brier of the first: 0.5^2 + 0.3^2 + 0.2^2 = 0.38; of the second 0.2^2 + 0.5^2 + 0.7^2 = 0.78.
    """
    scores = score(np.array([[0.5, 0.3, 0.2], [0.2, 0.5, 0.3]]), np.array([0, 2]))
    assert scores.rps == pytest.approx((0.145 + 0.265) / 2)
    assert scores.brier == pytest.approx((0.38 + 0.78) / 2)
    assert scores.log_loss == pytest.approx(-(np.log(0.5) + np.log(0.3)) / 2)
    assert scores.accuracy == 0.5
    assert scores.balanced_accuracy == 0.5
    assert scores.document() == {name: getattr(scores, name) for name in scores.document()}


def test_balanced_accuracy_counts_every_observed_class_equally() -> None:
    observed = np.array([2, 2, 2, 2, 0])
    scores = score(np.eye(3)[[2] * 5], observed)
    assert (scores.accuracy, scores.balanced_accuracy) == (0.8, 0.5)


@given(observed_classes)
def test_a_perfect_forecast_has_no_loss(observed: IntArray) -> None:
    scores = score(np.eye(3)[observed], observed)
    assert scores.document() == {"accuracy": 1, "balanced_accuracy": 1, "brier": 0, "rps": 0, "log_loss": 0}


@given(st.lists(st.sampled_from([0, 2]), min_size=1, max_size=20).map(np.array))
def test_the_worst_forecast_has_rps_1_and_a_clipped_log_loss(observed: IntArray) -> None:
    scores = score(np.eye(3)[2 - observed], observed)
    assert (scores.rps, scores.brier, scores.accuracy) == (1, 2, 0)
    assert scores.log_loss == pytest.approx(-np.log(SMALLEST_PROBABILITY))


def test_rps_knows_the_order_of_the_classes() -> None:
    """For an opposer it is worse to have forecast support than abstention; log loss cannot tell."""
    near_miss, far_miss = (score(np.eye(3)[[forecast]], np.array([0])) for forecast in (1, 2))
    assert (near_miss.rps, far_miss.rps) == (0.5, 1.0)
    assert near_miss.log_loss == far_miss.log_loss


@examples(max_examples=200)
@given(forecasts())
def test_scores_are_bounded_and_do_not_depend_on_the_order_of_members(
    made: tuple[NDArray[np.float64], IntArray],
) -> None:
    chances, observed = made
    scores = score(chances, observed)
    assert 0 <= scores.rps <= 1
    assert 0 <= scores.brier <= 2
    assert 0 <= scores.log_loss <= -np.log(SMALLEST_PROBABILITY)
    assert 0 <= scores.accuracy <= 1
    reverse = score(chances[::-1], observed[::-1])
    assert scores.document() == pytest.approx(reverse.document())


@examples(max_examples=200)
@given(st.tuples(*[st.floats(0.01, 1)] * 3), st.tuples(*[st.floats(0.01, 1)] * 3))
def test_scores_are_proper(truth: tuple[float, ...], other: tuple[float, ...]) -> None:
    """In expectation nobody does better than by forecasting the truth (Gneiting & Raftery 2007)."""
    honest, shaded = np.array(truth) / sum(truth), np.array(other) / sum(other)

    def expected(forecast: NDArray[np.float64], name: str) -> float:
        values = [getattr(score(forecast[None], np.array([c])), name) for c in range(3)]
        return float(honest @ values)

    for name in ("brier", "rps", "log_loss"):
        assert expected(honest, name) <= expected(shaded, name) + 1e-12


@given(forecasts())
def test_scores_are_means_of_what_each_member_loses(made: tuple[NDArray[np.float64], IntArray]) -> None:
    of, scores = measure_losses(*made), score(*made).document()
    assert scores == pytest.approx(
        {"accuracy": of.pop("is_right").mean(), "balanced_accuracy": scores["balanced_accuracy"]}
        | {name: loss.mean() for name, loss in of.items()}
    )


def test_recalls_are_reported_for_each_of_the_four_actions() -> None:
    """Two opposed, and one of them was expected to; the one absent was expected to abstain; nobody abstained."""
    likeliest = np.eye(4)[[OPPOSE, SUPPORT, ABSTAIN, SUPPORT]]
    found = measure_recalls(likeliest, np.array([OPPOSE, OPPOSE, ABSENT, SUPPORT]))
    assert found.document() == {
        "oppose": {"share": 0.5, "n": 2},
        "absent": {"share": 0.0, "n": 1},
        "abstain": None,
        "support": {"share": 1.0, "n": 1},
    }


@examples(max_examples=20)
@given(forecasts(), st.integers(0, 9))
def test_intervals_are_those_of_scores_of_members_drawn_again(
    made: tuple[NDArray[np.float64], IntArray], seed: int
) -> None:
    chances, observed = made
    n = len(observed)
    weights = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=60)
    drawn = [np.repeat(np.arange(n), weight) for weight in weights]
    wanted = [score(chances[members], observed[members]).document() for members in drawn]
    for name, interval in score_intervals(chances, observed, resamples=60, seed=seed):
        assert interval == pytest.approx(np.quantile([scores[name] for scores in wanted], [0.05, 0.95]))


def test_the_interval_of_a_share_has_the_width_of_a_binomial() -> None:
    """Rule: accuracy 0.7 of 500 members: 0.7 -/+ 1.645 sqrt(0.7 * 0.3 / 500), within 0.006."""
    observed = np.repeat([2, 0], [350, 150])
    low, high = score_intervals(np.eye(3)[[2] * 500], observed).accuracy
    assert (low, high) == pytest.approx((0.7 - 0.0337, 0.7 + 0.0337), abs=0.006)


@examples(max_examples=30)
@given(st.lists(st.tuples(st.floats(0, 5), st.floats(0, 5)), min_size=1, max_size=12).map(np.array))
def test_paired_intervals_are_those_of_the_members_differences(made: NDArray[np.float64]) -> None:
    first, second = made.T
    n = len(made)
    weights = np.random.default_rng(3).multinomial(n, np.full(n, 1 / n), size=60)
    wanted = [np.repeat(first - second, weight).mean() for weight in weights]
    found = compute_paired_interval(first, second, resamples=60, seed=3)
    ends = np.quantile(wanted, [0.025, 0.975])
    assert (found.mean, found.p025, found.p975) == pytest.approx((first.mean() - second.mean(), *ends))
    turned = compute_paired_interval(second, first, resamples=60, seed=3)
    assert (-turned.mean, -turned.p975, -turned.p025) == pytest.approx((found.mean, found.p025, found.p975))


def test_members_are_drawn_again_with_all_their_votes() -> None:
    """Five equal columns are worth one; five that are independent are worth five times as many members."""
    rng = np.random.default_rng(4)
    one, five = rng.normal(size=(400, 1)), rng.normal(size=(400, 5))
    width = {
        name: (found := compute_paired_interval(values, np.zeros_like(values))).p975 - found.p025
        for name, values in {"one": one, "repeated": np.tile(one, 5), "independent": five}.items()
    }
    assert width["repeated"] == pytest.approx(width["one"])
    assert width["one"] == pytest.approx(2 * 1.96 / 20, rel=0.15)
    assert width["independent"] == pytest.approx(width["one"] / 5**0.5, rel=0.2)


def test_a_member_that_is_not_scored_on_a_resolution_does_not_count_in_it() -> None:
    losses = np.array([[1.0, np.nan], [3.0, 5.0]])
    assert compute_paired_interval(losses, np.zeros((2, 2))).mean == pytest.approx((2.0 + 5.0) / 2)


@examples(max_examples=40)
@given(forecasts(), st.integers(1, 12), st.sampled_from([None, 0, 1, 2]))
def test_bins_of_reliability_add_up(made: tuple[NDArray[np.float64], IntArray], bins: int, of: int | None) -> None:
    chances, observed = made
    found = measure_reliability(chances, observed, bins, of)
    pairs = 3 * len(observed) if of is None else len(observed)
    happened = pairs / 3 if of is None else (observed == of).sum()
    expected = len(observed) if of is None else chances[:, of].sum()
    assert 1 <= len(found.bins) <= bins
    assert sum(b.count for b in found.bins) == pairs
    assert sum(b.count * b.frequency for b in found.bins) == pytest.approx(happened)
    assert sum(b.count * b.forecast for b in found.bins) == pytest.approx(expected)
    assert all(0 <= b.p05 <= b.frequency <= b.p95 <= 1 for b in found.bins)
    assert all(low.forecast < high.forecast for low, high in zip(found.bins, found.bins[1:], strict=False))
    assert 0 <= found.error <= 1


def test_reliability_worked_out_by_hand() -> None:
    """Ten members at 0.8 of which 6 supported, ten at 0.3 of which 3 did; Wilson (1927) for 6 of 10 at 90 %."""
    supported = np.repeat([1, 0, 1, 0], [6, 4, 3, 7]).astype(bool)
    support = np.repeat([0.8, 0.3], 10)
    chances = np.column_stack([1 - support, np.zeros(20), support])
    found = measure_reliability(chances, np.where(supported, 2, 0), bins=4, of=2)
    low, high = found.bins
    assert (low.count, low.forecast, low.frequency) == pytest.approx((10, 0.3, 0.3))
    assert (high.count, high.forecast, high.frequency) == pytest.approx((10, 0.8, 0.6))
    assert (high.p05, high.p95) == pytest.approx((0.3516, 0.8058), abs=1e-4)
    assert found.error == pytest.approx((0 + 0.2) / 2)


@examples(max_examples=60)
@given(st.integers(1, 600).flatmap(lambda trials: st.tuples(st.integers(0, trials), st.just(trials))))
def test_the_interval_of_a_share_is_that_of_wilson(made: tuple[int, int]) -> None:
    """Rule: its ends p solve (share - p)^2 = z^2 p (1 - p) / n with z = 1.6449, on either side of the share."""
    hits, trials = made
    share, z = hits / trials, 1.6448536269514722
    low, high = share_interval(hits, trials)
    assert 0 <= low <= share <= high <= 1
    for end in (low, high):
        assert (share - end) ** 2 == pytest.approx(z**2 * end * (1 - end) / trials, abs=1e-12)
    assert (low == 0) == (hits == 0)
    assert (high == 1) == (hits == trials)


def test_bins_hold_equally_many_where_probabilities_differ() -> None:
    support = np.linspace(0.01, 0.99, 40)
    chances = np.column_stack([1 - support, np.zeros(40), support])
    assert [b.count for b in measure_reliability(chances, np.full(40, 2), bins=8, of=2).bins] == [5] * 8


def test_absent_counts_with_abstain() -> None:
    actions = np.array([OPPOSE, ABSENT, ABSTAIN, SUPPORT])
    assert find_classes(actions).tolist() == [0, 1, 1, 2]
    assert merge_to_three_classes(np.array([[0.125, 0.25, 0.5, 0.125]])).tolist() == [[0.125, 0.75, 0.125]]


@examples(max_examples=100)
@given(forecasts())
def test_ranked_classes_keep_the_counts_and_the_ranks(made: tuple[NDArray[np.float64], IntArray]) -> None:
    chances, observed = made
    classes = rank_classes(chances, observed)
    assert np.bincount(classes, minlength=3).tolist() == np.bincount(observed, minlength=3).tolist()
    leaning = chances[:, 2] - chances[:, 0]
    for higher in (1, 2):
        if (classes == higher).any() and (classes < higher).any():
            assert leaning[classes == higher].min() >= leaning[classes < higher].max()


def test_ranked_classes_break_ties_by_the_order_of_members() -> None:
    chances = np.tile([0.2, 0.3, 0.5], (3, 1))
    assert rank_classes(chances, np.array([0, 1, 2])).tolist() == [2, 1, 0]


def roll_call(resolution: str, day: date, votes: list[int], target: str = "M0000") -> RollCall:
    return RollCall(resolution, day, "a vote", target, "the question", np.array(votes))


@pytest.mark.parametrize("name", ["es-11-1", "es-11-3", "ga-68-262"])
def test_pinning_gives_back_the_observed_counts(name: str) -> None:
    """Rule: expected supporters and opposers within 0.01 of those observed; who they were makes no difference."""
    case = prepare(read_scenario(name))
    calls = {call.resolution: call for call in parse_rollcalls(case.world)}
    votes = calls[case.ballots[0].resolution].votes
    drawn = (case.ballots[0].fixed == NOT_FIXED) & (votes >= 0)
    chances = pin_probabilities(case, 0, votes)
    expected, counts = chances[drawn].sum(axis=0), np.bincount(votes[drawn], minlength=4)
    assert expected[SUPPORT] == pytest.approx(counts[SUPPORT], abs=0.01)
    assert expected[OPPOSE] == pytest.approx(counts[OPPOSE], abs=0.01)
    shuffled = votes.copy()
    shuffled[drawn] = np.random.default_rng(0).permutation(votes[drawn])
    assert pin_probabilities(case, 0, shuffled).tolist() == chances.tolist()


def test_frequencies_are_smoothed() -> None:
    assert frequencies(np.array([[0, 1, 2, 5]])).tolist() == [[0.05, 0.15, 0.25, 0.55]]


@examples(max_examples=60)
@given(cases(2, 10))
def test_a_summary_adds_up(case: Case) -> None:
    result = run_case(case, 12)
    document = summarise_run(result)
    assert document.replicates == 12
    for number, (vote, reported) in enumerate(zip(result.votes, document.votes, strict=True)):
        size = case.world.size
        assert vote.tallies.sum(axis=1).tolist() == [size] * 12
        assert vote.counts.sum(axis=1).tolist() == [12] * size
        assert vote.tallies.sum(axis=0).tolist() == vote.counts.sum(axis=0).tolist()
        tally = summarise_tally(vote)
        assert sum(spread.mean for _, spread in tally) == pytest.approx(size)
        for _, spread in tally:
            assert spread.p05 <= spread.median <= spread.p95
        assert sum(share for _, share in share_behind(case, vote)) == pytest.approx(1)
        assert sum(count for _, count in reported.likeliest) == size
        split = reported.split
        assert split.with_target.oppose == split.without_target.oppose + 1
        assert split.with_target.support == split.without_target.support
        for row in reported.members:
            assert sum(getattr(row, action) for action, _ in tally) == pytest.approx(1)
        target = reported.members[case.roles.target]
        if not any(case.world.iso3[case.roles.target] in pledge.members for pledge in case.spec.pledge):
            assert target.oppose == 12.5 / 14
        assert (reported.observed is None) == (case.world.rollcall(reported.resolution) is None)
        assert reported.near is reported.accuracy is None
        assert list_misses(result, number) == []


def made_result(tallies: list[list[int]], counts: list[list[int]]) -> VoteResult:
    settled = np.ones(len(tallies), dtype=np.bool_)
    return VoteResult("R", date(2022, 3, 2), ReplicatesInMemory(np.array(tallies), settled), np.array(counts))


def test_near_means_within_five_on_every_action() -> None:
    call = roll_call("R", date(2022, 3, 2), [0] * 10 + [1] * 10 + [2] * 10 + [3] * 10 + [-1])
    vote = made_result([[10, 10, 10, 10], [15, 5, 15, 5], [16, 10, 10, 4], [10, 10, 4, 16]], [[4, 0, 0, 0]])
    wanted = dict(count_actions(call.tally))
    assert is_near(vote.tallies, wanted).tolist() == [True, True, False, False]
    # a target split may leave actions out
    assert is_near(vote.tallies, {"oppose": 10, "absent": 10}).tolist() == [True, True, False, True]


def test_population_shares_weigh_members_by_people() -> None:
    """1000 people and 3000: the first opposed in 3 of 4 replicates, the second supported in all."""
    case = prepare(read_scenario("es-11-1"))
    world = replace(uniform_world(2), attributes={"population": np.array([1000.0, 3000.0])})
    vote = made_result([[1, 0, 0, 1]] * 4, [[3, 0, 1, 0], [0, 0, 0, 4]])
    shares = share_behind(replace(case, world=world), vote)
    assert dict(shares) == pytest.approx({"oppose": 0.1875, "abstain": 0.0625, "absent": 0.0, "support": 0.75})


def test_the_split_is_reported_with_and_without_the_target() -> None:
    split = split_of(np.array([5.0, 12.0, 35.0, 141.0]))
    assert str(split.with_target) == "141/35/5"
    assert str(split.without_target) == "141/35/4"


@pytest.fixture(scope="module")
def shipped() -> RunResult:
    return run_case(prepare(read_scenario("es-11-1")), 200)


def test_accuracy_and_misses_agree(shipped: RunResult) -> None:
    case, (vote,) = shipped.case, summarise_run(shipped).votes
    call = case.world.rollcall("A/RES/ES-11/1")
    assert call is not None
    scored = is_scored(case, 0, call)
    assert scored.sum() == case.world.size - 2
    missed = list_misses(shipped, 0)
    assert vote.accuracy == pytest.approx(1 - len(missed) / scored.sum())
    given = [entry.probability_of_observed for entry in missed]
    assert given == sorted(given)
    assert {"RUS", "UKR"}.isdisjoint(entry.iso3 for entry in missed)
    assert vote.observed is not None
    assert dict(vote.observed) == {"support": 141, "abstain": 35, "oppose": 5, "absent": 12}


def test_a_change_is_reported_against_its_base() -> None:
    """The change of the mean tally is what members moved, and only those that moved are named."""
    base = prepare(read_scenario("es-11-1"))
    case = prepare(read_scenario("es-11-1", ["vote.target_threat=3"]))
    result = run_case(case, 100, base=base)
    (vote,), change = result.votes, summarise_run(result).votes[0].base
    assert change is not None
    assert sum(mean for _, mean in change.change) == pytest.approx(0)
    assert change.change.support < 0
    assert vote.change is not None
    assert len(change.moved) == int((vote.change.changed > 0).sum()) > 0
    assert all(row.towards == 0 and row.away <= row.moved for row in change.moved)
    assert result.base is not None
    assert change.tally == summarise_tally(result.base.votes[0])
