"""Aid and the coalition respond to their causes: each is switched off, doubled and reversed.

The runs of a pair have the same random numbers, so that a difference is due to what was changed.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.worlds import examples

from sim.arrays import FloatArray
from sim.case import prepare
from sim.rules.aid import AidResponses, adapt_aid
from sim.runner.months import MonthsSamples
from sim.runner.run import run_case
from sim.specs import read_scenario

RUNS = 20
LEAVES = "2022-2023-united-states-leave"
OFF = {"aid_front": 0.0, "aid_others": 0.0, "aid_fatigue": 0.0}
MARCH_TO_JUNE = slice(1, None)
amounts = st.floats(0, 0.01, allow_subnormal=False)


@lru_cache
def months_of(scenario: str, settings: tuple[str, ...]) -> tuple[MonthsSamples, tuple[str, ...]]:
    result = run_case(prepare(read_scenario(scenario, list(settings))), RUNS)
    assert isinstance(result.months, MonthsSamples)
    return result.months, result.case.world.iso3


def series(name: str, scenario: str = "2022-2023", *settings: str, **parameters: float) -> FloatArray:
    """The mean of a series of members over runs, (T, N)."""
    given_values = tuple(f"parameters.{key}={value}" for key, value in parameters.items())
    return months_of(scenario, (*settings, *given_values))[0].member_mean(name)


def of(code: str, values: FloatArray) -> FloatArray:
    return values[:, months_of("2022-2023", ())[1].index(code)]


@examples(max_examples=60)
@given(amounts, amounts, amounts, st.floats(0, 1), st.floats(0.1, 20), st.floats(0.01, 1), st.floats(0.1, 1000))
def test_each_response_has_its_sign_and_none_at_zero(
    meant: float, others: float, spent: float, held: float, front: float, share: float, fatigue: float
) -> None:
    def aid(responses: AidResponses, follows: float = 1.0, held: float = held) -> float:
        one = (np.float64(value) for value in (meant, follows, others))
        return float(adapt_aid(*one, held=held, given=np.float64(spent), responses=responses))

    base = aid(AidResponses(0, 0, 0))
    assert base == meant
    assert aid(AidResponses(-front, 0, 0)) <= base <= aid(AidResponses(front, 0, 0))
    assert 0 <= aid(AidResponses(0, -share, 0)) <= base <= aid(AidResponses(0, share, 0))
    assert aid(AidResponses(0, share, 0), follows=0.0) == base
    assert aid(AidResponses(0, 0, 2 * fatigue)) <= aid(AidResponses(0, 0, fatigue)) <= base
    assert aid(AidResponses(front, 0, 0), held=0.0) == pytest.approx(base)


def test_without_responses_aid_hardly_changes() -> None:
    total = series("aid", **OFF).sum(axis=1)
    joined = series("joined", **OFF).sum(axis=1)
    steady = np.flatnonzero(joined == joined[-1])
    assert len(steady) > 10
    assert np.ptp(total[steady]) < 0.01 * total[-1]  # who arms the victim changes a little


def test_aid_follows_the_front_as_the_weight_says() -> None:
    def change(weight: float) -> FloatArray:
        parameters = {**OFF, "aid_front": weight}
        return np.log(series("aid", **parameters).sum(axis=1) / series("aid", **OFF).sum(axis=1))

    held = np.array([now.held for now in prepare(read_scenario("2022-2023")).plan.conditions])  # type: ignore[union-attr]
    assert held[1] == max(held) > held[-1] > 0
    for weight in (-3.0, 3.0, 6.0):
        assert change(weight) == pytest.approx(weight * held, abs=1e-4)


def test_donors_give_more_or_less_for_what_others_gave_the_month_before() -> None:
    base = series("aid", **OFF)
    matched, doubled, replaced = (series("aid", **{**OFF, "aid_others": weight}) for weight in (0.2, 0.4, -0.2))
    assert of("DEU", base)[0] == of("DEU", matched)[0] == of("DEU", replaced)[0] > 0  # nobody gave before
    for before, after in ((replaced, base), (base, matched), (matched, doubled)):
        assert (of("DEU", before)[MARCH_TO_JUNE] < of("DEU", after)[MARCH_TO_JUNE]).all()


def test_donors_tire_of_what_they_have_given() -> None:
    base, tired, doubled = (of("POL", series("aid", **{**OFF, "aid_fatigue": weight})) for weight in (0, 200, 400))
    assert base[0] == tired[0] == doubled[0]
    assert (doubled[MARCH_TO_JUNE] < tired[MARCH_TO_JUNE]).all()
    assert (tired[MARCH_TO_JUNE] < base[MARCH_TO_JUNE]).all()
    assert (np.diff(tired[3:]) < 0).all()


@pytest.mark.parametrize(("weight", "sign"), [(-0.4, 1), (0.0, 0), (0.4, -1)])
def test_other_donors_respond_when_the_united_states_leave(weight: float, sign: int) -> None:
    parameters = {**OFF, "aid_others": weight}
    base, leaves = (series("aid", name, **parameters) for name in ("2022-2023", LEAVES))
    assert of("USA", base)[-1] > 0
    assert (of("USA", leaves)[-6:] == 0).all()
    assert leaves[-1].sum() < base[-1].sum()
    assert leaves[:11].tolist() == base[:11].tolist()  # nothing before its day
    assert np.sign(of("DEU", leaves)[-5:] - of("DEU", base)[-5:]).tolist() == [sign] * 5


def test_a_coalition_without_the_united_states_enforces_less_and_the_declared_members_stay() -> None:
    base, leaves = (months_of(name, ())[0] for name in ("2022-2023", LEAVES))
    assert (leaves.totals["effort"][:, -1] < base.totals["effort"][:, -1]).all()
    case = prepare(read_scenario(LEAVES))
    declared = case.plan.conditions[-1].membership == 1  # type: ignore[union-attr]
    joined = leaves.member_mean("joined")
    assert joined[-1][declared].min() == 1
    assert (joined <= base.member_mean("joined")).all()


def test_those_that_joined_by_themselves_leave_with_the_rest_unless_leaving_costs_too_much() -> None:
    """All declared members but Canada leave: what the others gain from allies is gone."""
    document = [f"parameters.leave_cost={cost}" for cost in (0, 1, 50)]
    alone = read_scenario("2022-2023-hungary-leaves")
    place = len(alone.event) - 1
    senders = '["EU", "USA", "GBR", "JPN", "AUS", "CHE", "SGP"]'

    def followers(cost: str) -> FloatArray:
        months, _ = months_of("2022-2023-hungary-leaves", (f"event.{place}.members={senders}", cost))
        own = prepare(alone).plan.conditions[-1].membership == 0  # type: ignore[union-attr]
        return months.member_mean("joined")[:, own].sum(axis=1)

    free, costly, bound = (followers(cost) for cost in document)
    assert free[2] == costly[2] == bound[2] > 5  # April, the month before
    assert free[-1] < costly[-1] < bound[-1]
    assert bound[-1] >= bound[2]
