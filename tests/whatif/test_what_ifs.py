"""Two scenarios at the same seed differ by their causes alone, through every round and vote."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.worlds import cases, changed, documents_in_worlds, examples, made, made_up_world, with_parameters

from sim.case import Case, prepare
from sim.case.ballot import CONFLICT_INPUTS, ORDER_INPUTS, Ballot
from sim.ensemble import simulate
from sim.rules.parameters import load_registry
from sim.specs import Scenario, read_scenario
from sim.world import World, load_world
from sim.world.world import ABSENCE_INPUTS, DEPENDENCE_CHANNELS, EDITABLE, EXPOSURE_CHANNELS

Document = dict[str, Any]
Push = Callable[[Document, list[str], float], Document]
"""From a document, members and a size to the document with one cause changed."""


def edit(attribute: str, sign: int) -> Push:
    return lambda document, members, size: changed(document, attribute, members, add=sign * size)


def shifted(name: str, sign: int) -> Push:
    """A parameter moved, as far as its bounds and the order of the shapes allow."""

    def push(document: Document, members: list[str], size: float) -> Document:
        parameter = load_registry()[name]
        value = document["parameters"].get(name, parameter.default) + sign * size
        return with_parameters(document, **{name: min(max(value, parameter.low), parameter.high)})

    return push


def text(name: str, sign: int) -> Push:
    def push(document: Document, members: list[str], size: float) -> Document:
        low = -20 if name == "severity" else 0
        votes = [{**vote, name: max(vote[name] + sign * size, low)} for vote in document["vote"]]
        return {**document, "vote": votes}

    return push


def pledged(action: str) -> Push:
    def push(document: Document, members: list[str], size: float) -> Document:
        others = [pledge for pledge in document["pledge"] if pledge["members"][0] not in members]
        return {**document, "pledge": [*others, {"members": members, "action": action, "reason": "said"}]}

    return push


def started(sign: int) -> Push:
    """Deliberation started from all support, or all oppose, instead of from own incentives or from the other end."""
    return lambda document, members, size: with_parameters(document, first_announcement=sign)


def pushes(sign: int) -> Mapping[str, Push]:
    """Causes that can only move members to the action codes in the direction of `sign`: 1 towards support."""
    return {
        **{f"dependence.{name}": edit(f"dependence.{name}", -sign) for name in DEPENDENCE_CHANNELS},
        **{f"exposure.{name}": edit(f"exposure.{name}", sign) for name in EXPOSURE_CHANNELS},
        "isolation": edit("isolation", -sign),
        **{f"alignment.{name}": edit(f"alignment.{name}", sign) for name in (*CONFLICT_INPUTS, *ORDER_INPUTS)},
        **{f"weight of {name}": shifted(f"dependence_{name}", -sign) for name in DEPENDENCE_CHANNELS},
        **{name: shifted(name, -sign) for name in ("grievance", "align_consultation")},
        **{name: shifted(name, sign) for name in ("enforcement", "sanction_weight", "align_security")},
        "severity": text("severity", -sign),
        "target_threat": text("target_threat", -sign),
        "sender_threat": text("sender_threat", sign),
        "pledge": pledged("support" if sign > 0 else "oppose"),
        "first announcement": started(sign),
    }


@examples(max_examples=600)
@given(
    documents_in_worlds(3, 10),
    st.sampled_from([-1, 1]),
    st.sampled_from(sorted(pushes(1))),
    st.integers(0, 99),
    st.floats(0.01, 3),
)
def test_a_stronger_incentive_moves_nobody_the_other_way(
    made_up: tuple[Document, World], sign: int, name: str, pick: int, size: float
) -> None:
    """What the model promises, for every member, in every round of every vote, at the same seeds.

    No action code rises along oppose < absent < abstain < support, and so no stance rises, when one member becomes more
    dependent, less exposed, more isolated, less aligned or pledged to oppose; when severity, the target's threat,
    grievance or what dependence weighs grows; when enforcement, the senders' threat or the weight of sanctions falls;
    when deliberation starts from all oppose. And no code falls under the reverse.

    Isolation belongs here because its two effects agree: less left to lose, and grievance. The other members follow
    because peer weights, ``peer_influence`` and divisiveness are 0 or more. Nothing is promised for the biases and
    inputs of the neutral actions, the shapes of retaliation and sanctions, the weights of signed inputs and of memory,
    peer weights, inertia or rounds.
    """
    document, world = made_up
    given = (document["roles"]["target"], document["roles"].get("victim"))
    member = [code for code in world.iso3 if code not in given][pick % (world.size - sum(map(bool, given)))]
    before = simulate(made(document, world), 0, 20, keeps_rounds=True)
    after = simulate(made(pushes(sign)[name](document, [member], size), world), 0, 20, keeps_rounds=True)
    for one, other in zip(before, after, strict=True):
        for earlier, later in zip(one.announcements, other.announcements, strict=True):
            assert (sign * (later.astype(int) - earlier) >= 0).all()


WORLD = load_world("un-2022")
SHIPPED: Document = {"pledge": [], "change": [], "parameters": {}, **read_scenario("es-11-1").document()}


OF_NOBODY = {"dependence.aid", "dependence.finance", "weight of aid", "weight of finance"}
"""The target of ES-11/1 gives hardly any aid, and its currency is nobody's reserve."""


