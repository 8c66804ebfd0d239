"""The shipped worlds: that their figures are whole, add up, and enter the model only from before a vote."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date, timedelta
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.case import Case, make_terms, prepare
from sim.case.ballot import Ballot
from sim.errors import InputError
from sim.rules.parameters import load_registry
from sim.runner.run import run_case
from sim.specs import read_scenario
from sim.world import World, load_world
from sim.world.peers import PEER_KINDS
from sim.world.quantities import quantities
from sim.world.world import ATTRIBUTES, TIE_KINDS

OFFICIAL = {  # yes, no, abstain, absent
    "A/RES/68/262": (100, 11, 58, 24),
    "A/RES/71/205": (70, 26, 77, 20),
    "A/RES/72/190": (70, 26, 76, 21),
    "A/RES/73/194": (66, 19, 72, 36),
    "A/RES/73/263": (65, 27, 70, 31),
    "A/RES/74/17": (63, 19, 66, 45),
    "A/RES/74/168": (65, 23, 83, 22),
    "A/RES/75/29": (63, 17, 62, 51),
    "A/RES/75/192": (64, 23, 86, 20),
    "A/RES/76/70": (62, 22, 55, 54),
    "A/RES/76/179": (65, 25, 85, 18),
    "A/RES/ES-11/1": (141, 5, 35, 12),
    "A/RES/ES-11/2": (140, 5, 38, 10),
    "A/RES/ES-11/3": (93, 24, 58, 18),
}
"""Tallies in the verbatim records of the General Assembly."""

SIZES = {  # members of the United Nations alone: the African Union counts Western Sahara, the Arab League Palestine
    "EU": 27, "NATO": 30, "CSTO": 6, "EAEU": 5, "CIS": 9, "SCO": 8, "BRICS": 5, "G7": 7, "AU": 54, "LAS": 21,
    "ASEAN": 10, "GCC": 6, "OPEC": 13, "ECOWAS": 15, "OECD": 38, "P5": 5, "UNSC": 15, "CoE": 47, "OSCE": 56,
}  # fmt: skip


@cache
def case_of(name: str, *overrides: str) -> Case:
    return prepare(read_scenario(name, overrides))


def same(first: Ballot, second: Ballot) -> bool:
    names = [f.name for f in fields(Ballot) if f.name != "known"]
    pairs = [(getattr(first, name), getattr(second, name)) for name in names]
    pairs += [(first.known.mean, second.known.mean), (first.known.root, second.known.root)]
    return first.known.steps == second.known.steps and all(np.array_equal(one, other) for one, other in pairs)


def same_case(first: Case, second: Case) -> bool:
    ballots = zip(first.ballots, second.ballots, strict=True)
    return np.array_equal(first.peers, second.peers) and all(same(one, other) for one, other in ballots)


# --- un in February 2022: whole, and adding up -----------------------------------------------------------------------


def test_un_has_the_193_members_in_the_order_of_their_codes(world: World) -> None:
    assert world.size == 193
    assert list(world.iso3) == sorted(set(world.iso3))
    assert len(set(world.names)) == 193
    assert len(set(world.regions)) == 5


def test_no_member_is_blank_anywhere(world: World) -> None:
    assert all(world.names)
    for name in ATTRIBUTES:
        assert np.isfinite(world.attributes[name]).all(), name
    for kind in (kind for kind in TIE_KINDS if kind != "agreement"):  # which votes alone say
        assert np.isfinite(world.ties[kind]).all(), kind


@pytest.mark.parametrize("resolution", OFFICIAL)
def test_roll_call_adds_up_to_the_official_tally(world: World, resolution: str) -> None:
    call = world.rollcall(resolution)
    assert call is not None
    no, absent, abstain, yes = (int((call.votes == code).sum()) for code in range(4))
    assert (yes, no, abstain, absent) == OFFICIAL[resolution]


@pytest.mark.parametrize("kind", ["border", "pact", "agreement"])
def test_mutual_ties_are_symmetric(world: World, kind: str) -> None:
    off_diagonal = ~np.eye(world.size, dtype=bool)
    assert np.array_equal(world.ties[kind][off_diagonal], world.ties[kind].T[off_diagonal], equal_nan=True)


@pytest.mark.parametrize("kind", TIE_KINDS)
def test_ties_are_shares(world: World, kind: str) -> None:
    ties = world.ties[kind]
    if kind == "agreement":
        assert np.isnan(ties).all(), "which votes alone say"
    else:
        assert ((ties >= 0) & (ties <= 1)).all()
        assert not ties.diagonal().any()


def test_every_fill_names_a_quantity_that_the_file_holds(world: World) -> None:
    quantities_known = {"gdp_usd", "liberal_democracy", "trade_openness", "trade ties", "exposure.aid"}
    quantities_known |= {"dependence.energy", "dependence.food", "dependence.arms", "dependence.trade"}
    assert {fill.quantity for fill in world.fills} <= quantities_known
    assert len(set(world.fills)) == len(world.fills)


def test_sizes_of_organisations(world: World) -> None:
    assert {key: len(world.resolve(key)) for key in SIZES} == SIZES
    assert set(world.resolve("EAEU")) < set(world.resolve("CSTO")) | set(world.resolve("CIS"))
    assert "SYR" in world.resolve("Arab League")  # suspended in 2011, and a member all the same
    assert "GBR" not in world.resolve("EU")
    assert {"SWE", "FIN"}.isdisjoint(world.resolve("NATO"))  # joined later


def test_a_name_means_one_thing(world: World) -> None:
    assert world.resolve("NAM") == ("NAM",)
    assert len(world.resolve("Non-Aligned Movement")) == 119
    for iso3, name in zip(world.iso3, world.names, strict=True):
        assert world.resolve(iso3) == world.resolve(name) == (iso3,)
    for group in world.groups:
        for reference in (group.key, group.name, *group.aliases):
            expected = (reference,) if reference in world.index else group.members
            assert world.resolve(reference.upper()) == expected


def test_who_depends_on_russian_energy(world: World) -> None:
    energy = dict(zip(world.iso3, world.ties["energy"][:, world.index["RUS"]], strict=True))
    assert min(energy[iso3] for iso3 in ("BLR", "ARM", "KAZ", "MNG")) >= 0.25
    assert energy["KGZ"] > 0
    assert max(energy[iso3] for iso3 in ("USA", "CAN", "SAU")) < 0.1


# --- sanctions -------------------------------------------------------------------------------------------------------


def test_every_sanction_names_its_instrument(world: World) -> None:
    assert world.sanctions
    assert all(sanction.instrument.strip() for sanction in world.sanctions)
    pairs = Counter((sanction.iso3, sanction.sender) for sanction in world.sanctions)
    assert set(pairs.values()) == {1}


def test_nothing_in_force_postdates_the_world(world: World) -> None:
    years = [int(sanction.since[:4]) for sanction in world.sanctions if sanction.since]
    assert len(years) > 100
    assert max(years) <= world.date.year


def test_grades_rank_by_breadth() -> None:
    grade = {
        breadth: load_registry()[f"grade_{breadth}"].default for breadth in ("comprehensive", "sectoral", "targeted")
    }
    assert grade["comprehensive"] > grade["sectoral"] > grade["targeted"] > 0


def test_who_was_isolated_on_the_eve_of_the_invasion() -> None:
    case = case_of("es-11-1")
    on = case.spec.vote[0].date
    known = quantities(case.world, case.roles, on, case.parameters["agreement_sharpness"])
    isolation = make_terms(case.spec, case.world, case.parameters, known, on).values["isolation"]
    by_member = dict(zip(case.world.iso3, isolation, strict=True))
    assert max(by_member[iso3] for iso3 in ("UKR", "TUR", "EGY")) < 0.2
    assert min(by_member[iso3] for iso3 in ("PRK", "SYR", "IRN", "BLR")) > 0.6
    assert 0.2 < by_member["CUB"] < 0.6
    assert ((isolation >= 0) & (isolation <= 1)).all()


# --- roles -----------------------------------------------------------------------------------------------------------


def test_a_target_that_the_world_lacks_ties_with_is_reported() -> None:
    spec = read_scenario("harbour-blockade", ["roles.target=CAL", 'roles.senders=["DUN"]'])
    with pytest.raises(InputError) as caught:
        prepare(spec)
    reported = [str(problem) for problem in caught.value.problems]
    assert len(reported) == 2
    for line, channel in zip(reported, ("energy", "food"), strict=True):
        assert f"'{channel}' only with ASH, not with CAL" in line
        assert f"parameters.dependence_{channel} = 0" in line


def test_another_target_has_its_own_ties() -> None:
    china, russia = case_of("es-11-1", "roles.target=CHN"), case_of("es-11-1")
    pakistan, belarus = china.world.index["PAK"], china.world.index["BLR"]
    assert china.ballots[0].dependence[pakistan] > russia.ballots[0].dependence[pakistan]
    assert china.ballots[0].dependence[belarus] < russia.ballots[0].dependence[belarus]


def test_fewer_senders_can_withhold_less() -> None:
    many, few = (
        quantities(case.world, case.roles, date(2022, 3, 2), 12.0).observed
        for case in (case_of("es-11-1"), case_of("es-11-1", 'roles.senders=["NZL"]'))
    )
    assert all((few[channel] <= many[channel]).all() for channel in many)


def test_rows_of_peers_add_up() -> None:
    case = case_of("es-11-1")
    known = quantities(case.world, case.roles, date(2022, 3, 2), 12.0)
    assert tuple(known.peers) == PEER_KINDS
    for kind, peers in known.peers.items():
        totals = peers.sum(axis=1)
        assert (np.isclose(totals, 1) | (totals == 0)).all(), kind


# --- nothing from the day of the vote or later -----------------------------------------------------------------------

SCENARIOS = ("es-11-1", "es-11-2", "es-11-3", "ga-68-262")


def scrambled(world: World, on: date, shift: int, scored: str) -> World:
    """The world with everything recorded on or after a date, and one roll call whatever its date, altered."""
    calls = tuple(
        replace(call, votes=(call.votes + shift) % 4) if call.date >= on or call.resolution == scored else call
        for call in world.rollcalls
    )
    points = {year: values + (shift if year >= on.year else 0) for year, values in world.ideal_points.items()}
    assert world.assembly is not None
    is_late = world.assembly.dates >= np.datetime64(on)
    votes = np.where(is_late[:, None], (world.assembly.votes + shift) % 4, world.assembly.votes)
    return replace(world, rollcalls=calls, ideal_points=points, assembly=replace(world.assembly, votes=votes))


@settings(max_examples=8, deadline=None)
@given(name=st.sampled_from(SCENARIOS), shift=st.integers(1, 3))
def test_nothing_dated_on_or_after_the_vote_matters(name: str, shift: int) -> None:
    case = case_of(name)
    vote = case.spec.vote[0]
    assert same_case(case, prepare(case.spec, scrambled(case.world, vote.date, shift, vote.resolution)))


@settings(max_examples=4, deadline=None)
@given(later=st.integers(0, 2), day=st.integers(0, 400))
def test_records_added_on_or_after_the_vote_do_not_matter(later: int, day: int) -> None:
    case = case_of("ga-68-262")
    vote, world = case.spec.vote[0], case.world
    on = vote.date + timedelta(days=day)
    call = replace(world.rollcalls[-1], resolution="A/RES/99/1", date=on, topic="territory")
    points = {**world.ideal_points, vote.date.year + later: np.full(world.size, 2.0)}
    assert world.assembly is not None
    assembly = replace(
        world.assembly,
        dates=np.append(world.assembly.dates, np.datetime64(on)),
        votes=np.vstack([world.assembly.votes, np.full((1, world.size), 3)]),
    )
    more = replace(world, rollcalls=(*world.rollcalls, call), ideal_points=points, assembly=assembly)
    assert same_case(case, prepare(case.spec, more))


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_roll_call_that_is_scored_does_not_matter(name: str) -> None:
    case = case_of(name)
    scored = {vote.resolution for vote in case.spec.vote}
    calls = tuple(
        replace(call, votes=3 - call.votes) if call.resolution in scored else call for call in case.world.rollcalls
    )
    assert same_case(case, prepare(case.spec, replace(case.world, rollcalls=calls)))
    without = tuple(call for call in case.world.rollcalls if call.resolution not in scored)
    assert same_case(case, prepare(case.spec, replace(case.world, rollcalls=without)))


def _ideal_points(world: World) -> World:
    return replace(world, ideal_points={year: values * 0.5 for year, values in world.ideal_points.items()})


def _rollcalls(world: World) -> World:
    return replace(world, rollcalls=tuple(replace(call, votes=3 - call.votes) for call in world.rollcalls))


def _assembly(world: World) -> World:
    assert world.assembly is not None
    return replace(world, assembly=replace(world.assembly, votes=3 - world.assembly.votes))


@pytest.mark.parametrize("alter", [_ideal_points, _rollcalls, _assembly])
def test_earlier_records_do_matter(alter: Callable[[World], World]) -> None:
    case = case_of("es-11-1")
    assert not same_case(case, prepare(case.spec, alter(case.world)))


# --- seven-harbours --------------------------------------------------------------------------------------------------


def test_seven_harbours_can_be_kept_in_the_head() -> None:
    world = load_world("seven-harbours")
    assert world.iso3 == ("ASH", "BRI", "CAL", "DUN", "ELM", "FER", "GUL")
    assert world.resolve("lantern league") == ("BRI", "CAL", "DUN")
    assert (world.ties["trade"].sum(axis=1) <= 1).all()
    assert world.assembly is None


def test_the_harbour_blockade_splits_the_harbours() -> None:
    result = run_case(case_of("harbour-blockade"), replicates=1000)
    oppose, absent, abstain, support = result.votes[0].tallies.mean(axis=0)
    assert 3 < support < 4
    assert 1 < abstain < 2
    assert 1 < oppose < 2
    assert absent < 0.5
    share = dict(zip(result.case.world.iso3, result.votes[0].counts / 1000, strict=True))
    assert share["FER"][0] > 0.1  # cut off already: the only harbour but the target that may oppose
    assert max(share[iso3][0] for iso3 in ("BRI", "CAL", "DUN", "ELM", "GUL")) < 0.05
    assert share["ELM"][2] > 0.5  # depends on the target, and is sanctioned little: abstains
    assert 0.25 < share["GUL"][3] < 0.7  # poor and fed by both: undecided


def test_contested_texts_are_counted_by_hand():
    """Seven years before the vote, texts that Russia backed and most senders opposed: against less for, over all."""
    case = case_of("es-11-1")
    world, record = case.world, case.world.assembly
    recent = record.dates >= np.datetime64(date(2022, 3, 2) - timedelta(days=round(7 * 365.25)))
    senders = case.roles.senders.tolist()
    votes = [
        row
        for row, is_recent in zip(record.votes.tolist(), recent, strict=True)
        if is_recent and row[world.index["RUS"]] == 3 and sum(row[s] == 0 for s in senders) > len(senders) / 2
    ]
    found = case.standings[0].terms.values["alignment.contested_texts"]
    for iso3 in ("USA", "IND", "BLR", "SEN"):
        own = [row[world.index[iso3]] for row in votes if row[world.index[iso3]] >= 0]
        assert found[world.index[iso3]] == pytest.approx((own.count(0) - own.count(3)) / len(own))
    assert len(votes) > 20


def test_shared_organisations_count_one_over_their_size():
    case = case_of("es-11-1")
    world, found = case.world, case.standings[0].terms.values["alignment.organisations"]
    groups = [g for g in world.groups if g.is_organisation and "RUS" in g.members]
    for iso3 in ("BLR", "IND", "DEU", "SEN"):
        expected = -sum(1 / len(g.members) for g in groups if iso3 in g.members)
        assert found[world.index[iso3]] == pytest.approx(expected)
    assert found[world.index["BLR"]] < found[world.index["IND"]] < found[world.index["DEU"]] < 0
