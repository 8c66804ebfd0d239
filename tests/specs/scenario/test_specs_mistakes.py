"""Every kind of mistake in a scenario file, and the message that tells it."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.harbours import SECOND_VOTE, VALID, told


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        # keys
        ("severity", "severty", "x.toml: vote.0.severty: unknown key. Did you mean 'severity'?"),
        ("seed =", "sead =", "x.toml: sead: unknown key. Did you mean 'seed'?"),
        ("[expected]", "[set.vote]\nbasi = 'x'\n[expected]", "x.toml: set.vote.0.basi: unknown key."),
        ("victim", "prey", "roles.prey: unknown key. Allowed are target, victim, other_targets, senders."),
        ('target = "RED"', "", "roles.target: missing. Give the member that the resolution is "),
        ('title = "Harbour dues"', "", "title: missing."),
        ('reason = "a new pipeline"', "", "change.0.reason: missing. Give why the world is edited so."),
        ('reason = "announced"', 'reason = ""', "pledge.0.reason: is empty."),
        # types
        ("seed = 7", "seed = 7.0", "seed: got 7.0; a whole number is needed."),
        ("seed = 7", "seed = true", "seed: got true (true or false); a whole number is needed."),
        ("severity = 0.5", 'severity = "abc"', 'vote.0.severity: got "abc" (text); a number is needed.'),
        ("severity = 0.5", "severity = false", "severity: got false (true or false); a number is needed."),
        ("severity = 0.5", f"severity = 1{'0' * 400}", f"severity: got 1{'0' * 59}...; a number is needed."),
        ('title = "Harbour dues"', "title = ['a']", "title: got a list; text is needed."),
        ("date = 2022-03-02", "date = 'March'", 'date: got "March" (text); a date such as 2022-03-02 is'),
        ("date = 2022-03-02", "date = 2022-03-02T12:00:00", "(a date with a time); a date such as"),
        ("date = 2022-03-02", "date = 2022", "date: got 2022; a date such as 2022-03-02 is needed."),
        ('["Free Ports", "-GRY"]', '"WHT"', 'roles.senders: got "WHT" (text); a list is needed.'),
        ("[[vote]]", "[vote]", "vote: got a table; a list of tables is needed."),
        ("[roles]", "[[roles]]", "roles: got a list; a table is needed."),
        ("[parameters]", "[[parameters]]", "parameters: got a list; a table is needed."),
        # bounds
        ("target_threat = 1.0", "target_threat = -1", "vote.0.target_threat: got -1; allowed is 0 to 10."),
        ("severity = 0.5", "severity = 20.5", "vote.0.severity: got 20.5; allowed is -20 to 20."),
        ("severity = 0.5", "severity = nan", "vote.0.severity: got nan; a finite number is needed."),
        ("multiply = 0.5", "multiply = inf", "change.0.multiply: got inf; a finite number is needed."),
        ("seed = 7", f"seed = {2**63}", f"seed: got {2**63}; allowed is 0 to {2**63 - 1}."),
        ("date = 2022-03-02", "date = 0001-01-01", "vote.0.date: got 0001-01-01; allowed is 1900-01-01 to 2199-12-31."),
        ("date = 2022-03-02", 'date = "2200-01-01"', "vote.0.date: got 2200-01-01; allowed is 1900-01-01 to 2199-12-"),
        ("date = 2022-02-01", "date = 9999-12-31", "change.0.date: got 9999-12-31; allowed is 1900-01-01 to 2199-12-"),
        ("replicates = 10", "replicates = 0", "replicates: got 0; allowed is 1 to 10000000."),
        ("[1.0, 0.0]", "[1.0]", "vote.0.divisiveness: got 1 value; exactly 2 are needed."),
        ("[1.0, 0.0]", "[1.0, 0, 0]", "vote.0.divisiveness: got 3 values; exactly 2 are needed."),
        ("[1.0, 0.0]", "[1.0, 11]", "vote.0.divisiveness.1: got 11; allowed is 0 to 10."),
        ('"abstain"', '"abstian"', '"abstain", "oppose", "absent". Did you mean \'abstain\'?'),
        ('support = "up"', "support = 1", 'expected.support: got 1; allowed are "up", "down", "unchanged".'),
        # parameters
        ("enforcement", "enforcment", "parameters.enforcment: unknown parameter. Did you mean "),
        ("enforcement = 0.25", "enforcement = -1", "parameters.enforcement: got -1; allowed is 0 to 1"),
        ("enforcement = 0.25", "enforcement = true", "parameters.enforcement: got True; a number"),
        # names
        (
            'world = "harbours"',
            'world = "harbour"',
            "that is neither a shipped world nor a folder. Did you mean",
        ),
        ('"RED"', '"RUD"', 'roles.target: no member or group "RUD" in the world harbours.'),
        ('"RED"', '"{x}"', 'roles.target: no member or group "{x}" in the world harbours.'),
        ('"RED"', '"Free Ports"', 'roles.target: "Free Ports" stands for 3 members; one is needed.'),
        ('"RED"', '"-GRN"', 'roles.target: no member or group "-GRN"'),
        ('"-GRY"', '"-GREY"', 'roles.senders.1: no member or group "GREY" in the world harbours.'),
        ('["TAN"]', '["TEN"]', 'pledge.0.members.0: no member or group "TEN" in the world harbours.'),
        ('["GRN"]', '["GREEN"]', 'expected.movers.0: no member or group "GREEN"'),
        ("dependence.energy", "dependence.enrgy", 'change.0.attribute: no attribute "dependence.enrgy"'),
        ("dependence.energy", "colour", "Those that can be edited: dependence.energy, isolation."),
        # parts against each other
        ("multiply = 0.5", "", "change.0: got none of them; exactly one of multiply, add and set is needed."),
        ("multiply = 0.5", "multiply = 0.5\nset = 1", "change.0: got multiply and set; exactly one of"),
        ('victim = "BLU"', 'victim = "red"', 'roles.victim: "red" is the target as well.'),
        ('"-GRY"', '"RED"', 'roles.senders: RED is the target. Take it away with "-RED".'),
        ('"-GRY"', '"BLU"', 'roles.senders: BLU is the victim. Take it away with "-BLU".'),
        ('"-GRY"', '"-TAN"', 'roles.senders.1: "-TAN" takes away nothing: none of it stands before it.'),
        ('"-GRY"', '"-Free Ports"', "roles.senders: no member is left. Give at least one."),
        ('["TAN"]', '["TAN", "-TAN"]', "pledge.0.members: no member is left."),
        ('["GRN"]', '["-GRN"]', 'expected.movers.0: "-GRN" takes away nothing'),
        ('["TAN"]\naction = "abstain"', '["RED"]\naction = "oppose"', "RED is the target, which votes so in any case."),
        (
            '["TAN"]\naction = "abstain"',
            '["BLU"]\naction = "support"',
            "BLU is the victim, which votes so in any case.",
        ),
        ("[parameters]", "[leanings]\nTAN = 1\n[parameters]", 'leanings.TAN: "TAN" is one member; a group is needed.'),
        ("[parameters]", "[leanings]\nFree = 1\n[parameters]", 'leanings.Free: no member or group "Free"'),
        ('resolution = "H/1"\nreason', 'resolution = "H/3"\nreason', 'pledge.0.resolution: "H/3" is no vote'),
        (
            "[[change]]",
            '[[pledge]]\nmembers = ["TAN", "GRN"]\naction = "support"\nreason = "r"\n[[change]]',
            'pledge.1.members: TAN is pledged to abstain already, because "announced".',
        ),
        (
            "[parameters]",
            SECOND_VOTE.replace("H/2", "H/1") + "[parameters]",
            'vote.1.resolution: "H/1" is vote.0 already. Give each resolution once.',
        ),
        (
            "[parameters]",
            SECOND_VOTE.replace("04-07", "01-07") + "[parameters]",
            "vote.1.date: got 2022-01-07, which is before vote.0 of 2022-03-02.",
        ),
        # the file
        ("seed = 7", "seed = ", "x.toml: is not valid TOML: Invalid value (at line 5, column 8)."),
        ("seed = 7", f"seed = {'9' * 5000}", "x.toml: is not valid TOML: Exceeds the limit"),
        ("seed = 7", f"seed = {'[' * 5000}", "x.toml: is nested too deeply."),
    ],
)
def test_one_mistake_is_told_once(old: str, new: str, message: str, tmp_path: Path) -> None:
    assert old in VALID
    lines = told(VALID.replace(old, new, 1), tmp_path)
    assert any(message in line for line in lines), lines
    assert len(lines) == 1 or (len(lines) == 2 and any("missing" in line for line in lines))  # a misspelt key is both


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    text = (
        VALID.replace("seed = 7", "seed = -7")
        .replace('target = "RED"', 'taget = "RED"')
        .replace("severity = 0.5", "severity = 99")
        .replace("enforcement", "enforcment")
        .replace('["TAN"]', '["TEN"]')
        .replace("multiply = 0.5", "")
        .replace('["GRN"]', '["-GRN"]')
    )
    keys = [line.removeprefix("x.toml: ").split(":")[0] for line in told(text, tmp_path)]
    assert sorted(keys) == sorted(
        [
            "seed",
            "roles.taget",
            "roles.target",
            "vote.0.severity",
            "parameters.enforcment",
            "pledge.0.members.0",
            "change.0",
            "expected.movers.0",
        ]
    )
