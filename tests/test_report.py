"""The page of a result, as text and in a browser: nothing is missing or fetched, tables sort, a phone will do."""

import html
import json
import re
import shutil
from html.parser import HTMLParser

import pytest
from test_cli import sim

from sim.views.page import AS_SHORT, Column, table
from sim.views.report_parts import differences

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WIDTHS = {"phone": 390, "desktop": 1280}


class Links(HTMLParser):
    """Everything that a page refers to, its ids, and its tags."""

    def __init__(self, text):
        super().__init__()
        self.targets, self.ids, self.tags = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        for name, value in attrs:
            if name in ("href", "src", "srcset", "action", "data", "xlink:href"):
                self.targets.append(value)
            if name == "id":
                self.ids.append(value)


def made(folder, *arguments):
    done = sim(*arguments, "--out", folder)
    assert done.returncode == 0, done.stderr
    done = sim("report", folder)
    assert done.returncode == 0, done.stderr
    return folder / "report.html"


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    root = tmp_path_factory.mktemp("pages")
    return {
        "what-if": made(root / "what-if", "run", "es-11-1-april-threat", "--replicates", 100),
        "months": made(root / "months", "run", "2022-2023", "--replicates", 10),
        "harbours": made(root / "harbours", "run", "harbour-blockade", "--replicates", 50),
        "grid": made(root / "grid", "sweep", "reproduce-es-11-1", "--replicates", 5),
        "effects": made(root / "effects", "sweep", "which-parameter", "--replicates", 2, "--set", "design.samples=2"),
    }


NAMES = ("what-if", "months", "harbours", "grid", "effects")


@pytest.mark.parametrize("name", NAMES)
def test_a_page_refers_to_nothing_but_itself(pages, name):
    text = pages[name].read_text(encoding="utf-8")
    links = Links(text)
    assert {target for target in links.targets if not target.startswith("#")} == {"data:,"}
    assert {target[1:] for target in links.targets if target.startswith("#")} <= set(links.ids)
    assert len(links.ids) == len(set(links.ids))
    assert not re.search(r"@import|url\((?!#)", text)
    assert not {"iframe", "object", "embed", "img"} & set(links.tags)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_holds_question_answer_pictures_tables_provenance_and_repetition(pages, name):
    text = html.unescape(pages[name].read_text(encoding="utf-8"))
    manifest = json.loads((pages[name].parent / "manifest.json").read_text(encoding="utf-8"))
    asked = manifest["scenario"] if manifest["kind"] == "run" else manifest["experiment"]
    assert asked["title"] in text
    assert asked["question"] in text
    assert text.count("<svg") >= 4
    assert text.count('<table class="sortable">') >= 2
    assert manifest["scenario_hash" if manifest["kind"] == "run" else "experiment_hash"] in text
    assert all(told in text for told in manifest["tables"].values())
    assert f"sim rerun {name}" in text
    assert 'class="answer">' in text
    assert "What was changed" in text
    assert manifest["program"]["version"] in text


def test_the_page_of_a_what_if_tells_the_figures_of_the_run_and_what_was_changed(pages):
    text = pages["what-if"].read_text(encoding="utf-8")
    told = json.loads(sim("run", "es-11-1-april-threat", "--replicates", 100, "--json").stdout)["votes"][0]
    split = told["split"]["with_target"]
    assert f"{split['support']:.0f} members in support, {split['abstain']:.0f} abstaining" in text
    assert f"support {told['base']['change']['support']:+.1f}" in text
    assert "observed were 141/35/5" in text
    row = re.search(r"<td[^>]*>vote\.0\.target_threat</td><td[^>]*>(.*?)</td><td[^>]*>(.*?)</td>", text)
    assert (float(row[1]), float(row[2])) == (1.0, 2.0)
    members = re.search(r"<h3>Every member</h3>(.*?)</table>", text, re.DOTALL)[1]
    assert members.count("<tr") == 1 + len(told["members"])
    belarus = next(member for member in told["members"] if member["iso3"] == "BLR")
    assert f">{100 * belarus['oppose']:.1f} %<" in re.search(r"<tr[^>]*><td[^>]*>Belarus<.*?</tr>", members)[0]
    assert text.count('class="marked"') == int(re.search(r"The (\d+) members it gets wrong", text)[1])


def test_texts_of_files_are_written_as_text(tmp_path):
    file = tmp_path / "own.toml"
    file.write_text(
        'title = "<script>alert(1)</script>"\nquestion = "a & b?"\nbase = "harbour-blockade"\n', encoding="utf-8"
    )
    text = made(tmp_path / "own", "run", file, "--replicates", 20).read_text(encoding="utf-8")
    assert text.count("<script>") == 1
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "a &amp; b?" in text


def test_cells_sort_by_their_values():
    made_of = table(
        "t", [Column("a"), Column("b", 1, " %"), Column("c", AS_SHORT)], [["B", 12.34, 0.5], [None, None, 2]]
    )
    assert [[cell.text for cell in row] for row in made_of.rows] == [["B", "12.3 %", "0.5"], ["–", "–", "2"]]
    assert [[cell.key for cell in row] for row in made_of.rows] == [["b", "12.34", "0.5"], ["", "-1e99", "2.0"]]


