"""The command line: one thin file per command."""

import sys

INTERRUPTED = 130


def main() -> None:
    """Run the command line; an interrupt while it is still loading ends it as quietly as later on."""
    try:
        from sim.cli.app import app
        from sim.cli.terminals import replace_unwritable

        replace_unwritable()

        app()
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(INTERRUPTED)
