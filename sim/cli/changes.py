"""What changed against a base, as ``sim run`` and ``sim compare`` tell it: who moves, and whether that was expected."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from sim.cli.output import table

MOST_SHOWN = 15
VISIBLE = 0.05
"""Movers below this share of the replicates are counted rather than listed."""


def print_movers(screen: Console, moved: list[dict[str, Any]]) -> None:
    """Print the members that act otherwise, the surest first."""
    if not moved:
        screen.print("[bold]nobody moves, in any replicate[/]")
        return
    shown = [mover for mover in moved if mover["moved"] >= VISIBLE][:MOST_SHOWN]
    rows = [
        [
            mover["name"],
            f"{mover['from']} to {mover['to']}",
            *(percent(mover[key]) for key in ("most_often", "moved", "towards", "away")),
        ]
        for mover in shown
    ]
    if rows:
        columns = ["member", "most often", "", "moves", "to senders", "to target"]
        screen.print(table("Who moves, in per cent of replicates", columns, rows, texts=2))
        screen.print("where the last two do not add up to 'moves', the rest is between abstaining and absence")
    rest = len(moved) - len(shown)
    if rest:
        screen.print(f"{rest} {'more members move' if shown else 'members move'} in some replicates; --json has them")


def print_expected(screen: Console, expected: dict[str, Any] | None) -> None:
    """Print what the author of a what-if said beforehand, beside what came of it."""
    if expected is None:
        return
    verdict = "as expected" if expected["is_as_expected"] else f"not as expected ({expected['support']})"
    screen.print(f"said beforehand: {expected['direction']}")
    screen.print(f"found: mean support {expected['found']}, [bold]{verdict}[/]")
    if expected["movers"]:
        listed = ", ".join(f"{iso3} {100 * share:.0f} %" for iso3, share in expected["movers"].items())
        often = sum(share >= VISIBLE for share in expected["movers"].values())
        of = f"{often} of {len(expected['movers'])} in at least {100 * VISIBLE:.0f} % of replicates"
        screen.print(f"expected movers, and how often they moved ({of}): {listed}")


def percent(share: float) -> str:
    """A share in per cent, with a decimal where it is small, or nearly whole."""
    return f"{100 * share:.1f} %" if 0 < share < 0.05 or 0.95 < share < 1 else f"{100 * share:.0f} %"
