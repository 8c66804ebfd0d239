"""What comes out: the keys of JSON documents and the files of kept runs and sweeps, read off small ones made here.

What each key means is said in ``meanings.toml``. A key without a meaning, or a meaning without a key, is an error.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from sim.case import prepare
from sim.fitting.heldout import COMPARED, REGRESSIONS, HeldOut
from sim.months.series import MEMBER_SERIES
from sim.runner.executors import InProcess
from sim.runner.folder.reading import open_table
from sim.runner.result import RunResult
from sim.runner.run import run
from sim.runner.sweep import keep_run, sweep
from sim.scoring.scores import Scores
from sim.scoring.validation import validate
from sim.scoring.verdict import Validation
from sim.specs import experiment_from, read_scenario
from sim.summaries.ranking import rank
from sim.summaries.summary import summary
from sim.summaries.tallies import REPORTED
from tools.manual.documents import keys_of
from tools.manual.markdown import code, page, table
from tools.manual.meanings import check, key_table, meanings
from tools.manual.questions import parts as parts_of_questions

EXPERIMENT = {
    "scenario": "es-11-1",
    "replicates": 2,
    "outputs": ["members", "votes"],
    "target_split": {"support": 141},
    "design": {"kind": "factorial", "over": {"parameters.enforcement": {"values": [0.1, 0.9]}}},
}
FUELS = ("crude", "products", "pipeline_gas", "lng", "coal")


def pages() -> dict[str, str]:
    """The page, by the name of its file."""
    meant = meanings()
    votes, months = _run("es-11-1-april-threat"), _run("2022-2023-no-taiwan-visit")
    document = summary(months)
    found = validate(read_scenario("es-11-1", ["replicates=20"]))
    scored, fits = [one.document() for one in found], [_as_held_out(found[0]).document()]
    of_votes, of_scores = keys_of(summary(votes)), keys_of({"resolutions": scored})
    of_months = keys_of({"months": document["months"]})
    of_held_out = {key: kind for key, kind in keys_of({"resolutions": fits}).items() if key not in of_scores}
    parts = [
        "Words are those of the tables: an *action* is support, abstain, oppose or absent; a *member's* probabilities "
        "are smoothed frequencies (n + 1/2) / (R + 2) over R replicates; `p05` and `p95` bound the 90 % interval. In a "
        "key, `[]` stands for each entry of a list, and CAPITALS for one of several names.",
        "## `sim run --json`",
        key_table(of_votes, meant["run"]),
        "### The part `months`",
        "Only where the scenario has `[months]`; means and intervals are over the first replicates.",
        key_table(of_months, meant["months"]),
        "### Series of the months",
        _series(document["months"], meant["series"]),
        *parts_of_questions(),
        "## `sim validate --json`",
        "*Pinned*: severity and the abstaining base rate are fitted to the observed counts, and members are ranked. "
        "*Declared*: as the scenario stands. Scores are over three classes, absent counted with abstain.",
        key_table(of_scores, meant["validate"]),
        "With `--mode held-out`, every entry also has:",
        key_table(of_held_out, meant["held_out"]),
        "## Scores",
        key_table(dict.fromkeys(Scores.__dataclass_fields__, "number"), meant["scores"]),
        *_folders(months, meant),
    ]
    return {"output.md": page("Output", *parts)}


def _run(name: str) -> RunResult:
    """A small run of a what-if beside its base."""
    spec = read_scenario(name, ["replicates=20"])
    base = read_scenario(str(spec.base), ["replicates=20", f"seed={spec.seed}"])
    return run(prepare(spec), base=prepare(base))


def _as_held_out(found: Validation) -> HeldOut:
    """Scores in the form of those of held-out members, for the keys of their document."""
    return HeldOut(
        mean=found,
        folds=2,
        by_cut=(found,),
        chances=np.zeros((found.n, 3)),
        best=dict.fromkeys(COMPARED, REGRESSIONS[0]),
        lead=dict.fromkeys(COMPARED, (0.0, 0.0, 0.0)),
    )


def _series(months: Any, meanings: Mapping[str, str]) -> str:
    """The series over the whole and over members, those of fuels and actions told once."""
    units = dict.fromkeys(months["totals"], "") | dict(MEMBER_SERIES) | months["units"]
    told = {_generic(name): unit for name, unit in units.items()}
    whole = {_generic(name) for name in months["totals"]}
    members = {_generic(name) for name in months["units"]}
    check(told, meanings)
    rows = [
        [code(name), ", ".join(["whole"] * (name in whole) + ["members"] * (name in members)), unit, meanings[name]]
        for name, unit in told.items()
    ]
    return table(["series", "of", "unit", "meaning"], rows)


def _generic(name: str) -> str:
    head, _, fuel = name.partition("_")
    return f"{head}_FUEL" if fuel in FUELS else name


def _folders(kept: RunResult, meanings: Mapping[str, Any]) -> Iterator[str]:
    """The files of a kept run and of a sweep."""
    with tempfile.TemporaryDirectory() as scratch:
        run_folder, sweep_folder = Path(scratch) / "run", Path(scratch) / "sweep"
        keep_run(kept.case, run_folder, base=kept.base.case if kept.base else None)
        experiment = experiment_from(EXPERIMENT, "example", Path())
        sweep(experiment, sweep_folder, InProcess())
        rank(experiment, sweep_folder)
        yield "## The folder of a kept run or sweep (`--out`)"
        yield from _files([run_folder, sweep_folder], meanings["files"])


def _files(folders: Sequence[Path], meanings: Mapping[str, Any]) -> Iterator[str]:
    """Every file that is in any of these folders, with all keys or columns that it has in them."""
    names = {path.name: path for folder in folders for path in folder.iterdir() if not path.name.startswith(".")}
    check(names, {name: entry["what"] for name, entry in meanings.items()})
    for name, entry in meanings.items():
        paths = [folder / name for folder in folders if (folder / name).is_file()]
        yield f"### `{name}`"
        yield str(entry["what"])
        if name.endswith(".json"):
            documents = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
            yield key_table({key: kind for one in documents for key, kind in keys_of(one).items()}, entry["keys"])
        else:
            yield _columns(paths, entry["keys"])


def _columns(paths: Sequence[Path], meanings: Mapping[str, str]) -> str:
    columns: dict[str, str] = {}
    for column in (column for path in paths for column in open_table(path).schema_arrow):
        action, _, statistic = column.name.partition("_")
        name = f"ACTION_{statistic}" if action in REPORTED and statistic else column.name
        name = "ACTION" if column.name in REPORTED else "FACTOR" if column.name.startswith("parameters.") else name
        columns.setdefault(name, _type(column.type))
    check(columns, meanings)
    return table(["column", "value", "meaning"], [[code(name), kind, meanings[name]] for name, kind in columns.items()])


def _type(kind: pa.DataType) -> str:
    if pa.types.is_boolean(kind):
        return "true or false"
    if pa.types.is_binary(kind):
        return "bytes"
    return "text" if pa.types.is_string(kind) else "number"
