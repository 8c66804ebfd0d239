"""The commands as a user runs them: what they print, their exit status, what they leave behind."""

import json
import signal
import subprocess
import time
from pathlib import Path

import pytest
from rich.text import Text
from support.commands import ENVIRONMENT, document, sim, sim_process, words
from typer.main import get_command

from sim.cli.app import app
from sim.cli.completion import complete_names
from sim.rules.choice import ACTIONS
from sim.specs import list_shipped_scenarios


@pytest.fixture(scope="module")
def founding():
    return document("run", "es-11-1")


@pytest.fixture(scope="module")
def april():
    return document("run", "es-11-3")


def test_run_json_has_what_the_design_promises(founding):
    assert founding["scenario"]
    assert founding["seed"] == 20220302
    assert founding["replicates"] == 1000
    assert founding["engine"] == "ensemble"
    (vote,) = founding["votes"]
    assert set(vote["tally"]) == set(ACTIONS)
    assert all(set(entry) == {"mean", "median", "p05", "p95"} for entry in vote["tally"].values())
    assert vote["split"]["without_target"]["oppose"] == vote["split"]["with_target"]["oppose"] - 1
    assert sum(vote["likeliest"].values()) == 193
    assert vote["observed"] == {"support": 141, "abstain": 35, "oppose": 5, "absent": 12}
    assert sum(vote["population_share"].values()) == pytest.approx(1)
    assert len(vote["members"]) == 193
    for member in vote["members"]:
        assert sum(member[action] for action in ACTIONS) == pytest.approx(1)


@pytest.mark.parametrize(("name", "split", "absent"), [("founding", (141, 35, 5), 12), ("april", (93, 58, 24), 18)])
def test_median_splits_are_within_three_of_the_observed_ones(request, name, split, absent):
    (vote,) = request.getfixturevalue(name)["votes"]
    found = [vote["split"]["with_target"][action] for action in ("support", "abstain", "oppose")]
    assert all(abs(a - b) <= 3 for a, b in zip(found, split, strict=True))
    assert abs(vote["tally"]["absent"]["median"] - absent) <= 4


@pytest.mark.parametrize(("scenario", "accuracy", "rps"), [("es-11-1", 0.86, 0.045), ("es-11-3", 0.80, 0.068)])
def test_the_defaults_reach_their_scores(scenario, accuracy, rps):
    (entry,) = document("validate", scenario)["resolutions"]
    assert entry["n"] == 191
    assert entry["pinned"]["accuracy"] >= accuracy
    assert entry["declared"]["rps"] <= rps
    assert {"majority", "base_rates", "persistence"} <= entry["baselines"].keys()
    for scores in (entry["pinned"], entry["declared"], *entry["baselines"].values()):
        assert set(scores) == {"accuracy", "balanced_accuracy", "brier", "rps", "log_loss"}


def test_both_engines_print_the_same_votes():
    by_agents, by_arrays = (document("run", "es-11-1", "--replicates", 12, "--engine", e) for e in ("mesa", "ensemble"))
    assert by_agents.pop("engine") == "mesa"
    assert by_arrays.pop("engine") == "ensemble"
    assert by_agents == by_arrays


def test_a_what_if_says_who_moves_and_a_null_one_that_nobody_does(tmp_path):
    moved = sim("run", "es-11-1-april-threat", "--replicates", 200)
    assert "Belarus" in moved.stdout.split("Who votes differently")[1]
    assert "as expected" in moved.stdout
    null = tmp_path / "null.toml"
    null.write_text('title = "null"\nquestion = "nothing?"\nbase = "es-11-1"\n[set]\n"vote.target_threat" = 1.0\n')
    assert "No member votes differently in any run" in sim("run", null, "--replicates", 200).stdout
    vote = document("run", null, "--replicates", 200)["votes"][0]
    assert vote["base"]["moved"] == []
    assert set(vote["base"]["change"].values()) == {0.0}


def test_a_kept_run_is_repeated_exactly_and_damage_is_noticed(tmp_path):
    kept = tmp_path / "kept"
    assert (
        sim("run", "es-11-1", "--replicates", 300, "--set", "parameters.enforcement=0.8", "--out", kept).returncode == 0
    )
    manifest = json.loads((kept / "manifest.json").read_text())
    assert manifest["scenario"]["parameters"] == {"enforcement": 0.8}
    again = sim("rerun", kept)
    assert again.returncode == 0, again.stderr
    assert "repeated exactly" in again.stdout
    table = kept / "tallies.parquet"
    table.write_bytes(table.read_bytes()[:-1] + b"x")
    damaged = sim("rerun", kept)
    assert damaged.returncode == 1
    assert "tallies.parquet" in damaged.stderr
    assert sim("run", "es-11-1", "--out", kept).returncode == 2


