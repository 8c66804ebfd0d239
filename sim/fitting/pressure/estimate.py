"""The pressure on each threatened vote, how often it would have been found, and what may be said of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.special import expit

from sim.fitting.pressure.logit import Slopes, add_pressure, fit_ordered
from sim.fitting.pressure.placebo import (
    PlaceboPanel,
    adjust_by_holm,
    ends_by_rank,
    estimate_by_rank,
    make_placebo_panel,
    rank_p,
    without,
)
from sim.fitting.pressure.plan import plan_digest, read_plan
from sim.fitting.pressure.votes import Record, Threat
from sim.results.pressure import PlaceboEstimate, PowerPoint, PressureEstimate, PressureReport, Verdict

PRIMARY = "primary"
OnVote = Callable[[int], None]


def estimate_pressure(record: Record | None = None, *, on_progress: OnVote = lambda done: None) -> PressureReport:
    """Estimate the pressure on every threatened vote of the plan, each for itself.

    Parameters
    ----------
    record : what is read of a world; by default of the shipped one.
    on_progress : called with the number of votes done.
    """
    record = record or Record()
    threats = record.threats()
    found = []
    for number, threat in enumerate(threats):
        found.append(_estimate(record, threat))
        on_progress(number + 1)
    plan = read_plan()
    return PressureReport(
        plan=plan_digest(),
        level=plan["level"],
        smallest_effect=plan["verdict"]["smallest_effect"],
        wanted=plan["power"]["wanted"],
        votes=tuple(_judge(found)),
    )


def _estimate(record: Record, threat: Threat) -> PressureEstimate:
    """One threatened vote; the secondary ones are not corrected yet, and nothing is judged."""
    plan = read_plan()
    level, (form, forms) = plan["level"], _forms()
    sets = plan["controls"]["sets"]
    panel = make_placebo_panel(record, threat, sets[PRIMARY], form)
    assert panel is not None, "no control votes"
    primary = estimate_by_rank(panel, sets[PRIMARY]["label"], level)
    fit = panel.fit()
    power = tuple(measure_power(panel, fit, effect) for effect in plan["power"]["effects"])
    detectable, as_it_was = find_detectable(power, plan["power"]["wanted"]), count_against(panel, fit, 0.0)
    return PressureEstimate(
        resolution=threat.question.resolution,
        date=threat.question.day,
        threatener=threat.threatener,
        name=record.dated.names[record.index[threat.threatener]],
        is_public=threat.is_public,
        statements=threat.entries,
        channels=threat.channels,
        is_primary=threat.is_primary,
        primary=primary,
        adjusted_p=primary.rank_p,
        members=count_against(panel, fit, -primary.effect) - as_it_was,
        verdict="not identified",
        detectable=detectable,
        detectable_members=None if detectable is None else as_it_was - count_against(panel, fit, detectable),
        power=power,
        recovery=tuple(measure_power(panel, fit, times * primary.effect) for times in (0, 1, 2)),
        sets=tuple(_alternatives(record, threat, {name: sets[name] for name in sets if name != PRIMARY}, form)),
        forms=tuple(
            estimate_by_rank(one, label, level)
            for label, other in forms.items()
            if (one := make_placebo_panel(record, threat, sets[PRIMARY], other)) is not None
        ),
    )


def _alternatives(
    record: Record, threat: Threat, sets: Mapping[str, Mapping[str, Any]], form: Mapping[str, Any]
) -> list[PlaceboEstimate]:
    found = []
    for rule in sets.values():
        panel = make_placebo_panel(record, threat, rule, form)
        if panel is not None:
            found.append(estimate_by_rank(panel, rule["label"], read_plan()["level"]))
    return found


def _forms() -> tuple[Mapping[str, Any], Mapping[str, Mapping[str, Any]]]:
    """The form of the plan, and the alternatives to it by label."""
    form = dict(read_plan()["form"])
    alternatives = form.pop("alternatives")
    return form, {one["label"]: {**form, **one} for one in alternatives.values()}


def count_against(panel: PlaceboPanel, fit: Slopes, more: float) -> float:
    """Members expected to vote against the threatener on the threatened vote, if the slope were so much larger."""
    regressors = np.nan_to_num(panel.regressors[0])
    score = regressors @ fit.weights[0] + more * regressors[:, 0]
    return float(expit(fit.thresholds[0, 0] - score)[panel.classes[0] >= 0].sum())


def measure_power(panel: PlaceboPanel, fit: Slopes, effect: float) -> PowerPoint:
    """How often an effect is found, and covered by the interval, where it is added to each control in turn."""
    plan = read_plan()
    draws, level = plan["power"]["draws"], plan["level"]
    rng = np.random.default_rng(plan["seed"])
    controls = Slopes(fit.thresholds[1:], fit.weights[1:], fit.influence[1:])
    regressors, classes, placebo = panel.regressors[1:], panel.classes[1:], controls.of_exposure
    others = without(placebo)
    ends = np.array([ends_by_rank(row, level) or (-np.inf, np.inf) for row in others])
    found, covered = [], []
    for _ in range(draws):
        moved = add_pressure(controls, regressors, classes, effect, rng.random(classes.shape))
        slopes = fit_ordered(regressors, moved).of_exposure
        found.append(np.array([rank_p(one, row) for one, row in zip(slopes, others)]) <= 1 - level + 1e-9)
        covered.append((slopes - ends[:, 1] <= effect) & (effect <= slopes - ends[:, 0]))
    return PowerPoint(effect=effect, found=float(np.mean(found)), covered=float(np.mean(covered)))


def find_detectable(power: Sequence[PowerPoint], wanted: float) -> float | None:
    """The smallest effect found in the wanted share, between the effects that were tried; None beyond them."""
    for before, after in pairwise(power):
        if after.found >= wanted > before.found:
            part = (wanted - before.found) / (after.found - before.found)
            return before.effect + part * (after.effect - before.effect)
    return None


def _judge(found: Sequence[PressureEstimate]) -> list[PressureEstimate]:
    """The estimates with the secondary hypotheses corrected, and what may be said of each."""
    secondary = [one for one in found if not one.is_primary]
    corrected = adjust_by_holm([one.primary.rank_p for one in secondary])
    adjusted = dict(zip((one.resolution for one in secondary), corrected))
    judged = []
    for one in found:
        p = adjusted.get(one.resolution, one.primary.rank_p)
        judged.append(one.model_copy(update={"adjusted_p": p, "verdict": judge(one.primary, p)}))
    return judged


def judge(of: PlaceboEstimate, adjusted_p: float) -> Verdict:
    """What the plan allows to be said of an estimate."""
    plan = read_plan()
    smallest = plan["verdict"]["smallest_effect"]
    if adjusted_p <= 1 - plan["level"] + 1e-9:
        return "coercion" if of.effect > 0 else "backlash"
    if of.low is not None and of.high is not None and -smallest < of.low and of.high < smallest:
        return "none"
    return "not identified"
