"""Simple rules against values worked out by hand, and that none of them looks where it must not."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn import ensemble
from support.worlds import cases, examples, made, uniform_world

from sim.arrays import FloatArray
from sim.case import Case, prepare
from sim.case.ballot import NOT_FIXED
from sim.rules.choice import ABSENT, ABSTAIN, OPPOSE, STANCES, SUPPORT
from sim.scoring.baselines import FORECASTERS, NEED_SCIKIT_LEARN, pin_to_counts
from sim.scoring.baselines.regressions import fit_ordered_logit, predict_random_forest
from sim.scoring.samples import Sample, make_sample
from sim.scoring.scores import score
from sim.specs import read_scenario
from sim.world import RollCall

SLOW = list(NEED_SCIKIT_LEARN)
QUICK = [name for name in FORECASTERS if name not in SLOW]
LEARNT = ["ideal_point", "earlier_votes", "signed_logit", *SLOW]
ARRAYS = ("ideal_point", "region", "last", "last_on_topic", "record", "observed", "revealed")
seeds = st.integers(0, 2**32)


@pytest.fixture(autouse=True, scope="module")
def _small_forest() -> Iterator[None]:
    forest = ensemble.RandomForestClassifier
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ensemble, "RandomForestClassifier", lambda trees, **given: forest(30, **given))
        yield


def a_sample(seed: int, size: int = 40, resolution: str = "R/1") -> Sample:
    """Members at random, whose votes depend on their ideal point and on the last of two earlier votes."""
    rng = np.random.default_rng(seed)
    point, last = rng.normal(size=size), rng.integers(-1, 3, size)
    lean = 1.5 * point + np.where(last >= 0, last - 1.0, 0.0) + rng.logistic(size=size)
    earlier = rng.integers(-1, 2, size)
    return Sample(
        resolution=resolution,
        members=tuple(map(str, range(size))),
        inputs=np.column_stack([point, last, rng.random((size, 2)), np.ones(size)]),
        signs=np.array([1.0, 1.0, 0.0, -1.0, 0.0]),
        ideal_point=point,
        region=rng.integers(0, 3, size),
        last=last,
        last_on_topic=np.where(rng.random(size) < 0.5, last, -1),
        record=np.where(last >= 0, (last - 1 + earlier) / 2, earlier),
        observed=np.where(rng.random(size) < 0.1, -1, np.searchsorted([-1.0, 1.0], lean)),
        revealed=np.column_stack([point, np.ones(size)]),
    )


def by_hand(observed: Sequence[int], **arrays: Sequence[float]) -> Sample:
    """A sample of few members; what is not said is 0, and no earlier vote."""
    size = len(observed)
    nothing = np.zeros(size)
    made_up = Sample(
        resolution="R/1",
        members=tuple(map(str, range(size))),
        inputs=nothing[:, None],
        signs=np.ones(1),
        ideal_point=nothing,
        region=np.zeros(size, dtype=int),
        last=np.full(size, -1),
        last_on_topic=np.full(size, -1),
        record=nothing,
        observed=np.array(observed),
    )
    return replace(made_up, **{name: np.array(values) for name, values in arrays.items()})


def asked(name: str, training: Sequence[tuple[Sample, NDArray[np.bool_]]], of: Sample) -> FloatArray:
    found = FORECASTERS[name](training, of)
    assert found is not None
    return found


def everyone(of: Sample) -> list[tuple[Sample, NDArray[np.bool_]]]:
    return [(of, np.ones(len(of.observed), dtype=bool))]


def test_majority_and_base_rates() -> None:
    """Two support, one abstains, one opposes, one vote is given: (1 + 1/2, 1 + 1/2, 2 + 1/2) / (4 + 3/2)."""
    chamber = by_hand([2, 2, 1, 0, -1])
    assert asked("majority", everyone(chamber), chamber).tolist() == [[0, 0, 1]] * 5
    assert np.allclose(asked("base_rates", everyone(chamber), chamber), np.array([[1.5, 1.5, 2.5]] * 5) / 5.5)


def test_rates_are_those_of_the_vote_asked_about_where_some_of_it_is_known() -> None:
    before, now = by_hand([0, 0, 0, 0]), replace(by_hand([2, 2, -1, -1]), resolution="R/2")
    training = [*everyone(before), *everyone(now)]
    assert np.allclose(asked("base_rates", training, now)[0], np.array([0.5, 0.5, 2.5]) / 3.5)
    assert np.allclose(asked("base_rates", training[:1], now)[0], np.array([4.5, 0.5, 0.5]) / 5.5)


def test_regional_majority_is_drawn_towards_the_chamber() -> None:
    """Region 0 supports twice; region 1 opposes; nobody of region 2 is known, which leaves the chamber's rates."""
    chamber = by_hand([2, 2, 0, -1], region=[0, 0, 1, 2])
    rates = np.array([1.5, 0.5, 2.5]) / 4.5
    wanted = [(np.array([0, 0, 2]) + rates) / 3] * 2 + [(np.array([1, 0, 0]) + rates) / 2, rates]
    assert np.allclose(asked("regional_majority", everyone(chamber), chamber), wanted)


