"""Sensitivity: indices against closed forms, designs as they are meant to be, regions that are known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.commands import document, sim

from sim.case import Case
from sim.cli.commands.sensitivity import command
from sim.deliberation import Outcome
from sim.ensemble import simulate
from sim.errors import InputError
from sim.results.sensitivity import Indices
from sim.rules.choice import ACTIONS
from sim.rules.parameters import load_registry
from sim.runner import batch
from sim.runner.designs import draw_shares, list_points, make_scenario_at
from sim.runner.result import frequencies
from sim.runner.sweep import keep_sweep
from sim.specs import parse_experiment
from sim.specs.experiment.priors import read_prior_ranges
from sim.summaries.ranking import rank
from sim.whatif.discovery import find_regions
from sim.whatif.outputs import Answers, answer_question, compute_output, parse_event
from sim.whatif.sensitivity import check_questions, compute_indices, estimate_indices
from sim.whatif.sensitivity_tables import make_indices_table

OVER = {
    "vote.severity": {"from": -6.0, "to": -3.0},
    "vote.target_threat": {"from": 0.0, "to": 4.0},
    "vote.sender_threat": {"from": 0.0, "to": 2.0},
}


def made(kind, samples, over=OVER, **keys):
    design = {"kind": kind, "samples": samples, "over": over, **keys.pop("design", {})}
    written = {"title": "s", "scenario": "harbour-blockade", "replicates": 40, "design": design, **keys}
    return parse_experiment({"outputs": ["members"], **written}, "s.toml", Path())


def column(found: Indices, name: str) -> np.ndarray:
    """A figure of every lever."""
    return np.array([getattr(lever, name) for lever in found.levers])


def test_sobol_indices_of_a_linear_case_are_the_closed_form() -> None:
    """Of y = sum a_i x_i with x uniform, first and total index are a_i^2 / sum a^2 (Saltelli et al. 2008)."""
    design = made("saltelli", 1024).design
    weights = np.array([4.0, 2.0, 1.0])
    found = compute_indices(design, draw_shares(design) @ weights, "y", "R", "s")
    assert [lever.lever for lever in found.levers] == list(OVER)
    expected = weights**2 / (weights**2).sum()
    for name in ("first", "total"):
        value, low, high = (column(found, figure) for figure in (name, f"{name}_low", f"{name}_high"))
        assert np.abs(value - expected).max() < 0.01
        assert (low <= expected + 0.01).all()
        assert (high >= expected - 0.01).all()


def test_sobol_indices_of_a_product_are_the_closed_form() -> None:
    """Of y = x_1 x_2 on the unit square, Var = 7/144 and Var E(y | x_1) = 1/48: first 3/7, total 4/7; of x_3 both 0."""
    design = made("saltelli", 2048).design
    shares = draw_shares(design)
    found = compute_indices(design, shares[:, 0] * shares[:, 1], "y", "R", "s")
    first, total = ({lever.lever: getattr(lever, name) for lever in found.levers} for name in ("first", "total"))
    names = list(OVER)
    for name in names[:2]:
        assert first[name] == pytest.approx(3 / 7, abs=0.02)
        assert total[name] == pytest.approx(4 / 7, abs=0.02)
    assert abs(first[names[2]]) < 1e-9
    assert total[names[2]] == 0


def test_elementary_effects_of_a_linear_case_are_its_slopes() -> None:
    """Morris (1991): every effect of the whole range of x_i is a_i, so that its mean is a_i and its deviation 0."""
    design = made("morris", 6).design
    weights = np.array([1.0, -5.0, 3.0])
    found = compute_indices(design, draw_shares(design) @ weights, "y", "R", "s")
    assert [lever.lever for lever in found.levers] == list(np.array(list(OVER))[[1, 2, 0]])
    assert column(found, "mu_star") == pytest.approx([5, 3, 1])
    assert column(found, "mu") == pytest.approx([-5, 3, 1])
    assert np.abs(column(found, "sigma")).max() < 1e-9


def test_an_output_that_never_moves_has_indices_of_zero() -> None:
    for kind in ("morris", "saltelli"):
        design = made(kind, 4).design
        found = compute_indices(design, np.full(len(draw_shares(design)), 0.1), "y", "R", "s")
        assert {lever.lever for lever in found.levers} == set(OVER)
        assert all(figure == 0 for lever in found.levers for name, figure in lever if name != "lever")
        assert found.deviation == 0
        assert "no lever changes it" in make_indices_table(found).note


def test_a_trajectory_moves_one_lever_at_a_time() -> None:
    experiment = made("morris", 5)
    assert experiment.size == len(list_points(experiment)) == 5 * (3 + 1)
    shares = draw_shares(experiment.design).reshape(5, 4, 3)
    moved = (np.diff(shares, axis=1) != 0).sum(axis=2)
    assert (moved == 1).all()
    values = np.array([[point.values[name] for name in OVER] for point in list_points(experiment)])
    for column, factor in enumerate(OVER.values()):
        assert values[:, column].min() >= factor["from"]
        assert values[:, column].max() <= factor["to"]


def test_a_saltelli_design_exchanges_one_column_at_a_time() -> None:
    experiment = made("saltelli", 8)
    assert experiment.size == len(list_points(experiment)) == 8 * (3 + 2)
    rows = draw_shares(experiment.design).reshape(8, 5, 3)
    first, second = rows[:, 0], rows[:, -1]
    for lever in range(3):
        expected = first.copy()
        expected[:, lever] = second[:, lever]
        assert (rows[:, 1 + lever] == expected).all()
    with pytest.raises(InputError, match=r"not a power of two, which saltelli needs\. The next one is 8"):
        made("saltelli", 6)


def test_priors_vary_every_fitted_parameter_within_its_bounds() -> None:
    experiment = made("morris", 2, over={"vote.severity": OVER["vote.severity"]}, design={"priors": 3.0})
    fitted = [name for name, parameter in load_registry().items() if parameter.prior is not None]
    assert set(experiment.factors) == {"vote.severity", *(f"parameters.{name}" for name in fitted)}
    for name, ends in read_prior_ranges(3.0).items():
        assert load_registry()[name].low <= ends["from"] < ends["to"] <= load_registry()[name].high
    for point in list_points(experiment):
        make_scenario_at(experiment, point)  # none of them crosses
    own = {"parameters.grievance": {"from": 0.0, "to": 0.5}}
    factor = made("random", 2, over=own, design={"priors": 1.0}).design.over["parameters.grievance"]
    assert (factor.low, factor.high) == (0.0, 0.5)
    with pytest.raises(InputError, match="not for factorial"):
        made("factorial", None, over={"vote.severity": {"values": [1, 2]}}, design={"priors": 1.0, "samples": None})


def read_output(experiment, folder, name):
    return answer_question(experiment, folder, compute_output(experiment, name))


def read_event(experiment, folder, name):
    return answer_question(experiment, folder, parse_event(experiment, name))


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    """A sweep in which the senders' threat has nothing to work with."""
    experiment = made("saltelli", 16, set={"parameters.sanction_weight": 0.0})
    folder = tmp_path_factory.mktemp("sweep") / "out"
    keep_sweep(experiment, folder)
    return experiment, folder