def test_tables_of_a_kept_run_agree_with_its_json(tmp_path):
    import pyarrow.parquet as pq

    kept = tmp_path / "kept"
    vote = document("run", "es-11-1", "--replicates", 250, "--out", kept)["votes"][0]
    tallies = pq.read_table(kept / "tallies.parquet").to_pydict()
    members = pq.read_table(kept / "members.parquet").to_pydict()
    assert len(tallies["replicate"]) == 250
    for action in ACTIONS:
        assert sum(tallies[action]) / 250 == pytest.approx(vote["tally"][action]["mean"])
        assert sum(members[action]) == sum(tallies[action])


@pytest.mark.parametrize("arguments", [["run", "harbour-blockade", "--json"], ["run", "es-11-9"], ["rnu"]])
def test_a_process_of_its_own_prints_and_ends_the_same_way(arguments):
    alone, here = sim_process(*arguments), sim(*arguments)
    assert (alone.returncode, alone.stdout) == (here.returncode, here.stdout)
    assert alone.stderr.splitlines()[-1:] == here.stderr.splitlines()[-1:]


@pytest.mark.parametrize("keeps", [False, True])
def test_an_interrupt_leaves_what_was_done(start_command, tmp_path, keeps):
    kept = tmp_path / "kept"
    arguments = ["run", "es-11-1", "--replicates", "1000000", "--json", *(["--out", str(kept)] if keeps else [])]
    process = start_command(*arguments)
    while keeps and len(list(kept.glob("batches/*.npz"))) < 2 and process.poll() is None:
        time.sleep(0.1)
    time.sleep(0 if keeps else 8)
    process.send_signal(signal.SIGINT)
    out, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    if keeps:
        assert "the same command goes on from there" in errors
        assert list(kept.glob("batches/*.npz"))
    else:
        done = json.loads(out)
        assert done["is_interrupted"]
        assert 0 < done["replicates"] < 1_000_000
        assert f"{done['replicates']} of 1000000" in errors


def test_a_run_is_finished_by_the_command_that_began_it(tmp_path):
    """Stopped, added to, by several workers, with a base and months: what is read back is what one go gives.

    A folder keeps no months of single runs, so that it has no ranges of changes from the base.
    """
    more = ["--replicates", 250, "--set", "parameters.enforcement=0.8", "--set", "months.end=2022-04-30"]
    kept, whole = tmp_path / "kept", document("run", "2022-2023", *more)
    fewer = ["--replicates", 120, *more[2:]]
    document("run", "2022-2023", *fewer, "--out", kept)
    found = document("run", "2022-2023", *more, "--workers", 2, "--out", kept)
    for change, other in zip(found["months"]["base"].values(), whole["months"]["base"].values(), strict=True):
        assert change["p05"] is change["p95"] is None
        change["p05"], change["p95"] = other["p05"], other["p95"]
    assert found == whole
    refused = sim("run", "2022-2023", *fewer, "--out", kept)
    assert refused.returncode == 2
    assert "250 runs of each point" in refused.stderr
    assert sim("rerun", kept).returncode == 0


def test_two_runs_do_not_write_to_one_folder(start_command, tmp_path):
    kept = tmp_path / "kept"
    first = start_command("run", "es-11-1", "--replicates", 200_000, "--json", "--out", kept)
    while not list(kept.glob("batches/*.npz")) and first.poll() is None:
        time.sleep(0.05)
    first.send_signal(signal.SIGSTOP)
    second = sim("run", "es-11-1", "--replicates", 200_000, "--out", kept)
    assert second.returncode == 2
    assert "another run or sweep is writing to this folder" in second.stderr


