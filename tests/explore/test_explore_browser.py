"""The dashboard in a real Chromium: what a user does, what is shown, and that no request leaves the machine."""

import json
import re
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from pages import served

pytest.importorskip("solara", reason="the dashboard needs Solara")

SERVER = """
from sim.cli import main
sys.argv = ["sim", "explore", "{}", "--port", "0", "--no-browser"]
main()
"""
FORGETFUL = """
import gc, sys, threading, time, weakref
from sim.views.explore import serving
from sim.views.explore.result import Explored
serving.SETTINGS["SOLARA_KERNEL_CULL_TIMEOUT"] = "1s"
alive, made = weakref.WeakSet(), Explored.__init__
def make(self, *parts, **named):
    made(self, *parts, **named)
    alive.add(self)
Explored.__init__ = make
def count():
    while True:
        time.sleep(1)
        gc.collect()
        print("KEPT", len(alive), flush=True)
threading.Thread(target=count, daemon=True).start()
"""
"""Run before a server: a closed page is forgotten after a second, and it is said how many results are kept."""
THREAT = "input[data-key='vote.0.target_threat']"
MONTHS = "2022-2023"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with served(SERVER.format("es-11-1"), tmp_path_factory.mktemp("server")) as address:
        yield address


@pytest.fixture(scope="module")
def server_of_months(tmp_path_factory):
    with served(SERVER.format(MONTHS), tmp_path_factory.mktemp("server")) as address:
        yield address


@pytest.fixture
def visit(server, opened):
    """A function that opens the page of votes alone."""
    return lambda query="", width=1280: ready(opened(f"{server}/{query}", width))


@pytest.fixture
def visit_months(server_of_months, opened):
    """A function that opens the page of a scenario with months."""
    return lambda query="", width=1280, height=900: ready(opened(f"{server_of_months}/{query}", width, height))


def ready(page):
    page.wait_for_selector("#split", timeout=60_000)
    page.wait_for_selector(THREAT)
    return page


def whole(page):
    """Wait until all replicates are told of."""
    page.wait_for_selector("#unfinished", state="detached", timeout=60_000)


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


def shown_of(tally):
    """A tally as it is written on the page."""
    return {
        action: tuple(pytest.approx(row[name], abs=0.0501) for name in ("median", "p05", "p95"))
        for action, row in tally.items()
    }


def run_again(file):
    """The document of a saved scenario, by the command line."""
    run = subprocess.run(
        [sys.executable, "-m", "sim.cli", "run", str(file), "--json"], capture_output=True, text=True, check=True
    )
    return json.loads(run.stdout)


def test_a_move_is_saved_run_and_loaded_again(visit, tmp_path):
    page = visit()
    first = split(page)
    change(page, THREAT, "2")
    file = tmp_path / "saved.toml"
    file.write_text(saved(page, "Save scenario"), encoding="utf-8")
    tally = run_again(file)["votes"][0]["tally"]
    expected = shown_of(tally)
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


def test_a_closed_page_leaves_nothing_behind(opened, tmp_path):
    def kept():
        return int(re.findall(r"KEPT (\d+)\n", (tmp_path / "log").read_text())[-1])

    with served(FORGETFUL + SERVER.format("es-11-1"), tmp_path) as address:
        pages = [ready(opened(address)) for _ in range(2)]
        change(pages[0], THREAT, "2")
        pages[0].click("#chamber-now [data-iso3=BLR]")
        pages[0].wait_for_selector("#explained[data-iso3=BLR]")
        pages[0].wait_for_timeout(2000)
        assert kept() >= 2
        for page in pages:
            page.close(run_before_unload=True)
        for _ in range(20):
            time.sleep(1)
            if kept() == 0:
                break
        assert kept() == 0


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


def test_the_slider_of_the_threat_stops_at_two(visit):
    page = visit()
    page.fill("#vote\\.0\\.target_threat", "2")
    page.wait_for_function("() => location.search === '?vote.0.target_threat=2'")
    page.focus("#vote\\.0\\.target_threat")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => location.search === '?vote.0.target_threat=2.05'")


