"""The page of a result, as text and in a browser: nothing is missing or fetched, tables sort, a phone will do."""

import html
import json
import re
import shutil
from html.parser import HTMLParser

import pypdfium2 as pdfium
import pytest
from support.commands import sim

from sim.results.run import RunSummary
from sim.results.tables import FIGURE, SHARE, Column, table
from sim.results.wording import write_number, write_share
from sim.specs.differences import list_differences
from sim.summaries.months_tables import answer_months, months_tables
from sim.summaries.sentences import answer_vote

WIDTHS = {"phone": 390, "desktop": 1280}
FORMATS = ("A4", "Letter")
MOST_BYTES = {"what-if": 0.6e6, "months": 1.5e6, "harbours": 0.6e6, "grid": 0.6e6, "effects": 0.6e6}


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
def test_a_page_is_small_enough_to_be_sent(pages, name):
    assert pages[name].stat().st_size < MOST_BYTES[name]


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
    assert all(value in text for value in manifest["tables"].values())
    assert f"sim rerun {name}" in text
    assert 'class="answer">' in text
    assert "What was changed" in text
    assert manifest["program"]["version"] in text


def test_the_page_of_a_what_if_has_the_figures_of_the_run_and_what_was_changed(pages):
    text = html.unescape(pages["what-if"].read_text(encoding="utf-8")).replace("\u00a0", " ")
    printed = json.loads(sim("run", "es-11-1-april-threat", "--replicates", 100, "--json").stdout)
    (vote,) = RunSummary.model_validate(printed).votes
    for sentence in answer_vote(vote):
        assert sentence in text
    row = re.search(r"<td[^>]*>vote\.0\.target_threat</td><td[^>]*>(.*?)</td><td[^>]*>(.*?)</td>", text)
    assert (float(row[1]), float(row[2])) == (1.0, 2.0)
    members = re.search(r"<h3>Every member</h3>(.*?)</table>", text, re.DOTALL)[1]
    assert members.count("<tr") == 1 + len(vote.members)
    belarus = next(member for member in vote.members if member.iso3 == "BLR")
    assert f">{write_share(belarus.oppose)}<" in re.search(r"<tr[^>]*><td[^>]*>Belarus<.*?</tr>", members)[0]


@pytest.mark.parametrize("name", NAMES)
def test_a_page_leads_with_two_sentences_and_one_picture(visit, pages, name):
    tab = visit(pages[name], 1400)
    answers = tab.locator(".answer").all_inner_texts()
    assert 1 <= len(answers) <= 2
    assert all(answer.endswith(".") for answer in answers)
    assert tab.locator("header svg").count() == 1
    first, picture = tab.locator(".answer").first.bounding_box(), tab.locator("header svg").bounding_box()
    assert first["y"] < 200
    assert picture["y"] < 250
    assert picture["x"] > first["x"] + first["width"]
    assert picture["x"] + picture["width"] > 0.9 * 1400
    fonts = tab.evaluate(
        "[...new Set([...document.querySelectorAll('h1, p, td, pre, svg text')].map(e => "
        "getComputedStyle(e).fontFamily.replaceAll('\"', '').split(', ')[0]))]"
    )
    assert len(fonts) == 1


def test_the_answer_of_a_what_if_says_how_much_support_changes_and_who_moves(pages):
    text = html.unescape(pages["what-if"].read_text(encoding="utf-8")).replace("\u00a0", " ")
    (vote,) = RunSummary.model_validate(
        json.loads(sim("run", "es-11-1-april-threat", "--replicates", 100, "--json").stdout)
    ).votes
    one, two = re.findall(r'class="answer">(.*?)</p>', text)
    assert f"falls by {write_number(-vote.base.change.support, 1)} members" in one
    assert vote.base.moved[0].name in two
    assert text.index("who votes differently") < text.index(">Every member<")