WRONG = {
    "unknown scenario": (["run", "es-11-9"], "Did you mean 'es-11-"),
    "unknown parameter": (["run", "es-11-1", "--set", "parameters.enforcment=1"], "Did you mean 'enforcement'?"),
    "out of bounds": (["run", "es-11-1", "--set", "parameters.enforcement=2"], "is outside the range 0 to 1"),
    "huge number": (["run", "es-11-1", "--set", f"parameters.enforcement=1{'0' * 400}"], "is outside the range 0 to 1"),
    "crossed shapes": (["run", "es-11-1", "--set", "parameters.retaliation_absent=1"], "must not exceed"),
    "unknown key": (["run", "es-11-1", "--set", "vote.severty=1"], "Did you mean 'severity'?"),
    "unknown member": (["run", "es-11-1", "--set", "roles.target=RSU"], "RSU"),
    "first of days": (
        ["run", "es-11-1", "--set", "vote.date=0001-01-01"],
        "is outside the range 1900-01-01 to 2199-12-31",
    ),
    "last of months": (
        ["run", "2022-2023", "--set", "months.end=9999-12-31"],
        "is outside the range 1900-01-01 to 2199-12-31",
    ),
    "last of events": (["run", "2022-2023", "--set", "event.0.date=9999-12-31"], "event.0.date: 9999-12-31 is outside"),
    "no equals sign": (["run", "es-11-1", "--set", "seed"], "--set seed"),
    "unknown engine": (["run", "es-11-1", "--engine", "fast"], "ensemble and mesa"),
    "no replicates": (["run", "es-11-1", "--replicates", "0"], "replicates"),
    "negative seed": (["run", "es-11-1", "--seed", "-1"], "seed"),
    "picture of no kind": (["run", "es-11-1", "--plot", "chamber.gif"], ".png"),
    "picture in no folder": (["run", "es-11-1", "--plot", "nowhere/chamber.png"], "does not exist"),
    "rerun of nothing": (["rerun", "nowhere"], "manifest.json"),
    "unknown member of the world": (["world", "Belarsu"], "Did you mean 'Belarus'?"),
    "unknown list": (["list", "scenaros"], "Did you mean 'scenarios'?"),
    "roll calls that are not there": (["validate", "es-11-1", "--rollcalls", "nowhere.csv"], "nowhere.csv"),
    "rolling without a file": (["validate", "es-11-1", "--rolling"], "--rollcalls FILE"),
    "target without energy ties": (
        ["run", "harbour-blockade", "--set", "roles.target=DUN", "--set", "roles.senders=[]"],
        "parameters.dependence_energy = 0",
    ),
    "unknown command": (["rnu"], "rnu"),
    "unknown option": (["run", "es-11-1", "--replicate", "3"], "--replicate"),
}


@pytest.mark.parametrize(("arguments", "message"), WRONG.values(), ids=WRONG)
def test_wrong_input_gets_a_message_and_status_two(arguments, message, tmp_path):
    done = sim(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr.replace("\n", " ")
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_no_help_is_lost_as_markup():
    """Rich, which prints the help, takes words in brackets as its markup."""
    for name, command in get_command(app).commands.items():
        for text in (command.help, *(getattr(option, "help", "") for option in command.params)):
            assert Text.from_markup(text or "").plain == (text or ""), name


def test_roll_calls_of_ones_own_are_scored_and_their_mistakes_listed(tmp_path):
    good = tmp_path / "votes.csv"
    good.write_text("resolution,date,iso3,vote\nA/RES/ES-11/1,2022-03-02,DEU,yes\nA/RES/ES-11/1,2022-03-02,PRK,no\n")
    (entry,) = document("validate", "es-11-1", "--rollcalls", good)["resolutions"]
    assert entry["n"] == 2
    bad = tmp_path / "bad.csv"
    bad.write_text("resolution,date,iso3,vote\nA,2022-13-02,DEU,yes\nA,2022-03-02,DEX,yes\nA,2022-03-02,PRK,nein\n")
    done = sim("validate", "es-11-1", "--rollcalls", bad)
    assert done.returncode == 2
    assert all(f"line {line}" in done.stderr for line in (2, 3, 4))


def test_several_resolutions_are_scored_together(tmp_path):
    votes = tmp_path / "votes.csv"
    lines = [f"{name},{day},{row}" for name, day in DATED.items() for row in ("DEU,yes", "PRK,no", "IND,abstain")]
    votes.write_text("\n".join(["resolution,date,iso3,vote", *lines]), encoding="utf-8")
    arguments = ("validate", "es-11-1", "--rollcalls", votes, "--rolling")
    found = document(*arguments)
    together, entries = found["together"], found["resolutions"]
    assert (together["n"], together["members"], len(entries)) == (2, 3, 2)
    assert together["model"]["rps"] == pytest.approx(sum(one["pinned"]["rps"] for one in entries) / 2, abs=1e-5)
    assert together["over_best"]["rps"]["p025"] <= together["over_best"]["rps"]["mean"]
    printed = sim(*arguments).stdout
    assert "mean of 2" in printed
    assert "The model less the best rule by each score" in printed
    assert document("validate", "es-11-1")["together"] is None


def test_a_scenario_is_scored_with_another_setting_too():
    """The votes from a day on alone, and the model compared with itself; without another setting there is nothing."""
    short = ("--set", "months.end=2022-04-30", "--set", "replicates=20", "--since", "2022-04-01")
    found = document("validate", "2022-2023", *short, "--against", "parameters.vote_feedback=1")
    (entry,), changed = found["resolutions"], found["changed"]
    assert entry["resolution"] == "A/RES/ES-11/3"
    assert changed["settings"] == ["parameters.vote_feedback=1"]
    assert changed["rps"]["unchanged"] == pytest.approx(entry["pinned"]["rps"])
    assert changed["rps"]["mean"] == pytest.approx(changed["rps"]["changed"] - changed["rps"]["unchanged"], abs=1e-6)
    assert changed["rps"]["mean"] != 0
    assert document("validate", "2022-2023", *short)["changed"] is None
    done = sim("validate", "2022-2023", *short[:-1], "2030-01-01")
    assert done.returncode == 2
    assert "there is no vote to score from 2030-01-01 on. The last roll call is of 2022-04-07." in done.stderr


DATED = {"NEW/1": "2022-03-10", "NEW/2": "2022-03-12"}


def test_every_shipped_scenario_is_good_and_listed():
    names = [entry["name"] for entry in document("list", "scenarios")]
    root = Path(__file__).parents[2]
    assert names == sorted(path.stem for path in (root / "scenarios").glob("*.toml"))
    done = sim("check", *names)
    assert done.returncode == 0, done.stderr


def test_init_writes_a_file_that_checks_and_runs(tmp_path):
    assert sim("init", "mine.toml", cwd=tmp_path).returncode == 0
    assert sim("check", "mine.toml", cwd=tmp_path).returncode == 0
    assert sim("run", "mine.toml", "--replicates", 50, cwd=tmp_path).returncode == 0
    assert sim("init", "mine.toml", cwd=tmp_path).returncode == 2


def test_world_shows_every_figure_of_a_member_with_unit_and_source():
    found = document("world", "BLR")
    assert {entry["name"] for entry in found["quantities"]} >= {"dependence.energy", "isolation", "exposure.trade"}
    assert all(figure["unit"] and figure["source"] for figure in found["figures"])
    energy = next(entry for entry in found["quantities"] if entry["name"] == "dependence.energy")
    assert energy["value"] == 1.0
    assert "capped" in energy["rule"]
    assert len(document("world", "members")) == 193
    assert {"EU", "NATO", "CSTO"} <= {group["key"] for group in document("world", "groups")}
    assert all(entry["unit"] and entry["source"] for entry in document("world", "attributes"))


def test_a_picture_is_written(tmp_path):
    done = sim("run", "es-11-1", "--replicates", 100, "--plot", tmp_path / "chamber.png")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "chamber.png").read_bytes().startswith(b"\x89PNG")


