"""What every shipped scenario, experiment and goal gives, as numbers: ``python tests/support/recording.py --write``.

The record in ``record.json.gz`` is compared with a fresh one by ``tests/docs/test_record.py``, so that a change of
structure cannot move a figure unseen. Only the public Python interface and ``sim validate --json`` are used here.
"""

import gzip
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pandas as pd

import sim

ROOT = Path(__file__).parents[2]
FILE = Path(__file__).parent / "record.json.gz"
REPLICATES = 200
EXPLAINED = ("Belarus", "Brazil", "China", "India", "Türkiye")
EXPLAINED_IN_HARBOURS = ("Ashmoor", "Elmsund", "Fernholt", "Gullrock", "Brinehold")

Numbers = list[float | None]
Part = Mapping[str, Numbers]


def names(folder: str) -> list[str]:
    return sorted(path.stem for path in (ROOT / folder).glob("*.toml"))


def of_frame(name: str, frame: pd.DataFrame) -> dict[str, Numbers]:
    """The numbers of each column."""
    return {
        f"{name}.{column}": [None if pd.isna(value) else float(value) for value in frame[column]]
        for column in frame.columns
        if pd.api.types.is_numeric_dtype(frame[column])
    }


def of_document(name: str, document: object) -> Iterator[tuple[str, Numbers]]:
    """Every number in a JSON document, by the path of keys to it."""
    if isinstance(document, Mapping):
        for key, value in document.items():
            yield from of_document(f"{name}.{key}", value)
    elif isinstance(document, list | tuple):
        for number, value in enumerate(document):
            yield from of_document(f"{name}.{number}", value)
    elif isinstance(document, int | float) and not isinstance(document, bool):
        yield name, [float(document)]


def scenario(name: str) -> dict[str, Numbers]:
    """Probabilities per member, tallies of every replicate, monthly means, and explanations of five members."""
    run = sim.run(name, replicates=REPLICATES)
    found = of_frame("members", run.members) | of_frame("tallies", run.tallies)
    if run.months is not None:
        shares = run.months.assign(whole=run.months["iso3"].isna())
        for (name_of, is_whole), series in shares.groupby(["series", "whole"], sort=True):
            means = series.groupby("month", sort=True)[["mean", "p05", "p95"]].mean()
            found |= of_frame(f"months.{'whole' if is_whole else 'members'}.{name_of}", means)
    for member in EXPLAINED_IN_HARBOURS if name == "harbour-blockade" else EXPLAINED:
        terms = sim.explain(name, member, tries_levers=False, replicates=REPLICATES).terms
        found |= of_frame(f"explained.{member}", terms[["support", "abstain", "oppose", "absent", "value"]])
    return found


def experiment(name: str) -> dict[str, Numbers]:
    """Every figure of every design point, and the ranking where the experiment has a target split."""
    swept = sim.sweep(name, replicates=REPLICATES)
    return of_frame("points", swept.points) | of_frame("tallies", swept.tallies[["support", "oppose"]][::50])


def goal(name: str) -> dict[str, Numbers]:
    """The cheapest combination and the frontier."""
    return dict(of_document("reach", sim.reach(name, [f"replicates={REPLICATES}"]).summary.document()))


def scores(name: str) -> dict[str, Numbers]:
    """What ``sim validate --json`` prints, in each of its modes."""
    from sim.cli.app import app

    found: dict[str, Numbers] = {}
    for mode in ("as-it-stands", "next-vote", "held-out"):
        printed = StringIO()
        more = ["--folds", "10", "--fold-seeds", "1"] if mode == "held-out" else []
        with redirect_stdout(printed):
            app(["validate", name, "--mode", mode, "--json", *more], standalone_mode=False)
        found |= of_document(mode, json.loads(printed.getvalue()))
    return found


MAKERS: Mapping[str, tuple[Callable[[str], dict[str, Numbers]], list[str]]] = {
    "scenario": (scenario, names("scenarios")),
    "experiment": (experiment, names("experiments")),
    "goal": (goal, names("experiments/goals")),
    "scores": (scores, ["es-11-1", "es-11-2", "es-11-3"]),
}


def read_record() -> dict[str, Part]:
    with gzip.open(FILE, "rt", encoding="utf-8") as file:
        return json.load(file)


def write_record() -> None:
    found = {}
    for kind, (make, of_kind) in MAKERS.items():
        for name in of_kind:
            print(kind, name, file=sys.stderr, flush=True)
            found[f"{kind} {name}"] = make(name)
    text = json.dumps(found, sort_keys=True, ensure_ascii=False)
    FILE.write_bytes(gzip.compress(text.encode(), mtime=0))


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit("usage: python tests/support/recording.py --write")
    write_record()
