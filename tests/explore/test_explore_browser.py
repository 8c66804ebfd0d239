"""The dashboard in a real Chromium: what a user does, what is shown, and that no request leaves the machine."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

pytest.importorskip("solara", reason="the dashboard needs Solara")

SERVER = """
import sys
def watch(event, args):
    if event in ("socket.connect", "socket.getaddrinfo"):
        host = args[1][0] if event == "socket.connect" and isinstance(args[1], tuple) else args[0]
        if isinstance(host, str) and host not in ("127.0.0.1", "localhost", "::1", "0.0.0.0"):
            print("LEFT", host, file=sys.stderr, flush=True)
sys.addaudithook(watch)
from sim.cli import main
sys.argv = ["sim", "explore", "es-11-1", "--port", "0", "--no-browser"]
main()
"""
THREAT = "input[data-key='vote.0.target_threat']"


@pytest.fixture(scope="module")
def server(browser, tmp_path_factory):
    """The address of a running dashboard, where there is a browser; on leaving, nothing it did has left the machine."""
    log = tmp_path_factory.mktemp("server") / "log"
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}
    with log.open("w") as file:
        process = subprocess.Popen([sys.executable, "-c", SERVER], stderr=file, stdout=file, env=environment)
    try:
        for _ in range(300):
            found = re.search(r"at (http://\S+/);", log.read_text())
            if found or process.poll() is not None:
                break
            time.sleep(0.1)
        assert found, log.read_text()
        yield found[1].replace("localhost", "127.0.0.1")
        assert "LEFT" not in log.read_text(), log.read_text()
        assert "Traceback" not in log.read_text(), log.read_text()
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture
def visit(browser, server):
    """A function that opens the page in a session of its own; all requests are watched."""
    contexts, hosts, errors = [], set(), []

    def opened(query="", width=1280):
        context = browser.new_context(viewport={"width": width, "height": 900}, accept_downloads=True)
        contexts.append(context)
        context.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("websocket", lambda socket: hosts.add(urlsplit(socket.url).hostname))
        page.goto(server + query)
        page.wait_for_selector("#split", timeout=30_000)
        page.wait_for_selector(THREAT)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert hosts - {None} == {"127.0.0.1"}
    assert errors == []


def split(page):
    return page.inner_text("#split")


def type_into(page, selector, text):
    page.fill(selector, text)
    page.press(selector, "Enter")


def change(page, selector, text):
    """Type a value and wait until the numbers are others."""
    before = split(page)
    type_into(page, selector, text)
    page.wait_for_function("before => document.querySelector('#split').innerText !== before", arg=before)


def saved(page, label):
    with page.expect_download() as download:
        page.click(f"text={label}")
    return Path(download.value.path()).read_text(encoding="utf-8")


def tally_shown(page):
    rows = page.query_selector_all(".numbers tr[data-action]")
    return {
        row.get_attribute("data-action"): (
            float(row.query_selector(".median").inner_text()),
            *map(float, row.query_selector(".interval").inner_text().split(" to ")),
        )
        for row in rows
    }


def test_a_move_is_saved_run_and_loaded_again(visit, tmp_path):
    page = visit()
    first = split(page)
    change(page, THREAT, "2")
    file = tmp_path / "saved.toml"
    file.write_text(saved(page, "Save scenario"), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "sim.cli", "run", str(file), "--json"], capture_output=True, text=True, check=True
    )
    tally = json.loads(run.stdout)["votes"][0]["tally"]
    expected = {action: (row["median"], row["p05"], row["p95"]) for action, row in tally.items()}
    assert tally_shown(page) == expected
    assert json.loads(saved(page, "JSON"))["votes"][0]["tally"] == tally
    assert len(saved(page, "CSV").splitlines()) == 194
    assert page.inner_text("#baseline-split") == first
    assert page.query_selector("#movers tr[data-iso3=CAF]")
    page.click("text=Reset")
    page.wait_for_selector("#nobody")
    assert split(page) == first
    page.set_input_files("input[type=file]", str(file))
    page.wait_for_selector("#movers", timeout=5000)
    assert tally_shown(page) == expected
    assert float(page.input_value(THREAT)) == 2


def test_a_link_reproduces_what_is_seen_and_sessions_are_apart(visit):
    one, other = visit(), visit()
    first = split(other)
    change(one, THREAT, "2")
    one.click("#chamber-now [data-iso3=BLR]")
    one.wait_for_selector("#explained[data-iso3=BLR]")
    assert (split(other), other.input_value(THREAT)) == (first, "1")
    change(other, "input[data-key='vote.0.severity']", "-2")
    query = "?" + urlsplit(one.url).query
    assert "vote.0.target_threat=2" in query
    third = visit(query)
    third.wait_for_selector("#explained[data-iso3=BLR]")
    assert tally_shown(third) == tally_shown(one) != tally_shown(other)
    assert "vote.0.target_threat" not in other.url


def test_a_slider_moves_chamber_and_map_and_members_explain_themselves(visit):
    page = visit()
    before = split(page)
    page.focus("#vote\\.0\\.severity")
    page.keyboard.press("End")
    page.wait_for_function("before => document.querySelector('#split').innerText !== before", arg=before)
    colours = {
        which: [e.get_attribute("data-action") for e in page.query_selector_all(f"#chamber-{which} .seat")]
        for which in ("now", "before")
    }
    assert len(colours["now"]) == len(colours["before"]) == len(page.query_selector_all(".map .tile")) == 193
    assert colours["now"] != colours["before"]
    page.click("#members tr[data-iso3=IND] button")
    page.wait_for_selector("#explained[data-iso3=IND]")
    assert "India" in page.inner_text("#explained")
    assert {row.inner_text() for row in page.query_selector_all("#terms tbody th")} >= {"severity", "peers", "together"}


def test_bad_values_are_refused_in_place(visit):
    page = visit()
    before = split(page)
    type_into(page, "input[data-key='parameters.enforcement']", "7")
    page.wait_for_selector(".lever .refused")
    assert page.inner_text(".lever .refused") == "parameters.enforcement: got 7; allowed is 0 to 1 (probability)."
    assert split(page) == before
    assert urlsplit(page.url).query == ""
    page.click("text=Senders that change sides")
    page.click("text=Multiply dependence")
    page.fill("input[aria-label='Members or groups']", "Atlantis")
    page.click("text=Add >> nth=0")
    page.wait_for_selector(".refused:has-text('Atlantis')")
    page.click("[data-sender=DEU]")
    page.wait_for_function("() => location.search.includes('roles.senders')")
    assert not page.query_selector(".refused")


def test_a_bad_link_is_told_and_the_scenario_shown(visit):
    page = visit("?parameters.enforcement=7&member=BLR")
    page.wait_for_selector(".refused")
    assert "allowed is 0 to 1" in page.inner_text(".refused")


def test_nothing_is_cut_off_on_a_phone(visit):
    page = visit(width=390)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    cut = page.evaluate(
        "() => [...document.querySelectorAll('.lever, .numbers td, .bar button')]"
        ".filter(e => e.getBoundingClientRect().right > 391).map(e => e.innerText)"
    )
    assert cut == []
