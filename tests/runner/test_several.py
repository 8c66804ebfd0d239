"""Several scenarios: which ones are meant, one table of all, and nothing lost when one is wrong or all are stopped."""

import json
import shutil
import signal
import time
from pathlib import Path

import pytest
from support.commands import document, sim

from sim.errors import InputError
from sim.runner.several import SCENARIOS, list_scenarios
from sim.specs import list_references, list_shipped_scenarios
from sim.specs.listing import name_references

WHAT_IF = 'title = "{0}"\nquestion = "What if?"\nbase = "es-11-1"\n[set]\n"vote.target_threat" = {1}\n'


@pytest.fixture
def folder(tmp_path):
    own = tmp_path / "mine"
    own.mkdir()
    for name, threat in (("mild", 0.5), ("strong", 2.0)):
        (own / f"{name}.toml").write_text(WHAT_IF.format(name, threat), encoding="utf-8")
    root = Path(__file__).parents[2]
    shutil.copy(root / "experiments/isolation.toml", own)
    shutil.copy(root / "experiments/goals/india-deplores.toml", own)
    return own


def test_names_patterns_folders_and_files_stand_for_scenarios_each_once(folder, monkeypatch):
    monkeypatch.chdir(folder.parent)
    assert list_references(["es-11-?"]) == ["es-11-1", "es-11-2", "es-11-3"]
    assert list_references(["mine"]) == ["mine/mild.toml", "mine/strong.toml"]  # neither the experiment nor the goal
    assert list_references(["mine/m*.toml", "mine", "es-11-1", "es-11-1.toml"]) == [
        "mine/mild.toml",
        "mine/strong.toml",
        "es-11-1",
    ]


def test_a_pattern_or_a_folder_without_scenarios_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError) as caught:
        list_references(["es-99*", "empty", "es-11-1"])
    assert [problem.where for problem in caught.value.problems] == ["es-99*", "empty"]


def test_files_of_one_name_keep_their_folders():
    assert name_references(["a/cut.toml", "b/cut.toml", "es-11-1"]) == ["a-cut", "b-cut", "es-11-1"]


def test_the_document_has_every_vote_with_the_figures_of_a_single_run(folder):
    found = document("run", folder, "es-11-1", "--replicates", 60)["scenarios"]
    assert [one["name"] for one in found] == ["mild", "strong", "es-11-1"]
    (alone,) = document("run", folder / "strong.toml", "--replicates", 60)["votes"]
    (vote,) = found[1]["votes"]
    assert vote["tally"] == alone["tally"]
    assert vote["split"] == alone["split"]
    assert vote["change"] == alone["base"]["change"]
    assert vote["change_interval"] == alone["base"]["change_interval"]
    assert vote["moved"] == len(alone["base"]["moved"])
    (vote,) = found[2]["votes"]
    assert found[2]["base"] is None
    assert vote["change"] is None
    assert vote["observed"] == {"support": 141, "abstain": 35, "oppose": 5}


def test_set_changes_all_and_each_is_compared_with_itself(folder):
    found = document("run", folder, "es-11-1", "--set", "vote.severity=-4", "--replicates", 30)["scenarios"]
    assert [one["base"] for one in found] == ["mild", "strong", "ES-11/1: deploring the invasion"]


def test_months_are_given_in_short():
    short = ["--replicates", 12, "--set", "months.end=2022-05-31"]
    (one,) = document("run", "2022-2023-embargo-day-o*", *short)["scenarios"]
    months = document("run", "2022-2023-embargo-day-one", *short)["months"]
    assert one["months"]["revenue"]["value"] == pytest.approx(sum(months["totals"]["revenue"]["mean"]), rel=1e-3)
    assert one["months"]["helpers"]["value"] == months["totals"]["helpers"]["mean"][-1]


def test_the_table_has_a_row_for_each(folder):
    done = sim("run", folder, "es-11-1", "--replicates", 40)
    assert done.returncode == 0, done.stderr
    rows = {line.split()[0]: line for line in done.stdout.splitlines() if " A/RES/ES-11/1 " in line}
    assert set(rows) == {"mild", "strong", "es-11-1"}
    assert "141/35/5" in rows["es-11-1"]
    assert "141/35/5" not in rows["strong"]  # what happened is no yardstick of a what-if


