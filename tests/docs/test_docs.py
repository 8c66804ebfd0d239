"""Every command and code block of the README and the docs runs."""

import contextlib
import io
import re
import shlex
import shutil
from pathlib import Path

import pytest
import typer
from support.commands import sim

from sim.cli.app import app
from sim.cli.commands.check import check
from tools.manual.shown import find_outputs, is_shown, refresh

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
BLOCK = re.compile(r'^```(\w*)(?: title="([^"\n]+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`(?:\.venv/bin/)?sim ([a-z]+)((?: [^`\n]+)?)`")
COPY = re.compile(r"^cp -r (\S+) (\S+)$", re.MULTILINE)
COMMAND = re.compile(r"^(?:\.venv/bin/)?sim (.*)$")
QUESTIONS = re.compile(r"^\| question \| command \|\n\|[-| ]+\|\n((?:\|.*\n)+)", re.MULTILINE)
"""A table of questions; its commands run as those of fenced blocks do."""
CELL = re.compile(r"`sim ([^`]+)`")


def blocks(page):
    return [(match[1], match[3]) for match in BLOCK.finditer(page.read_text(encoding="utf-8"))]


def files(page):
    """The files that a page tells its reader to write, by name."""
    return {match[2]: match[3] for match in BLOCK.finditer(page.read_text(encoding="utf-8")) if match[2]}


def name_of(page):
    return str(page.relative_to(ROOT))


def commands(page):
    for language, text in blocks(page):
        if language in ("", "sh"):
            found = (COMMAND.match(line) for line in text.splitlines())
            yield from (shlex.split(match[1], comments=True) for match in found if match)
    for rows in QUESTIONS.findall(page.read_text(encoding="utf-8")):
        yield from (shlex.split(line) for line in CELL.findall(rows))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_run_in_their_order(page, tmp_path):
    shown = find_outputs(page.read_text(encoding="utf-8"))
    for name, text in files(page).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    for source, copy in COPY.findall(page.read_text(encoding="utf-8")):
        shutil.copytree(ROOT / source, tmp_path / copy)
    for arguments in commands(page):
        done = sim(*arguments, cwd=tmp_path)
        assert done.returncode == 0, f"{page.name}: sim {shlex.join(arguments)}\n{done.stderr}"
        if (text := shown.get(tuple(arguments))) is not None:
            printed = [line.rstrip() for line in done.stdout.splitlines()]
            assert is_shown(text, printed), f"{page.name}: {arguments}\n{done.stdout}"


def test_a_shown_output_may_leave_lines_out_and_no_more():
    printed = ["a", "b", "c", "d"]
    for text in ("abcd", "a...d", "a...cd", "ab..."):
        assert is_shown(collect_lines(text), printed), text
    for text in ("ab", "b...d", "a...c", "ad", "a...x...d"):
        assert not is_shown(collect_lines(text), printed), text


def test_a_shown_output_is_refreshed_with_the_same_parts_left_out():
    printed = ["title 2", "rows", "second 20 %", "more", "end"]
    assert refresh(["title 1", "...", "second 19 %", "...", "end"], printed) == [
        "title 2",
        "...",
        "second 20 %",
        "...",
        "end",
    ]
    assert refresh(["title 1", "...", "more"], printed) == ["title 2", "...", "more", "end"]
    assert refresh(["...", "second 19 %", "more", "..."], printed) == ["...", "second 20 %", "more", "..."]


def collect_lines(letters):
    """A line for each letter, and for each ``...``."""
    return re.findall(r"\.\.\.|\w", letters)


@pytest.mark.filterwarnings("ignore:.*ipyparallel")
@pytest.mark.filterwarnings("ignore:.*ComponentsView")  # how Mesa writes its page
@pytest.mark.filterwarnings("ignore:Failed to validate hooks")  # a component in a block has no file of its own
@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_python_blocks_run(page):
    names = {"__name__": "example"}  # a page is read from the top, so its blocks share their names
    for language, text in blocks(page):
        if language == "python":
            with contextlib.redirect_stdout(io.StringIO()):
                exec(compile(text, page.name, "exec"), names)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_whole_files_check(page, tmp_path):
    for language, text in blocks(page):
        if language == "toml" and "question =" in text:
            if re.search(r'^world = "my-', text, re.MULTILINE):
                continue  # checked where the world stands beside it, by a command of the page
            file = tmp_path / "file.toml"
            file.write_text(text, encoding="utf-8")
            assert check([str(file)]) == 0


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_named_in_the_text_exist(page):
    known = typer.main.get_command(app).commands
    for command, rest in INLINE.findall(page.read_text(encoding="utf-8")):
        assert command in known, f"{name_of(page)}: sim {command}"
        options = options_of(known[command])
        for option in re.findall(r"--[a-z][a-z-]*", rest):
            assert option in options | {"--help"}, f"{name_of(page)}: sim {command} {option}"


def options_of(command):
    """The options of a command, and of those below it."""
    own = {option for one in command.params for option in (*one.opts, *one.secondary_opts)}
    return own.union(*(options_of(below) for below in getattr(command, "commands", {}).values()))


def test_links_lead_somewhere():
    for page in [*PAGES, ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md"]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


README = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())


def test_the_figures_of_the_readme_are_those_of_the_program():
    """The founding result and the first what-if, as the README's first screen gives them."""
    from sim.case import prepare
    from sim.runner.run import run_case
    from sim.specs import read_scenario
    from sim.summaries.summary import split_of, summarise_vote

    base, threat = (prepare(read_scenario(name)) for name in ("es-11-1", "es-11-1-april-threat"))
    result = run_case(threat, base=base)
    vote = summarise_vote(result.base, 0)
    observed = split_of(base.world.rollcall(vote.resolution).tally)
    assert f"| observed | **{observed.with_target}** | {observed.without_target} |" in README
    simulated = f"**{vote.split.with_target}** | {vote.split.without_target}"
    assert f"| simulated (median of 1,000 runs) | {simulated} |" in README
    assert f"In 90 % of the runs {vote.tally.support.p05:.0f} to {vote.tally.support.p95:.0f} members support" in README
    assert f"For {100 * vote.accuracy:.0f} % of the members" in README
    changed = summarise_vote(result, 0)
    falls = f"Support falls by {-changed.base.change.support:.1f} members on average"
    assert f"{falls}, and the split becomes {changed.split.with_target}." in README
    assert all(mover.towards == 0 for mover in changed.base.moved)
    named = re.search(r"\. ([^.]*?) and (\w+) change their vote most often", README)
    first = [mover.name for mover in changed.base.moved[:5]]
    assert [re.sub("^[Tt]he ", "", name) for name in (*named[1].split(", "), named[2])] == first


def test_the_what_if_file_of_the_readme_does_what_is_said_of_it(tmp_path):
    from sim.case import prepare
    from sim.rules.choice import ABSENT, ABSTAIN, OPPOSE
    from sim.runner.run import run_case
    from sim.specs import read_scenario
    from sim.summaries.summary import summarise_vote

    file = tmp_path / "half.toml"
    (text,) = (text for language, text in blocks(ROOT / "README.md") if language == "toml")
    file.write_text(text, encoding="utf-8")
    result = run_case(prepare(read_scenario(file)), base=prepare(read_scenario("es-11-1")))
    change = summarise_vote(result, 0).base
    moved = {mover.iso3: mover.moved for mover in change.moved}
    (belarus,) = result.case.world.indices(["BLR"])
    turns = result.votes[0].change.transitions[belarus]
    assert f"makes Belarus vote differently in {100 * moved['BLR']:.0f} of 100 runs" in README
    stops, abstains = turns[OPPOSE, ABSENT], turns[ABSENT, ABSTAIN]
    assert turns.sum() == 1000
    assert f"in {stops / 10:.0f} it is absent instead of opposing, in {abstains / 10:.0f} it abstains instead" in README
    assert stops + abstains == 1000 - turns.trace(), "there is no other change"
    assert all(abs(mean) < 0.5 for _, mean in change.change)
