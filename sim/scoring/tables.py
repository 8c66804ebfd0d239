"""Scores as tables for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sim.results.scores import ScoreIntervals, Scores
from sim.results.tables import COUNT, SHARE, Column, Kind, Table, table
from sim.results.validation import (
    ChangedScores,
    HeldOutValidation,
    Lead,
    Leads,
    MeanScores,
    Mode,
    PooledScores,
    Validation,
)
from sim.results.wording import write_number, write_share
from sim.rules.choice import ACTIONS

BLEND = "model and trees, mean"
LOSS = Kind(lambda value: write_number(value, 4))
LEAD = Kind(lambda value: write_number(value, 4, is_signed=True))
COLUMNS = (
    Column(""),
    Column("accuracy", SHARE),
    Column("balanced", SHARE),
    Column("Brier", LOSS),
    Column("RPS", LOSS),
    Column("log loss", LOSS),
)
MODES: Mapping[Mode, str] = {
    "in-sample": "model and rules were fitted to this vote",
    "next-vote": "predicted from earlier votes",
    "earlier-vote": "parameters were fitted to later votes",
    "refitted": "fitted to earlier votes alone",
    "held-out": "members held out",
}
SCALES = (
    "Accuracy: higher is better. Brier (0 to 2), RPS (0 to 1), log loss: lower is better. Absent counts as abstain; "
    "intervals are over members. Pinned: given the observed counts; accuracy by rank, split at them."
)


def score_tables(found: Validation) -> tuple[Table, Table]:
    """Two tables of the model and the simple rules: pinned to the observed counts, and as declared."""
    about = f"{found.resolution}, {{}}: {found.n} members scored; {MODES[found.mode]}"
    pinned = _rows(found, found.pinned, found.intervals.pinned, found.baselines_pinned)
    if found.blend is not None:
        pinned.append([BLEND, *_values(found.blend)])
    declared = _rows(found, found.declared, found.intervals.declared, found.baselines)
    note = f"Predicted action was right for {_write_recall(found)}."
    return (
        table(about.format("pinned"), COLUMNS, pinned, _write_leads("the best rule by each score", found.lead)),
        table(about.format("declared"), COLUMNS, declared, note),
    )


NEVER_LEARN = ("persistence", "topic_persistence")
"""Rules that repeat an earlier vote, and so learn nothing from any other."""


SHOWN_RULES = {
    "base_rates": "base rates",
    "ideal_point": "ideal point",
    "topic_persistence": "persistence",
    "random_forest": "forest",
}
"""Rules that the overview shows next to the model, and their headings."""


def score_overview_table(found: Sequence[Validation], together: PooledScores) -> Table:
    """The model and simple rules on several votes, pinned, and the means over them."""
    columns = [
        Column("resolution"),
        Column("members", COUNT),
        Column("accuracy", SHARE),
        Column("RPS", LOSS),
        *(Column(label, LOSS) for label in SHOWN_RULES.values()),
        Column("less the best rule", LEAD),
        Column("declared RPS", LOSS),
    ]
    rows = [
        [
            *(one.resolution, one.n, one.pinned.accuracy, one.pinned.rps),
            *_shown_rules(one.baselines_pinned),
            one.lead.rps.mean if one.lead else None,
            one.declared.rps,
        ]
        for one in found
    ]
    rows.append(
        [
            *(f"mean of {together.n}", together.members, together.model.accuracy, together.model.rps),
            *_shown_rules(together.rules),
            together.over_best.rps.mean if together.over_best else None,
            sum(one.declared.rps for one in found) / len(found),
        ]
    )
    compared = [
        _write_leads("the best rule by each score", together.over_best),
        _write_leads("the forest", together.over_forest),
    ]
    note = " ".join(["All but the last column are pinned.", *filter(None, compared)])
    learned = [one.resolution for one in found if one.are_rules_in_sample]
    if learned:
        note += f" In-sample, where all rules but persistence learned from the very vote: {', '.join(learned)}."
    return table("The model and simple rules", columns, rows, note)


def _shown_rules(rules: Mapping[str, Scores | MeanScores]) -> list[float | None]:
    return [rules[rule].rps if rule in rules else None for rule in SHOWN_RULES]


def mean_table(together: PooledScores) -> Table:
    """Means over several votes of the pinned scores of the model and of every rule that forecasts all of them."""
    columns = [Column(""), Column("accuracy", SHARE), Column("RPS", LOSS), Column("log loss", LOSS)]
    all_of_them = {"the model": together.model, **{_label(rule): of for rule, of in together.rules.items()}}
    if together.blend is not None:
        all_of_them[BLEND] = together.blend
    rows = [[name, of.accuracy, of.rps, of.log_loss] for name, of in all_of_them.items()]
    note = _write_leads("the best rule by each score", together.blend_over_best, "blend")
    return table(f"Means over {together.n} resolutions, pinned", columns, rows, note)


def make_changed_table(found: ChangedScores) -> Table:
    """A table of the model with changed settings compared with itself."""
    columns = [
        Column("score"),
        Column("unchanged", LOSS),
        Column("changed", LOSS),
        Column("difference", LEAD),
        Column("95 % from", LEAD),
        Column("to", LEAD),
    ]
    rows = [
        [label, one.unchanged, one.changed, one.mean, one.p025, one.p975]
        for label, one in (("RPS", found.rps), ("log loss", found.log_loss))
    ]
    ends = [(one.p025, one.p975) for one in (found.rps, found.log_loss)]
    better, worse = all(high < 0 for _, high in ends), all(low > 0 for low, _ in ends)
    verdict = "clearly better" if better else "clearly worse" if worse else "no clear difference by both scores"
    note = f"Means over the votes, pinned. With the changed settings: {verdict}."
    return table(f"With {', '.join(found.settings)}", columns, rows, note)


def lead_table(found: HeldOutValidation) -> Table:
    """A table of the declared model compared with the best regression."""
    columns = (
        Column("score"),
        Column("best regression"),
        Column("model less regression", LEAD),
        Column("95 % from", LEAD),
        Column("to", LEAD),
        Column("model, lowest split", LOSS),
        Column("highest split", LOSS),
    )
    rows = [
        [label, *_cells(lead), *getattr(found.spread, name)] for name, label, lead in _by_score(found.lead_declared)
    ]
    note = f"{found.folds} folds; scores are means over {found.fold_seeds} splits of the members into folds."
    return table(f"{found.resolution}, declared: the model and the best regression", columns, rows, note)


def _by_score(leads: Leads) -> list[tuple[str, str, Lead]]:
    """Each lead with the name and the label of its score."""
    return [("rps", "RPS", leads.rps), ("log_loss", "log loss", leads.log_loss)]


def _cells(lead: Lead) -> list[object]:
    return [_label(lead.over), lead.mean, lead.p025, lead.p975]


def _write_leads(rule: str, leads: Leads | None, of: str = "model") -> str:
    """A sentence on the losses of the model, or of the blend, less those of a rule, named where it is the best."""
    if leads is None:
        return ""
    parts = []
    for _, label, lead in _by_score(leads):
        mean, low, high = (LEAD.write(value) for value in (lead.mean, lead.p025, lead.p975))
        parts.append(f"{label} {mean} ({_label(lead.over)}; 95 % {low} to {high})")
    return f"The {of} less {rule}: {', '.join(parts)}."


def _rows(
    found: Validation, model: Scores, intervals: ScoreIntervals, rules: Mapping[str, Scores]
) -> list[list[object]]:
    ends = [ends for _, ends in intervals]
    return [
        ["the model", *_values(model)],
        ["  90 % interval from", *(low for low, _ in ends)],
        ["  to", *(high for _, high in ends)],
        *([label_rule(name, found), *_values(scores)] for name, scores in rules.items()),
    ]


def _values(scores: Scores) -> list[float]:
    return [value for _, value in scores]


def _label(rule: str) -> str:
    return rule.replace("_", " ")


def label_rule(rule: str, found: Validation) -> str:
    """What people call a rule; one that learned from the very vote that it predicts is marked."""
    is_marked = found.are_rules_in_sample and rule not in NEVER_LEARN
    return f"{_label(rule)} (in-sample)" if is_marked else _label(rule)


def _write_recall(found: Validation) -> str:
    recalls = {action: found.recall.of(action) for action in ACTIONS}
    return ", ".join(f"{action} {write_share(of.share)} of {of.n}" for action, of in recalls.items() if of is not None)


def make_validation_tables(found: Sequence[Validation], together: PooledScores | None) -> list[Table]:
    """One table of several resolutions and one of their means; of one, the model and the rules, and its lead.

    Parameters
    ----------
    together : the scores of several votes put together; None of one.
    """
    if together is not None:
        several = [score_overview_table(found, together), mean_table(together)]
        leads = [lead_table(one) for one in found if isinstance(one, HeldOutValidation)]
        if not leads:
            return several
        return [*(made for one in found for made in score_tables(one)), *leads, *several]
    return [
        made
        for one in found
        for made in (*score_tables(one), *([lead_table(one)] if isinstance(one, HeldOutValidation) else []))
    ]
