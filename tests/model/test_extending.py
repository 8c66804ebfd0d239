"""Members with rules of their own: subclasses of `MemberState` that override one method each."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.arrays import Number
from sim.case import prepare
from sim.errors import InputError
from sim.model import AlignmentModel, MemberState
from sim.rules.choice import ABSTAIN
from sim.rules.influence import with_peers
from sim.runner.folder.repeat import repeat
from sim.specs import read_scenario

VOTE = prepare(read_scenario("es-11-1"))
MONTHS = prepare(read_scenario("2022-2023", ["months.end=2022-04-30"]))
RUNS = range(5)


class Maximiser(MemberState):
    """Another choice rule: takes whatever is worth most, without noise."""

    def choose(self, peers: Number) -> int:
        return int(np.argmax(with_peers(self.utilities, self.parameters["peer_influence"], peers)))


def test_another_choice_rule() -> None:
    one, other = (AlignmentModel(VOTE, replicate=number, member_class=Maximiser).run() for number in (0, 1))
    assert one.members.get("action") == other.members.get("action")
    assert len(set(one.members.get("action"))) > 1


NEUTRAL = ("BRA", "IDN", "SRB", "THA")


class MaybeNeutral(MemberState):
    """An attribute of its own: who has declared itself neutral finds more in abstaining."""

    def __init__(self, model: AlignmentModel, index: int) -> None:
        super().__init__(model, index)
        self.is_neutral = self.iso3 in NEUTRAL

    def weigh(self) -> None:
        super().weigh()
        if self.is_neutral:
            self.utilities = self.utilities._replace(abstain=self.utilities.abstain + 4.0)


def test_an_attribute_of_its_own() -> None:
    abstained = dict.fromkeys((MaybeNeutral, MemberState), 0)
    for member_class in abstained:
        for number in RUNS:
            model = AlignmentModel(VOTE, replicate=number, member_class=member_class).run()
            abstained[member_class] += sum(m.action == ABSTAIN for m in model.members if m.iso3 in NEUTRAL)
    assert abstained[MaybeNeutral] > abstained[MemberState]


BLOC = ("IDN", "KHM", "LAO", "MMR", "MYS", "PHL", "SGP", "THA", "VNM")


class InBloc(MemberState):
    """Voting as a bloc: its members cast what most of them have announced."""

    def vote(self) -> None:
        if self.iso3 in BLOC:
            announced = Counter(member.action for member in self.model.members if member.iso3 in BLOC)
            self.action = announced.most_common(1)[0][0]
        super().vote()


def test_voting_as_a_bloc() -> None:
    is_split = []
    for number in RUNS:
        model = AlignmentModel(VOTE, replicate=number, member_class=InBloc).run()
        usual = AlignmentModel(VOTE, replicate=number).run()
        assert len({member.votes[0] for member in model.members if member.iso3 in BLOC}) == 1
        assert [m.votes for m in model.members if m.iso3 not in BLOC] == [
            m.votes for m in usual.members if m.iso3 not in BLOC
        ]
        is_split.append(len({member.votes[0] for member in usual.members if member.iso3 in BLOC}) > 1)
    assert any(is_split)


class Loner(MemberState):
    """A decision between votes: never sanctions anybody."""

    def sanction(self) -> None:
        super().sanction()
        self.state.joined = np.float64(0.0)


def test_a_decision_between_votes() -> None:
    model = AlignmentModel(MONTHS, replicate=0, member_class=Loner).run()
    assert [state.joined.sum() for state, _ in model.months] == [0, 0, 0]
    assert AlignmentModel(MONTHS, replicate=0).run().months[-1][0].joined.sum() > 20


def test_a_subclass_that_changes_nothing_votes_as_before() -> None:
    class Same(MemberState):
        pass

    model, usual = (AlignmentModel(MONTHS, replicate=1, member_class=of).run() for of in (Same, MemberState))
    assert model.members.get("votes") == usual.members.get("votes")
    assert repr(next(iter(model.members))).startswith("<Same Afghanistan: ")


def test_a_run_with_members_of_a_class_of_ones_own(tmp_path: Path) -> None:
    plain = sim.run("harbour-blockade", replicates=20, engine="mesa")
    own = sim.run("harbour-blockade", replicates=20, member_class=Maximiser, out=tmp_path / "kept")
    assert own.summary.engine == "mesa"
    assert own.tallies["support"].nunique() == 1
    assert plain.tallies["support"].nunique() > 1
    manifest = json.loads((tmp_path / "kept" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["member_class"]["name"].endswith("test_extending.Maximiser")
    assert len(manifest["member_class"]["hash"]) == 64


def test_the_ensemble_has_no_members_of_a_class(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r'cannot use members of the class Maximiser.*Give engine="mesa"'):
        sim.run("harbour-blockade", replicates=5, engine="ensemble", member_class=Maximiser)
    sim.run("harbour-blockade", replicates=5, member_class=Maximiser, out=tmp_path / "kept")
    with pytest.raises(InputError, match=r"members of the class \S+Maximiser, which this command does not have"):
        repeat(tmp_path / "kept", tmp_path / "again")
    with pytest.raises(InputError, match="holds another run"):
        sim.run("harbour-blockade", replicates=5, engine="mesa", out=tmp_path / "kept")