@pytest.fixture(scope="module")
def shipped_votes() -> np.ndarray:
    return simulate(prepare(Scenario.model_validate(SHIPPED)), 0, 50)[0].actions


@pytest.mark.parametrize("name", sorted(pushes(1).keys() - OF_NOBODY))
@pytest.mark.parametrize("sign", [-1, 1])
def test_each_incentive_moves_somebody_on_es_11_1(name: str, sign: int, shipped_votes: np.ndarray) -> None:
    """The promise is not kept by standing still: put to all members, each cause moves some in 50 replicates."""
    members = [code for code in WORLD.iso3 if code not in ("RUS", "UKR")]
    document = pushes(sign)[name](SHIPPED, members, 1.0)
    moved = sign * (simulate(made(document, WORLD), 0, 50)[0].actions.astype(int) - shipped_votes)
    assert (moved >= 0).all()
    assert (moved > 0).any()


def assert_same(one: Case, other: Case) -> None:
    """The same bytes: every announcement of every member, and what has settled."""
    first, second = (simulate(case, 0, 25, keeps_rounds=True) for case in (one, other))
    for mine, yours in zip(first, second, strict=True):
        assert mine.is_settled.tobytes() == yours.is_settled.tobytes()
        assert [a.tobytes() for a in mine.announcements] == [a.tobytes() for a in yours.announcements]


WEIGHTS = {
    **{f"dependence.{name}": f"dependence_{name}" for name in DEPENDENCE_CHANNELS},
    **{f"alignment.{name}": weight for name, weight in {**CONFLICT_INPUTS, **ORDER_INPUTS}.items()},
    **{f"absence.{name}": f"absence_{name}" for name in ABSENCE_INPUTS},
}
"""What a change can edit, and the parameter that weighs it and nothing else."""


@examples(max_examples=200)
@given(documents_in_worlds(2, 8), st.sampled_from(sorted(WEIGHTS)))
def test_no_weight_is_as_good_as_no_cause(made_up: tuple[Document, World], attribute: str) -> None:
    document, world = made_up
    unweighted = made(with_parameters(document, **{WEIGHTS[attribute]: 0.0}), world)
    assert_same(unweighted, made(changed(document, attribute, world.iso3, set=0.0), world))


