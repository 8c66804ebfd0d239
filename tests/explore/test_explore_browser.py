"""The dashboard in a real Chromium: what a user does, what is shown, and that no request leaves the machine."""

import json
import re
import threading
import time
from collections import Counter
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
from support.commands import document
from support.pages import (
    SERVER,
    THREAT,
    change,
    ready,
    saved,
    served,
    shown_of,
    split,
    tally_shown,
    type_into,
    whole,
)

pytest.importorskip("solara", reason="the dashboard needs Solara")

FORGETFUL = """
import gc, sys, threading, time, weakref
from sim.explore import serving
from sim.explore.result import Explored
serving.SETTINGS["SOLARA_KERNEL_CULL_TIMEOUT"] = "1s"
alive, made = weakref.WeakSet(), Explored.__init__
def make(self, *parts, **named):
    made(self, *parts, **named)
    alive.add(self)
Explored.__init__ = make
def count():
    while True:
        time.sleep(0.2)
        gc.collect()
        print("KEPT", len(alive), flush=True)
threading.Thread(target=count, daemon=True).start()
"""
"""Run before a server: a closed page is forgotten after a second, and it is said how many results are kept."""


FOREIGN = """
<iframe id="frame" src="{page}"></iframe>
<script>
const found = {{}};
fetch("{page}").then(answer => answer.text()).then(() => found.text = "read", () => found.text = "refused");
fetch("{page}", {{mode: "no-cors"}}).then(() => found.blind = "sent", () => found.blind = "refused");
const socket = new WebSocket("{socket}/jupyter/api/kernels/1/channels?session_id=1");
socket.onopen = () => found.socket = "open";
socket.onerror = () => found.socket = "refused";
</script>
"""
"""A page of another site, that tries to read the dashboard and to frame it."""


