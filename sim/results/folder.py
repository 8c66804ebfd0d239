"""The JSON files of a folder that holds a run or a sweep: its manifest, how it was made, and what it is to hold."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from sim.limits import MOST_POINTS, MOST_REPLICATES
from sim.results.described import Result, quantity

Document = dict[str, Any]
"""A scenario or an experiment as plain data; ``sim schema`` describes its keys."""
Hashes = dict[str, str]
Runs = Annotated[int, Field(ge=1, le=MOST_REPLICATES)]
Points = Annotated[int, Field(ge=1, le=MOST_POINTS)]
TableName = Annotated[str, Field(pattern=r"^\w+\.parquet$")]


class Program(Result):
    """The program that made a result."""

    name: str = quantity("program", "name of the program")
    version: str = quantity("version", "its version")
    commit: str | None = quantity(
        "commit", "commit of the checkout it ran from; null where it was installed from a package"
    )
    hash: str = quantity("hash of the program", "SHA-256 of its code and data")


class Provenance(Result):
    """What the bytes of a result may depend on, apart from its inputs."""

    program: Program = quantity("program", "the program that made it")
    packages: dict[str, str] = quantity("packages", "version of each package that it computes with", named="PACKAGE")
    python: str = quantity("Python", "version of Python")
    processor_features: list[str] = quantity(
        "processor features", "vector instructions on which the last bit of an exponential may depend"
    )


class MemberClass(Result):
    """A class of the user's own, whose objects the members are."""

    name: str = quantity("class", "name of the class")
    hash: str = quantity("hash of the class", "SHA-256 of its source")


class RunContents(Result):
    """What a folder of a run holds."""

    kind: Literal["run"] = quantity("kind", "`run`")
    scenario: Document = quantity("scenario", "the scenario as it was run, with its base and all overrides in it")
    scenario_hash: str = quantity("scenario hash", "SHA-256 of it")
    base: Document | None = quantity("base", "the scenario that it was compared with; null where with none")
    parameters: dict[str, float] = quantity("parameters", "value of every parameter", named="PARAMETER")
    seed: int = quantity("seed", "number that all random draws are keyed by")
    member_class: MemberClass | None = quantity(
        "members' class",
        "of a run from Python: name of the members' class and hash of its source; null where it is the model's own",
    )


class SweepContents(Result):
    """What a folder of a sweep holds."""

    kind: Literal["sweep"] = quantity("kind", "`sweep`")
    experiment: Document = quantity("experiment", "the experiment, with its overrides and tables in it")
    scenarios: dict[str, Document] = quantity(
        "scenarios", "each scenario that it varies, with what is set at every point", named="SCENARIO"
    )
    experiment_hash: str = quantity("experiment hash", "SHA-256 of the experiment")


Contents = RunContents | SweepContents


class Kept(Provenance):
    """What every manifest holds."""

    schema_version: int = quantity("layout", "version of this layout")
    engine: str = quantity("engine", "engine that ran it")
    replicates: Runs = quantity("runs of a point", "runs of a point; the most where points differ")
    points: Points = quantity("points", "points: of a run 1, or 2 with a base; of a sweep those of its design")
    defaults: dict[str, float] = quantity("defaults", "default of every parameter", named="PARAMETER")
    worlds: dict[str, Hashes] = quantity(
        "data files", "by world, SHA-256 of every data file that was read", named="WORLD"
    )
    fits: dict[str, str | None] = quantity(
        "parameter files",
        "SHA-256 of the parameter file that the scenario names; null where it names none",
        named="SCENARIO",
    )
    tables: dict[TableName, str] = quantity("tables", "SHA-256 of every table", named="FILE")


class RunManifest(RunContents, Kept):
    """The manifest of a run."""


class SweepManifest(SweepContents, Kept):
    """The manifest of a sweep."""


Manifest = RunManifest | SweepManifest


class Execution(Result):
    """How a result was made: what may differ between repetitions."""

    finished: str = quantity("finished", "when it was finished")
    seconds: float = quantity("duration", "how long the last call took", unit="seconds")
    runs: int = quantity("runs", "runs that the last call made; fewer than all where it resumed an earlier call")
    machine: str = quantity("machine", "kind of machine")
    system: str = quantity("system", "operating system")
    tracebacks: dict[str, str] = quantity("tracebacks", "the traceback of each batch that failed", named="BATCH")


class FolderIdentity(Result):
    """What makes two folders the same apart from their number of runs; never two programs in one folder."""

    kind: str = quantity("kind", "`run` or `sweep`")
    asked: str = quantity(
        "scenario or experiment", "hash of the scenario or the experiment, without its number of runs", key="document"
    )
    scenarios: str = quantity("scenarios", "hash of the scenarios that are run or varied, without their number of runs")
    engine: str = quantity("engine", "the engine")
    outputs: list[str] = quantity("outputs", "what is kept in addition to tallies")
    worlds: dict[str, Hashes] = quantity(
        "data files", "by world, SHA-256 of every data file that is read", named="WORLD"
    )
    defaults: str = quantity("defaults", "hash of the parameters' defaults")
    fits: str = quantity("parameter files", "hash of the parameter files")
    program: str = quantity(
        "program", "version and hash of the program, versions of the packages, and the processor features"
    )


class FolderPlan(Result):
    """What a folder is to hold, and the program that fills it."""

    identity: FolderIdentity = quantity("identity", "what the folder holds")
    replicates: list[int] = quantity("runs", "runs of each point")