def test_persistence_repeats_the_last_vote() -> None:
    """Last vote oppose, abstain twice, support and not recorded: its rates are (1.5, 2.5, 1.5) / 5.5."""
    chamber = by_hand([2] * 5, last=[0, 1, 1, 2, -1])
    rates = np.array([1.5, 2.5, 1.5]) / 5.5
    found = asked("persistence", [], chamber)
    weight = (found[0, 0] - rates[0]) / (1 - found[0, 0])
    assert weight > 1
    wanted = [(rates + weight * np.eye(3)[c]) / (1 + weight) for c in (0, 1, 1, 2)]
    assert np.allclose(found, [*wanted, rates])


def test_persistence_on_a_topic_falls_back_on_the_last_vote() -> None:
    """The first three voted on the topic, the fourth about the target alone, the last never."""
    chamber = by_hand([2] * 5, last=[2, 2, 1, 0, -1], last_on_topic=[0, 1, 2, -1, -1])
    assert asked("topic_persistence", [], chamber)[:4].argmax(axis=1).tolist() == [0, 1, 2, 0]
    as_last = asked("persistence", [], replace(chamber, last=np.array([0, 1, 2, 0, -1])))
    assert asked("topic_persistence", [], chamber).tolist() == as_last.tolist()


def test_ideal_points_that_votes_reveal_rank_members_at_the_rates_of_the_last_vote() -> None:
    """Half opposed and half supported; uncertainty draws a member's chances together, and does not change the side."""
    chamber = by_hand([2] * 4, last=[0, 0, 2, 2], revealed=[[-2.0, 0.1], [-2.0, 3.0], [2.0, 3.0], [2.0, 0.1]])
    found = asked("ideal_points_over_time", [], chamber)
    assert found.sum(axis=0) == pytest.approx(4 * np.array([2.5, 0.5, 2.5]) / 5.5, abs=1e-3)
    lean = found[:, 2] - found[:, 0]
    assert lean[0] < lean[1] < 0 < lean[2] < lean[3]


def test_signed_logits_ignore_an_input_that_works_against_its_sign() -> None:
    """Members high on the input oppose: a rule that may only raise support by it gives all the same, others do not."""
    value = np.linspace(-1, 1, 30)
    chamber = by_hand([2] * 15 + [0] * 15, inputs=value[:, None])
    spread = {
        sign: np.ptp(asked("signed_logit", everyone(chamber), replace(chamber, signs=np.array([sign])))[:, 2])
        for sign in (1.0, 0.0, -1.0)
    }
    assert spread[1.0] < 1e-6
    assert spread[0.0] > 0.5
    assert spread[-1.0] == pytest.approx(spread[0.0], abs=1e-3)


def test_an_ordered_logit_has_thresholds_of_each_group_and_common_slopes() -> None:
    """Rule: 20,000 members of two votes at a fixed seed, every number within 0.1 of what votes were drawn from."""
    rng = np.random.default_rng(12)
    regressor, group = rng.normal(size=20_000), rng.integers(0, 2, 20_000)
    cuts = np.array([[-1.0, 2.0], [0.5, 0.8]])
    lean = 1.2 * regressor + rng.logistic(size=20_000)
    classes = (lean[:, None] > cuts[group]).sum(axis=1)
    fitted = fit_ordered_logit(regressor[:, None], classes, group)
    assert fitted.thresholds == pytest.approx(cuts, abs=0.1)
    assert fitted.slopes == pytest.approx([1.2], abs=0.1)


