"""`sim.run` with several workers and in a folder gives what it gives without."""

import subprocess
import sys

import sim


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
