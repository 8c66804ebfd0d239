"""What earlier resolutions suggest for a new one."""

import pytest

from sim.fitting.proposals import propose_divisiveness, propose_severity
from sim.rules.alignment import DIVISIVENESS_PRIORS
from sim.specs import read_scenario


@pytest.fixture(scope="module")
def spec():
    return read_scenario("next-vote-on-ukraine")


def test_a_resolution_divides_as_earlier_ones_of_its_kind_did(spec):
    """Earlier resolutions move the proposal away from what the words alone say, and more so for one on human rights."""
    vote = spec.vote[0]
    by_kind = {
        kind: propose_divisiveness(spec.model_copy(update={"vote": (vote.model_copy(update={"divides_by": kind}),)}))
        for kind in ("both", "order")
    }
    for kind, found in by_kind.items():
        assert min(found) > 0
        assert tuple(found) != DIVISIVENESS_PRIORS[kind]
    assert by_kind["order"].order / by_kind["order"].conflict > by_kind["both"].order / by_kind["both"].conflict


def test_a_known_topic_is_surer_than_a_new_one(spec):
    vote = spec.vote[0]
    known = propose_severity(spec)
    new = propose_severity(spec.model_copy(update={"vote": (vote.model_copy(update={"topic": "the deep sea"}),)}))
    assert known.kind == "target and topic"
    assert new.kind == "target"
    assert new.spread > 0
    assert known.spread > 0
