"""Where a figure comes from is said truly: changed by a scenario, learned from the vote itself, doubtful roll calls."""

import csv

import pytest
from support.commands import document, sim

from sim.scoring.tables import label_rule
from sim.scoring.validation import validate
from sim.specs import read_scenario

CHANGE = """title = "mine"
question = "What if?"
base = "es-11-1"
[[change]]
members = ["India"]
attribute = "dependence.arms"
multiply = 0.5
reason = "r"
"""


def test_a_figure_that_a_scenario_changes_is_not_from_its_source(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(CHANGE, encoding="utf-8")

    def arms_of(scenario, member):
        terms = document("explain", scenario, member, "--no-levers", "--replicates", 5)["terms"]
        (made,) = next(term["made_of"] for term in terms if term["term"] == "dependence.arms")
        return made

    assert arms_of(file, "IND")["rule"] == "changed by the scenario: multiplied by 0.5"
    assert arms_of(file, "IND")["origins"] == []
    for scenario, member in (("es-11-1", "IND"), (file, "VNM")):
        assert arms_of(scenario, member)["origins"]
        assert "changed" not in arms_of(scenario, member)["rule"]
    assert "changed by the scenario: multiplied by 0.5" in sim("explain", file, "IND", "--no-levers").stdout
    shown = document("world", "IND", "--scenario", file)["quantities"]
    (arms,) = [one for one in shown if one["name"] == "dependence.arms"]
    assert arms["rule"] == "changed by the scenario: multiplied by 0.5"


def test_rules_that_learned_from_the_very_vote_are_marked():
    (fitted,) = validate(read_scenario("es-11-1"))
    assert fitted.mode == "in-sample"
    assert fitted.are_rules_in_sample
    assert label_rule("random_forest", fitted) == "random forest (in-sample)"
    assert label_rule("persistence", fitted) == "persistence"
    (alone,) = validate(read_scenario("es-10-19"))
    assert alone.mode != "in-sample"
    told = sim("validate", "es-10-19").stdout
    assert ("base rates (in-sample)" in told) == alone.are_rules_in_sample


def write(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["resolution", "date", "iso3", "vote"])
        writer.writerows(rows)


DOUBTS = {
    "three members": ([("A/RES/ES-11/1", "2022-03-02", iso3, "yes") for iso3 in ("DEU", "FRA", "POL")], "of 3 of 193"),
    "another day": ([("A/RES/ES-11/1", "2022-03-05", "DEU", "yes")], "the vote is known as of 2022-03-02"),
    "a placeholder": (
        [("A/RES/ES-11/1", "2022-03-02", "DEU", "yes"), ("TBD", "2022-03-02", "FRA", "yes")],
        "'TBD' is not the name of a resolution",
    ),
}


@pytest.mark.parametrize(("rows", "doubt"), DOUBTS.values(), ids=DOUBTS)
def test_a_doubtful_roll_call_is_named(tmp_path, rows, doubt):
    file = tmp_path / "votes.csv"
    write(file, rows)
    done = sim("validate", "es-11-1", "--rollcalls", file)
    assert done.returncode == 0, done.stderr
    assert doubt in done.stderr
    imported = sim("rollcalls", "import", file, "--out", tmp_path / "out.csv", "--world", "un")
    assert imported.returncode == 0, imported.stderr
    assert doubt in imported.stderr
