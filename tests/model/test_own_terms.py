"""A scenario's own terms: both engines follow them, explanations show them, and files that are wrong are refused."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.commands import sim as command
from support.engines import assert_same_votes

from sim.case import Case, prepare
from sim.case.utilities import compute_own_utilities
from sim.ensemble import simulate
from sim.errors import InputError
from sim.explore.levers import find_groups
from sim.explore.result import run_state
from sim.explore.start import read_launch
from sim.explore.state import PageState
from sim.rules.choice import ACTIONS
from sim.rules.influence import Blocks
from sim.runner.folder.writing import hash_data
from sim.specs import Scenario, parse_scenario
from sim.whatif.explanation.terms import take_apart
from sim.world.peers import normalise_network

ROOT = Path(__file__).parents[2]
HARBOURS = ROOT / "sim" / "data" / "seven-harbours"
TO_MEMBERS = ("conflict", "order", "dependence", "exposure", "absence", "support", "abstain")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a file of figures and a file of pairs."""
    (tmp_path / "deals.csv").write_text("member,deals\nElmsund,0.9\nFER,0.2\nGullrock,\n", encoding="utf-8")
    (tmp_path / "follows.csv").write_text("iso3,partner,follows\nELM,CAL,1\nFER,CAL,0.5\n", encoding="utf-8")
    return tmp_path


def term(adds_to: str = "support", **own: object) -> dict[str, object]:
    if adds_to == "peers":
        of = {"name": "follows", "label": "Who follows whom", "file": "follows.csv", "column": "follows"}
    else:
        of = {"name": "deals", "label": "Port deals", "file": "deals.csv", "column": "deals", "missing": 0.0}
    found = {**of, "adds_to": adds_to, "weight": 2.0, **own}
    return {key: value for key, value in found.items() if value is not None}


def scenario(folder: Path, *terms: dict[str, object], base: str = "harbour-blockade", **more: object) -> Scenario:
    return parse_scenario({"base": base, "replicates": 50, "term": list(terms), **more}, "mine.toml", folder)


def means(case: Case) -> dict[str, float]:
    (outcome, *_) = simulate(case, 0, 200)
    return {action: float((outcome.actions == code).sum(axis=1).mean()) for code, action in enumerate(ACTIONS)}


@pytest.mark.parametrize("adds_to", [*TO_MEMBERS, "peers"])
def test_both_engines_follow(folder: Path, adds_to: str) -> None:
    case = prepare(scenario(folder, term(adds_to)))
    assert_same_votes(case, 0, 10)
    without = prepare(scenario(folder, term(adds_to, weight=0.0)))
    assert simulate(without, 0, 50)[0].actions.tolist() == simulate(plain(), 0, 50)[0].actions.tolist()
    assert not np.array_equal(utilities(case), utilities(without)) or adds_to == "peers"


def plain() -> Case:
    return prepare(scenario(Path()))


def utilities(case: Case) -> np.ndarray:
    own = compute_own_utilities(case.ballots[0], case.parameters)
    return np.stack(np.broadcast_arrays(*own))


