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
from sim.fitting.heldout import fitted_with, observe_before_all, split_folds
from sim.fitting.posterior import Posterior
from sim.fitting.refitted import score_refitted
from sim.results.wording import write_number
from sim.scoring.baselines import pin_to_counts
from sim.scoring.pairing import MemberLosses
from sim.scoring.samples import make_sample
from sim.scoring.scores import compute_paired_interval, measure_losses, merge_to_three_classes
from sim.scoring.validation import EarlierSamples
from sim.specs import Scenario, load_scenario_world, read_scenario
from sim.world.rollcalls.files import parse_rollcalls
from tools.validation.assessment import FITTED
from tools.validation.frozen import CHOSEN_ON, TO_PREDICT
from tools.validation.tables import table

CHANNELS = ("energy", "arms", "food", "trade", "security", "aid", "finance")
FOLDS = 10
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
    """Score a model: what each member (N,) adds to the RPS, pinned, by what is asked and by vote."""
    world = load_scenario_world(spec)

    def predict(resolutions: tuple[str, ...]) -> list[FloatArray]:
        asked = [call for call in parse_rollcalls(world) if call.resolution in resolutions]
        scored = score_refitted(spec, asked, samples=samples, fixed=fixed, rules={})
        return [_at_members(one.losses, world.iso3) for one in scored]

    return {"held out": hold_out(spec, fixed), "earlier": predict(CHOSEN_ON), "later": predict(TO_PREDICT)}


def hold_out(spec: Scenario, fixed: Mapping[str, float]) -> list[FloatArray]:
    """Predict members of the fitted votes from the others: what each (N,) adds to the RPS, pinned, by vote."""
    observations = observe_before_all(fitted_with(spec))
    posterior = Posterior(observations, fixed)
    start = posterior.fit().vector
    chances = np.full((len(observations), posterior.size, 4), np.nan)
    for out in split_folds(observations, FOLDS, seed=0):
        located, found = posterior.located(np.where(out, 0.0, 1.0), start)
        for index in range(len(observations)):
            chances[index, out] = located.chances(found.vector, index)[out]
    losses = []
    for seen, predicted in zip(observations, chances, strict=True):
        observed = make_sample(seen.case, 0, seen.votes).observed
        scored = observed >= 0
        pinned = pin_to_counts(merge_to_three_classes(predicted[scored]), np.bincount(observed[scored], minlength=3))
        losses.append(np.full(posterior.size, np.nan))
        losses[-1][scored] = measure_losses(pinned, observed[scored])["rps"]
    return losses


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
            pair = compute_paired_interval(losses[asked], found[WHOLE][asked])
            by, low, high = (
                write_number(1000 * value, 2, is_signed=True) for value in (pair.mean, pair.p025, pair.p975)
            )
            change = f" ({by}; {low} to {high})"
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