def test_a_lever_without_effect_has_exactly_none(swept) -> None:  # type: ignore[no-untyped-def]
    experiment, folder = swept
    (found,) = estimate_indices(experiment, read_output(experiment, folder, "support"))
    total = {lever.lever: lever.size for lever in found.levers}
    assert total["vote.sender_threat"] == 0
    assert max(total.values()) > 0


def test_outputs_are_those_of_the_tables(swept) -> None:  # type: ignore[no-untyped-def]
    experiment, folder = swept
    tallies = pd.read_parquet(folder / "tallies.parquet")
    by_point = tallies.groupby("point")
    assert read_output(experiment, folder, "oppose").values == pytest.approx(by_point["oppose"].mean().to_numpy())
    two_thirds = (tallies["support"] >= 2 * tallies["oppose"]) & (tallies["support"] > 0)
    share = two_thirds.groupby(tallies["point"]).mean().to_numpy()
    assert read_output(experiment, folder, "two-thirds").values == pytest.approx(share)
    assert read_event(experiment, folder, "two-thirds").values == pytest.approx(1 - share)
    few = (tallies["support"] < 4).groupby(tallies["point"]).mean().to_numpy()
    assert read_event(experiment, folder, "support<4").values == pytest.approx(few)
    members = pd.read_parquet(folder / "members.parquet")
    counts = members[members["iso3"] == "GUL"].sort_values("point")[list(ACTIONS)].to_numpy()
    chances = frequencies(counts)[:, ACTIONS.index("abstain")]
    assert read_output(experiment, folder, "Gullrock:abstain").values == pytest.approx(chances)
    assert read_event(experiment, folder, "GUL:abstain>0.5").values.tolist() == (chances > 0.5).tolist()


