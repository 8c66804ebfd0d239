"""Every kind of mistake in a scenario file, and the message that tells it."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.harbours import SECOND_VOTE, VALID, read_messages


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        # keys
        ("severity", "severty", "x.toml, vote.0.severty: there is no such key. Did you mean 'severity'?"),
        ("seed =", "sead =", "x.toml, sead: there is no such key. Did you mean 'seed'?"),
        ("[expected]", "[set.vote]\nbasi = 'x'\n[expected]", "x.toml, set.vote.0.basi: there is no such key."),
        ("victim", "prey", "roles.prey: there is no such key. The keys are target, victim, other_targets, senders."),
        ('target = "RED"', "", "roles.target: is missing. Give the member that the resolution is "),
        ('title = "Harbour dues"', "", "title: is missing."),
        ('reason = "a new pipeline"', "", "change.0.reason: is missing. Give why the world is edited so."),
        ('reason = "announced"', 'reason = ""', "pledge.0.reason: is empty."),
        # types
        ("seed = 7", "seed = 7.0", "seed: 7.0 is given where a whole number is needed."),
        ("seed = 7", "seed = true", "seed: true (true or false) is given where a whole number is needed."),
        ("severity = 0.5", 'severity = "abc"', 'vote.0.severity: "abc" (text) is given where a number is needed.'),
        ("severity = 0.5", "severity = false", "severity: false (true or false) is given where a number is needed."),
        ("severity = 0.5", f"severity = 1{'0' * 400}", f"severity: 1{'0' * 59}... is given where a number is needed."),
        ('title = "Harbour dues"', "title = ['a']", "title: a list is given where text is needed."),
        ("date = 2022-03-02", "date = 'March'", 'date: "March" (text) is given where a date such as 2022-03-02 is'),
        ("date = 2022-03-02", "date = 2022-03-02T12:00:00", "(a date with a time) is given where a date such as"),
        ("date = 2022-03-02", "date = 2022", "date: 2022 is given where a date such as 2022-03-02 is needed."),
        ('["Free Ports", "-GRY"]', '"WHT"', 'roles.senders: "WHT" (text) is given where a list is needed.'),
        (
            "[[vote]]",
            "[vote]",
            "vote: a table is given where a list of tables is needed. Write [[vote]]; to change one",
        ),
        ("[[vote]]", "[vote]", 'key of the base\'s, write "vote.0.resolution" = ... under [set].'),
        ("[roles]", "[[roles]]", "roles: a list is given where a table is needed."),
        ("[parameters]", "[[parameters]]", "parameters: a list is given where a table is needed."),
        # bounds
        ("target_threat = 1.0", "target_threat = -1", "vote.0.target_threat: -1 is outside the range 0 to 10."),
        (
            "severity = 0.5",
            "severity = 20.5",
            "vote.0.severity: 20.5 is outside the range -20 to 20 (utility; 1 is one unit of log-odds).",
        ),
        ("severity = 0.5", "severity = nan", "vote.0.severity: nan is given where a finite number is needed."),
        ("multiply = 0.5", "multiply = inf", "change.0.multiply: inf is given where a finite number is needed."),
        ("seed = 7", f"seed = {2**63}", f"seed: {2**63} is outside the range 0 to {2**63 - 1}."),
        (
            "date = 2022-03-02",
            "date = 0001-01-01",
            "vote.0.date: 0001-01-01 is outside the range 1900-01-01 to 2199-12-31.",
        ),
        (
            "date = 2022-03-02",
            'date = "2200-01-01"',
            "vote.0.date: 2200-01-01 is outside the range 1900-01-01 to 2199-12-",
        ),
        (
            "date = 2022-02-01",
            "date = 9999-12-31",
            "change.0.date: 9999-12-31 is outside the range 1900-01-01 to 2199-12-",
        ),
        ("replicates = 10", "replicates = 0", "replicates: 0 is outside the range 1 to 10000000."),
        ("[1.0, 0.0]", "[1.0]", "vote.0.divisiveness: 1 value is given where exactly 2 are needed."),
        ("[1.0, 0.0]", "[1.0, 0, 0]", "vote.0.divisiveness: 3 values are given where exactly 2 are needed."),
        ("[1.0, 0.0]", "[1.0, 11]", "vote.0.divisiveness.1: 11 is outside the range 0 to 10."),
        ('"abstain"', '"abstian"', '"abstain", "oppose", "absent". Did you mean \'abstain\'?'),
        ('support = "up"', "support = 1", 'expected.support: 1 is not one of "up", "down", "unchanged".'),
        # parameters
        ("enforcement", "enforcment", "parameters.enforcment: there is no such parameter. Did you mean "),
        ("enforcement = 0.25", "enforcement = -1", "parameters.enforcement: -1 is outside the range 0 to 1"),
        ("enforcement = 0.25", "enforcement = true", "parameters.enforcement: True is given where a number"),
        # names
        (
            'world = "harbours"',
            'world = "harbour"',
            "is neither a shipped world nor a folder. Did you mean",
        ),
        ('"RED"', '"RUD"', 'roles.target: there is no member or group "RUD" in the world harbours.'),
        ('"RED"', '"{x}"', 'roles.target: there is no member or group "{x}" in the world harbours.'),
        ('"RED"', '"Free Ports"', 'roles.target: "Free Ports" is a group of 3 members where one member is needed.'),
        ('"RED"', '"-GRN"', 'roles.target: there is no member or group "-GRN"'),
        ('"-GRY"', '"-GREY"', 'roles.senders.1: there is no member or group "GREY" in the world harbours.'),
        ('["TAN"]', '["TEN"]', 'pledge.0.members.0: there is no member or group "TEN" in the world harbours.'),
        ('["GRN"]', '["GREEN"]', 'expected.movers.0: there is no member or group "GREEN"'),
        ("dependence.energy", "dependence.enrgy", 'change.0.attribute: there is no attribute "dependence.enrgy"'),
        ("dependence.energy", "colour", "These can be edited: dependence.energy, isolation."),
        # parts against each other
        ("multiply = 0.5", "", "change.0: none is given where exactly one of multiply, add and set is needed."),
        ("multiply = 0.5", "multiply = 0.5\nset = 1", "change.0: multiply and set are given where exactly one of"),
        ('victim = "BLU"', 'victim = "red"', 'roles.victim: "red" is also the target.'),
        (
            '"-GRY"',
            '"RED"',
            'roles.senders: RED is the target, which cannot sanction the target. Remove it with "-RED".',
        ),
        (
            '"-GRY"',
            '"BLU"',
            'roles.senders: BLU is the victim, which cannot sanction the target. Remove it with "-BLU".',
        ),
        ('"-GRY"', '"-TAN"', 'roles.senders.1: "-TAN" removes nothing: no earlier reference names any of it.'),
        ('"-GRY"', '"-Free Ports"', "roles.senders: no member remains. Give at least one member."),
        ('["TAN"]', '["TAN", "-TAN"]', "pledge.0.members: no member remains."),
        ('["GRN"]', '["-GRN"]', 'expected.movers.0: "-GRN" removes nothing'),
        (
            '["TAN"]\naction = "abstain"',
            '["RED"]\naction = "oppose"',
            "RED is the target, which votes this way in any case.",
        ),
        (
            '["TAN"]\naction = "abstain"',
            '["BLU"]\naction = "support"',
            "BLU is the victim, which votes this way in any case.",
        ),
        (
            "[parameters]",
            "[leanings]\nTAN = 1\n[parameters]",
            'leanings.TAN: "TAN" is a single member where a group is needed.',
        ),
        ("[parameters]", "[leanings]\nFree = 1\n[parameters]", 'leanings.Free: there is no member or group "Free"'),
        ('resolution = "H/1"\nreason', 'resolution = "H/3"\nreason', 'pledge.0.resolution: "H/3" is not a vote'),
        (
            "[[change]]",
            '[[pledge]]\nmembers = ["TAN", "GRN"]\naction = "support"\nreason = "r"\n[[change]]',
            'pledge.1.members: TAN is already pledged to abstain, because "announced".',
        ),
        (
            "[parameters]",
            SECOND_VOTE.replace("H/2", "H/1") + "[parameters]",
            'vote.1.resolution: "H/1" is already vote.0. Give each resolution once.',
        ),
        (
            "[parameters]",
            SECOND_VOTE.replace("04-07", "01-07") + "[parameters]",
            "vote.1.date: 2022-01-07 is before the date of vote.0, 2022-03-02.",
        ),
        # the file
        ("seed = 7", "seed = ", "x.toml: is not valid TOML: Invalid value (at line 5, column 8)."),
        ("seed = 7", f"seed = {'9' * 5000}", "x.toml: is not valid TOML: Exceeds the limit"),
        ("seed = 7", f"seed = {'[' * 5000}", "x.toml: is nested too deeply: at most 32 tables and lists"),
    ],
)
def test_one_mistake_is_reported_once(old: str, new: str, message: str, tmp_path: Path) -> None:
    assert old in VALID
    lines = read_messages(VALID.replace(old, new, 1), tmp_path)
    assert any(message in line for line in lines), lines
    assert len(lines) == 1 or (len(lines) == 2 and any("missing" in line for line in lines))  # a renamed key is both


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("title", "titel", "titel"),
        ('target = "RED"', 'taget = "RED"', "roles.taget"),
        ("attribute", "atribute", "change.0.atribute"),
        ("date = 2022-03-02\n", "dat = 2022-03-02\n", "vote.0.dat"),
    ],
)
def test_a_misspelt_key_is_not_reported_as_missing_too(old: str, new: str, key: str, tmp_path: Path) -> None:
    assert old in VALID
    (line,) = read_messages(VALID.replace(old, new, 1), tmp_path)
    assert line.startswith(f"x.toml, {key}: there is no such key. Did you mean '{old.split(' ')[0]}'?")


def test_a_key_is_missing_where_a_similar_one_is_in_another_table(tmp_path: Path) -> None:
    """A stray 'attribut' of a vote does not stand for the attribute that a change lacks."""
    text = VALID.replace('attribute = "dependence.energy"\n', "").replace(
        "severity = 0.5", 'severity = 0.5\nattribut = "x"'
    )
    keys = [line.split(": ")[0] for line in read_messages(text, tmp_path)]
    assert sorted(keys) == ["x.toml, change.0.attribute", "x.toml, vote.0.attribut"]


@pytest.mark.parametrize(
    ("event", "message"),
    [
        (
            "kind = 'vist'\ndate = 2022-03-01",
            "event.0.kind: \"vist\" (text) is not one of the kinds. Did you mean 'visit'?",
        ),
        ("date = 2022-03-01", "event.0.kind: is missing. Give one of cutoff, embargo, "),
        ("kind = 'vist'", "The other keys of this table are checked once its kind is known."),
        ("date = 2022-03-01", "The other keys of this table are checked once its kind is known."),
        (
            "kind = 'invasion'\ndate = 2022-03-01\nwhat = 'w'",
            'event.0.source: is missing. Give where this is documented, or "what if" for an invented event.',
        ),
    ],
)
def test_one_mistake_of_an_event(event: str, message: str, tmp_path: Path) -> None:
    months = "[months]\nstart = 2022-03-01\nend = 2022-12-31\n"
    (line,) = read_messages(VALID.replace("[expected]", f"{months}[[event]]\n{event}\n[expected]", 1), tmp_path)
    assert message in line


def test_all_problems_are_reported_at_once(tmp_path: Path) -> None:
    text = (
        VALID.replace("seed = 7", "seed = -7")
        .replace('target = "RED"', 'taget = "RED"')
        .replace("severity = 0.5", "severity = 99")
        .replace("enforcement", "enforcment")
        .replace('["TAN"]', '["TEN"]')
        .replace("multiply = 0.5", "")
        .replace('["GRN"]', '["-GRN"]')
    )
    keys = [line.removeprefix("x.toml, ").split(":")[0] for line in read_messages(text, tmp_path)]
    assert sorted(keys) == sorted(
        [
            "seed",
            "roles.taget",
            "vote.0.severity",
            "parameters.enforcment",
            "pledge.0.members.0",
            "change.0",
            "expected.movers.0",
        ]
    )
