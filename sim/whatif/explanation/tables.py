"""The tables of an explanation, as people read them: on the screen and on pages."""

from __future__ import annotations

from collections.abc import Iterator

from sim.results.explanation import (
    ExplainedTerm,
    Fence,
    MadeOf,
    MemberReasons,
    Overview,
    Peer,
    RevealedPosition,
    TriedLever,
    Walk,
)
from sim.results.tables import CHANGE_OF_SHARE, FIGURE, SHARE, UTILITY, Column, Kind, Table, table
from sim.results.wording import NOTHING, write_figure, write_interval, write_number
from sim.results.world import SourceColumn
from sim.rules.parameters import load_registry
from sim.summaries.tallies import REPORTED
from sim.whatif.explanation.explain import Explanation
from sim.whatif.explanation.summary import sum_changing_terms
from sim.world.labels import label_quantity

MOST_PEERS = 8
MOST_VOTES = 8
"""Earlier votes that are listed."""
MOST_POINTS = 8
"""Switching points of one kind of levers that are listed."""
MOST_IDLE = 16
"""Levers without a switching point are listed by name up to this number."""
MOST_MOVING = 4
"""Terms that have a column of their own in the table of the months."""
KINDS = {
    "attribute": "What would change its vote: its own attributes",
    "vote": "What would change its vote: the resolution and the threats",
    "parameter": "What would change its vote: parameters of the model, the same for all members",
}
ADDED = Kind(lambda value: UTILITY.write(value) if value else NOTHING)
"""Utility that a term adds; a dash where it adds nothing."""
SMALL = Kind(lambda value: write_number(value, 3, is_signed=True))
"""Small utilities."""
VALUE = Kind(lambda value: write_number(value, 3))
PERCENT = Kind(lambda value: f"{write_number(100 * value, 1)} %")
"""Shares that may be below 0."""
KINDS_OF_MECHANISMS = {"structure": "structure", "revealed": "earlier votes", "peers": "peers"}
MECHANISMS = {"conflict": "alignment along the conflict, by structure", "order": "alignment by the order of the world"}
"""Labels of mechanisms that are several terms together."""
SIGNED = Kind(lambda value: f"{'+' if value > 0 else ''}{write_figure(value)}")
"""Changes of any size."""
TWO_PROBABILITIES = (
    "Utilities are means over the runs, and the last column is the probability at these means. The share of runs "
    "differs from it a little, because what the peers announce differs from run to run."
)


SIGN_OF_SEVERITY = (
    "The lower the severity, the easier the resolution is to support: it adds to support with its sign changed."
)


def make_explanation_tables(found: Explanation, reasons: MemberReasons) -> Iterator[Table]:
    """All tables of an explanation, in the order in which people read them.

    Parameters
    ----------
    reasons : the same explanation, summarized.
    """
    yield answer_table(reasons)
    yield make_terms_table(reasons)
    yield make_position_table(reasons.position)
    if reasons.peers:
        yield make_peers_table(reasons.peers)
    if reasons.months:
        yield make_months_table(found, reasons)
    for kind in KINDS:
        levers = [lever for lever in reasons.levers if lever.kind == kind]
        if levers:
            yield make_switching_table(KINDS[kind], levers, reasons.likeliest)
    if reasons.along is not None:
        yield walk_table(reasons.along)
    yield make_quantities_table(reasons)
    yield make_sources_table(reasons)


def answer_table(reasons: MemberReasons) -> Table:
    """How often the member does each action, its utility, and the probability at that utility."""
    columns = [
        Column("action"),
        Column("share of runs", SHARE),
        Column("utility", UTILITY),
        Column("probability at these utilities", SHARE),
    ]
    rows = [
        (
            action,
            reasons.probabilities.of(action),
            reasons.utilities.of(action),
            reasons.probabilities_from_utilities.of(action),
        )
        for action in REPORTED
    ]
    return table("What it does", columns, rows, TWO_PROBABILITIES)


def make_position_table(position: RevealedPosition) -> Table:
    """The earlier votes that reveal most about the position of a member, and how sure it is."""
    columns = [
        Column("resolution"),
        Column("date"),
        Column("title"),
        Column("vote"),
        Column("adds to support", UTILITY),
    ]
    shown = [vote for vote in position.votes if vote.vote][:MOST_VOTES]
    rows = [(vote.resolution, vote.date.isoformat(), vote.title, vote.vote, vote.adds) for vote in shown]
    note = (
        f"Its alignment in this vote would be {write_number(position.by_structure, 2)} by the other terms alone. Its "
        f"earlier votes move it by {write_number(position.mean, 2, is_signed=True)}, with a standard deviation of "
        f"{write_number(position.deviation, 2)}. That uncertainty is part of the noise, drawn once "
        "for all votes of a run. A what-if does not change the position."
    )
    return table("What its earlier votes reveal, the most telling first", columns, rows, note)