def test_a_known_region_is_found() -> None:
    """An event where severity is above -4 and the threat above 1: the tree finds both ends, and counts add up."""
    experiment = made("sobol", 256)
    points = list_points(experiment)
    happens = np.array([p.values["vote.severity"] > -4 and p.values["vote.target_threat"] > 1 for p in points], float)
    found = find_regions(experiment, Answers("e", "SH/2", tuple(range(256)), happens))
    best = found[0]
    assert best.probability == 1.0
    assert best.coverage == 1.0
    bounds = {bound.lever: bound for bound in best.where}
    assert set(bounds) == {"vote.severity", "vote.target_threat"}
    assert bounds["vote.severity"].low == pytest.approx(-4, abs=0.05)
    assert bounds["vote.target_threat"].low == pytest.approx(1, abs=0.05)
    assert all(bound.high is None for bound in best.where)
    assert sum(region.points for region in found) == 256
    assert sum(region.share for region in found) == pytest.approx(1)
    assert sum(region.coverage for region in found) == pytest.approx(1)
    assert sum(region.share * region.probability for region in found) == pytest.approx(happens.mean())


def test_what_happens_everywhere_or_nowhere_has_no_region() -> None:
    experiment = made("random", 30)
    for value in (0.0, 1.0):
        (region,) = find_regions(experiment, Answers("e", "SH/2", tuple(range(30)), np.full(30, value)))
        assert region.where == ()
        assert region.probability == value


def test_levers_without_numbers_are_shown_by_their_value() -> None:
    over = {"roles.senders": {"values": [["CAL", "DUN"], ["CAL"]]}, "vote.severity": OVER["vote.severity"]}
    experiment = made("random", 60, over=over)
    happens = np.array([float(point.values["roles.senders"] == ["CAL"]) for point in list_points(experiment)])
    best = find_regions(experiment, Answers("e", "SH/2", tuple(range(60)), happens))[0]
    assert best.probability == 1.0
    assert len(best.where) == 1
    assert "roles.senders" in str(best.where[0])
    assert best.document()["where"] == [str(best.where[0])]


def test_the_command_resumes_and_prints_all(tmp_path: Path) -> None:
    arguments = ["where-threats-work", "--out", tmp_path / "s", "--set", "design.samples=8", "--replicates", 10]
    asked = ["--output", "support", "--output", "IND:abstain", "--event", "oppose>20"]
    reported = sim("sensitivity", *arguments, *asked)
    assert reported.returncode == 0, reported.stderr
    for part in (
        "support",
        "IND does: abstain",
        "alone",
        "in total",
        "Where 'oppose>20' holds",
        "isolation by sanctions in force (all members)",
    ):
        assert part in reported.stdout
    assert max(map(len, reported.stdout.splitlines())) <= 100
    again = sim("sensitivity", *arguments, *asked)
    assert again.stdout == reported.stdout
    found = document("sensitivity", *arguments, *asked, "--csv", tmp_path / "indices.csv")
    assert [entry["output"] for entry in found["indices"]] == ["support", "IND:abstain"]
    assert sum(region["share"] for region in found["regions"]) == pytest.approx(1)
    assert len((tmp_path / "indices.csv").read_text(encoding="utf-8").splitlines()) == 1 + 2 * 4