def test_rules_that_cannot_say_give_none(monkeypatch: pytest.MonkeyPatch) -> None:
    chamber = by_hand([2, 1, 0])
    assert FORECASTERS["persistence"](everyone(chamber), chamber) is None
    assert FORECASTERS["earlier_votes"](everyone(chamber), chamber) is None
    nobody = [(chamber, np.zeros(3, dtype=bool))]
    assert all(rule(nobody, chamber) is rule([], chamber) is None for rule in FORECASTERS.values())
    monkeypatch.setitem(sys.modules, "sklearn", None)
    silent = {name for name, rule in FORECASTERS.items() if rule(everyone(a_sample(0)), a_sample(0)) is None}
    assert silent == set(SLOW)
    assert FORECASTERS["ideal_points_over_time"]([], replace(a_sample(0), revealed=None)) is None


@examples(max_examples=15)
@given(seeds, st.integers(1, 40))
def test_probabilities_are_distributions(seed: int, size: int) -> None:
    chamber = a_sample(seed, size)
    for name in QUICK:
        found = FORECASTERS[name](everyone(chamber), chamber)
        if found is not None:
            assert found.shape == (size, 3)
            assert np.allclose(found.sum(axis=1), 1)
            assert (found >= 0 if name == "majority" else found > 0).all()


@pytest.mark.parametrize("name", SLOW)
def test_regressions_of_scikit_learn_are_distributions(name: str) -> None:
    few_classes = replace(a_sample(3), observed=np.where(a_sample(3).observed >= 0, 2, -1))
    for chamber in (a_sample(2), few_classes):
        found = asked(name, everyone(chamber), chamber)
        assert np.allclose(found.sum(axis=1), 1)
        assert (found > 0).all()


@pytest.mark.parametrize("name", FORECASTERS)
def test_no_rule_looks_at_the_votes_asked_about_or_at_rows_it_may_not_learn_from(name: str) -> None:
    rng = np.random.default_rng(5)
    earlier, now = a_sample(7, resolution="R/0"), a_sample(8, resolution="R/1")
    masks = rng.random((2, 40)) < 0.6
    wanted = asked(name, [(earlier, masks[0]), (now, masks[1])], now)
    other = a_sample(9)
    blind = []
    for of, mask in zip((earlier, now), masks, strict=True):
        where = {
            field: np.where(
                mask if getattr(of, field).ndim == 1 else mask[:, None], getattr(of, field), getattr(other, field)
            )
            for field in ARRAYS
        }
        blind.append((replace(of, **where, inputs=np.where(mask[:, None], of.inputs, other.inputs)), mask))
    found = asked(name, blind, replace(now, observed=other.observed))
    assert found.tobytes() == wanted.tobytes()


@pytest.mark.parametrize("name", LEARNT)
def test_regressions_beat_the_base_rates_where_inputs_tell_something(name: str) -> None:
    """Rule: on 100 members learnt from none of whom is asked, RPS below that of the base rates."""
    known, unknown = a_sample(1, 100), replace(a_sample(2, 100), resolution="R/2")
    scored = unknown.observed >= 0
    rps = {
        rule: score(asked(rule, everyone(known), unknown)[scored], unknown.observed[scored]).rps
        for rule in (name, "base_rates")
    }
    assert rps[name] < rps["base_rates"]


@pytest.mark.parametrize("name", LEARNT)
def test_regressions_learn_how_much_dearer_a_text_is(name: str) -> None:
    """Half of the members of a vote that nearly all oppose, beside a vote on which they divide."""
    earlier = a_sample(4)
    dear = replace(earlier, resolution="R/2", observed=np.zeros(40, dtype=int))
    half = np.arange(40) < 20
    found = asked(name, [*everyone(earlier), (dear, half)], dear)
    assert found[~half, 0].mean() > asked(name, everyone(earlier), dear)[~half, 0].mean() + 0.3


