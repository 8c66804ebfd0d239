"""Overrides: what ``--set`` may say, and how a wrong one is reported."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from support.harbours import SECOND_VOTE, VALID, read, read_messages, valid

from sim.errors import InputError


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        ("parameters.enforcement=0.8", ("parameters", "enforcement"), 0.8),
        ("vote.severity=1.2", ("vote", 0, "severity"), 1.2),
        ("vote.0.severity = -1", ("vote", 0, "severity"), -1),
        ("vote.divisiveness=[0.5, 0.5]", ("vote", 0, "divisiveness"), [0.5, 0.5]),
        ("vote.0.divisiveness.1=0.5", ("vote", 0, "divisiveness"), [1.0, 0.5]),
        ("vote.date=2022-03-05", ("vote", 0, "date"), date(2022, 3, 5)),
        ("change.0.multiply=0", ("change", 0, "multiply"), 0),
        ("roles.target=TAN", ("roles", "target"), "TAN"),
        ('roles.senders=["WHT"]', ("roles", "senders"), ["WHT"]),
        ("roles={senders = ['WHT']}", ("roles", "target"), "RED"),
        ("reasons=because a = b", ("reasons",), "because a = b"),
        ("title=1\nseed=3", ("title",), "1\nseed=3"),
        ("seed=3", ("seed",), 3),
        ("'vote'.severity=1", ("vote", 0, "severity"), 1),
        ('vote.0."severity" = 1', ("vote", 0, "severity"), 1),
        ('"vote.severity"=1', ("vote", 0, "severity"), 1),
        ("parameters={}", ("parameters",), {}),
    ],
)
def test_an_override_sets_one_value(text: str, key: Sequence[Any], value: object) -> None:
    document = {**valid(), "pledge": []}
    found: Any = read(document, text).document()
    for part in key:
        found = found[part]
    assert found == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("'vote'.0.severty=1", "vote.0.severty: there is no such key. Did you mean 'severity'?"),
        ("seed", "--set seed: has no key and value; write KEY=VALUE."),
        ("=3", "--set =3: has no key and value; write KEY=VALUE."),
        ("vote.severity=1", "vote.severity: vote is a list of 2; say which one, such as vote.0.severity."),
        ("vote.2.severity=1", "vote.2.severity: there is no vote.2; the last one is vote.1."),
        ("roles.senders.-1=WHT", "roles.senders is a list of 2; say which one"),
        ("seed.x=3", "--set seed.x=3, seed.x: seed holds a single value, so there is no 'x' in it."),
        ("change.1.add=3", "there is no change.1; the last one is change.0."),
        ("base=other", "--set base=other, base: cannot be set"),
        # what only the checks can see is reported at the override as well
        (
            "vote.1.severity=99",
            "--set vote.1.severity=99, vote.1.severity: 99 is outside the range -20 to 20 (utility; 1 is",
        ),
        ("roles.target=RUD", "--set roles.target=RUD, roles.target: there is no member or group"),
        ("seed=", '--set seed=, seed: "" (text) is given where a whole number is needed.'),
        ("change.0.add=1", "change.0: multiply and add are given where exactly one of"),
        ("parametres.x=1", "--set parametres.x=1, parametres: there is no such key. Did you mean 'parameters'?"),
        (
            "parameters.enforcement=7",
            "--set parameters.enforcement=7, parameters.enforcement: 7 is outside",
        ),
        (
            "vote.1.date=2021-01-01",
            "--set vote.1.date=2021-01-01, vote.1.date: 2021-01-01 is before",
        ),
    ],
)
def test_a_wrong_override_is_reported(text: str, message: str, tmp_path: Path) -> None:
    (line,) = read_messages(VALID.replace("[parameters]", SECOND_VOTE + "[parameters]"), tmp_path, text)
    assert message in line


def test_wrong_overrides_are_reported_together_with_the_file(tmp_path: Path) -> None:
    lines = read_messages(VALID.replace("seed = 7", "seed = -7"), tmp_path, "vote.9.severity=1", "replicates=0")
    assert [line.split(",")[0] for line in lines] == [
        "--set vote.9.severity=1",
        "x.toml",
        "--set replicates=0",
    ]


def test_a_problem_is_reported_at_the_last_override_of_its_key(tmp_path: Path) -> None:
    overrides = ("roles.senders.0=nobody", "roles.senders=['noone', 'GRN']")
    (line,) = read_messages(VALID, tmp_path, *overrides)
    assert line.startswith(f"--set {overrides[1]}, roles.senders.0: there is no member")


def test_there_is_nothing_to_set_in_an_absent_list() -> None:
    document = valid()
    del document["pledge"]
    with pytest.raises(InputError, match=r"pledge\.action: there is no pledge in this scenario"):
        read(document, "pledge.action=abstain")
