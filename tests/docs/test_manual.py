"""The reference says what the code says, and the site builds without a warning and loads nothing from the network."""

import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import pytest
import typer
from support.commands import sim
from support.pages import CHROMIUM, NO_CHROMIUM

from sim.cli.app import COMMANDS, app
from sim.results.described import Result, quantity
from sim.results.parts import ByAction
from sim.rules.parameters import load_registry
from tools.manual import commands, keys, parameters
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
    for name in load_registry():
        assert f"| `{name}`<br>" in listed
    parts = re.split(r"^## sim ", commands.pages()["commands.md"], flags=re.MULTILINE)
    sections = {part.split("\n", 1)[0]: part for part in parts[1:]}
    assert set(sections) == set(COMMANDS)
    for name, command in typer.main.get_command(app).commands.items():
        for parameter in command.params:
            for option in [*parameter.opts, *parameter.secondary_opts]:
                if option.startswith("--") and option != "--help":
                    assert f"`{option}`" in sections[name], f"sim {name} {option}"


def test_every_field_of_every_result_has_a_label_and_a_description():
    def results(kind):
        yield from kind.__subclasses__()
        for below in kind.__subclasses__():
            yield from results(below)

    described = [kind for kind in results(Result) if kind.__module__.startswith("sim.results.")]
    assert len(described) > 50
    for kind in described:
        for name, field in kind.model_fields.items():
            assert field.title, f"{kind.__name__}.{name} has no label"
            assert field.description, f"{kind.__name__}.{name} has no description"


def test_every_json_document_has_its_page_in_the_reference():
    for command in ("run", "compare", "explain", "reach", "sensitivity", "sweep", "validate"):
        text = (FOLDER / f"output-{command}.md").read_text(encoding="utf-8")
        assert f"`sim {command}" in text.split("\n")[2]


def test_every_key_that_is_printed_is_on_the_page():
    """The page is made from types; what a command prints is checked against it."""
    printed = json.loads(sim("run", "2022-2023", "--replicates", 3, "--set", "months.end=2022-04-30", "--json").stdout)
    text = (FOLDER / "output-run.md").read_text(encoding="utf-8")
    for path in paths_of(printed):
        parts = re.escape(path).split(r"\.")
        general = [rf"(?:{part}|[A-Z]+)" for part in parts]
        shortened = [r"\.".join(general[: number + 1]) for number in range(len(general))]
        assert any(re.search(rf"`{one}`", text) for one in shortened), path


def paths_of(value, path=""):
    if isinstance(value, dict) and value:
        for key, below in value.items():
            yield from paths_of(below, f"{path}.{key}".removeprefix("."))
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for below in value:
            yield from paths_of(below, f"{path}[]")
    else:
        yield path


class Inner(Result):
    share: float | None = quantity("share", "how often", unit="share")


class Outer(Result):
    tally: ByAction[int] = quantity("tally", "members", unit="members")
    inner: Inner | None = quantity("inner", "null where there is none")
    again: Inner = quantity("again", "once more")
    by_member: dict[str, list[str]] = quantity("by member", "codes", named="MEMBER")
    rows: list[Inner] = quantity("rows", "all of them")


def test_the_keys_of_a_type_name_what_varies_and_what_was_described_before():
    assert list(keys_of(Outer, {}, "it")) == [
        ("tally.ACTION", "number", "members", "members"),
        ("inner", "table or null", "", "null where there is none"),
        ("inner.share", "number or null", "share", "how often"),
        ("again", "as `inner` of it", "", "once more"),
        ("by_member.MEMBER", "list of texts", "", "codes"),
        ("rows[]", "as `inner` of it", "", "all of them"),
    ]


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
    split = re.search(r"simulated [^|]*\| \*\*([\d/]+)\*\*", readme)[1]
    assert f"<strong>{split}</strong>" in first
    assert 'src="pictures/chamber.png"' in first


def test_every_table_of_a_scenario_is_in_the_reference():
    text = keys.pages()["scenario.md"]
    for heading in ("[roles]", "[[vote]]", "[[pledge]]", "[[change]]", "[months]", "[[event]]", "[expected]"):
        assert f"## `{heading}`\n" in text
    for kind in ("invasion", "sanctions", "embargo", "price_cap", "halt"):
        assert f'### `kind = "{kind}"`' in text


@pytest.mark.parametrize("name", ["run", "compare"])
def test_what_is_printed_meets_its_json_schema(name):
    schema = json.loads(sim("schema", "--result", name).stdout)
    printed = json.loads(sim(name, "es-11-1-april-threat", "--replicates", 5, "--json").stdout)
    jsonschema.Draft202012Validator(schema).validate(printed)
    assert schema["properties"]["replicates"]["title"] == "runs"