@examples(max_examples=25)
@given(seeds)
def test_earlier_votes_rank_by_record_and_then_by_ideal_point(seed: int) -> None:
    chamber = a_sample(seed)
    if (chamber.last >= 0).any():
        found = asked("earlier_votes", everyone(chamber), chamber)
        ranked = np.argsort(found[:, 2] - found[:, 0], kind="stable")
        assert ranked.tolist() == np.lexsort([chamber.ideal_point, chamber.record]).tolist()


def test_a_record_never_counts_against_a_member() -> None:
    """Those with the best record opposed: the slope stays at its least, and the ranks at those of the record."""
    record = np.linspace(-1, 1, 20)
    chamber = by_hand([2] * 10 + [0] * 10, record=record, last=[1] * 20)
    found = asked("earlier_votes", everyone(chamber), chamber)
    assert (np.diff(found[:, 2] - found[:, 0]) > 0).all()
    slopes = fit_ordered_logit(record[:, None], chamber.observed, least_slopes=np.array([0.01])).slopes
    assert 0 < slopes[0] * record.std() < 0.1


def test_the_ordered_logit_recovers_what_votes_were_drawn_from() -> None:
    """Rule: 20,000 members at a fixed seed, every number within 0.1, about 3 standard errors of the least certain."""
    rng = np.random.default_rng(11)
    regressors = np.column_stack([rng.normal(2.0, 3.0, 20_000), rng.random(20_000)])
    lean = regressors @ [0.8, -1.5] + rng.logistic(size=20_000)
    fitted = fit_ordered_logit(regressors, np.searchsorted([-1.0, 2.0], lean))
    assert fitted.thresholds[0] == pytest.approx([-1.0, 2.0], abs=0.1)
    assert fitted.slopes == pytest.approx([0.8, -1.5], abs=0.1)


@examples(max_examples=5)
@given(seeds)
def test_an_ordered_logit_gives_back_the_rates_it_was_fitted_to(seed: int) -> None:
    """Without a regressor the fit is the shares of the classes, but for what 100 members leave of the weak prior."""
    classes = np.random.default_rng(seed).permutation(np.repeat([0, 1, 2], [20, 30, 50]))
    fitted = fit_ordered_logit(np.zeros((100, 1)), classes)
    assert fitted.probabilities(np.zeros((1, 1)))[0] == pytest.approx([0.2, 0.3, 0.5], abs=1e-3)


@pytest.mark.parametrize("classes", [[0] * 5, [1] * 5, [2] * 5, [0, 0, 2, 2, 2], [1, 1, 2, 2, 2]])
def test_an_ordered_logit_gives_little_chance_to_classes_that_do_not_occur(classes: list[int]) -> None:
    regressors = np.arange(5.0)[:, None]
    found = fit_ordered_logit(regressors, np.array(classes)).probabilities(regressors)
    assert np.isfinite(found).all()
    assert found[:, sorted({0, 1, 2} - set(classes))].mean() < 0.03


@examples(max_examples=60)
@given(seeds, st.tuples(*[st.integers(0, 30)] * 3).filter(any).map(np.array))
def test_pinned_probabilities_match_the_counts(seed: int, counts: NDArray[np.int64]) -> None:
    chances = np.random.default_rng(seed).dirichlet([1.0, 1.0, 1.0], int(counts.sum())) + 1e-3
    chances /= chances.sum(axis=1, keepdims=True)
    found = pin_to_counts(chances, counts)
    assert found.sum(axis=0) == pytest.approx(counts, abs=1e-3)
    shifts = np.log(found[:, [0, 2]] / found[:, [1]]) - np.log(chances[:, [0, 2]] / chances[:, [1]])
    assert np.ptp(shifts, axis=0) == pytest.approx([0, 0], abs=1e-6)


def test_pinning_leaves_certainty_alone() -> None:
    assert pin_to_counts(np.eye(3), np.array([2, 1, 0])).tolist() == np.eye(3).tolist()