def test_a_terminal_in_ascii_gets_plain_signs_rather_than_an_error():
    def in_ascii(*arguments):
        settings = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
        how = {"capture_output": True, "text": True, "encoding": "ascii", "check": False}
        return subprocess.run(words(arguments), env=ENVIRONMENT | settings, **how)

    shown = in_ascii("compare", "es-11-1", "es-11-1-april-threat", "--replicates", "20")
    assert shown.returncode == 0, shown.stderr
    assert "support -" in shown.stdout
    wrong = in_ascii("world", "T\N{LATIN SMALL LETTER U WITH DIAERESIS}rk")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    listed = in_ascii("world", "members", "--json")
    assert "T\N{LATIN SMALL LETTER U WITH DIAERESIS}rkiye" in [one["name"] for one in json.loads(listed.stdout)]


def test_the_version_is_that_of_the_package():
    from sim.runner.identity import read_program_version

    assert sim("--version").stdout == f"alignment-sim {read_program_version()}\n"


def test_a_shell_completes_names_of_shipped_files_and_own_files(tmp_path, monkeypatch):
    (tmp_path / "es-mine.toml").touch()
    (tmp_path / "es-notes.txt").touch()
    monkeypatch.chdir(tmp_path)
    assert complete_names("scenarios")("es-1") == [
        "es-10-19",
        *(n for n in list_shipped_scenarios() if n.startswith("es-11")),
    ]
    assert complete_names("scenarios")("es-m") == ["es-mine.toml"]
    assert complete_names("goals")("india") == ["india-deplores"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "es-11-1-april-threat", "--replicates", 10],
        ["run", "2022-2023", "--replicates", 3, "--set", "months.end=2022-04-30"],
        ["run", "es-11-?", "es-11-1-no-energy-leverage", "--replicates", 3],
        ["compare", "es-11-1", "es-11-1-no-peers", "es-11-2", "--replicates", 5],
        ["explain", "es-11-1", "BLR", "--no-levers", "--replicates", 10],
        ["explain", "es-11-1", "--fence", 4, "--replicates", 10],
        ["list", "parameters"],
        ["world", "BLR"],
    ],
    ids=lambda arguments: " ".join(map(str, arguments[:2])),
)
def test_everything_fits_sixty_columns(arguments):
    shown = sim_process(*arguments, env={"COLUMNS": "60"})
    assert shown.returncode == 0, shown.stderr
    assert max(map(len, shown.stdout.splitlines())) <= 60
