"""Two engines, one set of months: every member's state in every month has the same bits, whatever the block."""

from __future__ import annotations

import doctest
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from support.engines import watched
from support.months_worlds import blockade_by_months, cases_with_months, documents_with_months, made
from support.worlds import examples

from sim.case import DRAW_RUN, Case, draw_case, prepare
from sim.ensemble import simulate
from sim.model import AlignmentModel, MemberState
from sim.months import phases
from sim.rules.parameters import load_registry
from sim.runner.batch import ENGINES, Batch, BatchResult, simulate_batch
from sim.runner.months import MonthsSamples
from sim.runner.run import run_case
from sim.specs import read_scenario
from sim.specs.fits import Fit, PosteriorDraws


def test_the_order_of_a_month_can_be_read() -> None:
    """What the list prints is what its docstring shows, and what members do alone is what they have methods for."""
    assert doctest.testmod(phases).attempted > 0
    assert doctest.testmod(phases).failed == 0
    for phase in phases.PHASES:
        assert (getattr(MemberState, phase.name, None) is not None) == isinstance(phase, phases.Each)


@examples(max_examples=60)
@given(cases_with_months(2, 9), st.integers(0, 10**6))
def test_both_engines_live_the_same_months(case: Case, first: int) -> None:
    outcomes, months = watched(case, first, 2)
    for number in range(2):
        model = AlignmentModel(case, replicate=first + number).run()
        votes = np.transpose([member.votes for member in model.members])
        assert votes.tolist() == [outcome.actions[number].tolist() for outcome in outcomes]
        assert len(model.months) == len(months)
        for (state, view), (own_state, own) in zip(months, model.months, strict=True):
            for name, value in vars(own_state).items():
                assert getattr(state, name)[number].tolist() == value.tolist()
            assert view.help.visible[number].tolist() == own.help.visible.tolist()
            assert view.gift.aid[number].tolist() == own.gift.aid.tolist()
            for one, other in (
                (view.help.amounts, own.help.amounts),
                (view.help.opened, own.help.opened),
                (view.gift.amounts, own.gift.amounts),
            ):
                assert one.keys() == other.keys()
                for name, value in other.items():
                    assert one[name][number].tolist() == value.tolist()
            for part in ("flow", "paid"):
                assert getattr(view.trade, part)[number].tolist() == getattr(own.trade, part).tolist()
            for part in ("use", "listed", "effort"):
                assert getattr(view, part)[number].tolist() == getattr(own, part).tolist()


@examples(max_examples=40)
@given(cases_with_months(2, 9), st.lists(st.integers(1, 5), min_size=1, max_size=4), st.integers(0, 10**6))
def test_months_do_not_depend_on_the_block(case: Case, sizes: list[int], first: int) -> None:
    count = sum(sizes)
    whole_votes, whole = watched(case, first, count)
    start = 0
    for size in sizes:
        votes, part = watched(case, first + start, size)
        for vote, whole_vote in zip(votes, whole_votes, strict=True):
            assert vote.actions.tolist() == whole_vote.actions[start : start + size].tolist()
        for (state, view), (whole_state, whole_view) in zip(part, whole, strict=True):
            for number in range(size):
                for name in vars(state):
                    assert getattr(state, name)[number].tolist() == getattr(whole_state, name)[start + number].tolist()
                assert view.trade.flow[number].tolist() == whole_view.trade.flow[start + number].tolist()
        start += size


@examples(max_examples=40)
@given(documents_with_months(2, 9, most_events=0))
def test_without_events_nothing_moves_and_votes_are_as_without_months(made_up: Any) -> None:
    document, world, energy = made_up
    case = made(document, world, energy)
    bare = made({key: value for key, value in document.items() if key not in ("months", "event")}, world, energy)
    votes, months = watched(case, 0, 5)
    for vote, expected in zip(votes, simulate(bare, 0, 5), strict=True):
        assert vote.actions.tolist() == expected.actions.tolist()
    first = months[0][0]
    for state, view in months:
        assert not np.any(view.listed)
        assert not np.any(state.joined)
        assert not np.any(state.shift)
        for name in vars(state):
            assert np.all(getattr(state, name) == getattr(first, name))


