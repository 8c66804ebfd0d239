"""The command line: one thin file per command."""

from sim.cli.app import main

__all__ = ["main"]
