"""What the dashboard's tests share: a Chromium that is watched."""

import shutil
from urllib.parse import urlsplit

import pytest

from sim.views.explore.start import start_from

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def start():
    return start_from("es-11-1")


@pytest.fixture(scope="session")
def browser():
    if CHROMIUM is None:
        pytest.skip("there is no Chromium on this machine")
    sync_api = pytest.importorskip("playwright.sync_api", reason="the browser is driven by Playwright")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture
def opened(browser):
    """A function that opens an address in a session of its own; it reports no error and asks nobody else."""
    contexts, hosts, errors = [], set(), []

    def told(message):
        if message.type == "error":
            errors.append(message.text)

    def opening(address, width=1280, height=900):
        context = browser.new_context(viewport={"width": width, "height": height}, accept_downloads=True)
        contexts.append(context)
        context.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", told)
        page.on("websocket", lambda socket: hosts.add(urlsplit(socket.url).hostname))
        page.goto(address)
        return page

    yield opening
    for context in contexts:
        context.close()
    assert hosts - {None} == {"127.0.0.1"}
    assert errors == []