def make_terms_table(reasons: MemberReasons) -> Table:
    """What each term adds to each action, those that add nothing left out."""
    likeliest, is_drawn = reasons.likeliest, reasons.parameter_uncertainty
    acting = _acting(reasons)
    columns = [Column("term"), *(Column(action, ADDED) for action in REPORTED), Column("at the mean", SHARE)]
    rows: list[list[object]] = [[label_quantity(term.term), *term.values(), term.likeliest_at_mean] for term in acting]
    rows.append(["together", *(reasons.utilities.of(action) for action in REPORTED), None])
    note = (
        f"At the mean: probability of '{likeliest}' if the term were as large as on average among the members whose "
        "votes are not fixed."
    )
    if is_drawn:
        columns.append(Column("over the next, 90 %"))
        for row, term in zip(rows, [*acting, None], strict=True):
            row.append(term and _spread(term))
        note += (
            f" Over the next: what it adds to '{likeliest}' compared with '{reasons.next}', in 90 % of the draws of "
            "the parameters."
        )
    if any(term.term == "severity" for term in acting):
        note += f" {SIGN_OF_SEVERITY}"
    idle = [label_quantity(term.term) for term in reasons.terms if term not in acting]
    if idle:
        note += f" These add nothing here: {', '.join(idle)}."
    return table("What each term adds to the utility of each action", columns, rows, note)


def _acting(reasons: MemberReasons) -> list[ExplainedTerm]:
    """The terms that add something."""
    return [term for term in reasons.terms if any(term.values())]


def _spread(term: ExplainedTerm) -> str | None:
    """What a term adds to the most likely action over the next, over the draws of the parameters."""
    low, high = term.over_next.p05, term.over_next.p95
    return None if low is None or high is None else write_interval(low, high, 2, is_signed=True)


def make_quantities_table(reasons: MemberReasons) -> Table:
    """The quantities of which the terms that add something are made."""
    starts = [Column("before the first month", VALUE)] if reasons.months else []
    columns = [Column("quantity"), *starts, Column("value", VALUE), Column("weight", FIGURE), Column("parameter")]
    rows = [
        [
            name,
            *([made.at_start] if reasons.months else []),
            made.value,
            made.weight,
            load_registry()[made.parameter].label if made.parameter else None,
        ]
        for name, made in _quantities(reasons)
    ]
    return table("What the terms are made of", columns, rows)


def make_sources_table(reasons: MemberReasons) -> Table:
    """Where the quantities of the terms that add something come from."""
    rows = [(name, _source(made)) for name, made in _quantities(reasons)]
    return table("Sources of these quantities", [Column("quantity"), Column("source")], rows)


def _quantities(reasons: MemberReasons) -> Iterator[tuple[str, MadeOf]]:
    """The quantities of the terms that add something, each with its name."""
    for term in _acting(reasons):
        for made in term.made_of:
            own, of = label_quantity(made.name), label_quantity(term.term)
            yield own if made.name == term.term else f"{of}: {own}", made


def _source(made: MadeOf) -> str:
    return made.rule or "; ".join(map(_column, made.origins)) or "not known in this world"


def _column(origin: SourceColumn) -> str:
    """A column, and its source where the world names one."""
    source = ", ".join(part for part in (origin.source, origin.year) if part)
    return f"{origin.file}, {origin.column}" + (f": {source}" if source else "")


def make_peers_table(peers: tuple[Peer, ...]) -> Table:
    """The peers with most weight, and the others together."""
    columns = [
        Column("member"),
        Column("weight", SHARE),
        Column("mean stance", UTILITY),
        Column("adds to support", SMALL),
    ]
    first, rest = peers[:MOST_PEERS], peers[MOST_PEERS:]
    rows: list[tuple[object, ...]] = [(peer.name, peer.weight, peer.stance, peer.support) for peer in first]
    if rest:
        weight, added = sum(peer.weight for peer in rest), sum(peer.support for peer in rest)
        rows.append((f"{len(rest)} others", weight, None, added))
    note = "Weight: share of the weight of all its peers. Mean stance: from −1 (opposes) to 1 (supports)."
    return table("Its peers", columns, rows, note)


def make_months_table(found: Explanation, reasons: MemberReasons) -> Table:
    """What speaks for the most likely action over the next, month by month."""
    sums = sum_changing_terms(found, MOST_MOVING)
    columns = [
        Column("month"),
        *(Column(label_quantity(name), UTILITY) for name in sums),
        Column(f"share of runs: {reasons.likeliest}", SHARE),
    ]
    rows = [
        [
            f"{month.month}{'*' if month.date == reasons.date else ''}",
            *(float(values[place]) for values in sums.values()),
            month.probabilities.of(reasons.likeliest),
        ]
        for place, month in enumerate(reasons.months)
    ]
    note = (
        "The same resolution asked on the same day of every month, with the random numbers of the vote (*). "
        "Steady: the terms that do not change. --json and --csv have every term."
    )
    title = f"Month by month: what speaks for '{reasons.likeliest}' over '{reasons.next}'"
    return table(title, columns, rows, note)