def test_points_that_failed_are_run_again_on_demand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "screening.toml"
    ranges = "".join(f'"{key}" = {{ from = {ends["from"]}, to = {ends["to"]} }}\n' for key, ends in OVER.items())
    file.write_text(
        'title = "s"\nscenario = "harbour-blockade"\nreplicates = 20\n[design]\nkind = "morris"\nsamples = 2\n'
        f"[design.over]\n{ranges}",
        encoding="utf-8",
    )

    def failing(case: Case, first: int, count: int, **more: Any) -> list[Outcome]:
        if case.spec.vote[0].sender_threat > 1:
            raise ArithmeticError("out of hand")
        return simulate(case, first, count, **more)

    monkeypatch.setattr(batch, "simulate", failing)
    for _ in range(2):
        with pytest.raises(InputError, match="of 8 points failed"):
            command(str(file), tmp_path / "s")
        monkeypatch.setattr(batch, "simulate", simulate)
    assert command(str(file), tmp_path / "s", retry_failed=True) == 0
    assert command(str(file), tmp_path / "whole") == 0
    repaired, whole = (pd.read_parquet(tmp_path / name / "points.parquet") for name in ("s", "whole"))
    pd.testing.assert_frame_equal(repaired, whole)


WRONG = {
    "no indices": (["isolation"], "there is no --event"),
    "indices of another kind": (["isolation", "--output", "support"], "a design of kind 'factorial' has no indices"),
    "unknown output": (["where-threats-work", "--output", "suport"], "Did you mean 'support'?"),
    "unknown member": (["where-threats-work", "--output", "Indai:abstain"], "Did you mean 'India'?"),
    "unknown vote": (["where-threats-work", "--resolution", "A/RES/ES-11/9"], "is not a vote of this experiment"),
    "unknown event": (["where-threats-work", "--event", "often"], "such as support<100"),
    "too few points": (["isolation", "--event", "support<100"], "20 are needed"),
}


@pytest.mark.parametrize(("arguments", "message"), WRONG.values(), ids=WRONG)
def test_mistakes_are_reported(arguments: list[str], message: str, tmp_path: Path) -> None:
    done = sim("sensitivity", *arguments, "--out", tmp_path / "s")
    assert done.returncode == 2
    assert message in done.stderr.replace("\n", " ")
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []  # reported before anything is run


def test_all_that_cannot_be_answered_is_reported_at_once() -> None:
    experiment = made("random", 5, outputs=["tally"])
    with pytest.raises(InputError) as caught:
        check_questions(experiment, ["suport", "GUL:abstain"], "never")
    for text in ("has no indices", "Did you mean 'support'?", "does not keep", "such as support<100", "20 are needed"):
        assert text in str(caught.value)


def test_near_is_the_same_in_the_ranking_and_as_an_output(tmp_path: Path) -> None:
    """Near the target split, on the actions that it gives, though the observed counts are others."""
    split = {"support": 120, "abstain": 45}
    experiment = parse_experiment(
        {
            "title": "n",
            "scenario": "es-11-1",
            "replicates": 60,
            "target_split": split,
            "design": {"kind": "factorial", "over": {"vote.severity": {"values": [-4.6, -4.2, -3.9]}}},
        },
        "n.toml",
        Path(),
    )
    keep_sweep(experiment, tmp_path / "out")
    by_rank = {point.point: point.near for point in rank(experiment, tmp_path / "out")}
    found = answer_question(experiment, tmp_path / "out", compute_output(experiment, "near"))
    assert dict(zip(found.points, found.values, strict=True)) == by_rank
    assert max(by_rank.values()) > 0
