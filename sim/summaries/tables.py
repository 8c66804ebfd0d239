"""The tables of a vote, the same on the screen and on the page."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sim.results.changes import ChangedSetting, ComparedVote, EditedMember, Mover, VoteChanged
from sim.results.run import Miss, VoteSummary
from sim.results.tables import CHANGE, CHANGE_OF_SHARE, COUNT, MEAN, SHARE, Column, Table, table
from sim.results.wording import write_interval
from sim.summaries.tallies import REPORTED

RULES = {"majority": "simple majority", "two-thirds": "two-thirds"}


def tally_table(vote: VoteSummary, runs: int) -> Table:
    """Members per action: mean, median and interval; the observed tally where the run is of what happened."""
    is_observed = vote.observed is not None and vote.base is None
    rows = [
        [
            name,
            vote.tally.of(name).mean,
            vote.tally.of(name).median,
            write_interval(vote.tally.of(name).p05, vote.tally.of(name).p95),
            *([] if vote.observed is None or not is_observed else [vote.observed.of(name)]),
            vote.population_share.of(name),
        ]
        for name in REPORTED
    ]
    columns = [
        Column("members that"),
        Column("mean", MEAN),
        Column("median", COUNT),
        Column("90 % of runs"),
        *([Column("observed", COUNT)] if is_observed else []),
        Column("share of world population", SHARE),
    ]
    return table(f"{vote.resolution}, {vote.date}: {runs:,} runs", columns, rows)


def make_misses_table(misses: Sequence[Miss]) -> Table:
    """Members whose most likely vote is not the observed one."""
    rows = [[miss.name, miss.iso3, miss.observed, miss.likeliest, miss.probability_of_observed] for miss in misses]
    columns = [
        *map(Column, ("member", "code", "observed", "most likely")),
        Column("probability of the observed vote", SHARE),
    ]
    note = "" if misses else "None: the most likely vote of every member scored is the observed one."
    return table(
        f"Members that the model gets wrong: {len(misses)}, first those it was surest about", columns, rows, note
    )


def make_members_table(vote: VoteSummary, marked: Collection[str]) -> Table:
    """Every member: probability of each action; the rows of `marked` are shaded.

    Parameters
    ----------
    marked : codes of members that the run gets wrong.
    """
    rows = [[one.name, one.iso3, one.observed, *(getattr(one, name) for name in REPORTED)] for one in vote.members]
    columns = [*map(Column, ("member", "code", "observed")), *(Column(name, SHARE) for name in REPORTED)]
    places = frozenset(place for place, one in enumerate(vote.members) if one.iso3 in marked)
    note = "Probabilities are smoothed frequencies over the runs."
    return table(
        "Every member", columns, rows, note + (" Shaded: members that the model gets wrong." if marked else ""), places
    )


def make_movers_table(resolution: str, movers: Sequence[Mover]) -> Table:
    """Members that vote differently from the base, those that do so in most runs first."""
    rows = [
        [one.name, one.moved, f"{one.before} to {one.after}", one.most_often, one.towards, one.away] for one in movers
    ]
    columns = [
        Column("member"),
        Column("votes differently", SHARE),
        Column("most common change"),
        Column("share of runs", SHARE),
        Column("towards sanctioning side", SHARE),
        Column("towards target", SHARE),
    ]
    note = (
        "All percentages are shares of runs. The last two columns count all changes of a member by their direction; a "
        "change between abstaining and absence has none."
    )
    return table(f"Who votes differently on {resolution}", columns, rows, note)


def change_table(vote: ComparedVote) -> Table:
    """The tally of a vote next to that of the base, and the part of the world that the members hold."""
    base = vote.base
    rows = [
        [
            name,
            base.tally.of(name).mean,
            vote.tally.of(name).mean,
            base.change.of(name),
            write_interval(*base.change_interval.of(name), is_signed=True),
            base.population.change.of(name).mean,
            base.gdp.change.of(name).mean,
        ]
        for name in REPORTED
    ]
    columns = [
        Column("members that"),
        Column("base", MEAN),
        Column("what-if", MEAN),
        Column("change", CHANGE),
        Column("90 % of runs"),
        Column("of world population", CHANGE_OF_SHARE),
        Column("of world product", CHANGE_OF_SHARE),
    ]
    return table("Mean number of members per action, and change of their share of the world", columns, rows)


def make_adoption_table(base: VoteChanged) -> Table:
    """How often the resolution is adopted in the base and in the what-if, by each rule."""
    rows = [[RULES[rule], one.base, one.now, one.lost, one.gained] for rule, one in base.adoption.items()]
    columns = [
        Column("rule"),
        *(Column(name, SHARE) for name in ("base", "what-if", "no longer adopted", "newly adopted")),
    ]
    return table("Share of runs in which the resolution is adopted", columns, rows)


def make_settings_table(base: str, changed: Sequence[ChangedSetting]) -> Table:
    """The settings in which a what-if differs from its base."""
    rows = [[one.label, one.key, one.base, one.now] for one in changed]
    columns = [Column(name) for name in ("what is changed", "key", "base", "what-if")]
    note = "" if rows else "Nothing: both have the same settings."
    return table(f"What differs from '{base}'", columns, rows, note)


def make_edited_table(resolution: str, edited: Sequence[EditedMember]) -> Table:
    """The members that a what-if edits, and what became of their votes, however little."""
    rows = [[one.name, one.edit, one.before, one.before_share, one.now, one.now_share, one.moved] for one in edited]
    columns = [
        Column("member"),
        Column("edit"),
        Column("base"),
        Column("share", SHARE),
        Column("what-if"),
        Column("share", SHARE),
        Column("votes differently", SHARE),
    ]
    note = "The most common vote in the base and in the what-if, and the share of runs with it."
    return table(f"The members that are edited: {resolution}", columns, rows, note)