def test_the_chosen_member_has_a_frame_and_no_ring(visit_months):
    page = visit_months("?member=IND")
    assert page.locator(".corners").count() == 4
    rings = ".tile[data-iso3=IND] circle[fill=none], .seat[data-iso3=IND] circle[fill=none]"
    assert page.locator(rings).count() == 0
    assert all("chosen" in legend for legend in page.locator(".legend:has(path)").all_inner_texts())


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
        "() => [...document.querySelectorAll('.lever, .numbers td, .bar button, #members td')]"
        ".filter(e => e.getBoundingClientRect().right > 391).map(e => e.innerText)"
    )
    assert cut == []
    assert page.locator("#members tr[data-iso3=IND] .seen").count() == 1  # what the column that is left out says


def test_uncertain_parameters_are_switched_on_saved_and_off(visit, tmp_path):
    page, other = visit(), visit()
    first = page.inner_text(".numbers tbody")
    page.check("#parameter_uncertainty")
    page.wait_for_function("before => document.querySelector('.numbers tbody').innerText !== before", arg=first)
    page.wait_for_function("() => location.search === '?parameter_uncertainty=true'")
    file = tmp_path / "saved.toml"
    file.write_text(saved(page, "Save scenario"), encoding="utf-8")
    again = run_again(file)
    assert json.loads(saved(page, "JSON"))["votes"] == again["votes"]
    assert tally_shown(page) == shown_of(again["votes"][0]["tally"])
    assert (page.inner_text("#nobody"), other.is_checked("#parameter_uncertainty")) == (
        "Nobody, in any replicate.",
        False,
    )
    loaded = visit("?parameter_uncertainty=true")
    assert loaded.is_checked("#parameter_uncertainty")
    assert tally_shown(loaded) == tally_shown(page)
    page.uncheck("#parameter_uncertainty")
    page.wait_for_function("before => document.querySelector('.numbers tbody').innerText === before", arg=first)
    page.wait_for_function("() => location.search === ''")


def month_at(page, name):
    """Go to a month by the keys of the slider."""
    page.focus("#month")
    page.keyboard.press("Home")
    while page.inner_text("#month-shown") != name:
        page.keyboard.press("ArrowRight")
    page.wait_for_function("name => location.search.includes('month=' + name)", arg=name)


def values(page):
    return [tile.get_attribute("data-value") for tile in page.query_selector_all(".timeline .tile")]


def figure(page, line):
    return float(page.inner_text(f'#month-figures tr[data-line="{line}"] .mean').replace(",", ""))


def test_months_are_scrubbed_linked_saved_and_run_again(visit_months, tmp_path):
    page = visit_months()
    assert page.inner_text("#month-shown") == "2023-06"
    type_into(page, "input[data-key='parameters.enforcement']", "0.95")
    page.wait_for_function("() => location.search.includes('enforcement')")
    late = values(page)
    month_at(page, "2022-04")
    assert page.get_attribute("#month", "aria-valuetext") == "2022-04"
    assert len(late) == len(values(page)) == 193
    assert late != values(page)
    page.select_option("#map-of", "alignment_shift")
    page.select_option("#group", "EU")
    whole(page)
    file = tmp_path / "saved.toml"
    file.write_text(saved(page, "Save scenario"), encoding="utf-8")
    again, document = run_again(file), json.loads(saved(page, "JSON"))
    assert document["votes"] == again["votes"]
    assert document["months"] == again["months"]
    assert tally_shown(page) == shown_of(again["votes"][0]["tally"])
    place = again["months"]["months"].index("2022-04")
    for line, series, unit in (
        ("in the coalition", "members_joined", 1),
        ("paid for the target's fuel", "revenue", 1e3),
    ):
        expected = again["months"]["totals"][series]["mean"][place] / unit
        assert figure(page, line) == pytest.approx(expected, rel=0.005)
    linked = visit_months("?" + urlsplit(page.url).query)
    whole(linked)
    assert linked.inner_text("#month-shown") == "2022-04"
    assert tally_shown(linked) == tally_shown(page)
    assert figure(linked, "in the coalition") == figure(page, "in the coalition")
    page.click("text=Reset")
    page.wait_for_function("() => document.querySelector('#month-shown').innerText === '2023-06'")
    page.set_input_files("input[type=file]", str(file))
    page.wait_for_function(
        "() => document.querySelector(\"input[data-key='parameters.enforcement']\").value === '0.95'"
    )
    whole(page)
    assert tally_shown(page) == tally_shown(linked)


