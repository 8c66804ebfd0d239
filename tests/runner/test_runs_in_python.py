"""`sim.run` with several workers and in a folder gives what it gives without."""

import pickle
import subprocess
import sys
from dataclasses import replace

import sim
from sim.case import prepare
from sim.runner.folder.kept import read_run
from sim.runner.plan import list_batches, list_tasks, plan_run, run_task
from sim.specs import read_scenario


def test_workers_and_a_folder_do_not_show(tmp_path):
    plain = sim.run("harbour-blockade", replicates=1500)
    kept = sim.run("harbour-blockade", replicates=1500, workers=2, out=tmp_path / "kept")
    for name in ("tallies", "members"):
        assert getattr(kept, name).equals(getattr(plain, name))
    assert kept.summary == plain.summary


def test_a_script_with_workers_needs_no_main_guard(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import sim\n"
        "from sim.runner.executors import Processes\n"
        "found = sim.sweep('sanction-enforcement', replicates=5, executor=Processes(2))\n"
        "print(len(found.points))\n"
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "21\n"), done.stderr


def test_a_task_sends_one_result_of_runs_that_follow_one_another():
    plan = plan_run(prepare(read_scenario("harbour-blockade")), 2500)
    first, *others = list_tasks(plan, list_batches(plan))
    assert len(others) == 2
    tasks = [first, replace(first, batches=tuple(batch for task in (first, *others) for batch in task.batches))]
    (alone,), (together,) = (run_task(task) for task in tasks)
    assert (together.batch.first, together.batch.count) == (0, 2500)
    whole = sim.run("harbour-blockade", replicates=2500).result.votes[0]
    assert together.votes[0].tallies.tolist() == whole.tallies.tolist()
    assert together.votes[0].counts.tolist() == whole.counts.tolist()
    assert alone.votes[0].tallies.tolist() == whole.tallies[:1000].tolist()
    apart = replace(first, batches=(tasks[1].batches[0], tasks[1].batches[2]))
    assert [(one.batch.first, one.batch.count) for one in run_task(apart)] == [(0, 1000), (2000, 500)]


def test_tasks_of_long_plans_are_larger():
    sizes = {}
    for runs in (5_000, 400_000, 10_000_000):
        plan = plan_run(prepare(read_scenario("harbour-blockade")), runs)
        sizes[runs] = {sum(batch.count for batch in task.batches) for task in list_tasks(plan, list_batches(plan))}
    assert sizes == {5_000: {1000}, 400_000: {4000}, 10_000_000: {10_000}}


def test_a_kept_run_can_be_sent_to_where_its_folder_is_not(tmp_path):
    sim.run("harbour-blockade", replicates=30, out=tmp_path / "kept")
    vote = read_run(tmp_path / "kept").result.votes[0]
    packed = pickle.dumps(vote)
    (tmp_path / "kept" / "tallies.parquet").unlink()
    assert pickle.loads(packed).tallies.tolist() == vote.tallies.tolist()
