"""Serving the page: Solara's server on this machine, with all that it needs from packages and nothing from the net."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
import warnings
import webbrowser
from collections.abc import Callable, Sequence

from sim.errors import make_input_error
from sim.explore.guard import Guard
from sim.explore.started import STARTED, warm_up

SETTINGS = {
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "false",
    "SOLARA_ASSETS_CDN": "http://127.0.0.1:9/",  # what no package holds is missing rather than fetched
    "SOLARA_THEME_SHOW_BANNER": "false",
    "SOLARA_MODE": "production",
    "SOLARA_KERNEL_CULL_TIMEOUT": "10m",  # a closed tab is forgotten; its address holds its state
}


def serve(
    reference: str,
    overrides: Sequence[str],
    host: str,
    port: int,
    *,
    names: Sequence[str] = (),
    opens_browser: bool,
    on_ready: Callable[[str], None],
) -> None:
    """Serve the page until interrupted.

    Parameters
    ----------
    port : 0 for any that is free.
    names : other names at which browsers may open the page, as where another server passes requests on.
    on_ready : called with the address once the page answers.

    Raises
    ------
    InputError : the address cannot be used.
    """
    listening = _listening(host, port)
    port = listening.getsockname()[1]
    os.environ.update(SETTINGS)
    os.environ[STARTED] = json.dumps([reference, list(overrides)])
    os.environ["SOLARA_APP"] = "sim.explore.page"
    warnings.filterwarnings("ignore", message="Cookies with samesite")  # the page is not embedded in another
    import uvicorn
    from solara.server.starlette import app
    from threadpoolctl import threadpool_limits

    threadpool_limits(limits=1)  # an Assembly is small: threads cost more than they save
    warm_up()
    server = uvicorn.Server(uvicorn.Config(Guard(app, host, *names), log_level="error", access_log=False))
    shown = "localhost" if host in ("127.0.0.1", "localhost", "::1") else host
    address = f"http://{shown}:{port}/"

    def ready() -> None:
        while not server.started:
            time.sleep(0.05)
        on_ready(address)
        if opens_browser:
            webbrowser.open(address)

    threading.Thread(target=ready, daemon=True).start()
    server.run(sockets=[listening])


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except (OSError, OverflowError) as error:
        raise make_input_error("--port", "", f"cannot use {host}:{port}: {error}.", "Give another port.") from error
    return listening