def test_a_first_answer_says_so_and_grows(visit_months):
    page = visit_months()
    whole(page)
    type_into(page, THREAT, "2.5")
    page.wait_for_selector("#unfinished")
    assert "of 1,000 replicates" in page.inner_text("#unfinished")
    whole(page)
    assert "1,000 replicates" in page.inner_text(".numbers")


def shares(row):
    """Shares of the actions in a row of a table, in percent."""
    return [int(text) for text in re.findall(r"(\d+) %", row.inner_text())][:4]


def test_reasons_grow_with_the_answer(visit_months):
    page = visit_months("?member=IND&vote.0.severity=-4")
    whole(page)
    page.wait_for_selector("#terms caption:has-text('1,000 replicates')", timeout=60_000)
    member = page.locator("#members tr[data-iso3=IND]")
    assert shares(page.locator("#terms .sum >> nth=1")) == pytest.approx(shares(member), abs=1)


def test_two_users_scrub_and_switch_apart(visit_months):
    one, other = visit_months(), visit_months("?month=2022-05")
    month_at(one, "2022-09")
    one.check("#parameter_uncertainty")
    one.wait_for_function("() => location.search.includes('parameter_uncertainty')")
    type_into(other, "input[data-key='vote.0.severity']", "-4")
    other.wait_for_function("() => location.search.includes('severity')")
    assert (one.inner_text("#month-shown"), other.inner_text("#month-shown")) == ("2022-09", "2022-05")
    assert (one.is_checked("#parameter_uncertainty"), other.is_checked("#parameter_uncertainty")) == (True, False)
    assert "severity" not in one.url


def test_with_months_what_is_refused_is_refused_in_place(visit_months):
    page = visit_months("?month=2031-01")
    page.wait_for_selector(".refused")
    assert "got '2031-01'" in page.inner_text(".refused")
    type_into(page, "input[data-key='parameters.enforcement']", "7")
    page.wait_for_selector(".lever .refused")
    assert page.inner_text(".lever .refused") == "parameters.enforcement: got 7; allowed is 0 to 1 (probability)."


def test_a_member_of_the_map_is_told_about_and_explained_or_said_why_not(visit_months):
    page = visit_months("?month=2022-09")
    page.click(".timeline .tile[data-iso3=KAZ]")
    page.wait_for_selector("#member-month")
    assert page.inner_text("#member-month").startswith("Kazakhstan in 2022-09: sanctions the target")
    page.wait_for_selector("#no-reasons, #explained[data-iso3=KAZ]", timeout=60_000)
    page.click("#no-reasons button, #explained button")
    page.wait_for_selector("#member-month", state="detached")


@pytest.mark.parametrize(("width", "height"), [(1400, 900), (400, 800)])
def test_nothing_of_the_months_is_cut_off(visit_months, width, height):
    page = visit_months("?month=2022-09&member=KAZ", width, height)
    page.wait_for_selector("#member-month")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    cut = page.evaluate(
        "width => [...document.querySelectorAll('.timeline *, .lever, .numbers td, .bar button, .switch')]"
        ".filter(e => { const box = e.getBoundingClientRect(); return box.right > width + 1 || box.left < -1; })"
        ".map(e => e.tagName + ' ' + e.textContent)",
        width,
    )
    assert cut == []
