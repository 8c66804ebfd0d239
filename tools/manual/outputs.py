"""Pages on outputs: one for the JSON document of each command, and one for the files of kept runs and sweeps.

Everything is read from the types of results and from the schemas of the tables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pyarrow as pa

from sim.results.changes import ComparedFigure, ComparisonSummary
from sim.results.described import Result
from sim.results.explanation import Fence, MemberReasons, Overview
from sim.results.folder import Execution, FolderPlan, RunManifest, SweepManifest
from sim.results.goals import GoalSearch
from sim.results.peers import PeersReport
from sim.results.pressure import PressureReport
from sim.results.rollcalls import RollCallImport
from sim.results.run import RunSummary
from sim.results.scenarios import ScenariosSummary
from sim.results.scores import Scores
from sim.results.sensitivity import MorrisIndices, SensitivityAnalysis, SobolIndices
from sim.results.series import MEMBER_SERIES, OF_FUELS, WHOLE_SERIES
from sim.results.sweep import SweepReport
from sim.results.validation import HeldOutValidation, PooledScores, Validation
from sim.rules.choice import ACTIONS
from sim.runner.folder import files, schemas
from tools.manual.documents import key_table
from tools.manual.markdown import code, page, table

COMMANDS = {"peers": "identify peers", "pressure": "identify pressure", "rollcalls": "rollcalls import"}
"""Commands whose documents have a shorter name."""


class Part(NamedTuple):
    """A part of a page: its heading, what is said of it, and the type it shows."""

    heading: str
    text: str
    kind: type[Result]


class Document(NamedTuple):
    """A page on what a command prints.

    Parameters
    ----------
    parts : the types that it shows, one after another.
    """

    title: str
    text: str
    parts: Sequence[Part]


WORDS = (
    "An *action* is support, abstain, oppose or absent. A member's *probabilities* are smoothed frequencies "
    "(n + 1/2) / (R + 2) over R runs. `p05` and `p95` bound the 90 % interval. In a key, `[]` means each entry of a "
    "list, and CAPITALS one of several names. `sim schema --result run` prints the JSON Schema of a document, "
    "with labels and units."
)
DOCUMENTS: Mapping[str, Document] = {
    "run": Document(
        "What `sim run --json` prints",
        "One document for each run: every vote with its split, and the months where the scenario has them. Several "
        "scenarios have another document, which is shorter.",
        [
            Part("One scenario", "", RunSummary),
            Part("Several scenarios", "`sim schema --result run-several` prints its JSON Schema.", ScenariosSummary),
        ],
    ),
    "compare": Document(
        "What `sim compare` prints",
        "`--json` prints what changed, vote by vote; `--csv` writes the same as one long table, and a wide one.",
        [Part("With `--json`", "", ComparisonSummary), Part("With `--csv`", "A row for each figure.", ComparedFigure)],
    ),
    "explain": Document(
        "What `sim explain --json` prints",
        "Utilities are means over the runs, and the terms add up to them. 1 utility is one unit of log-odds: an action "
        "whose utility is larger by 1 is 2.7 times as likely.",
        [Part("One member", "", MemberReasons), Part("With `--all`", "", Overview), Part("With `--fence`", "", Fence)],
    ),
    "reach": Document("What `sim reach --json` prints", "", [Part("", "", GoalSearch)]),
    "sensitivity": Document(
        "What `sim sensitivity --json` prints",
        "",
        [
            Part("", "", SensitivityAnalysis),
            Part("A lever of a design of kind `morris`", "", MorrisIndices),
            Part("A lever of a design of kind `saltelli`", "", SobolIndices),
        ],
    ),
    "sweep": Document("What `sim sweep --json` prints", "", [Part("", "", SweepReport)]),
    "pressure": Document(
        "What `sim identify pressure --json` prints",
        "Slopes and effects are log-odds of siding with the threatener, from no exposure to full leverage.",
        [Part("", "", PressureReport)],
    ),
    "peers": Document(
        "What `sim identify peers --json` prints",
        "Each entry is one way to tell members that follow their peers from members that are like them.",
        [Part("", "", PeersReport)],
    ),
    "rollcalls": Document(
        "What `sim rollcalls import --json` prints",
        "What was read from a file of roll calls, and what was left out.",
        [Part("", "", RollCallImport)],
    ),
    "validate": Document(
        "What `sim validate --json` prints",
        "`resolutions` lists the resolutions that were scored. *Pinned*: severity and the base rate of abstention are "
        "fitted to the observed counts, and members are ranked. *Declared*: the scenario unchanged. Scores are over "
        "three classes; absence counts as abstention.",
        [
            Part("An entry of `resolutions`", "", Validation),
            Part("With `--mode held-out`, every entry also has", "", HeldOutValidation),
            Part("`together`", "", PooledScores),
            Part("Scores", "", Scores),
        ],
    ),
}
TABLES: Mapping[str, pa.Schema] = {
    files.POINTS: schemas.make_points_schema({"role": pa.string(), "FACTOR": pa.float64()}),
    files.TALLIES: schemas.TALLY_SCHEMA,
    files.MEMBERS: schemas.MEMBER_SCHEMA,
    files.VOTES: schemas.VOTE_SCHEMA,
    files.MONTHS: schemas.MONTH_SCHEMA,
    files.SIDED: schemas.SIDE_SCHEMA,
    files.RANKING: schemas.RANKING_SCHEMA,
}
MANIFESTS: Mapping[str, Sequence[Part]] = {
    files.MANIFEST: [Part("Of a run", "", RunManifest), Part("Of a sweep it also has", "", SweepManifest)],
    files.EXECUTION: [Part("", "", Execution)],
    files.PLAN: [Part("", "", FolderPlan)],
}


def pages() -> dict[str, str]:
    """Every page on output, by the name of its file."""
    known: dict[type[Result], str] = {}
    found = {f"output-{name}.md": _document(name, document, known) for name, document in DOCUMENTS.items()}
    listed = [f"- [{document.title}](output-{name}.md)" for name, document in DOCUMENTS.items()]
    listed += [
        "- [The series of the months](output-months.md)",
        "- [The files of a kept run or sweep](output-folders.md)",
    ]
    return {
        "output.md": page("Output", WORDS, "\n".join(listed)),
        **found,
        "output-months.md": page("The series of the months", _series()),
        "output-folders.md": page("The files of a kept run or sweep", *_folders(known)),
    }


def _document(name: str, document: Document, known: dict[type[Result], str]) -> str:
    parts = [document.text]
    for number, part in enumerate(document.parts):
        bases = [one.kind for one in document.parts[:number] if issubclass(part.kind, one.kind)]
        without = {field for kind in bases for field in kind.model_fields}
        parts += [f"## {part.heading}" if part.heading else "", part.text]
        parts.append(key_table(part.kind, known, f"`sim {COMMANDS.get(name, name)} --json`", without))
    return page(document.title, *parts)


def _series() -> str:
    """Every series; those of a fuel once for all of them."""
    fuels = {
        f"{head}_FUEL": one._replace(description=one.description.format(fuel="fuel")) for head, one in OF_FUELS.items()
    }
    rows = [
        [code(name), of, one.unit, one.label.format(fuel="fuel"), one.description]
        for of, series in (("whole", WHOLE_SERIES), ("members", MEMBER_SERIES), ("fuels", fuels))
        for name, one in series.items()
    ]
    return table(["series", "of", "unit", "label", "meaning"], rows)


def _folders(known: dict[type[Result], str]) -> list[str]:
    """Every file that a folder of results may hold, with its keys or columns."""
    parts = ["`sim run --out FOLDER` and `sim sweep` write a folder of results."]
    for name, purpose in files.PURPOSES.items():
        parts += [f"## `{name}`", purpose]
        if name in TABLES:
            parts.append(_columns(TABLES[name]))
        for number, part in enumerate(MANIFESTS.get(name, ())):
            before = set().union(*(one.kind.model_fields for one in MANIFESTS[name][:number]))
            parts += [part.heading, key_table(part.kind, known, code(name), before)]
    return parts


def _columns(schema: pa.Schema) -> str:
    """The columns of a table; what each action has is written once."""
    rows: dict[str, list[str]] = {}
    for field in schema:
        about = {key.decode(): value.decode() for key, value in field.metadata.items()}
        action = next((action for action in ACTIONS if field.name.startswith(action)), None)
        name = field.name if action is None else field.name.replace(action, "ACTION")
        meaning = about["description"] if action is None else about["description"].replace(action, "ACTION")
        rows.setdefault(name, [code(name), _type(field.type), about["unit"], meaning])
    return table(["column", "value", "unit", "meaning"], list(rows.values()))


def _type(kind: pa.DataType) -> str:
    if pa.types.is_boolean(kind):
        return "true or false"
    if pa.types.is_binary(kind):
        return "bytes"
    return "text" if pa.types.is_string(kind) else "number"
