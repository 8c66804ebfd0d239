"""``sim explain``: why a member votes as it does and what would change its vote; or what decides for every member."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, NamedTuple

import typer
from rich.console import Console

from sim.case import prepare
from sim.cli.completion import complete_names
from sim.cli.exports import NO_EXPORTS, Exports, with_exports
from sim.cli.output import (
    AsJson,
    Overrides,
    Uncertain,
    console,
    print_heading,
    print_json,
    print_lines,
    print_table,
    run_settings,
    say,
)
from sim.cli.progress import progress
from sim.cli.reading import read_scenario
from sim.errors import make_input_error
from sim.results.data import collect_data
from sim.results.described import Result
from sim.results.explanation import FenceMember, MemberOverview, MemberReasons
from sim.results.tables import Table
from sim.views.frame import write_day
from sim.whatif.explanation.decisive import summarise_members
from sim.whatif.explanation.explain import Explanation, explain, vote_number
from sim.whatif.explanation.fence import list_fence
from sim.whatif.explanation.sentences import UNSEEN_MONTHS, answer_explanation, answer_fence, answer_overview
from sim.whatif.explanation.summary import list_terms, summarise_explanation
from sim.whatif.explanation.tables import (
    make_explanation_tables,
    make_fence_table,
    make_overview_table,
    make_shares_table,
)
from sim.whatif.explanation.terms import Anatomy, take_apart


@with_exports
def command(
    scenario: Annotated[
        str,
        typer.Argument(help="Name of a shipped scenario, or a TOML file.", autocompletion=complete_names("scenarios")),
    ],
    member: Annotated[str | None, typer.Argument(help="A member, by code or name.")] = None,
    everyone: Annotated[
        bool, typer.Option("--all", help="The decisive term of every member, in place of one.")
    ] = False,
    fence: Annotated[
        int | None,
        typer.Option(metavar="N", help="The N members nearest to another action, and what holds them.", min=1),
    ] = None,
    resolution: Annotated[str | None, typer.Option(help="Which vote of the scenario; the first by default.")] = None,
    along: Annotated[
        str | None,
        typer.Option(metavar="LEVER[=FROM:TO]", help="Show the probabilities along a lever, such as vote.severity."),
    ] = None,
    levers: Annotated[
        bool,
        typer.Option(
            help="Look for what would change its vote: 10 to 30 seconds; about a minute where votes see months or "
            "parameters are drawn."
        ),
    ] = True,
    replicates: Annotated[int | None, typer.Option(help="Runs with random numbers of their own.", min=1)] = None,
    uncertain: Uncertain = False,
    set_: Overrides = None,
    exports: Exports = NO_EXPORTS,
    as_json: AsJson = False,
) -> int:
    """Explain a member's vote term by term, and what would change it.

    With --all, print what decides for every member; with --fence, who is nearest to another action.
    """
    if (member is not None) + everyone + (fence is not None) != 1:
        raise make_input_error("sim explain", "MEMBER", "give either a member, --all or --fence.")
    spec = read_scenario(scenario, [*(set_ or []), *run_settings(replicates, None, uncertain)])
    if member is None:
        anatomy = take_apart(prepare(spec), vote_number(spec, resolution), spec.replicates)
        of_several = _view_all(anatomy) if fence is None else _view_fence(anatomy, fence)
        return _show(of_several, exports, as_json)
    is_slow = spec.parameter_uncertainty or spec.parameters.get("vote_feedback") == 1
    with progress("levers tried") as report:

        def show(done: int, total: int) -> None:
            if done == 0 and is_slow:
                say("what would change its vote takes about a minute to find; --no-levers or fewer --replicates help")
            report(done, total)

        found = explain(spec, member, resolution, tries_levers=levers, walks_along=along, on_progress=show)
    reasons = summarise_explanation(found)
    exports.write(
        lambda: list(make_explanation_tables(found, reasons)),
        lambda: [collect_data("terms", "a row per term, and per month where there are months", list_terms(reasons))],
    )
    if as_json:
        print_json(reasons.document())
    else:
        _print(console(), found, reasons)
    return 0


class _View(NamedTuple):
    """What is said of several members: the document, sentences, tables, and the rows of the last table."""

    document: Result
    sentences: Sequence[str]
    tables: Sequence[Table]
    rows: Sequence[Result]
    kind: type[Result]


def _view_all(anatomy: Anatomy) -> _View:
    found = summarise_members(anatomy)
    tables = [make_shares_table(found)] if found.shares else []
    tables += [make_overview_table(found)] if found.members else []
    return _View(found, answer_overview(found), tables, found.members, MemberOverview)


def _view_fence(anatomy: Anatomy, count: int) -> _View:
    found = list_fence(anatomy, count)
    tables = [make_fence_table(found)] if found.members else []
    return _View(found, [answer_fence(found)], tables, found.members, FenceMember)


def _show(view: _View, exports: Exports, as_json: bool) -> int:
    exports.write(lambda: view.tables, lambda: [collect_data("members", "a row per member", view.rows, view.kind)])
    if as_json:
        print_json(view.document.document())
        return 0
    screen = console()
    print_lines(screen, view.sentences)
    for made in view.tables:
        screen.print()
        print_table(screen, made)
    return 0


def _print(screen: Console, found: Explanation, reasons: MemberReasons) -> None:
    print_heading(screen, f"{reasons.name} ({reasons.iso3})", f" on {reasons.resolution}, {write_day(reasons.date)}")
    drawn = ", drawn parameters" if reasons.parameter_uncertainty else ""
    screen.print(f"{reasons.scenario}; {reasons.replicates:,} runs, seed {reasons.seed}{drawn}")
    others = [vote.resolution for vote in found.anatomy.case.spec.vote if vote.resolution != reasons.resolution]
    if others:
        screen.print(f"Other votes of the scenario, for --resolution: {', '.join(others)}")
    print_lines(screen, answer_explanation(reasons))
    if found.anatomy.case.plan is not None and not found.monthly:
        print_lines(screen, [UNSEEN_MONTHS])
    for made in make_explanation_tables(found, reasons):
        screen.print()
        print_table(screen, made)
