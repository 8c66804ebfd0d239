"""Scores as tables for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sim.results.scores import ScoreIntervals, Scores
from sim.results.tables import COUNT, SHARE, Column, Kind, Table, table
from sim.results.validation import HeldOutValidation, Mode, Validation
from sim.results.wording import write_number, write_share
from sim.rules.choice import ACTIONS

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
    "intervals are over members. Pinned: accuracy by rank, split at the observed counts."
)


def score_tables(found: Validation) -> tuple[Table, Table]:
    """Two tables of the model and the simple rules: pinned to the observed counts, and as declared."""
    about = f"{found.resolution}, {{}}: {found.n} members scored; {MODES[found.mode]}"
    pinned = _rows(found, found.pinned, found.intervals.pinned, found.baselines_pinned)
    declared = _rows(found, found.declared, found.intervals.declared, found.baselines)
    note = f"Predicted action was right for {_write_recall(found)}."
    return table(about.format("pinned"), COLUMNS, pinned), table(about.format("declared"), COLUMNS, declared, note)


NEVER_LEARNS = "persistence"
"""The rule that repeats the last earlier vote, and so learns nothing from any other."""
OVERVIEW = ("base_rates", "ideal_point", "persistence", "random_forest")
"""Rules that are shown next to the model where several votes are scored."""


def score_overview_table(found: Sequence[Validation]) -> Table:
    """The model and simple rules on several votes: pinned accuracy and RPS of the model, RPS of the rules."""
    columns = [
        Column("resolution"),
        Column("members", COUNT),
        Column("accuracy, pinned", SHARE),
        Column("RPS, pinned", LOSS),
        Column("RPS, declared", LOSS),
        *(Column(_label(rule), LOSS) for rule in OVERVIEW),
    ]
    rows = [
        [
            one.resolution,
            one.n,
            one.pinned.accuracy,
            one.pinned.rps,
            one.declared.rps,
            *(one.baselines[rule].rps if rule in one.baselines else None for rule in OVERVIEW),
        ]
        for one in found
    ]
    note = "The rules are not pinned: each is scored by its own probabilities, RPS."
    learned = [one.resolution for one in found if one.are_rules_in_sample]
    if learned:
        note += f" In-sample, where all rules but {NEVER_LEARNS} learned from the very vote: {', '.join(learned)}."
    return table("The model and simple rules", columns, rows, note)


def lead_table(found: HeldOutValidation) -> Table:
    """A table of the model compared with the best regression."""
    columns = (
        Column("score"),
        Column("best regression"),
        Column("model less regression", LEAD),
        Column("90 % from", LEAD),
        Column("to", LEAD),
        Column("model, lowest split", LOSS),
        Column("highest split", LOSS),
    )
    rows = []
    for name, label in (("rps", "RPS"), ("log_loss", "log loss")):
        lead = getattr(found.lead, name)
        mean, low, high = lead.mean, lead.p05, lead.p95
        rows.append([label, _label(lead.over), mean, low, high, *getattr(found.spread, name)])
    note = f"{found.folds} folds; scores are means over {found.fold_seeds} splits of the members into folds."
    return table(f"{found.resolution}: the model and the best regression", columns, rows, note)


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
    is_marked = found.are_rules_in_sample and rule != NEVER_LEARNS
    return f"{_label(rule)} (in-sample)" if is_marked else _label(rule)


def _write_recall(found: Validation) -> str:
    recalls = {action: found.recall.of(action) for action in ACTIONS}
    return ", ".join(f"{action} {write_share(of.share)} of {of.n}" for action, of in recalls.items() if of is not None)


def validation_tables(found: Sequence[Validation]) -> list[Table]:
    """One table of several resolutions; of one, the model and the simple rules, and by how much it is better."""
    if len(found) > 1:
        return [score_overview_table(found)]
    leads = [lead_table(one) for one in found if isinstance(one, HeldOutValidation)]
    return [*(made for one in found for made in score_tables(one)), *leads]
