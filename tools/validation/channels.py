"""Asks of each channel of dependence what it adds to predictions: ``python -m tools.validation.channels FILE``.

The model is fitted again without each channel, without all of them, and with one weight for all. Each is scored on
members held out of the fitted votes and on the next votes of `CHOSEN_ON`, always from what was before them, next to the
model as it is. Settled before any of this was computed:

- a channel is dropped where predictions are better without it on both, each with a 95 % interval that excludes 0;
- the channels are merged into one where one weight for all is not worse on either by an interval that excludes 0, and
  better on one of them by an interval that excludes 0;
- any other channel is kept, also where it adds nothing that can be seen here, because what-ifs ask about it.

The votes of `TO_PREDICT` are scored too and decide nothing. FILE gets a line for each model that is done; what is in it
is not done again.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from sim.arrays import FloatArray
from sim.fitting.heldout import predict_held_out
from sim.fitting.refitted import score_refitted
from sim.scoring.pairing import MemberLosses
from sim.scoring.scores import paired_interval
from sim.scoring.validation import EarlierSamples
from sim.specs import Scenario, read_scenario, world_of
from sim.world.rollcalls.files import rollcalls_of
from tools.validation.assessment import FITTED
from tools.validation.frozen import CHOSEN_ON, TO_PREDICT
from tools.validation.tables import table

CHANNELS = ("energy", "arms", "food", "trade", "security", "aid", "finance")
FOLDS, FOLD_SEEDS = 10, 1
WHOLE = "all channels"
MODELS: Mapping[str, Mapping[str, float]] = {
    WHOLE: {},
    **{f"without {channel}": {f"dependence_{channel}": 0.0} for channel in CHANNELS},
    "without any": {f"dependence_{channel}": 0.0 for channel in CHANNELS},
    "one weight for all": {f"dependence_{channel}": 1.0 for channel in CHANNELS},
}
"""Models by name, and the weights that are not fitted in each."""
ASKED = {"held out": "members held out", "earlier": "13 earlier votes", "later": "5 later votes"}


def score_model(spec: Scenario, fixed: Mapping[str, float], samples: EarlierSamples) -> dict[str, list[FloatArray]]:
    """Score a model: what each member adds to the RPS, by what is asked and by vote."""
    calls = rollcalls_of(world_of(spec))

    def predict(resolutions: tuple[str, ...]) -> list[MemberLosses]:
        asked = [call for call in calls if call.resolution in resolutions]
        return [one.losses for one in score_refitted(spec, asked, samples=samples, fixed=fixed)]

    held = [one.losses for one in predict_held_out(spec, FOLDS, FOLD_SEEDS, fixed=fixed)]
    found = {"held out": held, "earlier": predict(CHOSEN_ON), "later": predict(TO_PREDICT)}
    codes = world_of(spec).iso3
    return {name: [_at_members(one, codes) for one in losses] for name, losses in found.items()}


def _at_members(losses: MemberLosses, codes: tuple[str, ...]) -> FloatArray:
    """The RPS of the members of a world, (N,), NaN where a member is not scored."""
    values = dict(zip(losses.members, losses.model["rps"], strict=True))
    return np.array([values.get(code, np.nan) for code in codes])


def compare_models(found: Mapping[str, Mapping[str, FloatArray]]) -> str:
    """Write the table: mean RPS (x 1000), and its difference to the model as it is with a 95 % interval.

    Parameters
    ----------
    found : RPS of members and votes (N, votes), by model and by what is asked.
    """
    rows = []
    for name, losses in found.items():
        row = [name]
        for asked in ASKED:
            mean = 1000 * float(np.nanmean(losses[asked], axis=0).mean())
            pair = paired_interval(losses[asked], found[WHOLE][asked])
            change = f" ({1000 * pair.mean:+.2f}; {1000 * pair.p025:+.2f} to {1000 * pair.p975:+.2f})"
            row.append(f"{mean:.1f}" + ("" if name == WHOLE else change))
        rows.append(row)
    return table(["model", *ASKED.values()], rows)


def main() -> None:
    """Score what FILE lacks, and print the table."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("file", type=Path)
    path: Path = options.parse_args().file
    lines = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    done = {line["model"] for line in lines}
    spec, samples = read_scenario(FITTED[0]), EarlierSamples()
    for name, fixed in MODELS.items():
        if name not in done:
            scored = score_model(spec, fixed, samples)
            rps = {asked: np.array(votes).T.tolist() for asked, votes in scored.items()}
            with path.open("a") as file:
                file.write(json.dumps({"model": name, "rps": rps}) + "\n")
            lines.append({"model": name, "rps": rps})
    found = {line["model"]: {asked: np.array(rps) for asked, rps in line["rps"].items()} for line in lines}
    print(compare_models(found))


if __name__ == "__main__":
    main()
