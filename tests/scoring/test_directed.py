"""The script over all directed resolutions: what it scores in which order, and that it can be continued."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.scoring.pairing import MemberLosses
from tools.validation import directed


def losses(seed: int) -> MemberLosses:
    rng = np.random.default_rng(seed)

    def some() -> dict[str, np.ndarray]:
        return {name: rng.random(3) for name in ("is_right", "rps", "log_loss")}

    return MemberLosses(("AAA", "BBB", "CCC"), some(), {"base_rates": some(), "random_forest": some()})


def test_every_resolution_of_the_period_with_an_earlier_one_is_scored_once_and_years_are_spread() -> None:
    found = directed.directed_resolutions()
    names = [call.resolution for call in found]
    assert len(set(names)) == len(names) > 150
    assert all(directed.FIRST <= call.date <= directed.LAST for call in found)
    assert "A/RES/71/292" not in names  # the first about the United Kingdom
    first = found[:50]
    assert {call.date.year for call in first} == set(range(2015, 2022))
    assert {call.target for call in first} == {"ISR", "USA", "RUS", "SYR", "IRN", "MMR", "PRK"}


def test_roles_are_those_of_the_earliest_scenario_about_the_target() -> None:
    call = next(call for call in directed.directed_resolutions() if call.target == "RUS")
    spec = directed.scenario_about(call)
    assert spec.roles.victim == "UKR"
    assert "KOR" not in spec.roles.senders  # which sanctioned in 2022, not in 2014
    assert (spec.vote[0].resolution, spec.vote[0].topic) == (call.resolution, call.topic)


def test_a_run_goes_on_where_it_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:  # type: ignore[no-untyped-def]
    done: list[str] = []

    def score(call, samples):  # type: ignore[no-untyped-def]
        done.append(call.resolution)
        return losses(len(done))

    monkeypatch.setattr(directed, "score", score)
    file = tmp_path / "lines.jsonl"
    for count in ("2", "5"):
        monkeypatch.setattr("sys.argv", ["directed", str(file), "--count", count])
        directed.main()
    assert done == [call.resolution for call in directed.directed_resolutions()[:5]]
    kept = directed.read_lines(file)
    assert kept[done[0]][1].model["rps"] == pytest.approx(losses(1).model["rps"], abs=1e-6)
    printed = capsys.readouterr().out
    means = np.mean([losses(number).model["rps"].mean() for number in range(1, 6)])
    assert f"| all | 5 | {means:.4f} |" in printed
    assert "| log loss, pinned | votes | model | model and trees | base rates | random forest |" in printed