@examples(max_examples=15)
@given(documents_with_months(2, 7))
def test_months_go_on_where_nothing_is_known_of_the_targets_fuels(made_up: Any) -> None:
    document, world, energy = made_up
    case = made(document, world, replace(energy, supplier=world.iso3[1]))
    assert case.plan is not None
    assert case.plan.inputs.cells.commodities == ()
    outcomes, months = watched(case, 0, 2)
    assert len(months) == len(case.plan.months)
    model = AlignmentModel(case, replicate=1).run()
    votes = np.transpose([member.votes for member in model.members])
    assert votes.tolist() == [outcome.actions[1].tolist() for outcome in outcomes]


@examples(max_examples=15)
@given(cases_with_months(2, 7))
def test_both_engines_tell_the_same_of_the_months(case: Case) -> None:
    ensemble, mesa = (run_case(case, 13, engine).months for engine in ENGINES)
    assert ensemble is not None
    assert mesa is not None
    for part in ("members", "totals"):
        for name, samples in getattr(ensemble, part).items():
            assert samples.tolist() == getattr(mesa, part)[name].tolist()


def with_draws(case: Case, factors: Sequence[float]) -> Case:
    """The case with every parameter of the registry but counts drawn: times one of the factors, within its bounds."""
    values = {
        name: tuple(float(np.clip(case.parameters[name] * factor, entry.low, entry.high)) for factor in factors)
        for name, entry in load_registry().items()
        if not entry.is_count
    }
    fit = Fit(settings={}, data={}, parameters=dict(case.parameters), draws=PosteriorDraws(parameters=values))
    return replace(case, fit=fit)


def check_same(whole: BatchResult, part: BatchResult, rows: slice) -> None:
    """Some replicates of a batch have the votes and the months of another batch."""
    for vote, other in zip(whole.votes, part.votes, strict=True):
        assert vote.actions is not None
        assert other.actions is not None
        assert vote.actions[rows].tolist() == other.actions.tolist()
        assert vote.is_settled[rows].tolist() == other.is_settled.tolist()
    assert isinstance(whole.months, MonthsSamples)
    assert isinstance(part.months, MonthsSamples)
    for kind in ("members", "totals"):
        for name, samples in getattr(part.months, kind).items():
            assert getattr(whole.months, kind)[name][rows].tolist() == samples.tolist(), name


def check_draws(case: Case, first: int, count: int) -> BatchResult:
    """Replicates run at once are those of each replicate's own case."""
    months, block = watched(case, first, count)[1], simulate_batch(case, Batch(0, first, count))
    for row in range(count):
        own = draw_case(case, first + row)
        check_same(block, simulate_batch(own, Batch(0, first + row, 1)), slice(row, row + 1))
        for (state, _), (own_state, _) in zip(months, watched(own, first + row, 1)[1], strict=True):
            for name, value in vars(own_state).items():
                assert getattr(state, name)[row].tolist() == value[0].tolist(), name
    return block


@examples(max_examples=20)
@given(
    cases_with_months(2, 7),
    st.lists(st.floats(0.1, 8.0), min_size=2, max_size=4, unique=True),
    st.integers(0, 3 * DRAW_RUN),
    st.integers(1, 2 * DRAW_RUN),
)
def test_any_parameter_may_be_drawn(certain: Case, factors: list[float], first: int, count: int) -> None:
    """Votes, months and what is reported of them are those of each replicate's own case, in both engines."""
    case = with_draws(certain, factors)
    check_same(check_draws(case, first, count), simulate_batch(case, Batch(0, first, count), "mesa"), slice(None))


def test_very_many_replicates_at_once_are_those_of_each_draw_alone(tmp_path: Path) -> None:
    """More than fit a processor's cache, so that they are worked on in parts; the first draw is cut as well."""
    case = with_draws(prepare(read_scenario(blockade_by_months(tmp_path))), (0.5, 2.0, 1.0))
    first, count = 3, 1200
    months = watched(case, first, count)[1]
    starts = [first, *range(DRAW_RUN, first + count, DRAW_RUN), first + count]
    for start, end in pairwise(starts):
        own_months = watched(draw_case(case, start), start, end - start)[1]
        for (state, _), (own_state, _) in zip(months, own_months, strict=True):
            for name, value in vars(own_state).items():
                assert (getattr(state, name)[start - first : end - first] == value).all(), name


def test_draws_work_on_their_own_replicates_alone_in_the_shipped_world() -> None:
    """Over all months, in which firms are listed at the rate of each draw."""
    block = check_draws(with_draws(prepare(read_scenario("2022-2023")), (0.5, 2.0)), 3, 9)
    assert block.months is not None
    assert (block.months.members["listed"].sum(axis=(1, 2)) > 0).all()
