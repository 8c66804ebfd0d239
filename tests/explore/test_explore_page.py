"""The parts of the page in Solara, rendered without a browser."""

import threading
import time

import pytest

solara = pytest.importorskip("solara", reason="the dashboard needs Solara")

from sim.explore import page  # noqa: E402
from sim.explore.result import run_state  # noqa: E402
from sim.explore.state import PageState  # noqa: E402

LONGEST = 20


class Search:
    """Stands for the search for tips: goes on for good, and says whether it still does."""

    def __init__(self):
        self.begun, self.ended = threading.Event(), threading.Event()

    def __call__(self, found):
        try:
            while True:
                self.begun.set()
                time.sleep(0.01)
                yield {"tried": 1, "levers": 2, "rows": []}
        finally:
            self.ended.set()


@pytest.fixture
def searching(start, monkeypatch):
    """The reasons of a member rendered, and a search for tips under way; with what the page shows of them."""
    search = Search()
    monkeypatch.setattr(page, "search_switching_points", search)
    shown = {}
    monkeypatch.setattr(page, "Reasons", lambda **given: shown.update(given) or solara.Div())
    found = run_state(start, PageState(member="IND"))
    _, rendered = solara.render(page.ShowReasons(found, print), handle_error=False)
    shown["event_tips"](None)
    assert search.begun.wait(LONGEST)
    assert not search.ended.wait(0.2)
    assert shown["tips"] == {"tried": 1, "levers": 2, "rows": []}
    yield search, rendered, shown
    rendered.close()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_search_ends_when_the_page_is_closed(searching):
    search, rendered, _ = searching
    rendered.close()
    assert search.ended.wait(LONGEST)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_search_ends_when_no_browser_shows_the_page_and_may_be_asked_again(searching, monkeypatch):
    search, _, shown = searching
    with monkeypatch.context() as unseen:
        unseen.setattr(page, "is_seen", lambda: False)
        assert search.ended.wait(LONGEST)
        search.begun.clear()
        while shown["tips"] is not None:
            time.sleep(0.01)
    shown["event_tips"](None)
    assert search.begun.wait(LONGEST)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_search_ends_when_another_member_is_chosen(searching, start):
    search, rendered, _ = searching
    rendered.render(page.ShowReasons(run_state(start, PageState(member="CHN")), print))
    assert search.ended.wait(LONGEST)
