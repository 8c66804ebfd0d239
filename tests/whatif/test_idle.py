"""What a what-if edits is shown first, however little came of it; what has no effect is named before anything runs."""

import pytest
from support.commands import document, sim

HEAD = 'title = "mine"\nquestion = "What if?"\nbase = "es-11-1"\n'


def change(members, edit, *, attribute="dependence.arms", more=""):
    return f'[[change]]\nmembers = {members}\nattribute = "{attribute}"\n{edit}\nreason = "r"\n{more}'


@pytest.fixture
def write(tmp_path):
    def written(*parts):
        file = tmp_path / "mine.toml"
        file.write_text(HEAD + "".join(parts), encoding="utf-8")
        return file

    return written


IDLE = {
    "times one": (change('["IND"]', "multiply = 1"), "as it is"),
    "plus nothing": (change('["IND"]', "add = 0.0"), "as it is"),
    "on a fixed vote": (
        change('["RUS", "UKR"]', "set = 0.5", attribute="alignment.democracy"),
        "votes of these members",
    ),
    "after the vote": (change('["IND"]', "set = 0.0", more="date = 2022-05-01\n"), "after the last vote"),
    "without a threat": (
        change('["IND"]', "set = 0.0") + '[set]\n"vote.target_threat" = 0.0\n',
        "its weight, or the threat, is 0",
    ),
    "without a weight": (
        change('["IND"]', "set = 0.0") + '[set]\n"parameters.dependence_arms" = 0.0\n',
        "its weight, or the threat, is 0",
    ),
}


@pytest.mark.parametrize(("text", "reason"), IDLE.values(), ids=IDLE)
@pytest.mark.parametrize("command", [["check"], ["run", "--replicates", 3]], ids=["check", "run"])
def test_a_change_without_effect_is_named_with_the_reason(write, command, text, reason):
    done = sim(*command, write(text))
    assert done.returncode == 0, done.stderr
    (warning,) = [line for line in done.stderr.splitlines() if "has no effect" in line]
    assert "change.0: has no effect" in warning
    assert reason in warning


def test_a_change_with_an_effect_is_not_named_beside_one_without(write):
    text = change('["IND"]', "multiply = 0.9") + change('["IND", "RUS"]', "multiply = 1.0", attribute="isolation")
    done = sim("check", write(text))
    assert [line.split(": ")[1].split(", ")[-1] for line in done.stderr.splitlines()] == ["change.1"]


def test_a_setting_that_is_so_already_is_named():
    done = sim("run", "es-11-1", "--replicates", 3, "--set", "vote.target_threat=1", "--set", "vote.severity=-4")
    assert "--set vote.target_threat: has no effect" in done.stderr
    assert "--set vote.severity" not in done.stderr


def test_a_what_if_that_changes_nothing_is_named(write):
    done = sim("check", write('[set]\n"vote.target_threat" = 1.0\n'))
    assert "has no effect: it is the same as the scenario that it starts from" in done.stderr


def test_the_shipped_what_ifs_have_effects():
    done = sim("check", "es-11-1-april-threat", "es-11-1-no-peers", "es-11-1-nobody-isolated", "es-10-19")
    assert done.stderr == ""


def test_edited_members_come_first_however_little_they_move(write):
    file = write(
        change('["IND", "MLI"]', "multiply = 0.98"),
        '[[pledge]]\nmembers = ["FJI"]\naction = "abstain"\nreason = "r"\n',
    )
    vote = document("run", file, "--replicates", 40)["votes"][0]
    edited = {member["iso3"]: member for member in vote["base"]["edited"]}
    assert set(edited) == {"IND", "MLI", "FJI"}
    assert "arms dependence" in edited["IND"]["edit"]
    assert edited["FJI"]["edit"] == "vote fixed: abstain"
    assert edited["FJI"]["now_share"] == 1
    moved = {member["iso3"]: member["moved"] for member in vote["base"]["moved"]}
    assert all(member["moved"] == moved.get(iso3, 0.0) for iso3, member in edited.items())
    text = sim("run", file, "--replicates", 40).stdout
    assert text.index("The members that are edited") < text.index("Who votes differently on")
    assert text.index("What differs from") < text.index("The members that are edited")


def test_settings_are_listed_by_key_and_lists_by_entry():
    found = document("compare", "2022-2023", "2022-2023-hungary-leaves", "--replicates", 2)["compared"][0]
    assert [(one["key"].split(".")[0], one["base"]) for one in found["changed"]] == [("event", None)]
    (vote, *_) = found["votes"]
    assert [member["iso3"] for member in vote["base"]["edited"]] == ["HUN"]
    assert "after this vote" in vote["base"]["edited"][0]["edit"]
    found = document("run", "es-11-1", "--set", "vote.target_threat=2", "--replicates", 2)
    assert found["changed"] == [
        {"key": "vote.0.target_threat", "label": "threat of the target", "base": "1", "now": "2"}
    ]
