"""Scores the directed resolutions of 2015 to 2021, each as a next vote: ``python -m tools.validation.directed FILE``.

Each is predicted from what was before it, as ``sim validate --mode next-vote`` does: parameters are fitted again to the
latest earlier roll calls about the target, and rules learn from all of them. The roles are those of the earliest
shipped scenario about the target, or else the target is alone. A resolution without an earlier roll call about its
target is left out.

All of them take hours. FILE gets a line with the losses of members for each resolution that is done; what is in it is
not done again, so a run can be stopped and continued. They are scored in an order that spreads the first ones over
targets and years: ``--count`` sets how many are wanted. The table at the end is of all that FILE holds.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import chain, zip_longest
from pathlib import Path

import numpy as np

from sim.fitting.refitted import score_refitted
from sim.results.validation import Leads, MeanScores, PooledScores
from sim.rules.alignment import DIVISIVENESS_PRIORS
from sim.scoring.pairing import MemberLosses, put_together
from sim.scoring.validation import EarlierSamples
from sim.specs import Scenario, list_shipped_scenarios, parse_scenario, read_scenario
from sim.world import RollCall, load_world
from sim.world.rollcalls.files import Observed
from tools.validation.pictures import words
from tools.validation.tables import table

FIRST, LAST = date(2015, 1, 1), date(2021, 12, 31)
WORLD = "un"
DIGITS = 6
BLEND = "model and trees"


def directed_resolutions() -> list[RollCall]:
    """The resolutions to score, the first ones spread over targets and years."""
    record = load_world(WORLD, at=LAST).record
    groups: dict[tuple[int, str], list[RollCall]] = defaultdict(list)
    for call in sorted(record, key=lambda call: (call.date, call.resolution)):
        has_earlier = any(other.target == call.target and other.date < call.date for other in record)
        if FIRST <= call.date <= LAST and has_earlier:
            groups[call.date.year, call.target].append(call)
    rounds = zip_longest(*(groups[key] for key in sorted(groups)))
    return [call for call in chain.from_iterable(rounds) if call is not None]


def scenario_about(call: RollCall) -> Scenario:
    """A scenario of one vote that asks a resolution."""
    shipped = [read_scenario(name) for name in list_shipped_scenarios()]
    about = [one for one in shipped if one.world == WORLD and one.roles.target == call.target]
    roles: dict[str, object] = {"target": call.target}
    if about:
        roles = min(about, key=lambda one: one.vote[0].date).roles.model_dump(mode="json", exclude_none=True)
    vote = {
        "resolution": call.resolution,
        "date": call.date,
        "severity": 0.0,
        "divisiveness": list(DIVISIVENESS_PRIORS["both"]),
        "target_threat": 0.0,
        "sender_threat": 0.0,
        "topic": call.topic,
        "divides_by": call.divides_by,
        "basis": "declared",
    }
    document = {
        "title": call.title,
        "question": f"Who supports {call.resolution}?",
        "world": WORLD,
        "seed": 1,
        "replicates": 1,
        "roles": roles,
        "vote": [vote],
    }
    return parse_scenario(document, call.resolution, Path())


def score(call: RollCall, samples: EarlierSamples) -> MemberLosses:
    """What members add to the scores of a resolution."""
    observed = Observed(call.resolution, call.date, call.votes)
    (scored,) = score_refitted(scenario_about(call), [observed], samples=samples)
    return scored.losses


def write_line(call: RollCall, losses: MemberLosses) -> str:
    """The line of a resolution."""
    forecasts = {"": losses.model, **losses.rules, **({} if losses.blend is None else {BLEND: losses.blend})}
    kept = {
        name: {score: np.round(values, DIGITS).tolist() for score, values in of.items()}
        for name, of in forecasts.items()
    }
    line = {"resolution": call.resolution, "target": call.target, "members": losses.members, "losses": kept}
    return json.dumps(line, separators=(",", ":")) + "\n"


def read_lines(path: Path) -> dict[str, tuple[str, MemberLosses]]:
    """The targets and the losses of the resolutions that are done."""
    found = {}
    for text in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        line = json.loads(text)
        forecasts = {
            name: {score: np.array(values) for score, values in of.items()} for name, of in line["losses"].items()
        }
        model, blend = forecasts.pop(""), forecasts.pop(BLEND, None)
        found[line["resolution"]] = line["target"], MemberLosses(tuple(line["members"]), model, forecasts, blend)
    return found


def report(done: Iterable[tuple[str, MemberLosses]]) -> str:
    """Two tables by target: RPS and log loss of the model and of every rule, pinned, and the model less the best."""
    by_target: dict[str, list[MemberLosses]] = defaultdict(list)
    for target, losses in done:
        by_target[target].append(losses)
    everything = [losses for found in by_target.values() for losses in found]
    together = {target: put_together(found) for target, found in sorted(by_target.items())}
    together["all"] = put_together(everything)
    return "\n\n".join(_scores(together, name, label) for name, label in (("rps", "RPS"), ("log_loss", "log loss")))


def _scores(by_target: dict[str, PooledScores], name: str, label: str) -> str:
    rules = list(dict.fromkeys(rule for found in by_target.values() for rule in found.rules))
    rows = []
    for target, found in by_target.items():
        scores: Sequence[MeanScores | None] = [found.model, found.blend, *map(found.rules.get, rules)]
        written = ["" if of is None else f"{getattr(of, name):.4f}" for of in scores]
        leads = [_write_lead(found.over_best, name), _write_lead(found.blend_over_best, name)]
        rows.append([target, str(found.n), *written, *leads])
    heads = ["model", BLEND, *map(words, rules), "model less the best rule (95 %)", "both less the best rule"]
    return table([f"{label}, pinned", "votes", *heads], rows)


def _write_lead(leads: Leads | None, name: str) -> str:
    if leads is None:
        return ""
    lead = getattr(leads, name)
    return f"{lead.mean:+.4f} ({lead.p025:+.4f} to {lead.p975:+.4f}; {words(lead.over)})"


def main() -> None:
    """Score what is wanted and not done, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, help="where lines are kept")
    parser.add_argument("--count", type=int, help="how many resolutions are wanted; all by default")
    given = parser.parse_args()
    done, samples = read_lines(given.file), EarlierSamples()
    wanted = directed_resolutions()[: given.count]
    for number, call in enumerate(wanted, start=1):
        if call.resolution not in done:
            print(f"{number} of {len(wanted)}: {call.resolution}, {call.target}", flush=True)
            with given.file.open("a", encoding="utf-8") as file:
                file.write(write_line(call, score(call, samples)))
    print(report(read_lines(given.file).values()))


if __name__ == "__main__":
    main()
