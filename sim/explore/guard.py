"""Who may ask the page: a browser that opened it at its own address, and no page of another site."""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

REFUSED = b"Another site asked for this page, or at another address. Open the address that 'sim explore' printed."
HEADERS = (
    (b"x-frame-options", b"DENY"),
    (b"content-security-policy", b"frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),  # the address of a page holds what was explored
)
"""What every answer says: no other site may frame the page or read it."""


class Guard:
    """An application that passes on what its own page asks for, and refuses everything else.

    A name that an attacker's site has pointed at this machine is no address of the page: names are allowed one by one,
    numbers as they are. What a page of another site sends has that site as its origin.

    Parameters
    ----------
    app : the application that answers.
    names : names of this machine at which the page may be opened, besides its own and ``localhost``.
    """

    def __init__(self, app: App, *names: str) -> None:
        self._app = app
        self._names = {name.casefold() for name in ("localhost", socket.gethostname(), *names)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        kind = scope["type"]
        if kind in ("http", "websocket") and not self.is_own(scope["headers"]):
            await _refuse(kind, receive, send)
            return

        async def send_with_headers(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *HEADERS]
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def is_own(self, headers: Iterable[tuple[bytes, bytes]]) -> bool:
        """Whether a request is for an address of the page, and comes from there or from no page."""
        given = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in headers]
        hosts = [value for name, value in given if name == "host"]
        origins = [value for name, value in given if name == "origin"]
        if len(hosts) != 1 or not self._is_address(hosts[0]):
            return False
        own = {f"{scheme}://{hosts[0]}".casefold() for scheme in ("http", "https")}
        if any(origin.casefold() not in own for origin in origins):
            return False
        fetched = {name: value for name, value in given if name.startswith("sec-fetch-")}
        is_opened = fetched.get("sec-fetch-mode") == "navigate" and fetched.get("sec-fetch-dest") == "document"
        return fetched.get("sec-fetch-site") != "cross-site" or is_opened

    def _is_address(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname or ""
            return name in self._names or bool(ip_address(name))
        except ValueError:
            return False


async def _refuse(kind: str, receive: Receive, send: Send) -> None:
    if kind == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    headers = [(b"content-type", b"text/plain; charset=utf-8"), *HEADERS]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": REFUSED})
