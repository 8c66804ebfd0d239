"""The parts of the page that are written in Vue, and how data are handed over to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import solara
import solara.lab
from pydantic_core import to_jsonable_python

from sim.explore.reasons import PageReasons, PageTips, Refused


@dataclass(frozen=True, eq=False)
class Data:
    """Plain data for a component, passed on unchanged, and equal to themselves alone.

    Plain dictionaries would be compared and copied value by value at every rendering, which takes longer than a run.
    """

    plain: Any


def use_data(make: Callable[[], Any], made_of: list[Any]) -> Data:
    """Data that are made again only when one of the things they are made of changes; results become plain data."""
    return solara.use_memo(lambda: Data(to_jsonable_python(make())), made_of)


def use_background(work: Callable[[], Any], made_of: list[Any]) -> solara.lab.Task[[], Any]:
    """Work in a thread, done again when one of the things it depends on changes, that ends when the page is closed.

    Solara keeps the first function that a task is given. The one given here refers to the work only while the page is
    open, so that results of closed pages do not pile up.

    Parameters
    ----------
    work : its value is that of the task; for a generator, the latest value so far.
    """
    newest: solara.Ref[Callable[[], Any] | None] = solara.use_ref(None)
    newest.current = work

    def run() -> Any:
        asked = newest.current
        return asked and asked()

    task = solara.lab.use_task(run, dependencies=made_of)

    def close() -> None:
        newest.current = None
        task.cancel()

    solara.use_effect(lambda: close, [])
    return task


def component(name: str, *data: str) -> Callable[[Callable[..., None]], Callable[..., solara.Element]]:
    """A component in Vue, some of whose arguments are `Data`, or results that are small."""
    return solara.component_vue(name, vuetify=False, to_json=dict.fromkeys(data, lambda value, _: _plain(value)))


def _plain(value: Any) -> Any:
    return value.plain if isinstance(value, Data) else to_jsonable_python(value)


@component("parts/levers.vue", "groups", "edits", "senders", "attributes", "references")
def Levers(  # noqa: N802, D103
    groups: Data,
    edits: Data,
    senders: Data,
    attributes: Data,
    references: Data,
    is_uncertain: bool,
    refused: dict[str, list[str]],
    stamp: int,
    link: str,
    file: dict[str, Any],
    event_move: Callable[[list[str]], None],
    event_add_edit: Callable[[list[str]], None],
    event_remove_edit: Callable[[int], None],
    event_sender: Callable[[list[Any]], None],
    event_load: Callable[[str], None],
    event_save: Callable[[str], None],
    event_reset: Callable[[Any], None],
) -> None: ...


@component("parts/numbers.vue", "board", "scenery")
def Numbers(  # noqa: N802, D103
    board: Data, scenery: Data, event_vote: Callable[[int], None]
) -> None: ...


@component("parts/timeline.vue", "calendar", "now", "before", "scenery")
def Timeline(  # noqa: N802, D103
    calendar: Data,
    now: Data,
    before: Data,
    scenery: Data,
    month: str,
    chosen: str,
    event_month: Callable[[str], None],
    event_pick: Callable[[str], None],
) -> None: ...


@component("parts/pictures.vue", "board", "scenery")
def Pictures(  # noqa: N802, D103
    board: Data, scenery: Data, chosen: str, event_pick: Callable[[str], None]
) -> None: ...


@component("parts/histograms.vue", "board")
def Histograms(board: Data) -> None: ...  # noqa: N802, D103


@component("parts/movers.vue", "board")
def Movers(  # noqa: N802, D103
    board: Data, event_pick: Callable[[str], None]
) -> None: ...


@component("parts/members.vue", "board")
def Members(  # noqa: N802, D103
    board: Data, chosen: str, event_pick: Callable[[str], None]
) -> None: ...


@component("parts/reasons.vue", "reasons", "tips")
def Reasons(  # noqa: N802, D103
    reasons: PageReasons | Refused | None,
    busy: bool,
    tips: PageTips | None,
    tipping: bool,
    actions: list[str],
    event_pick: Callable[[str], None],
    event_tips: Callable[[Any], None],
) -> None: ...