@examples(max_examples=15)
@given(cases(2, 10), seeds)
def test_a_sample_holds_what_was_known_before_the_vote(case: Case, seed: int) -> None:
    for number, ballot in enumerate(case.ballots):
        size = case.world.size
        votes = np.random.default_rng(seed).integers(-1, 4, size)
        found = make_sample(case, number, votes)
        assert found.inputs.shape == (size, len(case.standings[number].terms.values) + 1)  # and the memory
        assert np.isfinite(found.inputs).all()
        assert (found.observed == -1).tolist() == ((ballot.fixed != NOT_FIXED) | (votes < 0)).tolist()
        later = RollCall("LATER", ballot.date, "", case.world.iso3[0], "war", np.full(size, SUPPORT))
        other = RollCall("OTHER", date(2000, 1, 1), "", case.world.iso3[-1], "other", np.full(size, SUPPORT))
        world = replace(case.world, rollcalls=(other, *case.world.rollcalls, later))
        again = make_sample(prepare(case.spec, world), number, votes)
        for name in ("inputs", *ARRAYS):
            assert getattr(again, name).tolist() == getattr(found, name).tolist(), name


def test_a_sample_reports_the_last_earlier_vote_and_the_mean_of_all() -> None:
    def call(resolution: str, day: date, votes: list[int], target: str = "M0000") -> RollCall:
        return RollCall(resolution, day, "a vote", target, "the question", np.array(votes))

    calls = (
        call("last", date(2021, 1, 1), [OPPOSE, ABSENT, ABSTAIN, SUPPORT, -1]),
        call("old", date(2020, 1, 1), [SUPPORT, SUPPORT, OPPOSE, SUPPORT, -1]),
        call("of another", date(2021, 6, 1), [SUPPORT] * 5, target="M0001"),
        call("later", date(2022, 6, 1), [SUPPORT] * 5),
    )
    text = {"resolution": "R", "date": date(2022, 1, 1), "severity": 0, "divisiveness": [1, 0], "basis": "made up"}
    document = {
        "title": "Made up",
        "question": "Who votes how?",
        "world": "made-up",
        "seed": 1,
        "replicates": 1,
        "roles": {"target": "M0000", "senders": ["M0001"]},
        "vote": [{**text, "target_threat": 1, "sender_threat": 1}],
    }
    case = made(document, replace(uniform_world(5), rollcalls=calls))
    found = make_sample(case, 0, np.array([OPPOSE, ABSENT, SUPPORT, -1, OPPOSE]))
    assert found.last.tolist() == [0, 1, 1, 2, -1]
    assert found.last_on_topic.tolist() == [0, 1, 1, 2, -1]
    assert found.record.tolist() == [0.0, 0.5, -0.5, 1.0, 0.0]
    assert found.observed.tolist() == [-1, 1, 2, -1, 0]


def test_all_earlier_votes_rank_the_members_of_a_shipped_world() -> None:
    """The record is the mean stance of the roll calls about the target before 2 March 2022, as the world has them."""
    case = prepare(read_scenario("es-11-1"))
    call = case.world.rollcall("A/RES/ES-11/1")
    assert call is not None
    found = make_sample(case, 0, call.votes)
    earlier = np.stack([c.votes for c in case.world.rollcalls if c.target == "RUS"])
    mean = [STANCES[votes[votes >= 0]].mean() if (votes >= 0).any() else 0.0 for votes in earlier.T]
    assert len(earlier) == 14
    assert found.record == pytest.approx(np.array(mean))
    assert (found.observed >= 0).sum() == case.world.size - 2
    chances = asked("earlier_votes", everyone(found), found)
    ranked = np.argsort(chances[:, 2] - chances[:, 0], kind="stable")
    assert ranked.tolist() == np.lexsort([found.ideal_point, found.record]).tolist()


def test_a_forest_is_fitted_once_for_the_votes_that_are_asked_about_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """And again once other rows were fitted in between: what is kept is only ever what would be fitted."""
    fitted = []
    forest = ensemble.RandomForestClassifier
    monkeypatch.setattr(ensemble, "RandomForestClassifier", lambda *a, **given: fitted.append(a) or forest(*a, **given))
    numbers = np.random.default_rng(1)
    rows, others, first, second = (numbers.normal(size=(count, 3)) for count in (60, 60, 10, 20))
    classes = numbers.integers(0, 3, 60)
    predict_random_forest(rows, classes, first)
    found = predict_random_forest(rows, classes, second)
    assert len(fitted) == 1
    predict_random_forest(others, classes, second)
    assert np.array_equal(predict_random_forest(rows, classes, second), found)
    assert not np.array_equal(predict_random_forest(rows, 2 - classes, second), found)
    assert len(fitted) == 4
