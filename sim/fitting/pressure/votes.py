"""The votes of the plan: which statements count as threats, which resolutions are controls, and who was exposed.

Actions are seen from the side of the member that threatens: voting no with it, voting yes against it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np

from sim.arrays import FloatArray, IntArray
from sim.fitting.pressure.plan import read_plan
from sim.world import DatedWorld, load_dated_world
from sim.world.tables import read_rows
from sim.world.ties import read_tie_columns

NO, ABSENT, ABSTAIN, YES = range(4)
AGAINST, NEITHER, WITH, MISSING = 0, 1, 2, -1
"""Classes of a vote: against the member that threatens, neither, with it, and left out."""
CLASS_OF = {NO: WITH, ABSENT: NEITHER, ABSTAIN: NEITHER, YES: AGAINST}
SESSION_STARTS = 9
"""Month in which a session of the Assembly begins."""
ALONE = "none"
"""Kind of an entry that documents that there was no threat."""


@dataclass(frozen=True)
class PutVote:
    """A resolution put to the members.

    Parameters
    ----------
    target : member that it is directed at; blank for a resolution that is directed at nobody.
    directness : 3 where it condemns or makes demands, 2 where it is about conduct, 1 about themes, 0 where not coded.
    actions : codes (N,) of the actions, -1 where not recorded.
    """

    resolution: str
    day: date
    title: str
    target: str
    directness: int
    is_important: bool
    actions: IntArray

    @property
    def session(self) -> int:
        """Year in which the session of the Assembly began."""
        return self.day.year - (self.day.month < SESSION_STARTS)


@dataclass(frozen=True)
class Threat:
    """A vote that a member threatened others over.

    Parameters
    ----------
    entries : identifiers of the statements that count, in the table of threats.
    is_public : whether one of them was public.
    """

    question: PutVote
    threatener: str
    parties: tuple[str, ...]
    channels: tuple[str, ...]
    is_primary: bool
    entries: tuple[str, ...]
    is_public: bool


class Record:
    """All that the estimate reads of a world."""

    def __init__(self, world: DatedWorld | None = None) -> None:
        self.dated = world or load_dated_world("un")
        self.index = {iso3: i for i, iso3 in enumerate(self.dated.iso3)}
        self.statements = read_rows(self.dated.folder / "outcomes" / "threats.csv")
        self._days: dict[date, Mapping[str, FloatArray]] = {}

    @cached_property
    def directed(self) -> tuple[PutVote, ...]:
        """The resolutions that are directed at a member."""
        coded = {row["resolution"]: row for row in read_rows(self.dated.folder / "resolutions.csv")}
        return tuple(
            PutVote(
                resolution=call.resolution,
                day=call.date,
                title=call.title,
                target=call.target,
                directness=int(coded[call.resolution]["directness"] or 0),
                is_important=coded[call.resolution]["us_important_vote"] == "1",
                actions=call.votes,
            )
            for call in self.dated.rollcalls
        )

    @cached_property
    def assembly(self) -> tuple[PutVote, ...]:
        """All recorded votes of the Assembly; directed ones with their target."""
        known = {one.resolution: one for one in self.directed}
        record = self.dated.assembly
        assert record is not None
        found = list(known.values())
        for day, resolution, actions in zip(record.dates.tolist(), record.resolutions, record.votes):
            if resolution not in known:
                found.append(PutVote(resolution, day, "", "", 0, False, actions))
        return tuple(found)

    def threats(self) -> tuple[Threat, ...]:
        """The threatened votes of the plan, by the rule of the plan."""
        known = {one.resolution: one for one in self.directed}
        found = []
        for resolution, one in read_plan()["threatened"].items():
            rows = [row for row in self.statements if row["resolution"] == resolution and _counts(row)]
            assert rows, f"no statement counts as a threat over {resolution}"
            assert all(row["by"] == one["threatener"] for row in rows)
            found.append(
                Threat(
                    question=known[resolution],
                    threatener=one["threatener"],
                    parties=tuple(one["parties"]),
                    channels=tuple(one["channels"]),
                    is_primary=one["hypothesis"] == "primary",
                    entries=tuple(row["id"] for row in rows),
                    is_public=any(row["openness"] == "public" for row in rows),
                )
            )
        return tuple(found)

    def controls(self, threat: Threat, rule: Mapping[str, Any]) -> tuple[PutVote, ...]:
        """The control votes of a threatened vote, by one of the sets of the plan, in the order of their days."""
        plan = read_plan()["controls"]
        disputed = {row["resolution"] for row in self.statements if row["kind"] != ALONE}
        scope = rule.get("scope", "directed")
        own = self.index[threat.threatener]

        def is_control(one: PutVote) -> bool:
            return (
                one.resolution not in disputed
                and one.actions[own] == NO
                and _is_contested(one.actions, plan["fewest_others"])
                and _is_about(one, threat, rule)
                and (scope != "important" or one.is_important)
            )

        candidates = [one for one in (self.assembly if scope == "assembly" else self.directed) if is_control(one)]
        years = rule.get("years", plan["years"])
        before = [one for one in candidates if 0 < (threat.question.day - one.day).days <= 365.25 * years]
        after = [one for one in candidates if 0 < (one.day - threat.question.day).days <= 365.25 * years]
        is_both = rule.get("side") == "both" or len(before) < plan["least"]
        return tuple(sorted(before + after if is_both else before, key=lambda one: (one.day, one.resolution)))

    def classes(self, question: PutVote, threat: Threat) -> IntArray:
        """Classes (N,) of the actions on a question; of the threatener and those in dispute `MISSING`."""
        left_out = {threat.threatener, *threat.parties, threat.question.target, question.target} - {""}
        found = np.array([CLASS_OF.get(int(action), MISSING) for action in question.actions])
        found[[self.index[iso3] for iso3 in left_out]] = MISSING
        return found

    def exposure(self, question: PutVote, threat: Threat, transform: Callable[[FloatArray], FloatArray]) -> FloatArray:
        """Exposure (N,) to the threatener on the day of a question: the mean of the transformed ties over channels."""
        known = self._known(question.day)
        ties = [transform(known[f"{channel} {threat.threatener}"]) for channel in threat.channels]
        return np.asarray(np.mean(ties, axis=0))

    def attribute(self, question: PutVote, name: str) -> FloatArray:
        """An attribute, or the ideal point of the year before, as known on the day of a question, (N,)."""
        return self._known(question.day)[name]

    def _known(self, day: date) -> Mapping[str, FloatArray]:
        """The figures known on a day, of all members of the dated world; NaN for those that had not joined."""
        if day not in self._days:
            world = self.dated.at(day)
            here = [self.index[iso3] for iso3 in world.iso3]
            points = world.ideal_points[max(world.ideal_points)]
            found = {
                "ideal_point": np.nan_to_num(points),
                **{name: np.log10(world.attributes[name]) for name in LOGGED},
            }
            for one in read_plan()["threatened"].values():
                column = np.array([world.index[one["threatener"]]])
                for name in one["channels"]:
                    found[f"{name} {one['threatener']}"] = read_tie_columns(world.ties[name], column)[:, 0]
            self._days[day] = {name: _spread_out(values, here, len(self.index)) for name, values in found.items()}
        return self._days[day]


LOGGED = ("income_usd", "population")


def find_own_record(
    questions: Sequence[PutVote], classes: Sequence[IntArray], asked: Iterable[PutVote]
) -> list[FloatArray]:
    """Log odds (N,) of siding with the threatener on the questions of other sessions, for each question asked.

    Half of what a member did neither with nor against the threatener counts for either side, and half a vote is added
    to both, so that a member without a record is at 0.
    """
    stacked = np.stack(classes)
    totals = {}
    for session in {one.session for one in questions}:
        rows = np.array([one.session == session for one in questions])
        totals[session] = np.stack([(stacked[rows] == code).sum(axis=0) for code in (AGAINST, NEITHER, WITH)])
    everything = np.sum(list(totals.values()), axis=0)
    found = []
    for one in asked:
        against, neither, for_it = everything - totals.get(one.session, 0)
        found.append(np.log((for_it + 0.5 * neither + 0.5) / (against + 0.5 * neither + 0.5)))
    return found


def _counts(row: Mapping[str, str]) -> bool:
    """Whether a statement is a threat by the rule of the plan."""
    plan = read_plan()["threats"]
    is_dated = bool(row["last_day"]) and bool(row["vote_date"]) and row["last_day"] < row["vote_date"]
    return row["kind"] == plan["kind"] and row["source_read"] == plan["source_read"] and is_dated


def _is_contested(actions: IntArray, fewest: int) -> bool:
    cast = np.bincount(actions[(actions >= 0) & (actions != ABSENT)], minlength=4)
    return int(cast.sum() - cast.max()) >= fewest


def _is_about(one: PutVote, threat: Threat, rule: Mapping[str, Any]) -> bool:
    is_same = one.target == threat.question.target
    wanted = rule.get("target")
    return (wanted is None or is_same == (wanted == "same")) and one.directness >= rule.get("directness", 0)


def _spread_out(values: FloatArray, here: Sequence[int], size: int) -> FloatArray:
    found = np.full(size, np.nan)
    found[here] = values
    return found
