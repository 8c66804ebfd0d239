"""The reference says what the code says, and the site builds without a warning and loads nothing from the network."""

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
import typer
from support.pages import CHROMIUM, NO_CHROMIUM

from sim.cli.app import COMMANDS, app
from sim.cli.commands import compare, explain, reach, sensitivity
from sim.rules.parameters import registry
from tools.manual import commands, keys, meanings, parameters, questions
from tools.manual.documents import keys_of
from tools.manual.reference import FOLDER, pages

ROOT = Path(__file__).parents[2]
NETWORK = re.compile(r"""url\(\s*["']?(?:https?:)?//|@import\s+["'](?:https?:)?//""")
LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src", "audio": "src"}


def test_the_reference_is_what_the_code_says():
    written = pages()
    for name, text in written.items():
        kept = FOLDER / name
        is_current = kept.is_file() and kept.read_text(encoding="utf-8") == text
        assert is_current, f"docs/reference/{name} is out of date: run 'python -m tools.manual'"
    assert {path.name for path in FOLDER.iterdir()} == set(written)


def test_every_parameter_command_and_option_is_in_the_reference():
    listed = parameters.pages()["parameters.md"]
    for name in registry():
        assert f"| `{name}`<br>" in listed
    parts = re.split(r"^## sim ", commands.pages()["commands.md"], flags=re.MULTILINE)
    sections = {part.split("\n", 1)[0]: part for part in parts[1:]}
    assert set(sections) == set(COMMANDS)
    for name, command in typer.main.get_command(app).commands.items():
        for parameter in command.params:
            for option in [*parameter.opts, *parameter.secondary_opts]:
                if option.startswith("--") and option != "--help":
                    assert f"`{option}`" in sections[name], f"sim {name} {option}"


def test_a_key_without_a_meaning_is_refused_and_so_is_a_meaning_of_nothing():
    with pytest.raises(ValueError, match="without a meaning: \\['near'\\]"):
        meanings.key_table({"near": "number", "seed": "number"}, {"seed": "the seed"})
    with pytest.raises(ValueError, match="meaning of nothing: \\['near'\\]"):
        meanings.key_table({"seed": "number"}, {"seed": "the seed", "near": "gone"})


@pytest.mark.parametrize("name", ["comparison_document"])
def test_a_key_that_a_command_prints_needs_a_meaning(name, monkeypatch):
    """A key added to a document of what-if questions stops the manual."""
    (module,) = (module for module in (compare, explain, reach, sensitivity) if hasattr(module, name))
    whole = getattr(module, name)
    monkeypatch.setattr(module, name, lambda *arguments, **named: {**whole(*arguments, **named), "brand_new": 1})
    with pytest.raises(ValueError, match="without a meaning: \\['brand_new'\\]"):
        list(questions.parts())


def test_every_json_document_has_its_part_in_the_reference():
    text = (FOLDER / "output.md").read_text(encoding="utf-8")
    for command in ("run", "compare", "explain", "reach", "sensitivity", "validate"):
        assert f"## `sim {command} --json`\n" in text


def test_keys_of_a_document_stand_for_what_varies():
    document = {
        "votes": [
            {"tally": {action: {"mean": 1.0, "p05": 0.0} for action in ("support", "abstain", "oppose", "absent")}},
            {"near": None, "moved": []},
            {"near": 0.5, "moved": [{"iso3": "IND", "to": []}, {"iso3": "BRA", "to": ["support"]}]},
        ],
        "world": {"files": {"a.csv": "00", "b.csv": "01"}},
    }
    assert keys_of(document) == {
        "votes[].tally.ACTION": "table: mean, p05",
        "votes[].near": "number",
        "votes[].moved[].iso3": "text",
        "votes[].moved[].to": "list of texts",
        "world.files.FILE": "text",
    }


class Page(HTMLParser):
    """What a page loads, what it links to, and the names within it."""

    def __init__(self, text):
        super().__init__()
        self.loads, self.links, self.names = [], [], set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.names.add(found.get("id"))
        if tag == "link":
            self.loads.append(found.get("href"))
        elif tag == "a":
            self.links.append(found.get("href"))
        elif tag in LOADED:
            self.loads.append(found.get(LOADED[tag]))


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


def test_nothing_is_loaded_from_the_network_and_all_that_is_loaded_is_there(site):
    built = sorted(site.rglob("*.html"))
    assert len(built) > 10
    for path in built:
        text = path.read_text(encoding="utf-8")
        assert not NETWORK.search(text), path
        assert 'class="mermaid"' not in text, "diagrams of that kind are loaded from the network"
        for target in filter(None, Page(text).loads):
            assert not re.match(r"(https?:)?//", target), f"{path.name}: {target}"
            if path.name != "404.html" and not target.startswith("data:"):
                assert (path.parent / target.split("?")[0]).exists(), f"{path.name}: {target}"
    for path in site.rglob("*.css"):
        assert not NETWORK.search(path.read_text(encoding="utf-8")), path


def test_every_page_can_be_reached_from_the_first(site):
    seen, waiting = set(), [site / "index.html"]
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        links = (link.split("#")[0] for link in Page(path.read_text(encoding="utf-8")).links if link)
        waiting += [
            (path.parent / link).resolve() for link in links if link.endswith(".html") and not link.startswith("http")
        ]
    assert seen == {path for path in site.rglob("*.html") if path.name != "404.html"}


@pytest.mark.skipif(CHROMIUM is None, reason=NO_CHROMIUM)
@pytest.mark.parametrize("page", ["index.html", "reference/commands.html"])
def test_search_works_in_pages_opened_as_files_without_a_network(site, page, tmp_path):
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=10000", "--dump-dom"]
    offline = ["--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={tmp_path}"]
    address = f"{(site / page).as_uri()}?q=grievance"
    done = subprocess.run(
        [CHROMIUM, *options, *offline, address], capture_output=True, text=True, check=False, timeout=120
    )
    assert re.search(r"[1-9]\d* matching document", done.stdout), done.stderr[-500:]


def test_the_first_page_opens_as_the_readme_does(site):
    first = (site / "index.html").read_text(encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    split = re.search(r"give \*\*([\d/]+)\*\*", readme)[1]
    assert f"<strong>{split}</strong>" in first
    assert 'src="pictures/chamber.png"' in first


def test_every_table_of_a_scenario_is_in_the_reference():
    text = keys.pages()["scenario.md"]
    for heading in ("[roles]", "[[vote]]", "[[pledge]]", "[[change]]", "[months]", "[[event]]", "[expected]"):
        assert f"## `{heading}`\n" in text
    for kind in ("invasion", "sanctions", "embargo", "price_cap", "halt"):
        assert f'### `kind = "{kind}"`' in text
