"""Results follow the figures of members, not their labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.engines import watched
from support.months_worlds import documents_with_months, made
from support.worlds import examples

from sim import randomness
from sim.rules.parameters import load_registry


def renamed(value: Any, names: Mapping[str, str]) -> Any:
    """The same with every label, wherever it is, exchanged."""
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, Mapping):
        return {renamed(key, names): renamed(item, names) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return type(value)(renamed(item, names) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        parts = {part.name: renamed(getattr(value, part.name), names) for part in fields(value) if part.init}
        return replace(value, **parts)
    return value


@examples(max_examples=25)
@given(documents_with_months(4, 8), st.randoms())
def test_two_members_that_exchange_their_labels_exchange_nothing_else(made_up: Any, random: Any) -> None:
    """With the random numbers of a label going with the figures too, votes and months have the same bits."""
    document, world, energy = made_up
    one, other = random.sample(range(1, world.size), 2)
    names = {world.iso3[one]: world.iso3[other], world.iso3[other]: world.iso3[one]}
    votes, months = watched(made(document, world, energy), 0, 3)
    with pytest.MonkeyPatch.context() as patch:
        key = randomness.make_stream_key
        patch.setattr(
            randomness,
            "make_stream_key",
            lambda seed, process, occasion, member: key(seed, process, occasion, names.get(member, member)),
        )
        own_votes, own_months = watched(made(renamed(document, names), renamed(world, names), energy), 0, 3)
    for vote, own_vote in zip(votes, own_votes, strict=True):
        assert vote.actions.tolist() == own_vote.actions.tolist()
    for (state, view), (own_state, own_view) in zip(months, own_months, strict=True):
        for name, values in vars(state).items():
            assert values.tolist() == getattr(own_state, name).tolist(), name
        assert view.help.visible.tolist() == own_view.help.visible.tolist()
        assert np.asarray(view.listed).tolist() == np.asarray(own_view.listed).tolist()


def test_no_parameter_is_of_a_member() -> None:
    """The registry has numbers for everybody; a member's code is in no name."""
    assert not {name for name in load_registry() for part in name.split("_") if part.isupper()}