@examples(max_examples=60)
@given(documents_in_worlds(2, 8), st.sampled_from(EXPOSURE_CHANNELS))
def test_no_weight_is_as_good_as_no_exposure(made_up: tuple[Document, World], channel: str) -> None:
    """In a world without sanctions: with them the weights also say how isolated a member is."""
    document, world = made_up[0], replace(made_up[1], sanctions=())
    unweighted = made(with_parameters(document, **{f"exposure_{channel}": 0.0}), world)
    assert_same(unweighted, made(changed(document, f"exposure.{channel}", world.iso3, set=0.0), world))


TIES = {**{kind: f"dependence_{kind}" for kind in ("energy", "arms", "food")}, "consultation": "align_consultation"}


@examples(max_examples=80)
@given(documents_in_worlds(2, 8), st.sampled_from(sorted(TIES)))
def test_no_weight_is_as_good_as_a_world_without_the_tie(made_up: tuple[Document, World], kind: str) -> None:
    document, world = made_up[0], replace(made_up[1], rollcalls=())  # a what-if keeps positions, another world does not
    without = replace(world, ties={**world.ties, kind: np.zeros((world.size, world.size))})
    # An edit of the scenario's own would put back by hand what the tie no longer gives.
    document = {**document, "change": []}
    assert_same(made(with_parameters(document, **{TIES[kind]: 0.0}), world), made(document, without))


PEER_WEIGHTS = [name for name in load_registry() if name.startswith("peer_") and name != "peer_influence"]


@examples(max_examples=80)
@given(documents_in_worlds(2, 8))
def test_no_influence_is_as_good_as_no_peers(made_up: tuple[Document, World]) -> None:
    document, world = made_up
    without = made(with_parameters(document, **dict.fromkeys(PEER_WEIGHTS, 0.0)), world)
    assert not without.peers.any()
    assert_same(made(with_parameters(document, peer_influence=0.0), world), without)


@examples(max_examples=80)
@given(documents_in_worlds(2, 8))
def test_silent_senders_are_as_good_as_senders_nobody_believes(made_up: tuple[Document, World]) -> None:
    document, world = made_up
    silent = made({**document, "vote": [{**vote, "sender_threat": 0.0} for vote in document["vote"]]}, world)
    assert_same(silent, made(with_parameters(document, enforcement=0.0), world))
    assert_same(silent, made(with_parameters(document, sanction_weight=0.0), world))


@examples(max_examples=80)
@given(documents_in_worlds(2, 8))
def test_grievance_and_inertia_of_nothing(made_up: tuple[Document, World]) -> None:
    """No weight of grievance equals ballots without it; inertia 1 keeps the first announcement to the end."""
    document, world = made_up
    case = made(document, world)
    plain = tuple(replace(ballot, grievance=np.zeros(world.size)) for ballot in case.ballots)
    assert_same(made(with_parameters(document, grievance=0.0), world), replace(case, ballots=plain))
    for outcome in simulate(made(with_parameters(document, inertia=1.0), world), 0, 5, keeps_rounds=True):
        assert all((announced == outcome.announcements[0]).all() for announced in outcome.announcements)


@examples(max_examples=200)
@given(documents_in_worlds(2, 8), st.sampled_from(EDITABLE), st.sampled_from([{"multiply": 1.0}, {"add": 0.0}]))
def test_an_edit_that_edits_nothing_changes_no_byte(
    made_up: tuple[Document, World], attribute: str, null: dict[str, float]
) -> None:
    document, world = made_up
    assert_same(made(document, world), made(changed(document, attribute, world.iso3, **null), world))


def test_edits_of_the_shipped_world_that_edit_nothing_change_no_byte() -> None:
    document = SHIPPED
    for attribute in EDITABLE:
        document = changed(document, attribute, WORLD.iso3, multiply=1.0)
    assert_same(made(SHIPPED, WORLD), made(document, WORLD))


