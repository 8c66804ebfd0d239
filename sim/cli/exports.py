"""The options that write a result to files: the same for every command that prints tables."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

from sim.cli.output import say
from sim.files.writing import check_target
from sim.results.data import DataTable, collect_data_of_tables
from sim.results.tables import Table
from sim.views.exports import KINDS, Export, check_format, write_export

OPTIONS = {
    name: Annotated[Path | None, typer.Option(f"--{name}", metavar="FILE", help=kind.holds)]
    for name, kind in KINDS.items()
}


@dataclass(frozen=True)
class Exports:
    """The files that a command is to write, by kind."""

    files: Mapping[str, Path]

    def __bool__(self) -> bool:
        return bool(self.files)

    def write(
        self, tables: Callable[[], Sequence[Table]], data: Callable[[], Sequence[DataTable]] | None = None
    ) -> None:
        """Write the files, and say where they are.

        Parameters
        ----------
        tables : gives the tables for people; called where there are files.
        data : gives the rows for other programs; by default those of the tables.
        """
        if not self:
            return
        shown = tables()
        rows = collect_data_of_tables(shown) if data is None else data()
        export = Export(shown, rows)
        for kind, path in self.files.items():
            first, *others = write_export(path, kind, export)
            rest = f"; next to it {', '.join(file.name for file in others)}" if others else ""
            say(f"written to {first}{rest}")


NO_EXPORTS = Exports({})


def with_exports(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command an option for each kind of file, in place of its parameter ``exports``.

    A file that could not be written is refused before the command runs.
    """
    hints = get_type_hints(command, include_extras=True)
    parameters: list[inspect.Parameter] = []
    for name, parameter in inspect.signature(command).parameters.items():
        if name == "exports":
            parameters += [
                parameter.replace(name=option, default=None, annotation=of) for option, of in OPTIONS.items()
            ]
        else:
            parameters.append(parameter.replace(annotation=hints[name]))

    @functools.wraps(command)
    def run(*arguments: Any, **given: Any) -> int:
        files = {name: path for name in OPTIONS if (path := given.pop(name, None)) is not None}
        for name, path in files.items():
            check_target(f"--{name}", path)
            check_format(f"--{name}", name)
        return command(*arguments, **given, exports=Exports(files))

    run.__signature__ = inspect.Signature(parameters, return_annotation=int)  # type: ignore[attr-defined]
    run.__annotations__ = {one.name: one.annotation for one in parameters} | {"return": int}
    return run
