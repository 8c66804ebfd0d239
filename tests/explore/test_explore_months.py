"""The months of the dashboard in a real Chromium: the timeline, answers that grow, what is kept and run again."""

import json
import re
from urllib.parse import urlsplit

import pytest
from support.commands import document
from support.pages import (
    SERVER,
    THREAT,
    ready,
    saved,
    served,
    shown_of,
    tally_shown,
    type_into,
    whole,
)

pytest.importorskip("solara", reason="the dashboard needs Solara")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with served(SERVER.format("2022-2023"), tmp_path_factory.mktemp("server")) as address:
        yield address


@pytest.fixture
def visit(server, opened):
    """A function that opens the page of a scenario with months."""
    return lambda query="", width=1280, height=900: ready(opened(f"{server}/{query}", width, height))


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


def test_months_are_scrubbed_linked_saved_and_run_again(visit, tmp_path):
    page = visit()
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
    again, shown = document("run", file), json.loads(saved(page, "JSON"))
    for vote in again["votes"]:
        vote["base"]["uncertain"] = None  # the page makes no further runs with uncertain parameters
    assert shown["votes"] == again["votes"]
    assert shown["months"] == again["months"]
    assert tally_shown(page) == shown_of(again["votes"][0]["tally"])
    place = again["months"]["months"].index("2022-04")
    for line, series, unit in (
        ("members that sanction", "members_joined", 1),
        ("fuel revenue", "revenue", 1e3),
    ):
        expected = again["months"]["totals"][series]["mean"][place] / unit
        assert figure(page, line) == pytest.approx(expected, rel=0.005)
    linked = visit("?" + urlsplit(page.url).query)
    whole(linked)
    assert linked.inner_text("#month-shown") == "2022-04"
    assert tally_shown(linked) == tally_shown(page)
    assert figure(linked, "members that sanction") == figure(page, "members that sanction")
    page.click("text=Reset")
    page.wait_for_function("() => document.querySelector('#month-shown').innerText === '2023-06'")
    page.set_input_files("input[type=file]", str(file))
    page.wait_for_function(
        "() => document.querySelector(\"input[data-key='parameters.enforcement']\").value === '0.95'"
    )
    whole(page)
    assert tally_shown(page) == tally_shown(linked)


def test_an_event_is_moved_linked_and_put_back(visit):
    """The dated ban of Russian fuels by the United States, which a link brings onto the page."""
    day, share = "input[data-key='event.16.date']", "input[data-key='event.16.share']"
    page = visit("?event.16.date=2022-06-08")
    assert page.input_value(day) == "2022-06-08"
    type_into(page, share, "0.5")
    page.wait_for_function("() => location.search.includes('event.16.share=0.5')")
    titles = page.locator(".charts.asked figcaption").all_inner_texts()
    assert titles[0].startswith("Fuel revenue")
    month = page.locator(".timeline .month").bounding_box()
    assert page.locator(".charts.asked").bounding_box()["y"] < month["y"]
    type_into(page, day, "soon")
    page.wait_for_selector(".lever .refused")
    assert page.inner_text(".lever .refused").startswith("event.16.date: ")
    type_into(page, day, "2022-03-08")
    page.wait_for_function("() => !location.search.includes('date')")
    type_into(page, share, "1")
    page.wait_for_function("() => !location.search.includes('event')")
    page.wait_for_selector(".charts.asked figure", state="detached")  # when the run is done
    assert page.locator(day).count() == 0


def test_a_first_answer_says_so_and_grows(visit):
    page = visit()
    whole(page)
    type_into(page, THREAT, "2.5")
    page.wait_for_selector("#unfinished")
    assert "of 1,000 runs" in page.inner_text("#unfinished")
    whole(page)
    assert "1,000 runs" in page.inner_text(".numbers")


def shares(row):
    """Shares of the actions in a row of a table, in percent."""
    return [int(text) for text in re.findall(r"(\d+) %", row.inner_text())][:4]


def test_reasons_grow_with_the_answer(visit):
    page = visit("?member=IND&vote.0.severity=-4")
    whole(page)
    page.wait_for_selector("#terms caption:has-text('1,000 runs')", timeout=60_000)
    page.click("#all-members summary")
    page.wait_for_selector("#members")
    member = page.locator("#members tr[data-iso3=IND]")
    assert shares(page.locator("#terms .sum >> nth=1")) == pytest.approx(shares(member), abs=1)


def test_two_users_scrub_and_switch_apart(visit):
    one, other = visit(), visit("?month=2022-05")
    month_at(one, "2022-09")
    one.check("#parameter_uncertainty")
    one.wait_for_function("() => location.search.includes('parameter_uncertainty')")
    type_into(other, "input[data-key='vote.0.severity']", "-4")
    other.wait_for_function("() => location.search.includes('severity')")
    assert (one.inner_text("#month-shown"), other.inner_text("#month-shown")) == ("2022-09", "2022-05")
    assert (one.is_checked("#parameter_uncertainty"), other.is_checked("#parameter_uncertainty")) == (True, False)
    assert "severity" not in one.url


def test_with_months_what_is_refused_is_refused_in_place(visit):
    page = visit("?month=2031-01")
    page.wait_for_selector(".refused")
    assert "got '2031-01'" in page.inner_text(".refused")
    type_into(page, "input[data-key='parameters.enforcement']", "7")
    page.wait_for_selector(".lever .refused")
    assert page.inner_text(".lever .refused") == "parameters.enforcement: 7 is outside the range 0 to 1 (probability)."


def test_a_member_of_the_map_is_described_and_explained_or_a_reason_is_given(visit):
    page = visit("?month=2022-09")
    page.click(".timeline .tile[data-iso3=KAZ]")
    page.wait_for_selector("#member-month")
    assert page.inner_text("#member-month").startswith("Kazakhstan in 2022-09: sanctions the target")
    page.wait_for_selector("#no-reasons, #explained[data-iso3=KAZ]", timeout=60_000)
    page.click("#no-reasons button, #explained button")
    page.wait_for_selector("#member-month", state="detached")


@pytest.mark.parametrize(("width", "height"), [(1400, 900), (400, 800)])
def test_nothing_of_the_months_is_cut_off(visit, width, height):
    page = visit("?month=2022-09&member=KAZ", width, height)
    page.wait_for_selector("#member-month")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    cut = page.evaluate(
        "width => [...document.querySelectorAll('.timeline *, .lever, .numbers td, .bar button, .switch')]"
        ".filter(e => { const box = e.getBoundingClientRect(); return box.right > width + 1 || box.left < -1; })"
        ".map(e => e.tagName + ' ' + e.textContent)",
        width,
    )
    assert cut == []


def test_the_chosen_member_has_a_frame_and_no_sign_of_a_difference(visit):
    page = visit("?member=IND")
    assert page.locator("#chamber .corners").count() == page.locator(".timeline .country.chosen").count() == 1
    assert page.locator(".tile[data-iso3=IND] .differs, .seat[data-iso3=IND] .was").count() == 0