def test_writing_out_a_default_changes_no_byte() -> None:
    defaults = [f"parameters.{name}={parameter.default}" for name, parameter in load_registry().items()]
    written = read_scenario(
        "es-11-1", [*defaults, "vote.target_threat=1.0", f"vote.topic={WORLD.rollcall('A/RES/ES-11/1').topic}"]
    )
    assert_same(prepare(written), prepare(read_scenario("es-11-1")))


@examples(max_examples=60)
@given(documents_in_worlds(2, 8))
def test_a_vote_is_not_moved_by_later_ones(made_up: tuple[Document, World]) -> None:
    document, world = made_up
    document = {**document, "pledge": []}
    whole = simulate(made(document, world), 0, 20)
    alone = simulate(made({**document, "vote": document["vote"][:1]}, world), 0, 20)
    assert whole[0].actions.tobytes() == alone[0].actions.tobytes()


@examples(max_examples=80)
@given(documents_in_worlds(2, 8), st.sampled_from(EDITABLE))
def test_an_edit_does_not_hold_before_its_date(made_up: tuple[Document, World], attribute: str) -> None:
    document, world = made_up
    first, edited = document["vote"][0]["date"], changed(document, attribute, world.iso3, add=0.5)
    edited["change"][-1]["date"] = first + timedelta(days=1)
    before, after = (made(written, world) for written in (document, edited))
    for number, (mine, yours) in enumerate(zip(before.ballots, after.ballots, strict=True)):
        if mine.date == first:
            assert inputs(mine) == inputs(yours)
            assert (
                number > 0 or simulate(before, 0, 9)[0].actions.tobytes() == simulate(after, 0, 9)[0].actions.tobytes()
            )


def with_topics(first: str, second: str, action: str) -> Case:
    """ES-11/1 voted on twice, every vote the first time being given."""
    (vote,) = SHIPPED["vote"]
    votes = [{**vote, "topic": first}, {**vote, "resolution": "again", "topic": second}]
    members = [code for code in WORLD.iso3 if code not in ("RUS", "UKR")]
    pledge = {"members": members, "action": action, "resolution": vote["resolution"], "reason": "said"}
    return made({**SHIPPED, "vote": votes, "pledge": [pledge]}, WORLD)


def hermit(world: World, i: int, rng: np.random.Generator) -> World:
    """The world with member i altogether different in itself, and of interest to nobody as a peer or sender."""

    def other(kind: str, array: np.ndarray) -> np.ndarray:
        altered = array.copy()
        if kind in ("energy", "arms", "food", "consultation"):
            altered[i] = rng.random(world.size) / world.size
        return altered

    attributes = {name: array.copy() for name, array in world.attributes.items()}
    for name in ("income_usd", "population", "liberal_democracy", "trade_openness", "arrears"):
        attributes[name][i] = rng.uniform(1, 1e6) if name in ("income_usd", "population") else rng.random()
    return replace(world, attributes=attributes, ties={kind: other(kind, array) for kind, array in world.ties.items()})


@examples(max_examples=100)
@given(documents_in_worlds(4, 10, peer_agreement=0.0), st.integers(0, 2**32))
def test_touching_a_member_that_nobody_looks_at_moves_no_other(made_up: tuple[Document, World], seed: int) -> None:
    """The last member: in a region of its own, in no group, no border, pact or trade; in no role.

    Without earlier roll calls: what a member is and did there helps to tell how severe a resolution was, for all.
    """
    document, world = made_up[0], replace(made_up[1], rollcalls=())
    i, last = world.size - 1, world.iso3[-1]
    ties = {kind: array.copy() for kind, array in world.ties.items()}
    for kind in ("border", "pact", "trade"):
        ties[kind][:, i] = ties[kind][i] = 0.0
    groups = tuple(replace(g, members=tuple(m for m in g.members if m != last)) for g in world.groups)
    world = replace(
        world,
        regions=(*world.regions[:-1], "apart"),
        ties=ties,
        groups=groups,
        currencies={world.iso3[1]: 0.5},
        sanctions=tuple(s for s in world.sanctions if s.sender in (world.iso3[0], world.iso3[1])),
    )
    senders = [code for code in document["roles"]["senders"] if code != last] or [world.iso3[2]]
    document = {**document, "roles": {**document["roles"], "senders": senders}}
    alone, touched = made(document, world), made(document, hermit(world, i, np.random.default_rng(seed)))
    assert not alone.peers[:, i].any()
    pledged_away = made(pledged("oppose")(document, [last], 0.0), world)
    for other in (touched, pledged_away):
        for mine, yours in zip(simulate(alone, 0, 20), simulate(other, 0, 20), strict=True):
            assert (np.delete(mine.actions, i, 1) == np.delete(yours.actions, i, 1)).all()


