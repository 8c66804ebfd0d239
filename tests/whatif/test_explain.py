"""What is reported of an explanation: documents, frames, tables, the overview of all members, mistakes."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from support.commands import document, sim
from support.months_worlds import blockade_by_months
from support.sweeps import two_votes

import sim as sim_package
from sim.case import prepare
from sim.rules.choice import ACTIONS, OPPOSE, SUPPORT
from sim.runner.run import run_case
from sim.specs import read_scenario
from sim.whatif.explanation.decisive import summarise_members
from sim.whatif.explanation.explain import explain
from sim.whatif.explanation.fence import list_fence
from sim.whatif.explanation.shares import measure_shares
from sim.whatif.explanation.summary import summarise_explanation
from sim.whatif.explanation.tables import SIGN_OF_SEVERITY, make_switching_table, make_terms_table
from sim.whatif.explanation.terms import compute_chances, take_apart


@pytest.fixture(scope="module")
def blockade(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The harbours' scenario, with months and a second vote on the question in June."""
    return blockade_by_months(tmp_path_factory.mktemp("blockade"))


def test_the_months_of_an_explanation(blockade: Path, tmp_path: Path) -> None:
    """JSON, CSV, Python and print tell the same: the month of the vote is the vote, and terms add up in every month."""
    options = ("GUL", "--resolution", "SH/3", "--no-levers", "--replicates", 100)
    found = document("explain", blockade, *options, "--csv", tmp_path / "months.csv")
    assert [month["date"] for month in found["months"]] == [f"2031-{month:02d}-02" for month in range(2, 9)]
    vote = found["months"][4]
    for key in ("probabilities", "utilities", "probabilities_from_utilities"):
        assert vote[key] == found[key]
    for one, other in zip(vote["terms"], found["terms"], strict=True):
        assert one == {key: other[key] for key in one}
    for month in found["months"]:
        for action, utility in month["utilities"].items():
            assert sum(term[action] for term in month["terms"]) == pytest.approx(utility)
    terms = [{term["term"]: term for term in month["terms"]} for month in found["months"]]
    assert terms[0]["drift"]["value"] == 0
    assert terms[1]["grievance"]["value"] < terms[3]["grievance"]["value"]  # listed in April
    assert terms[4]["position"]["value"] == terms[1]["position"]["value"]  # what is known does not change by itself
    with (tmp_path / "months.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 7 * len(found["terms"])
    python = sim_package.explain(blockade, "GUL", resolution="SH/3", tries_levers=False, replicates=100)
    assert len(python.months) == len(rows)
    assert python.months["support"].tolist() == [float(row["support"]) for row in rows]
    reported = sim("explain", blockade, *options)
    assert "Month by month" in reported.stdout
    assert "2031-06*" in reported.stdout
    assert max(map(len, reported.stdout.splitlines())) <= 100


def test_draws_of_the_terms() -> None:
    """Ranges over the draws lie about the mean, are none where nothing is drawn, and a range of one draw is a point."""
    spec = read_scenario("es-11-1", ["parameter_uncertainty=true"])
    for replicates in (5, 200):
        found = summarise_explanation(
            explain(spec.model_copy(update={"replicates": replicates}), "IND", tries_levers=False)
        )
        wide = 0
        for term in found.terms:
            assert term.p05 is not None
            assert term.p95 is not None
            for low, mean, high in (
                *((term.p05.of(action), getattr(term, action), term.p95.of(action)) for action in ACTIONS),
                (term.over_next.p05, term.over_next.mean, term.over_next.p95),
            ):
                assert low is not None
                assert high is not None
                assert low <= mean + 1e-12
                assert mean <= high + 1e-12
                wide += high > low + 1e-12
        assert (wide > 0) == (replicates > 5)
    central = summarise_explanation(explain(read_scenario("es-11-1", ["replicates=5"]), "IND", tries_levers=False))
    assert {term.p05 for term in central.terms} == {None}
    assert central.months == ()


def test_a_walk_is_a_run_at_each_value() -> None:
    spec = read_scenario("harbour-blockade", ["replicates=200"])
    walk = explain(spec, "Gullrock", tries_levers=False, walks_along="vote.severity=-6:-2").walk
    assert walk is not None
    assert [point.value for point in walk.points] == pytest.approx(list(np.linspace(-6, -2, 11)))
    support = [point.support for point in walk.points]
    assert support == sorted(support, reverse=True)
    again = run_case(prepare(read_scenario("harbour-blockade", ["vote.severity=-6", "replicates=200"])))
    i = again.case.world.index["GUL"]
    assert support[0] == pytest.approx((again.votes[0].counts[i, 3] + 0.5) / 202)


def test_positions_are_less_sure_in_a_later_vote(tmp_path) -> None:  # type: ignore[no-untyped-def]
    """What is known of a member stays; the walk between the votes is added to what is not."""
    two_votes(tmp_path)
    spec = read_scenario(tmp_path / "two.toml", ["replicates=100"])
    earlier, later = (
        summarise_explanation(explain(spec, "GUL", resolution, tries_levers=False)).position
        for resolution in ("SH/2", "SH/3")
    )
    assert later.mean == pytest.approx(earlier.mean)
    assert later.deviation > earlier.deviation


def test_fixed_votes_are_reported_and_no_lever_is_tried() -> None:
    found = summarise_explanation(explain(read_scenario("harbour-blockade"), "ASH"))
    assert found.is_given
    assert found.levers == ()
    overview = summarise_members(take_apart(prepare(read_scenario("harbour-blockade")), 0, 9))
    assert "ASH" not in {member.iso3 for member in overview.members}


def test_the_command_prints_all_of_it() -> None:
    reported = sim("explain", "harbour-blockade", "Gullrock", "--replicates", 100, "--along", "dependence.energy")
    assert reported.returncode == 0, reported.stderr
    for part in (
        "What each term adds",
        "together",
        "What the terms are made of",
        "Its peers",
        "What would change its vote",
        "Along",
    ):
        assert part in reported.stdout
    assert max(map(len, reported.stdout.splitlines())) <= 100
    found = document("explain", "harbour-blockade", "GUL", "--replicates", 100, "--no-levers")
    assert sum(term["support"] for term in found["terms"]) == pytest.approx(found["utilities"]["support"])
    assert sum(peer["weight"] for peer in found["peers"]) == pytest.approx(1, abs=1e-4)


def test_the_overview_of_all_members(tmp_path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "all.csv"
    found = document("explain", "es-11-1", "--all", "--replicates", 100, "--csv", file)
    assert len(found["members"]) == 191
    assert len(file.read_text(encoding="utf-8").splitlines()) == 192
    reported = sim("explain", "es-11-1", "--all", "--replicates", 100)
    assert "decisive term" in reported.stdout
    assert max(map(len, reported.stdout.splitlines())) <= 100


def test_shares_of_mechanisms_are_covariances_with_the_sum() -> None:
    """Rule: they add up to 1, and each is the slope of what the mechanism adds on what all add together."""
    anatomy = take_apart(prepare(read_scenario("es-11-1")), 0, 20)
    shares = {one.mechanism: one for one in measure_shares(anatomy)}
    assert sum(one.share for one in shares.values()) == pytest.approx(1.0)
    lean = (anatomy.arrays[:, anatomy.is_drawn, SUPPORT] - anatomy.arrays[:, anatomy.is_drawn, OPPOSE]).astype(float)
    position = next(place for place, term in enumerate(anatomy.terms) if term.name == "position")
    slope = np.polyfit(lean.sum(axis=0), lean[position], 1)[0]
    assert shares["position"].share == pytest.approx(slope)
    assert {name: one.kind for name, one in shares.items()} == {
        **dict.fromkeys(shares, "structure"),
        "position": "revealed",
        "peers": "peers",
    }
    assert {"conflict", "order", "dependence.energy", "sanction_risk", "grievance"} <= shares.keys()
    assert "severity" not in shares


def test_the_overview_says_how_much_is_structure() -> None:
    found = document("explain", "es-11-1", "--all", "--replicates", 50)
    structure = sum(one["share"] for one in found["shares"] if one["kind"] == "structure")
    printed = " ".join(sim("explain", "es-11-1", "--all", "--replicates", 50).stdout.split())
    assert f"structure is {100 * structure:.0f} % of the variance" in printed
    assert "what makes members differ" in printed


WRONG = {
    "unknown member": (["es-11-1", "Indai"], "Did you mean 'India'?"),
    "no member": (["es-11-1"], "a member, --all or --fence"),
    "both": (["es-11-1", "IND", "--all"], "a member, --all or --fence"),
    "a group": (["es-11-1", "NATO"], "is not a member"),
    "unknown vote": (["es-11-1", "IND", "--resolution", "A/RES/ES-11/9"], "Did you mean 'A/RES/ES-11/1'?"),
    "unknown lever": (["es-11-1", "IND", "--along", "dependence.arm"], "Did you mean 'dependence.arms'?"),
    "no lever at all": (["es-11-1", "IND", "--along", "nonsense"], "Give one such as 'vote.severity'."),
    "no range": (["es-11-1", "IND", "--along", "dependence.arms=a"], "dependence.arms=0:1"),
    "out of range": (["es-11-1", "IND", "--along", "dependence.arms=0:2"], "goes from 0 to 1"),
    "csv in no folder": (["es-11-1", "IND", "--csv", "nowhere/x.csv"], "does not exist"),
}


@pytest.mark.parametrize(("arguments", "message"), WRONG.values(), ids=WRONG)
def test_mistakes_are_reported(arguments: list[str], message: str) -> None:
    done = sim("explain", *arguments)
    assert done.returncode == 2
    assert message in done.stderr.replace("\n", " ")
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.fixture(scope="module")
def all_given(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The harbours' scenario with every vote fixed."""
    file = tmp_path_factory.mktemp("given") / "given.toml"
    file.write_text(
        'title = "t"\nquestion = "q"\nbase = "harbour-blockade"\nreplicates = 7\n[[pledge]]\nreason = "r"\n'
        'action = "abstain"\nmembers = ["CAL", "DUN", "ELM", "FER", "GUL"]\n',
        encoding="utf-8",
    )
    return file


def test_where_every_vote_is_given_nothing_is_decisive(all_given: Path, tmp_path: Path) -> None:
    """No mean over the members whose vote is drawn, so no number that rests on one; the CSV keeps its head."""
    found = document("explain", all_given, "CAL")
    assert {term["likeliest_at_mean"] for term in found["terms"]} == {None}
    assert found["decisive"] is None
    reported = sim("explain", all_given, "CAL")
    assert (reported.returncode, reported.stderr) == (0, "")
    assert "nan %" not in reported.stdout
    reported = sim("explain", all_given, "--all", "--csv", tmp_path / "all.csv")
    assert "every vote is fixed" in reported.stdout
    columns = list(sim_package.explain_all(all_given).columns)
    assert (tmp_path / "all.csv").read_text(encoding="utf-8").strip() == ",".join(columns)
    assert columns == list(sim_package.explain_all("harbour-blockade", replicates=7).columns)


def test_a_given_vote_is_certain(blockade: Path) -> None:
    """In runs, in every month and along a lever; and nothing is said of levers, which are not tried."""
    for scenario in ("harbour-blockade", blockade):
        options = ("ASH", "--replicates", 7, "--along", "vote.0.severity")
        done = sim("explain", scenario, *options, "--json")
        assert (done.returncode, done.stderr) == (0, "")
        found = json.loads(done.stdout)
        asked = [month["probabilities"] for month in found["months"]]
        for chances in (found["probabilities"], *asked, *found["along"]["points"]):
            assert [chances[action] for action in ACTIONS] == [1, 0, 0, 0]


def test_the_fence_lists_the_nearest_to_another_action_and_what_holds_them() -> None:
    found = document("explain", "es-11-1", "--fence", 6, "--replicates", 200)
    everyone = document("run", "es-11-1", "--replicates", 200)["votes"][0]["members"]
    leads = {}
    for member in everyone:
        shares = sorted(member[action] for action in ACTIONS)
        leads[member["iso3"]] = shares[-1] - shares[-2]
    listed = [member["iso3"] for member in found["members"]]
    assert len(listed) == 6
    assert [member["apart"] for member in found["members"]] == pytest.approx(sorted(leads.values())[:6])
    for member in found["members"]:
        assert member["apart"] == pytest.approx(leads[member["iso3"]])
        assert member["probability"] >= member["probability_of_next"]
        assert member["held_by"] != member["drawn_by"]
    assert sim_package.fence("es-11-1", members=6, replicates=200)["iso3"].tolist() == listed


def test_what_holds_a_member_is_the_term_without_which_its_lead_is_smallest() -> None:
    spec = read_scenario("harbour-blockade", ["replicates=100"])
    anatomy = take_apart(prepare(spec), 0, 100)
    (member, *_) = list_fence(anatomy, 3).members
    i = anatomy.case.world.index[member.iso3]
    first, rival = ACTIONS.index(member.likeliest), ACTIONS.index(member.next)
    leads = {}
    for place, term in enumerate(anatomy.terms):
        own = anatomy.utilities[i] - anatomy.arrays[place, i] + anatomy.arrays[place, anatomy.is_drawn].mean(axis=0)
        chances = compute_chances(own)
        leads[term.name] = chances[first] - chances[rival]
    now = compute_chances(anatomy.utilities[i])
    assert member.held_by == min(leads, key=lambda name: leads[name])
    assert member.drawn_by == max(leads, key=lambda name: leads[name])
    assert member.without == pytest.approx(min(leads.values()) - (now[first] - now[rival]))


def test_a_member_all_and_the_fence_are_not_combined() -> None:
    for given in ([], ["BLR", "--all"], ["--all", "--fence", 3], ["BLR", "--fence", 3]):
        done = sim("explain", "es-11-1", *given)
        assert done.returncode == 2
        assert "give either a member, --all or --fence" in done.stderr


def test_the_sign_of_severity_is_explained_where_it_is_shown() -> None:
    """It adds to support with its sign changed, while its lever shows the severity itself."""
    reasons = summarise_explanation(explain(read_scenario("harbour-blockade", ["replicates=100"]), "FER"))
    (severity,) = (term for term in reasons.terms if term.term == "severity")
    (lever,) = (lever for lever in reasons.levers if lever.lever == "vote.0.severity")
    assert severity.support == pytest.approx(-lever.now)
    assert SIGN_OF_SEVERITY in make_terms_table(reasons).note
    assert lever.tips
    assert SIGN_OF_SEVERITY in make_switching_table("", [lever], reasons.likeliest).note
    others = [one for one in reasons.levers if one.kind != "vote"]
    assert SIGN_OF_SEVERITY not in make_switching_table("", others, reasons.likeliest).note
