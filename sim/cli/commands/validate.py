"""``sim validate``: score a scenario against roll calls, compared with simple rules."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.completion import complete_names
from sim.cli.exports import NO_EXPORTS, Exports, with_exports
from sim.cli.output import AsJson, Overrides, console, print_json, print_lines, print_table, say
from sim.cli.progress import progress
from sim.cli.reading import read_option_day, read_scenario
from sim.errors import make_input_error
from sim.results.data import collect_data
from sim.results.validation import ValidationReport
from sim.specs import Scenario, load_scenario_world
from sim.summaries.validations import answer_validations
from sim.world.rollcalls.doubts import find_doubts
from sim.world.rollcalls.files import Observed, parse_rollcalls, read_rollcalls

if TYPE_CHECKING:
    from sim.scoring.verdict import ScoredVote


@with_exports
def command(
    scenarios: Annotated[
        list[str],
        typer.Argument(help="Names of shipped scenarios, or TOML files.", autocompletion=complete_names("scenarios")),
    ],
    rollcalls: Annotated[
        Path | None,
        typer.Option(
            help="CSV with resolution, date, iso3, vote, as 'sim rollcalls import' writes it; by default the world's."
        ),
    ] = None,
    rolling: Annotated[
        bool, typer.Option("--rolling", help="Let members also know the earlier roll calls of the file.")
    ] = False,
    mode: Annotated[
        str,
        typer.Option(
            help="as-it-stands (the scenario unchanged); next-vote (parameters fitted again to earlier votes alone); "
            "held-out (members predicted by parameters fitted to the others)."
        ),
    ] = "as-it-stands",
    since: Annotated[str | None, typer.Option(help="Score the votes from this day on, such as 2022-10-01.")] = None,
    against: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=VALUE", help="Score a copy with this setting too, and compare. Repeatable."),
    ] = None,
    folds: Annotated[int, typer.Option(help="Parts into which members are cut, for held-out.", min=2, max=190)] = 20,
    fold_seeds: Annotated[int, typer.Option(help="Number of different cuts, for held-out.", min=1, max=100)] = 3,
    workers: Annotated[int, typer.Option(help="Processes on this machine, for held-out.", min=1)] = 1,
    set_: Overrides = None,
    exports: Exports = NO_EXPORTS,
    as_json: AsJson = False,
) -> int:
    """Score a scenario member by member against the votes that were cast."""
    if mode not in MODES:
        raise make_input_error("--mode", "", f"got '{mode}'; allowed are {', '.join(MODES)}.")
    specs = [read_scenario(scenario, set_ or []) for scenario in scenarios]
    spec = specs[0]
    if len(specs) > 1 and (rollcalls is not None or mode == "held-out"):
        raise make_input_error("sim validate", "", "several scenarios are scored by the world's own roll calls alone.")
    if rolling and rollcalls is None:
        raise make_input_error("--rolling", "", "needs a file of roll calls.", "Give one with --rollcalls FILE.")
    if mode == "held-out" and (rollcalls is not None or since is not None or against):
        fix = "Leave --rollcalls, --since and --against out."
        raise make_input_error("--mode", "", "held-out scores all members on the world's own roll calls.", fix)
    if workers > 1 and mode != "held-out":
        raise make_input_error("--workers", "", "only held-out uses several processes.", "Leave it out.")
    calls = None if rollcalls is None else read_rollcalls(rollcalls, load_scenario_world(spec))
    if rollcalls is not None and calls is not None:
        days = {vote.resolution: vote.date for vote in spec.vote}
        for doubt in find_doubts(str(rollcalls), calls, load_scenario_world(spec), days):
            say(f"warning: {doubt}")
    first_day = None if since is None else read_option_day("--since", since)

    def score(specs: Sequence[Scenario]) -> list[ScoredVote]:
        return [one for each in specs for one in _score(each, _choose_calls(each, calls, first_day), mode, rolling)]

    scored = _score_held_out(spec, folds, fold_seeds, workers) if mode == "held-out" else score(specs)
    changed = None
    if against:
        from sim.scoring.pairing import compare_settings

        others = score([read_scenario(scenario, [*(set_ or []), *against]) for scenario in scenarios])
        changed = compare_settings(against, [one.losses for one in scored], [one.losses for one in others])
    found = [one.report for one in scored]
    together = None
    if len(scored) > 1:
        from sim.scoring.pairing import put_together

        together = put_together([one.losses for one in scored])
    from sim.scoring.tables import SCALES, make_changed_table, make_validation_tables

    tables = [*make_validation_tables(found, together), *([] if changed is None else [make_changed_table(changed)])]
    exports.write(lambda: tables, lambda: [collect_data("scores", "a row per resolution", found)])
    if as_json:
        print_json(ValidationReport(resolutions=tuple(found), together=together, changed=changed).document())
        return 0
    screen = console()
    print_lines(screen, [*answer_validations(found), ""])
    for made in tables:
        print_table(screen, made)
        screen.print()
    screen.print(SCALES)
    return 0


MODES = ("as-it-stands", "next-vote", "held-out")


def _choose_calls(
    spec: Scenario, calls: Sequence[Observed] | None, first_day: date | None
) -> Sequence[Observed] | None:
    """The roll calls to score: those given, or of a scenario's own votes, from a day on; None for all of its own."""
    if first_day is None:
        return calls
    own = {vote.resolution for vote in spec.vote}
    known = (
        [call for call in parse_rollcalls(load_scenario_world(spec)) if call.resolution in own]
        if calls is None
        else calls
    )
    found = [call for call in known if call.date >= first_day]
    if not found:
        last = max((call.date for call in known), default=None)
        fix = "" if last is None else f"The last roll call is of {last}."
        raise make_input_error("--since", "", f"there is no vote to score from {first_day} on.", fix)
    return found


def _score(spec: Scenario, calls: Sequence[Observed] | None, mode: str, is_rolling: bool) -> list[ScoredVote]:
    from sim.fitting.refitted import score_refitted
    from sim.scoring.validation import score_votes  # SciPy is slow to load

    return (score_refitted if mode == "next-vote" else score_votes)(spec, calls, is_rolling=is_rolling)


def _score_held_out(spec: Scenario, folds: int, fold_seeds: int, workers: int) -> list[ScoredVote]:
    from sim.cli.running import open_executor
    from sim.fitting.heldout import predict_held_out
    from sim.scoring.verdict import ScoredVote

    count = folds * fold_seeds
    say(f"held-out fits the parameters {count:,} times, which takes minutes; fewer --folds are quicker")
    with open_executor(workers) as executor, progress("folds", count) as report:
        held = predict_held_out(spec, folds, fold_seeds, executor=executor, on_progress=report)
    return [ScoredVote(one.scores, one.losses) for one in held]