def test_what_is_wrong_is_listed_for_all_files_and_nothing_is_run(folder, tmp_path):
    (folder / "typo.toml").write_text(WHAT_IF.format("typo", 1).replace("threat", "thraet"), encoding="utf-8")
    (folder / "broken.toml").write_text("title = ", encoding="utf-8")
    done = sim("run", folder, "--out", tmp_path / "kept")
    assert done.returncode == 2
    assert "typo.toml" in done.stderr
    assert "broken.toml" in done.stderr
    assert not (tmp_path / "kept").exists()


def test_one_that_cannot_be_kept_is_named_and_the_others_are_done(folder, tmp_path):
    kept = tmp_path / "kept"
    assert sim("run", folder, "--replicates", 20, "--out", kept).returncode == 0
    (folder / "mild.toml").write_text(WHAT_IF.format("mild", 0.7), encoding="utf-8")
    done = sim("run", folder, "es-11-1", "--replicates", 30, "--out", kept, "--json")
    assert done.returncode == 2
    assert "mild: --out" in done.stderr
    assert [one["name"] for one in json.loads(done.stdout)["scenarios"]] == ["strong", "es-11-1"]
    assert [one["replicates"] for one in json.loads(done.stdout)["scenarios"]] == [30, 30]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_stopped_batch_goes_on_and_gives_the_same(start_command, folder, tmp_path, workers):
    kept, arguments = tmp_path / "kept", ["run", folder, "es-11-1", "--replicates", 3000, "--json"]
    process = start_command(*arguments, "--out", kept, "--workers", workers)
    end = time.monotonic() + 60
    while not list(kept.glob("*/batches/*.npz")) and process.poll() is None and time.monotonic() < end:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert "the same command goes on" in errors
    assert "Traceback" not in errors
    again = sim(*arguments, "--out", kept, "--workers", 3 - workers)
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout) == json.loads(sim(*arguments).stdout)


def test_scenarios_are_added_to_a_folder_and_its_page_has_all(folder, tmp_path):
    kept = tmp_path / "kept"
    for given in (folder / "mild.toml", folder):
        done = sim("run", given, "es-11-1", "--replicates", 20, "--out", kept)
        assert done.returncode == 0, done.stderr
    assert list_scenarios(kept) == ["mild", "strong", "es-11-1"]
    done = sim("report", kept)
    assert done.returncode == 0, done.stderr
    page = (kept / "report.html").read_text(encoding="utf-8")
    assert all(f">{name}" in page for name in ("mild", "strong", "es-11-1"))
    again = sim("rerun", kept)
    assert again.returncode == 0, again.stderr
    assert again.stdout.count("repeated exactly") == 3


def test_a_folder_of_something_else_is_refused(folder, tmp_path):
    kept = tmp_path / "kept"
    assert sim("run", "harbour-blockade", "--replicates", 5, "--out", kept).returncode == 0
    done = sim("run", folder, "--out", kept)
    assert done.returncode == 2
    assert "holds no scenarios" in done.stderr
    (kept / SCENARIOS).write_text("{", encoding="utf-8")
    assert "cannot be read" in sim("run", folder, "--out", kept).stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "either scenarios or --all"),
        (["es-11-1", "--all"], "either scenarios or --all"),
        (["es-11-1", "es-11-2", "--plot", "x.png"], "one scenario"),
        (["nothing-*"], "no shipped scenario matches"),
        (["es-11-1", "es-11-9"], "Did you mean 'es-11-"),
    ],
)
def test_wrong_input_is_refused(arguments, message, tmp_path):
    done = sim("run", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stdout == ""


def test_all_is_every_shipped_scenario():
    found = document("run", "--all", "--replicates", 2)["scenarios"]
    assert [one["name"] for one in found] == list(list_shipped_scenarios())
