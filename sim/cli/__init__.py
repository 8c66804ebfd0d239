"""The command line: one thin file per command."""

import sys

INTERRUPTED = 130


def main() -> None:
    """Run the command line; an interrupt while it is still loading ends it as quietly as later on."""
    try:
        from sim.cli.app import app

        app()
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(INTERRUPTED)