def test_differences_are_told_by_key_and_numbers_of_runs_are_left_out():
    before = {"seed": 1, "vote": [{"severity": 0.0, "divisiveness": [1, 0]}], "parameters": {}}
    now = {"seed": 2, "vote": [{"severity": 1.0, "divisiveness": [1, 0]}], "parameters": {"rounds": 5}}
    assert differences(before, now) == [("vote.0.severity", 0.0, 1.0), ("parameters.rounds", None, 5)]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["report", "nowhere"], "holds no manifest.json"),
        (["plot", "es-11-1", "--kind", "chambre", "--out", "a.png"], "Did you mean 'chamber'"),
        (["plot", "es-11-1", "--kind", "chamber", "--out", "a.gif"], ".png, .svg, .pdf"),
        (["plot", "es-11-1", "--kind", "sweep", "--out", "a.png"], "sim sweep"),
        (["plot", "sanction-enforcement", "--kind", "chamber", "--out", "a.png"], "is an experiment"),
        (["plot", "es-11-1", "--kind", "explanation", "--out", "a.png"], "--member"),
        (["plot", "es-11-1", "--kind", "explanation", "--member", "Bela", "--out", "a.png"], "no member"),
        (["plot", "es-11-1", "--kind", "change", "--out", "a.png"], "no base"),
        (["plot", "es-11-1", "--kind", "map", "--out", "nowhere/a.png"], "does not exist"),
    ],
)
def test_mistakes_are_told_with_the_way_out(arguments, told, tmp_path):
    done = sim(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_folder_whose_tables_were_changed_is_refused(pages, tmp_path):
    folder = tmp_path / "changed"
    shutil.copytree(pages["harbours"].parent, folder)
    (folder / "members.parquet").write_bytes(b"other")
    done = sim("report", folder)
    assert done.returncode == 2
    assert "members.parquet: is missing or was changed since it was kept" in done.stderr


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None or DRIVER is None:
        pytest.skip("no Chromium with its driver on this machine")
    webdriver = pytest.importorskip("selenium.webdriver", reason="Selenium is not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(executable_path=DRIVER))
    yield driver
    driver.quit()


def opened(browser, page, width):
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.get_log("performance")
    browser.get(page.as_uri())
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    return {e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("device", WIDTHS)
def test_a_page_opens_whole_and_asks_for_nothing(browser, pages, name, device):
    asked = opened(browser, pages[name], WIDTHS[device])
    assert asked - {"data:,"} == {pages[name].as_uri()}
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []
    wide, view = browser.execute_script("return [document.documentElement.scrollWidth, window.innerWidth]")
    assert wide <= view
    empty = "return [...document.querySelectorAll('svg')].filter(e => e.getBoundingClientRect().height < 60).length"
    assert browser.execute_script(empty) == 0
    stray = """return [...document.querySelectorAll('h1, h2, h3, p, dd, figure, .scroll, pre')].filter(e => {
        const box = e.getBoundingClientRect();
        return box.width && (box.left < 0 || box.right > window.innerWidth); }).length"""
    assert browser.execute_script(stray) == 0
    size = browser.execute_script("return parseFloat(getComputedStyle(document.querySelector('.answer')).fontSize)")
    assert size >= 16


def column(browser, title, place):
    script = """const head = [...document.querySelectorAll('h3')].find(e => e.textContent.includes(arguments[0]));
        const table = head.nextElementSibling.querySelector('table');
        if (arguments[2]) table.tHead.rows[0].cells[arguments[1]].querySelector('button').click();
        return [...table.tBodies[0].rows].map(row => row.cells[arguments[1]].dataset.key);"""
    return lambda clicks: browser.execute_script(script, title, place, clicks)


def test_tables_sort_by_number_and_by_name_both_ways(browser, pages):
    opened(browser, pages["what-if"], WIDTHS["desktop"])
    supports = column(browser, "Every member", 3)
    before = [float(key) for key in supports(False)]
    once = [float(key) for key in supports(True)]
    twice = [float(key) for key in supports(True)]
    assert once == sorted(before, reverse=True) != before
    assert twice == sorted(before)
    names = column(browser, "Every member", 0)
    assert names(True)[0] == "afghanistan"
    assert names(True)[0] == "zimbabwe"
    state = "return [...document.querySelectorAll('th[aria-sort]')].map(e => [e.textContent, e.ariaSort])"
    assert browser.execute_script(state) == [["member", "descending"]]


def test_a_page_is_whole_without_scripts(browser, pages):
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        opened(browser, pages["what-if"], WIDTHS["phone"])
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    assert browser.execute_script("return document.querySelectorAll('th button').length") == 0
    assert browser.execute_script("return document.querySelector('.sortable').rows.length") == 5


def test_a_page_prints(browser, pages):
    opened(browser, pages["what-if"], WIDTHS["desktop"])
    printed = browser.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})["data"]
    assert len(printed) > 50_000
