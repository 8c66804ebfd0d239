"""What the tests of sweeps share: small experiments, the command, the bytes of a folder."""

from pathlib import Path

import pytest

from sim.runner.sweep import keep_sweep
from sim.specs import read_experiment
from support.commands import sim

TABLES = ("points.parquet", "tallies.parquet", "members.parquet", "votes.parquet")
FILES = (*TABLES, "manifest.json")

SMALL = """
title = "small"
scenario = "harbour-blockade"
replicates = 2300
outputs = ["tally", "members", "votes"]
[design]
kind = "factorial"
[design.over]
"parameters.enforcement" = { from = 0.0, to = 1.0, steps = 4 }
"vote.severity" = { values = [-4.5, -3.0] }
"""

LONG = """
title = "long"
scenario = "harbour-blockade"
replicates = 20000
outputs = ["tally", "members"]
[design]
kind = "factorial"
[design.over]
"parameters.enforcement" = { from = 0.0, to = 1.0, steps = 8 }
"""

# Where being absent would cost more than abstaining, the shape of retaliation is refused: 3 of 9 points.
CROSSING = """
title = "crossing"
scenario = "harbour-blockade"
replicates = 1500
outputs = ["tally", "members", "votes"]
[design]
kind = "factorial"
[design.over]
"parameters.retaliation_absent" = { from = 0.0, to = 1.0, steps = 3 }
"parameters.retaliation_abstain" = { from = 0.0, to = 1.0, steps = 3 }
[target_split]
support = 3
abstain = 2
"""


def sim_sweep(file, out, *more):
    return sim("sweep", file, "--out", out, *more)


def written(folder, text):
    path = folder / "experiment.toml"
    path.write_text(text)
    return path


def bytes_of(folder):
    """The tables and the manifest of a finished sweep; what else lies there may differ."""
    assert not (folder / "batches").exists()
    assert not list(folder.glob("*.unfinished"))
    return {name: (folder / name).read_bytes() for name in FILES if (folder / name).is_file()}


def two_votes(folder):
    """An experiment on a scenario of two votes, with all outputs."""
    scenario = (Path(__file__).parents[2] / "scenarios" / "harbour-blockade.toml").read_text()
    second = scenario[scenario.index("[[vote]]") :].replace("SH/2", "SH/3").replace("2031-03-02", "2031-06-02")
    (folder / "two.toml").write_text(scenario + "\n" + second)
    text = SMALL.replace("harbour-blockade", "two.toml").replace("vote.severity", "vote.1.severity")
    return written(folder, text.replace("steps = 4", "steps = 2"))


def interrupted(file, out, batches=4):
    """Leave a sweep unfinished, with as many files of batches."""
    done = []

    def stop(runs, of):
        done.append(runs)
        if len(done) > batches:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        keep_sweep(read_experiment(file), out, on_progress=stop)
    return sorted(out.glob("batches/*.npz"))
