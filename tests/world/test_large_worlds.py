"""Own worlds of more members than three letters can name: sparse ties, long codes, the same votes in both engines."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.commands import sim
from support.engines import assert_same_votes

from sim.case import Case, prepare
from sim.errors import InputError
from sim.rules.influence import SparsePeers, peer_weights
from sim.specs import read_scenario
from sim.world import World, load_world
from sim.world.peers import PEER_KINDS
from sim.world.quantities import quantities
from sim.world.ties import dense

SIZE = 2000
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A world of so many members that its ties are sparse, and a scenario in it."""
    with pytest.MonkeyPatch.context() as patched:
        patched.syspath_prepend(str(ROOT))
        from benchmarks.worlds import write_world

        found = tmp_path_factory.mktemp("large")
        write_world(found, SIZE)
    return found


@pytest.fixture(scope="module")
def case(folder: Path) -> Case:
    return prepare(read_scenario(folder / "scenario.toml"))


def made_dense(world: World) -> World:
    """The same world with a number for every pair."""
    agreement = np.full((world.size, world.size), np.nan)
    return replace(world, ties={**{kind: dense(ties) for kind, ties in world.ties.items()}, "agreement": agreement})


def test_ties_and_peers_are_sparse_and_frozen(case: Case) -> None:
    for kind, ties in case.world.ties.items():
        assert not isinstance(ties, np.ndarray), kind
        assert not ties.data.flags.writeable, kind
    assert isinstance(case.peers, SparsePeers)
    assert case.world.ties["trade"].nnz == 20 * SIZE


def test_a_dense_world_has_the_same_peers_and_quantities(case: Case) -> None:
    sharpness = case.parameters["agreement_sharpness"]
    known = quantities(made_dense(case.world), case.roles, case.spec.vote[0].date, sharpness)
    weights = {kind: case.parameters[f"peer_{kind}"] for kind in PEER_KINDS}
    assert case.peers.toarray().tobytes() == peer_weights(known.peers, weights).tobytes()
    for part in ("dependence", "exposure", "alignment"):
        for name, values in getattr(known, part).items():
            assert getattr(case.known, part)[name].tobytes() == values.tobytes(), name


def test_both_engines_vote_the_same_way(case: Case) -> None:
    assert_same_votes(case, 3, 2)


def test_long_codes_are_found_and_ordered(case: Case) -> None:
    world = case.world
    assert world.iso3 == tuple(sorted(world.iso3))
    assert world.resolve("m00007") == ("M00007",) == world.resolve("Member M00007")


def test_commands(folder: Path) -> None:
    scenario = str(folder / "scenario.toml")
    assert "good" in sim("check", scenario).stdout
    assert "Member M00007 (M00007), Region 1" in sim("world", "M00007", "--scenario", scenario).stdout
    assert "R/1" in sim("run", scenario, "--replicates", "20").stdout


@pytest.mark.parametrize("code", ["AB", "ABCDEFGHIJKLM", "1AB", "AB-C", "ABÉ", "ALL"])
def test_codes_that_are_refused(tmp_path: Path, code: str) -> None:
    write_members(tmp_path, code)
    with pytest.raises(InputError, match=r"members\.csv, line 2, iso3: got"):
        load_world(tmp_path)


@pytest.mark.parametrize("code", ["ABC", "ABCDEFGHIJKL", "R2D2"])
def test_codes_that_are_accepted(tmp_path: Path, code: str) -> None:
    write_members(tmp_path, code)
    assert load_world(tmp_path).iso3 == tuple(sorted([code, "ZZZ"]))


def write_members(folder: Path, code: str) -> None:
    (folder / "world.toml").write_text('title = "Two"\ndate = 2030-01-01\n', encoding="utf-8")
    columns = "iso3,name,region,latitude,longitude,population,gdp_usd,income_usd,trade_openness,liberal_democracy"
    rows = "".join(f"{one},Name of {one},Here,1,1,1e6,1e9,1000,0.5,0.5,1,0\n" for one in (code, "ZZZ"))
    (folder / "members.csv").write_text(f"{columns},effective_control,arrears\n{rows}", encoding="utf-8")
    (folder / "ties.csv").write_text("iso3,partner\n", encoding="utf-8")


def test_what_is_wrong_with_ties_of_a_large_world_is_reported(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    for path in (folder / "world").iterdir():
        (other / path.name).write_bytes(path.read_bytes())
    with (other / "ties.csv").open("a", encoding="utf-8") as file:
        file.write("M00000,M00000,2,0,0,0\n")
    with pytest.raises(InputError, match=f"line {20 * SIZE + 2}: M00000 has a tie with itself"):
        load_world(other)
