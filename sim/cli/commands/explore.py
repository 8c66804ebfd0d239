"""``sim explore``: the dashboard in a browser."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Annotated

import typer

from sim.cli.output import Overrides, say
from sim.errors import make_input_error
from sim.explore.result import run_state
from sim.explore.serving import serve
from sim.explore.start import read_launch


def command(
    scenario: Annotated[str, typer.Argument(help="Name of a shipped scenario, or a TOML file.")],
    port: Annotated[int, typer.Option(help="Port to serve on; 0 for any that is free.", min=0, max=65535)] = 8765,
    host: Annotated[
        str, typer.Option(help="Address to serve on; by default only this machine can open the page.")
    ] = "127.0.0.1",
    allow_host: Annotated[
        list[str] | None,
        typer.Option(help="Another name at which the page may be opened, as behind a proxy. Repeatable."),
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open the page in a browser.")] = True,
    set_: Overrides = None,
) -> int:
    """Explore a scenario in a browser: move a lever and see who votes differently; stop with Ctrl-C."""
    if any(find_spec(name) is None for name in ("solara", "uvicorn")):
        raise make_input_error("sim explore", "", "the dashboard needs Solara.", "Install alignment-sim[explore].")
    start = read_launch(scenario, set_ or [])
    run_state(start, start.state)  # an error is reported here, before a browser opens
    serve(
        scenario,
        set_ or [],
        host,
        port,
        names=allow_host or [],
        opens_browser=browser,
        on_ready=lambda address: say(f"'{start.spec.title}' at {address}; stop with Ctrl-C"),
    )
    return 0
