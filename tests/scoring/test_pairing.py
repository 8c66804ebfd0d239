"""The model compared with rules member by member, on one resolution and on several."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from sim.scoring.pairing import Losses, MemberLosses, put_together


def of(rps: list[float]) -> Losses:
    values = np.array(rps)
    return {"rps": values, "log_loss": 2 * values, "is_right": (values < 0.5).astype(float)}


def vote(members: str, model: list[float], **rules: list[float]) -> MemberLosses:
    forecasts: Mapping[str, Losses] = {name: of(values) for name, values in rules.items()}
    return MemberLosses(tuple(members), of(model), forecasts)


def test_several_votes_are_means_of_means_over_the_members_of_each() -> None:
    """A and B are scored on the first, B, C and D on the second; a rule that is silent on one does not count."""
    found = put_together(
        [
            vote("AB", [0.0, 0.4], random_forest=[0.2, 0.6], other=[0.1, 0.1], silent=[0.0, 0.0]),
            vote("BCD", [0.3, 0.6, 0.9], random_forest=[0.6, 0.6, 0.6], other=[0.6, 0.9, 0.9]),
        ]
    )
    assert (found.n, found.members) == (2, 4)
    assert found.model.rps == pytest.approx((0.2 + 0.6) / 2)
    assert found.model.accuracy == pytest.approx((1 + 1 / 3) / 2)
    assert set(found.rules) == {"random_forest", "other"}
    assert found.over_best is not None
    assert found.over_forest is not None
    assert found.over_best.rps.over == "other"
    assert found.over_best.rps.mean == pytest.approx(found.model.rps - found.rules["other"].rps)
    assert found.over_forest.log_loss.mean == pytest.approx(2 * (0.4 - (0.4 + 0.6) / 2))
    assert found.over_forest.rps.p025 <= found.over_forest.rps.mean <= found.over_forest.rps.p975


def test_votes_that_no_rule_forecasts_have_no_lead() -> None:
    found = put_together([vote("AB", [0.1, 0.2]), vote("AB", [0.1, 0.2], other=[0.1, 0.1])])
    assert found.over_best is found.over_forest is None


def test_a_blend_counts_where_every_vote_has_one() -> None:
    def blended(model: list[float], blend: list[float]) -> MemberLosses:
        return replace(vote("AB", model, random_forest=[0.2, 0.4]), blend=of(blend))

    whole = put_together([blended([0.0, 0.4], [0.1, 0.1]), blended([0.2, 0.4], [0.1, 0.3])])
    assert whole.blend is not None
    assert whole.blend_over_best is not None
    assert whole.blend.rps == pytest.approx((0.1 + 0.2) / 2)
    assert whole.blend_over_best.rps.mean == pytest.approx((0.1 + 0.2) / 2 - 0.3)
    part = put_together([blended([0.0, 0.4], [0.1, 0.1]), vote("AB", [0.2, 0.4], random_forest=[0.2, 0.4])])
    assert part.blend is part.blend_over_best is None
