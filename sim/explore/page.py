"""The page of `sim explore` in Solara: each session has a state of its own, and every event makes the next one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import solara
from solara.server import kernel_context

from sim.errors import InputError
from sim.explore.board import make_board, make_scenery
from sim.explore.components import (
    Histograms,
    Levers,
    Members,
    Movers,
    Numbers,
    Pictures,
    Reasons,
    Timeline,
    use_background,
    use_data,
)
from sim.explore.events import list_series_asked
from sim.explore.files import make_file
from sim.explore.levers import (
    find_attributes,
    find_edits,
    find_groups,
    find_references,
    find_senders,
    move_lever,
    with_edit,
    with_sender,
    without_edit,
)
from sim.explore.reasons import PageReasons, PageTips, Refused, explain_chosen, search_switching_points
from sim.explore.result import Explored, add_replicates, complete, run_state
from sim.explore.start import Launch, list_messages
from sim.explore.started import read_start
from sim.explore.state import PageState, read_link
from sim.explore.timeline import make_calendar, make_course
from sim.summaries.tallies import REPORTED
from sim.views.styles import STYLES

SETTLED_S = 0.3
"""Seconds without a move after which the other replicates are run, and the reasons of a member are computed."""
STYLE = Path(__file__).parent / "parts" / "page.css"


@dataclass(frozen=True)
class SessionView:
    """What a session shows.

    Parameters
    ----------
    found : the state and its result.
    refused : messages by what was refused: the key of a lever, or ``members``, ``senders``, ``page``.
    stamp : grows with every event that was answered.
    file : name and text of the file that was asked for last, and the stamp at that time.
    """

    found: Explored
    refused: dict[str, list[str]] = field(default_factory=dict)
    stamp: int = 0
    file: dict[str, Any] = field(default_factory=dict)


@cache
def read_style() -> str:
    """The style of the page, with the colours that actions have in every picture."""
    return "\n".join([STYLE.read_text(encoding="utf-8"), *(_write_rules(name) for name in REPORTED)])


def _write_rules(action: str) -> str:
    """How marks, bars and countries of an action look; an empty area is that of absent members."""
    style = STYLES[action]
    return (
        f".explore {{ --{action}: {style.area}; }}\n"
        f".explore .act-{action} {{ fill: {style.fill}; stroke: var(--{action}-edge, {style.edge}); }}\n"
        f".explore .fill-{action} {{ fill: {'url(#hatch)' if style.fill == 'none' else style.fill}; }}\n"
        f".explore .was-{action} {{ fill: {style.area}; }}\n"
        f".explore .bar-{action} {{ fill: {style.area}; stroke: var(--{action}-edge, none); }}"
    )


def open_session(start: Launch, query: str | None) -> SessionView:
    """What a session shows first: the state of its link, or the scenario as started if the link is refused."""
    try:
        return SessionView(run_state(start, read_link(query) if query else start.state))
    except InputError as error:
        return SessionView(run_state(start, start.state), {"page": list_messages(error)})


def answer_event(start: Launch, shown: SessionView, place: str, change: Callable[[Explored], PageState]) -> SessionView:
    """What a session shows after an event: the new state, or the old one with what was refused."""
    try:
        return SessionView(run_state(start, change(shown.found), shown.found), stamp=shown.stamp + 1)
    except InputError as error:
        return replace(shown, refused={place: list_messages(error)}, stamp=shown.stamp + 1)


def is_seen() -> bool:
    """Whether a browser still shows the page: it may have closed without a message."""
    if not kernel_context.has_current_context():
        return True  # drawn without a server
    return kernel_context.PageStatus.CONNECTED in kernel_context.get_current_context().page_status.values()


@solara.component
def ShowReasons(found: Explored, on_pick: Callable[[str], None]) -> None:  # noqa: N802
    """The reasons of the chosen member, computed in the background; what would change its vote only on request.

    They are computed as soon as there is an answer, and again once it has all replicates.
    """
    asked, set_asked = solara.use_state(None)
    member, state = found.state.member, replace(found.state, month="")
    kept: solara.Ref[PageReasons | Refused | None] = solara.use_ref(None)
    is_asked = asked is not None and asked == state

    def take() -> PageReasons | Refused | None:
        time.sleep(SETTLED_S)  # while a slider moves, the numbers come first
        try:
            return explain_chosen(found) if member and taken.is_current() else None
        except InputError as error:
            return Refused(iso3=member, refused=tuple(list_messages(error)))

    def search() -> Iterator[PageTips | None]:
        for so_far in search_switching_points(found) if is_asked else ():
            if not tipped.is_current():
                return
            if not is_seen():
                return set_asked(None)
            yield so_far

    taken = use_background(take, [state, found.is_whole])
    tipped = use_background(search, [asked])
    solara.use_effect(lambda: set_asked(None), [state])  # a move ends the search that was asked for before it
    kept.current = (taken.finished and taken.value) or kept.current
    known = kept.current if member and kept.current and kept.current.iso3 == member else None
    Reasons(
        reasons=known,
        busy=bool(member) and taken.pending,
        tips=tipped.latest if is_asked else None,
        tipping=is_asked and tipped.pending,
        actions=list(REPORTED),
        event_pick=on_pick,
        event_tips=lambda _: set_asked(state),
    )


def use_whole(start: Launch, answer: Explored) -> Explored:
    """The answer to a move, to which replicates are added in the background once there is no move for a while."""
    grown, set_grown = solara.use_state(answer)
    asked = answer.state.asked

    def grow() -> None:
        time.sleep(SETTLED_S)
        for found in add_replicates(start, answer):
            if not growing.is_current():
                return
            set_grown(found)

    growing = use_background(grow, [asked])
    best = grown if grown.state.asked == asked else answer
    return solara.use_memo(
        lambda: best if best.state == answer.state else replace(best, state=answer.state), [best, answer]
    )


@solara.component
def Page() -> None:  # noqa: N802
    """The whole page."""
    start, router = read_start(), solara.use_router()
    first = solara.use_memo(lambda: open_session(start, router.search), [])
    shown, set_shown = solara.use_state(first)
    found = use_whole(start, shown.found)
    state, months, earlier = found.state, found.result.months, found.baseline.months
    # Seats are those of the baseline's first answer, and do not change while it grows.
    scene = use_data(lambda: make_scenery(found), [found.baseline.case.spec, state.vote])
    drawn = use_data(lambda: make_board(found), [found])
    dates = use_data(lambda: make_calendar(found), [found.case.plan])
    asked = solara.use_memo(lambda: tuple(list_series_asked(found)), [found])
    simulated = use_data(lambda: months and make_course(months, found.case.world, asked), [months, asked])
    before = use_data(lambda: earlier and make_course(earlier, found.case.world, asked), [earlier, asked])
    groups = use_data(lambda: find_groups(found), [found])
    edits = use_data(lambda: find_edits(found), [state.edits])
    senders = use_data(lambda: find_senders(found), [found.spec.roles, found.baseline.case.spec.roles])
    attributes = use_data(lambda: find_attributes(found), [found.spec.world, found.spec.vote[0].date])
    references = use_data(lambda: find_references(found), [found.spec.world, found.spec.vote[0].date])

    def answer(place: str, change: Callable[[Explored], PageState]) -> None:
        # Several events may come before the page is drawn again: each starts from the state that the last one made.
        set_shown(lambda last: answer_event(start, last, place, change))

    def look(**at: Any) -> None:
        answer("page", lambda last: replace(last.state, **at))

    def pick(iso3: str) -> None:
        look(member=iso3 if iso3 in found.case.world.index else "")

    def save(kind: str) -> None:
        name, text = make_file(start, found if kind == "scenario" else complete(start, found), kind)
        set_shown(
            lambda last: replace(last, stamp=last.stamp + 1, file={"name": name, "text": text, "stamp": last.stamp})
        )

    def sender(event: list[Any]) -> None:
        answer("senders", lambda last: with_sender(start, last, str(event[0]).strip(), bool(event[1])))

    solara.Title(found.spec.title)
    solara.Style(read_style())
    with solara.Div(classes=["explore"]):
        Numbers(board=drawn, scenery=scene, event_vote=lambda number: look(vote=number))
        with solara.Div(classes=["side"]):
            Levers(
                groups=groups,
                edits=edits,
                senders=senders,
                attributes=attributes,
                references=references,
                is_uncertain=found.spec.parameter_uncertainty,
                refused=shown.refused,
                stamp=shown.stamp,
                link=state.link(),
                file=shown.file,
                event_move=lambda event: answer(event[0], lambda last: move_lever(start, last, event[0], event[1])),
                event_add_edit=lambda event: answer("members", lambda last: with_edit(start, last.state, *event)),
                event_remove_edit=lambda place: answer("page", lambda last: without_edit(last.state, place)),
                event_sender=sender,
                event_load=lambda text: answer("page", lambda _: PageState(source=text)),
                event_save=save,
                event_reset=lambda _: answer("page", lambda _: start.state),
            )
        if months and earlier:
            Timeline(
                calendar=dates,
                now=simulated,
                before=before,
                scenery=scene,
                month=state.month,
                chosen=state.member,
                event_month=lambda name: look(month=name),
                event_pick=pick,
            )
        with solara.Div(classes=["stage"]):
            with solara.Div(classes=["main"]):
                Pictures(board=drawn, scenery=scene, chosen=state.member, event_pick=pick)
                Histograms(board=drawn)
            with solara.Div(classes=["aside"]):
                ShowReasons(found, pick)
                Movers(board=drawn, event_pick=pick)
        Members(board=drawn, chosen=state.member, event_pick=pick)


@solara.component
def Layout(children: list[Any]) -> None:  # noqa: N802
    """The page alone, without the bars of an app."""
    solara.Div(children=children)