def test_what_was_observed_and_missed_is_not_shown_of_a_what_if(pages):
    text = pages["what-if"].read_text(encoding="utf-8")
    assert "Observed:" not in text
    assert "Members that the model gets wrong" not in text
    assert 'class="marked"' not in text
    text = pages["months"].read_text(encoding="utf-8")
    wrong = [int(count) for count in re.findall(r"Members that the model gets wrong: (\d+)", text)]
    assert text.count('class="marked"') == sum(wrong) > 0


def test_the_page_of_months_starts_with_them_in_the_tables_of_the_run(pages):
    text = html.unescape(pages["months"].read_text(encoding="utf-8")).replace("\u00a0", " ")
    printed = json.loads(sim("run", "2022-2023", "--replicates", 10, "--json").stdout)
    months = RunSummary.model_validate(printed).months
    assert " ".join(answer_months(months)) in text
    assert text.index(">The months</h2>") < text.index(">A/RES/ES-11/1, 2 March 2022</h2>")
    for found in months_tables(months):
        shown = re.search(rf"<h3>{re.escape(found.title)}</h3>(.*?)</table>", text, re.DOTALL)[1]
        rows = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in re.findall(r"<tr.*?</tr>", shown)]
        assert rows == [[cell.text for cell in row] for row in found.cells()] != []
        assert found.note in text


def test_long_tables_are_folded_and_nothing_else_is(visit, pages):
    tab = visit(pages["months"])
    script = """[...document.querySelectorAll('table.sortable')].map(table =>
        [table.tBodies[0].rows.length, table.checkVisibility({contentVisibilityAuto: true})])"""
    seen = tab.evaluate(script)
    shown, folded = ([rows for rows, is_seen in seen if is_seen == which] for which in (True, False))
    assert max(shown) < min(folded)
    tab.locator("summary", has_text="Every member").first.click()
    assert sum(is_seen for _, is_seen in tab.evaluate(script)) == 1 + sum(is_seen for _, is_seen in seen)


def test_what_is_wide_scrolls_on_a_phone_and_shades_the_edges_beyond_which_there_is_more(visit, pages):
    tab = visit(pages["what-if"], WIDTHS["phone"], is_mobile=True)
    wide = tab.locator("figure.wide").first
    assert wide.evaluate("part => { part.scrollLeft = 100; return part.scrollLeft; }") > 0
    moves = wide.evaluate("part => getComputedStyle(part).backgroundAttachment").split(", ")
    assert set(moves) == {"local", "scroll"}  # covers that move with the picture lie over shadows that stay


def test_texts_of_files_are_written_as_text(tmp_path):
    file = tmp_path / "own.toml"
    file.write_text(
        'title = "<script>alert(1)</script>"\nquestion = "a & b?"\nbase = "harbour-blockade"\n', encoding="utf-8"
    )
    text = made(tmp_path / "own", "run", file, "--replicates", 20).read_text(encoding="utf-8")
    assert text.count("<script>") == 1
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "a &amp; b?" in text


def test_levers_are_called_by_their_labels_and_keys_are_where_one_types_them(pages):
    text = pages["grid"].read_text(encoding="utf-8")
    assert ">threat of the target</th>" in text
    assert ">vote.target_threat</td>" in text
    assert "target_threat</th>" not in text


def test_the_points_of_many_levers_are_shown_by_those_that_matter_most(pages):
    text = pages["effects"].read_text(encoding="utf-8").replace("<wbr>", "")
    indices, points = (
        re.search(rf"<h3>{title}.*?</table>", text, re.DOTALL)[0] for title in ("What the", "Mean members")
    )
    ranked = re.findall(r'<tr><td[^>]* data-key="([^"]+)"', indices)
    heads = re.findall(r"<th[^>]*>(.*?)</th>", points)
    others = ("point", "support", "90\xa0% of runs", "abstain", "oppose", "absent")
    shown = [head.casefold() for head in heads if head not in others]
    assert 0 < len(shown) < len(ranked)
    assert shown == ranked[: len(shown)]
    assert f"{len(shown)} of {len(ranked)} levers" in text


