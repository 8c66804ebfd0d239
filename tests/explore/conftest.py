"""What the dashboard's tests share: pages of a Chromium that are watched."""

from urllib.parse import urlsplit

import pytest

from sim.explore.start import read_launch


@pytest.fixture(scope="session")
def start():
    return read_launch("es-11-1")


@pytest.fixture
def opened(browser):
    """A function that opens an address in a session of its own; it reports no error and asks nobody else."""
    contexts, hosts, errors = [], set(), []

    def report(message):
        if message.type == "error":
            errors.append(message.text)

    def opening(address, width=1280, height=900):
        context = browser.new_context(viewport={"width": width, "height": height}, accept_downloads=True)
        contexts.append(context)
        context.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", report)
        page.on("websocket", lambda socket: hosts.add(urlsplit(socket.url).hostname))
        assert page.goto(address).ok
        return page

    yield opening
    for context in contexts:
        context.close()
    assert hosts - {None} == {"127.0.0.1"}
    assert errors == []
