"""All commands, and what each of them does on wrong input, failures and interrupts."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Annotated, ParamSpec

import typer

from sim.cli.commands import (
    calibrate,
    check,
    compare,
    explain,
    explore,
    identify,
    init,
    lists,
    plot,
    reach,
    report,
    rerun,
    rollcalls,
    run,
    sensitivity,
    sweep,
    validate,
    world,
)
from sim.cli.output import DONE, FAILED, INTERRUPTED, WRONG_INPUT, describe_failure, say
from sim.cli.terminals import abandon_failing
from sim.errors import InputError
from sim.runner.identity import program_version

Parameters = ParamSpec("Parameters")

app = typer.Typer(
    name="sim",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def _print_version(is_asked: bool) -> None:
    if is_asked:
        print(f"alignment-sim {program_version()}")
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

    @functools.wraps(command)
    def run_command(*args: Parameters.args, **kwargs: Parameters.kwargs) -> None:
        try:
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
    say(message)
    return status


COMMANDS: dict[str, Callable[..., int]] = {
    "run": run.command,
    "sweep": sweep.command,
    "compare": compare.command,
    "explain": explain.command,
    "explore": explore.command,
    "reach": reach.command,
    "sensitivity": sensitivity.command,
    "validate": validate.command,
    "calibrate": calibrate.command,
    "plot": plot.command,
    "report": report.command,
    "rerun": rerun.command,
    "world": world.command,
    "list": lists.command,
    "identify pressure": identify.pressure,
    "identify peers": identify.peers,
    "rollcalls import": rollcalls.import_,
    "check": check.check,
    "init": init.init,
    "schema": check.schema,
}
"""Every command by its name; those of two words are listed together under the first."""
GROUPS = {
    "identify": typer.Typer(help="Ask votes and dates about pressure and peers.", no_args_is_help=True),
    "rollcalls": typer.Typer(help="Read files of roll calls in any of the usual layouts.", no_args_is_help=True),
}

for group, commands in GROUPS.items():
    app.add_typer(commands, name=group)
for name, command in COMMANDS.items():
    group, _, own = name.rpartition(" ")
    GROUPS.get(group, app).command(own)(with_status(command))
