"""All commands, and what each of them does on wrong input, failures and interrupts."""

from __future__ import annotations

import ast
import functools
import gc
import sys
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from importlib.util import find_spec
from inspect import cleandoc
from pathlib import Path
from typing import Annotated, Any, Generic, ParamSpec, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup

from sim.errors import InputError

Parameters = ParamSpec("Parameters")
Value = TypeVar("Value")

LOCATIONS = {
    "run": "run.command",
    "sweep": "sweep.command",
    "compare": "compare.command",
    "explain": "explain.command",
    "explore": "explore.command",
    "reach": "reach.command",
    "sensitivity": "sensitivity.command",
    "validate": "validate.command",
    "calibrate": "calibrate.command",
    "plot": "plot.command",
    "report": "report.command",
    "rerun": "rerun.command",
    "world": "world.command",
    "list": "lists.command",
    "identify pressure": "identify.pressure",
    "identify peers": "identify.peers",
    "rollcalls import": "rollcalls.import_",
    "check": "check.check",
    "init": "init.init",
    "schema": "check.schema",
}
"""Where in `sim.cli.commands` each command is; those of two words are listed together under the first."""
GROUPS = {
    "identify": "Ask votes and dates about pressure and peers.",
    "rollcalls": "Read files of roll calls in any of the usual layouts.",
}


class LoadedWhenAsked(Mapping[str, Value], Generic[Value]):
    """Values by name, each made when it is first asked for: a command loads only what it needs."""

    def __init__(self, names: list[str], make: Callable[[str], Value]) -> None:
        self.names, self.make = names, functools.cache(make)

    def __getitem__(self, name: str) -> Value:
        if name not in self.names:
            raise KeyError(name)
        return self.make(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)


def _load(name: str) -> Callable[..., int]:
    module, _, function = LOCATIONS[name].partition(".")
    found: Callable[..., int] = getattr(import_module(f"sim.cli.commands.{module}"), function)
    return found


COMMANDS = LoadedWhenAsked([*LOCATIONS], _load)
"""Every command by its name."""


def _summarise(name: str) -> str:
    """The first paragraph of a command's docstring, read without loading the command."""
    if name in GROUPS:
        return GROUPS[name]
    module, _, function = LOCATIONS[name].partition(".")
    spec = find_spec(f"sim.cli.commands.{module}")
    assert spec is not None
    assert spec.origin is not None
    parts = ast.parse(Path(spec.origin).read_text(encoding="utf-8")).body
    found = next(part for part in parts if isinstance(part, ast.FunctionDef) and part.name == function)
    return cleandoc(ast.get_docstring(found) or "").split("\n\n")[0]


def _build(name: str) -> Any:
    """The command of a name, or the group."""
    own = typer.Typer(help=GROUPS.get(name), no_args_is_help=name in GROUPS, add_completion=False)
    if name in GROUPS:
        own.callback()(lambda: None)
    for full in LOCATIONS:
        if full.split()[0] == name:
            own.command(full.split()[-1])(with_status(COMMANDS[full]))
    command = typer.main.get_command(own)
    command.name = name
    return command


class _Group(TyperGroup):
    """All commands, each loaded when it is asked for."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands: Any = LoadedWhenAsked([*dict.fromkeys(name.split()[0] for name in LOCATIONS)], _build)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help: a list of all commands, none of them loaded."""
        self.commands = {name: TyperCommand(name, help=_summarise(name)) for name in self.commands}
        super().format_help(ctx, formatter)


app = typer.Typer(name="sim", cls=_Group, no_args_is_help=True, pretty_exceptions_enable=False)


def _print_version(is_asked: bool) -> None:
    if is_asked:
        from sim.runner.identity import read_program_version

        print(f"alignment-sim {read_program_version()}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Simulate who supports, abstains or opposes a resolution, and what would change that."""


def with_status(command: Callable[Parameters, int]) -> Callable[Parameters, None]:
    """A command that ends with its exit status: 0 done, 1 failed, 2 wrong input, 130 interrupted."""
    from threadpoolctl import threadpool_limits

    from sim.cli.output import DONE, FAILED, INTERRUPTED, WRONG_INPUT, describe_failure
    from sim.cli.terminals import abandon_failing

    @functools.wraps(command)
    def run_command(*args: Parameters.args, **kwargs: Parameters.kwargs) -> None:
        if not gc.isenabled():  # all is loaded, and stays
            gc.freeze()
            gc.enable()
        try:
            with threadpool_limits(limits=1):  # an Assembly is small: threads cost more than they save
                status = command(*args, **kwargs)
            sys.stdout.flush()
        except InputError as error:
            status = _say(str(error), WRONG_INPUT)
        except KeyboardInterrupt:
            status = _say("interrupted", INTERRUPTED)
        except BrokenPipeError:  # the reader of a pipe has closed it, as with '| head'
            abandon_failing()
            status = DONE
        except (OSError, MemoryError) as error:
            status = _say(f"failed: {describe_failure(error)}", FAILED)
        raise typer.Exit(status)

    return run_command


def _say(message: str, status: int) -> int:
    from sim.cli.output import say

    say(message)
    return status