def permuted(world: World, order: np.ndarray) -> World:
    """The same world with its members in another order."""
    assembly = world.assembly
    return replace(
        world,
        iso3=tuple(world.iso3[i] for i in order),
        names=tuple(world.names[i] for i in order),
        regions=tuple(world.regions[i] for i in order),
        attributes={name: array[order] for name, array in world.attributes.items()},
        ties={kind: array[np.ix_(order, order)] for kind, array in world.ties.items()},
        rollcalls=tuple(replace(call, votes=call.votes[order]) for call in world.rollcalls),
        ideal_points={year: array[order] for year, array in world.ideal_points.items()},
        assembly=None if assembly is None else replace(assembly, votes=assembly.votes[:, order]),
    )


def inputs(ballot: Ballot, order: np.ndarray | slice = slice(None)) -> list[object]:
    """Everything about a ballot, its arrays as bytes."""
    values = [getattr(ballot, field.name) for field in fields(ballot) if field.name != "known"]
    values += [ballot.known.mean, ballot.known.root, ballot.known.topic, ballot.known.steps]
    # Adding 0 turns -0.0 into 0.0, which is the same number.
    return [(value[order] + 0).tobytes() if isinstance(value, np.ndarray) else value for value in values]


def assert_permuted(one: Case, other: Case, order: np.ndarray) -> None:
    """All that goes into a vote, and all that comes out, is the same to the last bit."""
    assert one.peers[np.ix_(order, order)].tobytes() == other.peers.tobytes()
    for mine, yours in zip(one.ballots, other.ballots, strict=True):
        assert inputs(mine, order) == inputs(yours)
    for mine, yours in zip(simulate(one, 0, 20), simulate(other, 0, 20), strict=True):
        assert mine.actions[:, order].tobytes() == yours.actions.tobytes()
        assert mine.is_settled.tobytes() == yours.is_settled.tobytes()


@examples(max_examples=100)
@given(documents_in_worlds(2, 12), st.data())
def test_the_order_of_members_does_not_matter(made_up: tuple[Document, World], data: st.DataObject) -> None:
    document, world = made_up
    order = np.array(data.draw(st.permutations(range(world.size))))
    assert_permuted(made(document, world), made(document, permuted(world, order)), order)


def test_the_order_of_the_shipped_members_does_not_matter() -> None:
    case = prepare(read_scenario("es-11-3"))
    order = np.random.default_rng(1).permutation(case.world.size)
    assert_permuted(case, prepare(case.spec, permuted(case.world, order)), order)


@examples(max_examples=50)
@given(cases(2, 8))
def test_running_a_case_leaves_it_as_it_was(case: Case) -> None:
    before = [ballot.dependence.tobytes() for ballot in case.ballots], case.peers.tobytes()
    assert_same(case, case)
    assert ([ballot.dependence.tobytes() for ballot in case.ballots], case.peers.tobytes()) == before


def test_made_up_worlds_differ() -> None:
    """The properties above are about many worlds, not one."""
    made_worlds = [made_up_world(np.random.default_rng(seed), 6) for seed in range(5)]
    assert len({world.ties["trade"].tobytes() for world in made_worlds}) > 3
