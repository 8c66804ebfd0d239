"""The commands together, and what every one of them does with bad input, failures and interrupts."""

from __future__ import annotations

import sys

import click
import typer

from sim.cli import calibrate, check, lists, rerun, run, validate, world
from sim.errors import InputError

DONE, FAILED, WRONG_INPUT, INTERRUPTED = 0, 1, 2, 130

app = typer.Typer(
    name="sim",
    help="Who supports, abstains or opposes, and what would change that: sanctions and alignment between states.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("run")(run.command)
app.command("validate")(validate.command)
app.command("calibrate")(calibrate.command)
app.command("rerun")(rerun.command)
app.command("world")(world.command)
app.command("list")(lists.command)
app.command("check")(check.check)
app.command("init")(check.init)
app.command("schema")(check.schema)


def main() -> None:
    """Run the command line and leave with its exit status: 0 done, 1 failed, 2 wrong input, 130 interrupted."""
    try:
        status = app(standalone_mode=False)
    except InputError as error:
        status = _say(str(error), WRONG_INPUT)
    except click.exceptions.Abort:
        status = _say("interrupted", INTERRUPTED)
    except KeyboardInterrupt:
        status = _say("interrupted", INTERRUPTED)
    except click.ClickException as error:
        error.show(sys.stderr)
        status = WRONG_INPUT
    except BrokenPipeError:
        sys.stderr.close()
        status = FAILED
    except OSError as error:
        status = _say(f"failed: {error}", FAILED)
    sys.exit(status if isinstance(status, int) else DONE)


def _say(message: str, status: int) -> int:
    print(message, file=sys.stderr)
    return status