def test_cells_sort_by_their_values():
    made_of = table("t", [Column("a"), Column("b", SHARE), Column("c", FIGURE)], [["B", 0.123, 0.5], [None, None, 2]])
    assert [[cell.text for cell in row] for row in made_of.cells()] == [["B", "12 %", "0.5"], ["–", "–", "2"]]
    assert [[cell.key for cell in row] for row in made_of.cells()] == [["b", "0.123", "0.5"], ["", "-1e99", "2.0"]]


def test_differences_are_named_by_key_and_numbers_of_runs_are_left_out():
    before = {"seed": 1, "vote": [{"severity": 0.0, "divisiveness": [1, 0]}], "parameters": {}}
    now = {"seed": 2, "vote": [{"severity": 1.0, "divisiveness": [1, 0]}], "parameters": {"rounds": 5}}
    assert list_differences(before, now) == [("vote.0.severity", 0.0, 1.0), ("parameters.rounds", None, 5)]


@pytest.mark.parametrize(
    ("arguments", "reported"),
    [
        (["report", "nowhere"], "holds no manifest.json"),
        (["plot", "es-11-1", "--kind", "chambre", "--out", "a.png"], "Did you mean 'chamber'"),
        (["plot", "es-11-1", "--kind", "chamber", "--out", "a.gif"], ".png, .svg, .pdf"),
        (["plot", "es-11-1", "--kind", "sweep", "--out", "a.png"], "sim sweep"),
        (["plot", "sanction-enforcement", "--kind", "chamber", "--out", "a.png"], "is an experiment"),
        (["plot", "es-11-1", "--kind", "explanation", "--out", "a.png"], "--member"),
        (["plot", "es-11-1", "--kind", "explanation", "--member", "Bela", "--out", "a.png"], "is not a member of"),
        (["plot", "es-11-1", "--kind", "change", "--out", "a.png"], "no base"),
        (["plot", "es-11-1", "--kind", "map", "--out", "nowhere/a.png"], "does not exist"),
    ],
)
def test_mistakes_are_reported_with_the_way_out(arguments, reported, tmp_path):
    done = sim(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert reported in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_folder_whose_tables_were_changed_is_refused(pages, tmp_path):
    folder = tmp_path / "changed"
    shutil.copytree(pages["harbours"].parent, folder)
    (folder / "members.parquet").write_bytes(b"other")
    done = sim("report", folder)
    assert done.returncode == 2
    assert "members.parquet: is missing, or is not the table that was written" in done.stderr


@pytest.fixture
def visit(browser):
    """A function that opens a page; on leaving, it has asked for nothing else, and no script failed."""
    contexts, asked, files, errors = [], set(), set(), []

    def opened(page, width=WIDTHS["desktop"], **options):
        context = browser.new_context(viewport={"width": width, "height": 844}, **options)
        contexts.append(context)
        context.on("request", lambda request: asked.add(request.url))
        tab = context.new_page()
        tab.on("pageerror", lambda error: errors.append(str(error)))
        tab.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        tab.goto(page.as_uri())
        files.add(page.as_uri())
        return tab

    yield opened
    for context in contexts:
        context.close()
    assert asked - {"data:,"} == files
    assert errors == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("device", WIDTHS)
def test_a_page_opens_whole(visit, pages, name, device):
    tab = visit(pages[name], WIDTHS[device], is_mobile=device == "phone")
    wide, view = tab.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert wide <= view == WIDTHS[device]
    assert tab.evaluate("[...document.querySelectorAll('svg')].every(e => e.getBoundingClientRect().height > 60)")
    stray = """[...document.querySelectorAll('h1, h2, h3, p, dd, figure, .scroll, pre')].filter(e => {
        const box = e.getBoundingClientRect();
        return box.width && (box.left < 0 || box.right > window.innerWidth); }).length"""
    assert tab.evaluate(stray) == 0
    assert tab.evaluate("parseFloat(getComputedStyle(document.querySelector('.answer')).fontSize)") >= 16


@pytest.mark.parametrize("family", ["DejaVu Sans", "Liberation Sans"])
def test_letters_of_pictures_are_whole_and_apart_in_other_fonts_too(visit, pages, family):
    tab = visit(pages["what-if"])
    tab.add_style_tag(content=f"svg text {{ font-family: '{family}', sans-serif !important; }}")
    wrong = """[...document.querySelectorAll('figure svg')].flatMap(svg => {
        const texts = [...svg.querySelectorAll('text')], frame = svg.getBoundingClientRect();
        const boxes = texts.map(text => text.getBoundingClientRect());
        const over = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2
            && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 5;
        return texts.filter((text, place) => boxes[place].left < frame.left - 1 || boxes[place].right > frame.right + 1
            || boxes.some((box, other) => other > place && over(box, boxes[place])))
            .map(text => text.textContent); })"""
    assert tab.evaluate(wrong) == []


def column(tab, title, place):
    script = """([title, place, clicks]) => {
        const head = [...document.querySelectorAll('h3')].find(e => e.textContent.includes(title));
        const table = (head.closest('summary') ?? head).nextElementSibling.querySelector('table');
        if (clicks) table.tHead.rows[0].cells[place].querySelector('button').click();
        return [...table.tBodies[0].rows].map(row => row.cells[place].dataset.key); }"""
    return lambda clicks: tab.evaluate(script, [title, place, clicks])


def test_tables_sort_by_number_and_by_name_both_ways(visit, pages):
    tab = visit(pages["what-if"])
    supports = column(tab, "Every member", 3)
    before = [float(key) for key in supports(False)]
    once = [float(key) for key in supports(True)]
    twice = [float(key) for key in supports(True)]
    assert once == sorted(before, reverse=True) != before
    assert twice == sorted(before)
    names = column(tab, "Every member", 0)
    assert names(True)[0] == "afghanistan"
    assert names(True)[0] == "zimbabwe"
    state = "[...document.querySelectorAll('th[aria-sort]')].map(e => [e.textContent, e.ariaSort])"
    assert tab.evaluate(state) == [["member", "descending"]]


def test_a_page_is_whole_without_scripts(visit, pages):
    tab = visit(pages["what-if"], WIDTHS["phone"], java_script_enabled=False)
    assert tab.locator("th button").count() == 0
    assert tab.locator("tr").count() == pages["what-if"].read_text(encoding="utf-8").count("<tr")


def unspaced(text):
    """A text without its spaces, which a PDF leaves to the reader's guess."""
    return "".join(text.split())


def printed(tab, paper="A4"):
    """The sheets of a printed page, their text unspaced; no line reaches beyond its sheet."""
    found = []
    for sheet in pdfium.PdfDocument(tab.pdf(format=paper)):
        text = sheet.get_textpage()
        width, height = sheet.get_size()
        for left, bottom, right, top in map(text.get_rect, range(text.count_rects())):
            assert 0 < left < right < width
            assert 0 < bottom < top < height
        found.append(unspaced(text.get_text_bounded()))
    return found


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("paper", FORMATS)
def test_a_page_prints_whole(visit, pages, name, paper):
    tab = visit(pages[name])
    heads = [unspaced(head) for head in tab.locator(":is(h1, h2, h3):not(details *)").all_text_contents()]
    sheets = printed(tab, paper)
    assert [head for head in heads if not any(head in sheet for sheet in sheets)] == []
    assert [sheet for sheet in sheets if sheet.endswith(tuple(heads))] == []


def test_a_printed_table_names_its_columns_on_each_sheet(visit, pages):
    tab = visit(pages["what-if"])
    assert not any("Everymember" in sheet for sheet in printed(tab))
    tab.evaluate("document.querySelectorAll('details').forEach(part => { part.open = part.querySelector('table'); })")
    sheets = printed(tab)
    first = next(place for place, text in enumerate(sheets) if "Everymember" in text)
    last = next(place for place, text in enumerate(sheets) if "ZimbabweZWEabstain" in text)
    assert last > first
    names = unspaced("member code observed support abstain oppose absent")
    assert all(names in text for text in sheets[first : last + 1])