def test_both_engines_follow_in_months(tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text("iso3,gas,ports\nIND,0.8,0.3\nTUR,0.9,\nBRA,,0.7\n", encoding="utf-8")
    own = {"file": "own.csv", "missing": 0.0, "weight": 3.0}
    terms = [
        term("dependence", **own, name="gas", label="Gas", column="gas"),
        term("exposure", **own, name="ports", label="Ports", column="ports"),
    ]
    more: dict[str, Any] = {"base": "2022-2023", "set": {"months.end": "2022-04-30"}}
    case, without = (prepare(scenario(tmp_path, *of, **more)) for of in (terms, []))
    assert_same_votes(case, 0, 2)
    assert case.plan is not None
    assert without.plan is not None
    india, brazil = (case.world.index[code] for code in ("IND", "BRA"))
    for name, of in (("dependence", india), ("exposure", brazil)):
        here, there = (getattr(one.plan.inputs, name) for one in (case, without))  # type: ignore[union-attr]
        assert here[of] > there[of]


@pytest.mark.parametrize(("adds_to", "action"), [("support", "support"), ("abstain", "abstain"), ("absence", "absent")])
def test_a_term_moves_votes_its_way(folder: Path, adds_to: str, action: str) -> None:
    low, high = (means(prepare(scenario(folder, term(adds_to, weight=weight)))) for weight in (-4.0, 4.0))
    assert low[action] < high[action]


@pytest.mark.parametrize("adds_to", ["dependence", "exposure"])
def test_more_to_lose_moves_members_one_way(folder: Path, adds_to: str) -> None:
    supporters = [means(prepare(scenario(folder, term(adds_to, weight=of))))["support"] for of in (0.0, 2.0, 8.0)]
    assert supporters == sorted(supporters, reverse=adds_to == "dependence")
    assert supporters[0] != supporters[-1]


def test_a_network_says_who_listens_to_whom(folder: Path) -> None:
    case = prepare(scenario(folder, term("peers", weight=20.0)))
    follower, other, followed = (case.world.index[code] for code in ("ELM", "GUL", "CAL"))
    assert np.asarray(case.peers)[follower, followed] > 0.5
    assert np.array_equal(np.asarray(case.peers)[other], np.asarray(plain().peers)[other])


def test_a_network_is_the_same_in_a_large_world(folder: Path) -> None:
    from scipy.sparse import csr_array

    network = csr_array(np.array([[0.0, 0.5, 0.25], [0.0, 0.0, 0.0], [1.0, 0.0, 0.0]]))
    small = normalise_network(network, {"trade": np.zeros((3, 3))})
    large = normalise_network(network, {"region": Blocks(np.zeros(3, dtype=np.int64))})
    assert not isinstance(large, np.ndarray)
    assert np.array_equal(small, large.toarray())


def test_terms_add_up_and_are_shown_by_their_label(folder: Path) -> None:
    every = [term(to, name=to, label=f"Deals in {to}") for to in TO_MEMBERS]
    anatomy = take_apart(prepare(scenario(folder, *every)), 0, 50)
    without = [found for found in anatomy.terms if found.name != "peers"]
    assert np.allclose(sum(found.array() for found in without), utilities(anatomy.case).T)
    names = [found.name for found in without]
    assert {f"Deals in {to}" for to in TO_MEMBERS} - {*names} == {"Deals in exposure"}
    (risk,) = (found for found in anatomy.terms if found.name == "sanction_risk")
    assert "term.exposure" in risk.made_of


def test_a_change_edits_own_figures(folder: Path) -> None:
    edit = {"members": ["ALL"], "attribute": "term.deals", "multiply": 0.5, "reason": "half of it"}
    case = prepare(scenario(folder, term("dependence"), change=[edit]))
    assert case.standings[0].terms.values["term.deals"][case.world.index["ELM"]] == 0.45


def test_positions_do_not_depend_on_a_term(folder: Path) -> None:
    case = prepare(scenario(folder, term("conflict")))
    assert np.array_equal(case.positions[0].mean, plain().positions[0].mean)


def test_a_kept_run_knows_the_file(folder: Path) -> None:
    case = prepare(scenario(folder, term()))
    assert str(folder / "deals.csv") in hash_data(case.world, [case.spec])


def test_the_world_may_have_the_column_and_the_term(folder: Path) -> None:
    shutil.copytree(HARBOURS, folder / "my-world")
    members = folder / "my-world" / "members.csv"
    header, *rows = members.read_text(encoding="utf-8").splitlines()
    lines = [f"{header},coast,islands", *(f"{row},{number},1" for number, row in enumerate(rows))]
    members.write_text("\n".join(lines), encoding="utf-8")
    with (folder / "my-world" / "world.toml").open("a", encoding="utf-8") as file:
        file.write('\n[[term]]\nname = "coast"\nlabel = "Coast"\nadds_to = "abstain"\ncolumn = "coast"\nweight = 0.5\n')
    spec = scenario(folder, term(), world="my-world")
    assert [one.name for one in spec.term] == ["deals", "coast"]
    assert parse_scenario(spec.document(), "again", folder).term == spec.term
    case = prepare(spec)
    assert case.ballots[0].own["abstain"].tolist() == [0.5 * number for number in range(7)]
    (mine := folder / "mine.toml").write_text(f'base = "harbour-blockade"\nworld = "{folder}/my-world"\n', "utf-8")
    checked = command("check", mine)
    assert checked.returncode == 0
    assert "islands is not used by the model" in checked.stderr
    assert "coast" not in checked.stderr
    assert "Not used by the model: islands in members.csv" in command("world", "--scenario", mine).stdout


def test_columns_that_the_shipped_world_has_and_no_rule_reads_are_named() -> None:
    assert "directness, us_important_vote in resolutions.csv" in command("world", "attributes").stdout


def test_the_weight_is_a_lever_everywhere(folder: Path) -> None:
    lines = ['base = "harbour-blockade"', "replicates = 50", "[[term]]"]
    lines += [f"{key} = {value!r}".replace("'", '"') for key, value in term().items()]
    (folder / "mine.toml").write_text("\n".join(lines), encoding="utf-8")
    run = command("run", "mine.toml", "--set", "term.weight=-5", cwd=folder)
    assert "deals, weight −5 in support" in run.stdout
    (folder / "sweep.toml").write_text(
        'scenario = "mine.toml"\nreplicates = 20\n[design]\nkind = "factorial"\n'
        '[design.over]\n"term.weight" = { from = -4.0, to = 4.0, steps = 2 }\n',
        encoding="utf-8",
    )
    assert "weight of Port deals" in command("sweep", "sweep.toml", "--out", "out", cwd=folder).stdout
    (folder / "goal.toml").write_text(
        'scenario = "mine.toml"\n[goal]\nprobability = 0.5\ncount = { action = "support", at_least = 4 }\n'
        '[[lever]]\nkind = "number"\nkey = "term.0.weight"\nfrom = 0.0\nto = 4.0\ncost = 1.0\n',
        encoding="utf-8",
    )
    assert command("reach", "goal.toml", cwd=folder).returncode == 0
    start = read_launch(str(folder / "mine.toml"))
    (own,) = (one.levers for one in find_groups(run_state(start, PageState())) if one.title == "Terms of your own")
    assert [(lever.label, lever.now) for lever in own] == [("weight of Port deals", 2.0)]
    explained = command("explain", "mine.toml", "ELM", cwd=folder).stdout
    assert "Port deals" in explained
    assert "weight of Port deals" in explained


NO_FIGURES = "is missing, but deals has no figure of ASH, BRI, CAL, DUN, GUL."
WRONG = {
    "a member without a figure": (term(missing=None), "mine.toml, term.0.missing: " + NO_FIGURES),
    "no such file": (term(file="no.csv"), "is no file. Give a CSV file"),
    "no such column": (term(column="deal"), "deal: missing column. Did you mean 'deals'?"),
    "another name": (term(name="My deals"), "small letters, digits and _ is needed"),
    "nothing that it adds to": (term("supports"), "Did you mean 'support'?"),
    "a share below 0": (term("dependence", weight=-1.0), "for dependence it is at least 0"),
    "a weight too large": (
        term(weight=50.0),
        "50.0 is outside the range -20 to 20 (utility; 1 is one unit of log-odds)",
    ),
    "pairs without a file": (term("peers", file=None), "file is missing, which peers need"),
    "pairs with a figure for others": (term("peers", missing=0.0), "a pair that a network leaves out is not tied"),
    "figures for a network": (term("peers", file="deals.csv", column="deals"), "partner: missing column"),
    "a text": (term(label=3), "term.0.label: 3 is given where text is needed"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_mistake_is_one_sentence(folder: Path, case: str) -> None:
    own, message = WRONG[case]
    with pytest.raises(InputError) as error:
        scenario(folder, own)
    (problem,) = error.value.problems
    assert message in str(problem)


TABLES = {
    "iso3,deals\nELM,x\n": "got 'x'; allowed is 0 to 1.",
    "iso3,deals\nELM,1.5\n": "got '1.5'; allowed is 0 to 1.",
    "iso3,deals\nELM,1\nElmsund,1\n": "line 3: Elmsund: already on line 2.",
    "iso3,deals\nNowhere,1\n": "'Nowhere' is not a member of the world seven-harbours.",
    "who,deals\nELM,1\n": "has no column that names members: iso3 or member.",
    "": "is empty.",
}


@pytest.mark.parametrize("text", TABLES)
def test_a_mistake_in_a_file_is_one_sentence(folder: Path, text: str) -> None:
    (folder / "wrong.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as error:
        scenario(folder, term("exposure", file="wrong.csv"))
    (problem,) = error.value.problems
    assert TABLES[text] in str(problem)


def test_two_terms_have_two_names(folder: Path) -> None:
    with pytest.raises(InputError, match=r'term.1.name: "deals" is already the name of term.0'):
        scenario(folder, term(), term(label="Others"))


def test_a_change_of_no_term_is_refused(folder: Path) -> None:
    edit = {"members": ["ELM"], "attribute": "term.deal", "set": 0.5, "reason": "a slip"}
    with pytest.raises(InputError, match=r"change.0.attribute: there is no term .* Did you mean 'term.deals'"):
        scenario(folder, term(), change=[edit])
