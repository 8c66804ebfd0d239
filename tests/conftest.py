"""What many tests start from: the shipped world, what was published later, a small sweep, a Chromium for pages."""

import pytest
from support.commands import processes
from support.pages import CHROMIUM, NO_CHROMIUM
from support.sweeps import SMALL, bytes_of, written

from sim.runner.sweep import keep_sweep
from sim.scoring.published import Published, load_published
from sim.specs import read_experiment
from sim.world import World, load_world

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def world() -> World:
    return load_world("un-2022")


@pytest.fixture(scope="session")
def published(world: World) -> Published:
    found = load_published(world)
    assert found is not None
    return found


@pytest.fixture
def start_command():
    """A function that starts a command in a process of its own; what still runs at the end of the test is killed."""
    with processes() as start:
        yield start


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A small experiment's file, and the bytes of its sweep run in one go."""
    folder = tmp_path_factory.mktemp("small")
    file = written(folder, SMALL)
    keep_sweep(read_experiment(file), folder / "whole")
    return file, bytes_of(folder / "whole")


@pytest.fixture(scope="module")
def browser():
    """Driven by Playwright; a test that needs it is skipped where there is none."""
    if CHROMIUM is None:
        pytest.skip(NO_CHROMIUM)
    sync_api = pytest.importorskip("playwright.sync_api", reason="the browser is driven by Playwright")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()