@contextmanager
def foreign_site(page):
    """The address of a site of its own that serves the page above."""
    text = FOREIGN.format(page=page, socket=page.replace("http", "ws", 1)).encode()

    class Site(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as site:
        threading.Thread(target=site.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{site.server_port}/"
        site.shutdown()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with served(SERVER.format("es-11-1"), tmp_path_factory.mktemp("server")) as address:
        yield address


@pytest.fixture
def visit(server, opened):
    """A function that opens the page of votes alone."""
    return lambda query="", width=1280: ready(opened(f"{server}/{query}", width))


def test_a_move_is_saved_run_and_loaded_again(visit, tmp_path):
    page = whole(visit())
    first = split(page)
    change(page, THREAT, "2")
    file = tmp_path / "saved.toml"
    file.write_text(saved(page, "Save scenario"), encoding="utf-8")
    tally = document("run", file)["votes"][0]["tally"]
    expected = shown_of(tally)
    whole(page)
    assert tally_shown(page) == expected
    assert json.loads(saved(page, "JSON"))["votes"][0]["tally"] == tally
    assert len(saved(page, "CSV").splitlines()) == 194
    assert page.inner_text("#baseline-split") == first
    assert page.query_selector("#movers tr[data-iso3=CAF]")
    page.click("text=Reset")
    page.wait_for_selector("#nobody")
    assert split(whole(page)) == first
    page.set_input_files("input[type=file]", str(file))
    page.wait_for_selector("#movers", timeout=5000)
    whole(page)
    assert tally_shown(page) == expected
    assert float(page.input_value(THREAT)) == 2


def test_another_site_neither_reads_nor_frames_the_page(browser, server):
    with foreign_site(server) as address:
        context = browser.new_context()
        page = context.new_page()
        page.goto(address)
        page.wait_for_function("() => found.text && found.blind && found.socket")
        found = page.evaluate("found")
        page.wait_for_timeout(1000)
        (frame,) = page.main_frame.child_frames
        shown = frame.content()
        context.close()
    assert (found["text"], found["socket"]) == ("refused", "refused")
    assert "solara" not in shown


def test_a_closed_page_leaves_nothing_behind(opened, tmp_path):
    def kept():
        return int(re.findall(r"KEPT (\d+)\n", (tmp_path / "log").read_text())[-1])

    with served(FORGETFUL + SERVER.format("es-11-1"), tmp_path) as address:
        pages = [ready(opened(address)) for _ in range(2)]
        change(pages[0], THREAT, "2")
        pages[0].click("#chamber [data-iso3=BLR]")
        pages[0].wait_for_selector("#explained[data-iso3=BLR]")
        pages[0].wait_for_timeout(1000)
        assert kept() >= 2
        for page in pages:
            page.close(run_before_unload=True)
        for _ in range(100):
            time.sleep(0.2)
            if kept() == 0:
                break
        assert kept() == 0


def test_a_link_reproduces_what_is_seen_and_sessions_are_apart(visit):
    one, other = whole(visit()), whole(visit())
    first = split(other)
    change(one, THREAT, "2")
    one.click("#chamber [data-iso3=BLR]")
    one.wait_for_selector("#explained[data-iso3=BLR]")
    assert (split(other), other.input_value(THREAT)) == (first, "1")
    change(other, "input[data-key='vote.0.severity']", "-2")
    query = "?" + urlsplit(one.url).query
    assert "vote.0.target_threat=2" in query
    third = visit(query)
    third.wait_for_selector("#explained[data-iso3=BLR]")
    for page in (one, other, third):
        whole(page)
    assert tally_shown(third) == tally_shown(one) != tally_shown(other)
    assert "vote.0.target_threat" not in other.url


def test_a_slider_moves_chamber_and_map_and_members_explain_themselves(visit):
    page = visit()
    before = split(page)
    page.focus("#vote\\.0\\.severity")
    page.keyboard.press("End")
    page.wait_for_function("before => document.querySelector('#split').innerText !== before", arg=before)
    actions = {}
    for which in ("before", "now"):
        see(page, which)
        actions[which] = [e.get_attribute("data-action") for e in page.query_selector_all("#chamber .seat")]
    assert len(actions["now"]) == len(actions["before"]) == 193
    assert actions["now"] != actions["before"]
    on_map = [e.get_attribute("data-action") for e in shown_map(page).query_selector_all(".tile")]
    assert Counter(on_map) == Counter(actions["now"])
    open_members(page)
    page.click("#members tr[data-iso3=IND] button")
    page.wait_for_selector("#explained[data-iso3=IND]")
    assert "India" in page.inner_text("#explained")
    assert {row.inner_text() for row in page.query_selector_all("#terms tbody th")} >= {
        "severity of the resolution",
        "peers",
        "together",
    }


def test_the_slider_of_the_threat_stops_at_two(visit):
    page = visit()
    page.fill("#vote\\.0\\.target_threat", "2")
    page.wait_for_function("() => location.search === '?vote.0.target_threat=2'")
    page.focus("#vote\\.0\\.target_threat")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => location.search === '?vote.0.target_threat=2.05'")


def test_bad_values_are_refused_in_place(visit):
    page = visit()
    before = split(page)
    type_into(page, "input[data-key='parameters.enforcement']", "7")
    page.wait_for_selector(".lever .refused")
    assert page.inner_text(".lever .refused") == "parameters.enforcement: 7 is outside the range 0 to 1 (probability)."
    assert split(page) == before
    assert urlsplit(page.url).query == ""
    page.click("text=The sanctioning side (")
    page.click("text=Multiply a dependence")
    page.fill("input[aria-label='Members or groups']", "Atlantis")
    page.click("text=Add >> nth=0")
    page.wait_for_selector(".refused:has-text('Atlantis')")
    page.click("[data-sender=DEU]")
    page.wait_for_function("() => location.search.includes('roles.senders')")
    assert not page.query_selector(".refused")


def test_a_bad_link_is_reported_and_the_scenario_shown(visit):
    page = visit("?parameters.enforcement=7&member=BLR")
    page.wait_for_selector(".refused")
    assert "is outside the range 0 to 1" in page.inner_text(".refused")


def test_nothing_is_cut_off_on_a_phone(visit):
    page = visit(width=390)
    open_members(page)
    cut = page.evaluate(
        "() => [...document.querySelectorAll('.lever, .numbers td, .bar button, #members td')]"
        ".filter(e => e.getBoundingClientRect().right > 391).map(e => e.innerText)"
    )
    assert cut == []
    assert page.locator("#members tr[data-iso3=IND] .seen").count() == 1  # what the column that is left out says
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for action in ("#show-map", "#see-observed"):
        page.click(action)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.click("#show-chamber")
    cells = page.evaluate("[...document.querySelectorAll('.seat rect')].map(e => e.getBoundingClientRect().toJSON())")
    assert len(cells) == 193
    assert min(min(cell["width"], cell["height"]) for cell in cells) >= 24
    page.click(".seat[data-iso3=IND]")
    page.wait_for_selector("#explained[data-iso3=IND]")
    box = page.locator(".reasons").bounding_box()
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= 901
    assert box["width"] <= 390


def open_members(page):
    page.click("#all-members summary")
    page.wait_for_selector("#members")


def see(page, which):
    page.click(f"#see-{which}")
    page.wait_for_selector(f"[data-view={which}]")


def shown_map(page):
    page.click("#show-map")
    return page.wait_for_selector("#map")


def test_one_chamber_shows_now_baseline_and_roll_call_with_the_counts_of_their_headlines(visit):
    page = visit()
    change(page, THREAT, "2.5")
    whole(page)
    for which, headline in (("now", "#split"), ("before", "#baseline-split"), ("observed", "#observed-split")):
        see(page, which)
        actions = Counter(e.get_attribute("data-action") for e in page.query_selector_all("#chamber .seat"))
        split = "/".join(str(actions[action]) for action in ("support", "abstain", "oppose"))
        assert split == page.inner_text(headline) == page.text_content(".count").replace(" ", "")
        legend = page.inner_text("#counts [data-count=abstain]")
        assert legend == f"{actions['abstain']} abstain"
    assert not page.query_selector("#differ")
    see(page, "now")
    inner = page.locator("#chamber .was").count()
    assert page.inner_text("#differ").startswith(f"{inner} differ")
    assert 0 < inner < 66  # those whose vote is another, not all who may vote differently


def test_levers_and_reasons_are_in_view_while_one_looks_at_the_chamber(visit):
    page = visit(width=1400)
    page.click("#chamber [data-iso3=IND]")
    page.wait_for_selector("#explained[data-iso3=IND]")
    chamber, reasons = (page.locator(name).bounding_box() for name in ("#chamber", ".reasons"))
    assert reasons["x"] >= chamber["x"] + chamber["width"]
    assert abs(reasons["y"] - chamber["y"]) < 150
    open_members(page)
    page.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)")
    page.wait_for_timeout(200)
    assert page.evaluate("window.scrollY") > 300
    box = page.locator(THREAT).bounding_box()
    assert 0 <= box["y"] <= 900 - box["height"]


def test_the_pointer_shows_the_probabilities_of_a_member_here_and_in_the_baseline(visit):
    page = visit(width=1400)
    change(page, THREAT, "2.5")
    whole(page)
    page.hover("#chamber [data-iso3=IND]")
    tip = page.wait_for_selector("[role=tooltip]")
    assert tip.query_selector("b").inner_text() == "India"
    assert tip.inner_text().endswith("observed: abstain")
    rows = [re.findall(r"[<>]?\d+ %", row.inner_text()) for row in tip.query_selector_all("tbody tr")]
    open_members(page)
    cells = page.locator("#members tr[data-iso3=IND] td").all_inner_texts()
    assert [now for now, _ in rows] == cells[:4]
    assert [now for now, _ in rows] != [before for _, before in rows]


def luminance(colour):
    red, green, blue = (int(part) / 255 for part in re.findall(r"\d+", colour)[:3])
    return 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_letters_and_marks_can_be_told_from_the_ground_in_both_schemes(visit, scheme):
    page = visit()
    page.emulate_media(color_scheme=scheme)
    style = "(e, name) => getComputedStyle(e)[name]"
    ground = luminance(page.eval_on_selector("body", style, "backgroundColor"))
    assert (ground < 0.1) == (scheme == "dark")
    lit = [
        luminance(page.eval_on_selector(name, style, "color")) for name in (".explore h1", ".explore .note", "#split")
    ]
    lit += [
        luminance(page.eval_on_selector(f"#chamber .act-{action}", style, "stroke")) for action in ("oppose", "absent")
    ]
    assert all((max(one, ground) + 0.05) / (min(one, ground) + 0.05) > 4 for one in lit)
    assert page.eval_on_selector("#chamber .act-oppose", style, "fill") == "rgb(0, 0, 0)"  # the same in both


def test_selects_have_an_arrow(visit):
    page = visit()
    page.click("text=Multiply a dependence")
    assert "url(" in page.eval_on_selector("select[aria-label=Attribute]", "e => getComputedStyle(e).backgroundImage")


def test_uncertain_parameters_are_switched_on_saved_and_off(visit, tmp_path):
    page, other = visit(), visit()
    whole(page)
    first = page.inner_text(".numbers tbody")
    page.check("#parameter_uncertainty")
    page.wait_for_function("before => document.querySelector('.numbers tbody').innerText !== before", arg=first)
    page.wait_for_function("() => location.search === '?parameter_uncertainty=true'")
    whole(page)
    file = tmp_path / "saved.toml"
    file.write_text(saved(page, "Save scenario"), encoding="utf-8")
    again = document("run", file)
    assert json.loads(saved(page, "JSON"))["votes"] == again["votes"]
    assert tally_shown(page) == shown_of(again["votes"][0]["tally"])
    assert (page.inner_text("#nobody"), other.is_checked("#parameter_uncertainty")) == (
        "Nobody, in any run.",
        False,
    )
    loaded = whole(visit("?parameter_uncertainty=true"))
    assert loaded.is_checked("#parameter_uncertainty")
    assert tally_shown(loaded) == tally_shown(page)
    page.uncheck("#parameter_uncertainty")
    page.wait_for_function("before => document.querySelector('.numbers tbody').innerText === before", arg=first)
    page.wait_for_function("() => location.search === ''")
