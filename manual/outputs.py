"""What comes out: the keys of JSON documents and the files of kept runs and sweeps, read off small ones made here.

What each key means is said in ``meanings.toml``. A key without a meaning, or a meaning without a key, is an error.
"""

from __future__ import annotations

import json
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from manual.documents import keys_of
from manual.markdown import code, page, table
from sim.case import prepare
from sim.evaluation.heldout import COMPARED, REGRESSIONS, HeldOut
from sim.evaluation.ranking import rank
from sim.evaluation.scores import Scores
from sim.evaluation.summary import summary
from sim.evaluation.tallies import REPORTED
from sim.evaluation.validation import validate
from sim.evaluation.verdict import Validation
from sim.months.series import MEMBER_SERIES
from sim.runner.executors import InProcess
from sim.runner.keep import keep
from sim.runner.run import RunResult, run
from sim.runner.sweep import sweep
from sim.specs import read_scenario
from sim.specs.experiment import experiment_from
from sim.whatif.explain import explain
from sim.whatif.explained import explanation_document
from sim.whatif.tipping import Member, tips_of

MEANINGS = Path(__file__).with_name("meanings.toml")
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
    meanings = tomllib.loads(MEANINGS.read_text(encoding="utf-8"))
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
        _keys(of_votes, meanings["run"]),
        "### The part `months`",
        "Only where the scenario has `[months]`; means and intervals are over the first replicates.",
        _keys(of_months, meanings["months"]),
        "### Series of the months",
        _series(document["months"], meanings["series"]),
        "## `sim explain --json`",
        "Terms are in units of the logit noise, means over the replicates; they add up to the utilities.",
        _keys(keys_of(_explained()), meanings["explain"]),
        "## `sim validate --json`",
        "*Pinned*: severity and the abstaining base rate are fitted to the observed counts, and members are ranked. "
        "*Declared*: as the scenario stands. Scores are over three classes, absent counted with abstain.",
        _keys(of_scores, meanings["validate"]),
        "With `--mode held-out`, every entry also has:",
        _keys(of_held_out, meanings["held_out"]),
        "## Scores",
        _keys(dict.fromkeys(Scores.__dataclass_fields__, "number"), meanings["scores"]),
        *_folders(months, meanings),
    ]
    return {"output.md": page("Output", *parts)}


def _run(name: str) -> RunResult:
    """A small run of a what-if beside its base."""
    spec = read_scenario(name, ["replicates=20"])
    base = read_scenario(str(spec.base), ["replicates=20", f"seed={spec.seed}"])
    return run(prepare(spec), base=prepare(base))


def _explained() -> dict[str, object]:
    """A small explanation with everything that one can have: months, drawn parameters, a lever's tips, a walk."""
    ends = ["months.end=2022-04-30", "replicates=20", "parameter_uncertainty=true"]
    found = explain(read_scenario("2022-2023", ends), "IND", tries_levers=False, walks_along="vote.0.severity")
    assert found.walk is not None
    case, lever = found.anatomy.case, found.walk[0]
    tips = tips_of(Member(case, found.anatomy.number, found.index, 20), lever, found.likeliest)
    return explanation_document(replace(found, tips=((lever, tuple(tips.values())),)))


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


def _keys(keys: Mapping[str, str], meanings: Mapping[str, str]) -> str:
    keys = {key: kind for key, kind in keys.items() if kind != "null" or key in meanings}
    _check(keys, meanings)
    return table(["key", "value", "meaning"], [[code(key), kind, meanings[key]] for key, kind in keys.items()])


def _check(found: Mapping[str, object], meanings: Mapping[str, str]) -> None:
    """Refuse meanings that do not match what there is."""
    missing, stale = [*(found.keys() - meanings.keys())], [*(meanings.keys() - found.keys())]
    if missing or stale:
        raise ValueError(f"{MEANINGS.name}: without a meaning: {sorted(missing)}; meaning of nothing: {sorted(stale)}")


def _series(months: Any, meanings: Mapping[str, str]) -> str:
    """The series over the whole and over members, those of fuels and actions told once."""
    units = dict.fromkeys(months["totals"], "") | dict(MEMBER_SERIES) | months["units"]
    told = {_generic(name): unit for name, unit in units.items()}
    whole = {_generic(name) for name in months["totals"]}
    members = {_generic(name) for name in months["units"]}
    _check(told, meanings)
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
        keep(kept, run_folder, 0.0)
        experiment = experiment_from(EXPERIMENT, "example", Path())
        sweep(experiment, sweep_folder, InProcess())
        rank(experiment, sweep_folder)
        yield "## The folder of a kept run (`sim run --out`)"
        yield from _folder(run_folder, meanings["run_files"], meanings)
        yield "## The folder of a sweep (`sim sweep --out`)"
        yield from _folder(sweep_folder, meanings["sweep_files"], meanings)


def _folder(folder: Path, meanings: Mapping[str, Any], shared: Mapping[str, Any]) -> Iterator[str]:
    paths = {path.name: path for path in sorted(folder.iterdir()) if not path.name.startswith(".")}
    _check(paths, {name: entry["what"] for name, entry in meanings.items()})
    for name, path in paths.items():
        entry = meanings[name]
        yield f"### `{name}`"
        yield str(entry["what"])
        own = {**{key: shared["shared_keys"][key] for key in entry.get("as_shared", ())}, **entry.get("keys", {})}
        if path.suffix == ".json":
            yield _keys(keys_of(json.loads(path.read_text(encoding="utf-8"))), own)
        else:
            yield _columns(path, own)


def _columns(path: Path, meanings: Mapping[str, str]) -> str:
    columns: dict[str, str] = {}
    for column in pq.read_schema(path):
        action, _, statistic = column.name.partition("_")
        name = f"ACTION_{statistic}" if action in REPORTED and statistic else column.name
        name = "ACTION" if column.name in REPORTED else "FACTOR" if column.name.startswith("parameters.") else name
        columns.setdefault(name, _type(column.type))
    _check(columns, meanings)
    return table(["column", "value", "meaning"], [[code(name), kind, meanings[name]] for name, kind in columns.items()])


def _type(kind: pa.DataType) -> str:
    if pa.types.is_boolean(kind):
        return "true or false"
    if pa.types.is_binary(kind):
        return "bytes"
    return "text" if pa.types.is_string(kind) else "number"
