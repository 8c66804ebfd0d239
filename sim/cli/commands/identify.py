"""``sim identify``: what votes and dates say about pressure and peers, apart from the fit of the model."""

from __future__ import annotations

from sim.cli.output import AsJson, console, print_json, print_lines, print_table
from sim.cli.progress import progress


def pressure(as_json: AsJson = False) -> int:
    """Compare threatened votes with votes that nobody threatened over, by a plan written before any fit."""
    from sim.fitting.pressure.estimate import estimate_pressure  # SciPy is slow to load
    from sim.fitting.pressure.plan import read_plan
    from sim.fitting.pressure.tables import (
        answer_pressure,
        make_alternatives_table,
        make_power_table,
        make_pressure_table,
    )

    with progress("threatened votes", len(read_plan()["threatened"])) as report:
        found = estimate_pressure(on_progress=report)
    if as_json:
        print_json(found.document())
        return 0
    screen = console()
    print_lines(screen, answer_pressure(found))
    for made in (make_pressure_table(found), *map(make_alternatives_table, found.votes), make_power_table(found)):
        screen.print()
        print_table(screen, made)
    print_lines(screen, ["", f"The plan, as written before any fit: SHA-256 {found.plan}"])
    return 0


def peers(as_json: AsJson = False) -> int:
    """Ask the order of joining sanctions, and votes after earlier surprises, whether members follow their peers."""
    from sim.fitting.peers.estimate import answer_peers, estimate_peers, make_following_table  # as above

    with progress("questions") as report:
        found = estimate_peers(report)
    if as_json:
        print_json(found.document())
        return 0
    screen = console()
    print_lines(screen, [answer_peers(found), ""])
    print_table(screen, make_following_table(found))
    return 0