def make_switching_table(title: str, levers: list[TriedLever], likeliest: str) -> Table:
    """Where levers make another action the most likely, the nearest ones first, and which of them never do."""
    columns = [
        Column("lever"),
        Column("now", FIGURE),
        Column("not yet at", FIGURE),
        Column("switches at", FIGURE),
        Column("change", SIGNED),
        Column("switches to"),
    ]
    points = sorted(
        ((point.share_of_width, lever, point) for lever in levers for point in lever.tips), key=lambda each: each[0]
    )
    shown = points[:MOST_POINTS]
    rows = [
        (lever.label, lever.now, point.before, point.beyond, point.change, point.action) for _, lever, point in shown
    ]
    notes = [f"Beyond a switching point, another action is more likely than '{likeliest}'."] if rows else []
    if any(lever.lever.endswith(".severity") for _, lever, _ in shown):
        notes.append(SIGN_OF_SEVERITY)
    if len(points) > len(rows):
        more = len(points) - len(rows)
        are = "switching point is" if more == 1 else "switching points are"
        notes.append(f"{more} more {are} farther away; --json has them all.")
    idle = [lever.label for lever in levers if not lever.tips]
    if len(idle) > MOST_IDLE:
        notes.append(f"{len(idle)} levers do not change its vote within their ranges.")
    elif idle:
        notes.append(f"These do not change its vote within their ranges: {', '.join(idle)}.")
    return table(title, columns, rows, " ".join(notes))


def walk_table(walk: Walk) -> Table:
    """What the member does along a lever."""
    columns = [Column("value", FIGURE), *(Column(action, SHARE) for action in REPORTED)]
    rows = [(point.value, point.support, point.abstain, point.oppose, point.absent) for point in walk.points]
    return table(f"Along {walk.label}: probability of each action", columns, rows)


def make_shares_table(overview: Overview) -> Table:
    """What makes members differ, mechanism by mechanism, the largest shares first."""
    columns = [Column("mechanism"), Column("kind"), Column("share", PERCENT), Column("deviation", VALUE)]
    ranked = sorted(overview.shares, key=lambda one: -one.share)
    rows = [
        (
            MECHANISMS.get(one.mechanism) or label_quantity(one.mechanism),
            KINDS_OF_MECHANISMS[one.kind],
            one.share,
            one.deviation,
        )
        for one in ranked
    ]
    note = (
        "Share of the variance between members of what speaks for supporting over opposing: the covariance of what the "
        "mechanism adds with the sum, by the variance of the sum. Shares add up to 100 %; one below 0 works against "
        "the others. Deviation: the standard deviation over members of what it adds, in utility. Ideal points and the "
        "stance on contested resolutions come from other votes in the Assembly, and count as structure here."
    )
    return table(f"{overview.resolution}: what makes members differ", columns, rows, note)


def make_overview_table(overview: Overview) -> Table:
    """The decisive term of every member whose vote is not fixed."""
    columns = [
        Column("member"),
        Column("most likely"),
        Column("decisive term"),
        Column("share of runs", SHARE),
        Column("from utilities", SHARE),
        Column("at the mean", SHARE),
        Column("then most likely"),
    ]
    rows = [
        (
            member.name,
            member.likeliest,
            "none" if member.decisive is None else label_quantity(member.decisive),
            member.probability,
            member.from_utilities,
            member.at_mean,
            member.then_likeliest,
        )
        for member in overview.members
    ]
    note = (
        "Decisive: the term that costs the most likely action most probability when it is put at its mean over the "
        "members whose votes are not fixed, while peers keep their stances; none where no term costs it 5 points. "
        "From utilities: the probability of the action at the utilities and the peers' mean stances. At the mean: the "
        "same with the decisive term at its mean."
    )
    return table(f"{overview.resolution}: what decides", columns, rows, note)


def make_fence_table(fence: Fence) -> Table:
    """The members nearest to another action, what holds them, and what draws them away."""
    columns = [
        Column("member"),
        Column("most likely"),
        Column("share", SHARE),
        Column("next"),
        Column("share of next", SHARE),
        Column("held by"),
        Column("without it", CHANGE_OF_SHARE),
        Column("drawn to the next by"),
    ]
    rows = [
        (
            one.name,
            one.likeliest,
            one.probability,
            one.next,
            one.probability_of_next,
            None if one.held_by is None else label_quantity(one.held_by),
            one.without,
            None if one.drawn_by is None else label_quantity(one.drawn_by),
        )
        for one in fence.members
    ]
    note = (
        f"Shares of {fence.replicates:,} runs. Held by: the term that, put at the mean of the members, narrows most "
        "the lead of the most likely action over the next. Without it: by how much, in percentage points. Drawn by: "
        "the term that widens it most."
    )
    return table(f"{fence.resolution}: nearest to another action", columns, rows, note)
