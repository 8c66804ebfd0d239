"""Events as levers: their dates, members, shares and efforts in sweeps and goals."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from support.goals import harbour_goal
from support.months_worlds import BLOCKADE, blockade_by_months

from sim.errors import InputError
from sim.runner.folder.kept import read_sweep
from sim.runner.sweep import keep_sweep
from sim.specs import Experiment, parse_experiment, read_scenario
from sim.specs.goal.moves import apply_levers, shift_date
from sim.specs.labels import label_key
from sim.views.kinds import Wish, draw_sweep
from sim.whatif.goals.labels import label_lever
from sim.whatif.goals.reach import reach, summarise_search

EFFORT = """
[[event]]
kind = "policy"
date = 2031-04-01
members = ["CAL"]
effort = 2.0
what = "Calder enforces more strictly"
source = "invented"

[[event]]
kind = "policy"
date = 2031-04-01
members = ["ELM", "FER"]
joins = true
what = "Elmsund and Fernholt join"
source = "invented"

[[event]]
kind = "halt"
date = 2031-05-01
members = ["GUL"]
instruments = ["goods"]
share = 0.5
what = "Firms of Gullrock stop"
source = "invented"
"""
WANTED = {"count": {"action": "support", "at_least": 5}, "probability": 0.5, "resolution": "SH/3"}
EARLIER = {"kind": "date", "key": "event.1.date", "from": -1, "to": 2, "cost": 2.0, "fixed": 1.0}
LEAVE = {"kind": "leave", "key": "event.1.members", "members": ["DUN"], "cost": 1.0}
UNSEEN = "votes see nothing of the months unless parameters.vote_feedback is 1."


@pytest.fixture
def blockade(tmp_path: Path) -> Path:
    """A scenario with two policies of one day, and a halt."""
    path = blockade_by_months(tmp_path)
    path.write_text(BLOCKADE + EFFORT, encoding="utf-8")
    return path


def experiment(scenario: Path, over: dict[str, Any], **keys: Any) -> Experiment:
    document = {
        "scenario": scenario.name,
        "replicates": 20,
        "outputs": ["tally", "months"],
        "design": {"kind": "factorial", "over": over},
        **keys,
    }
    return parse_experiment(document, "experiment.toml", scenario.parent)


def test_dates_and_members_of_an_event_vary_in_a_sweep(blockade: Path, tmp_path: Path) -> None:
    over = {
        "event.1.date": {"values": [date(2031, 3, 1), "2031-06-01"]},
        "event.1.members": {"values": [["CAL", "DUN"], ["CAL", "DUN", "BRI"]]},
    }
    folder = tmp_path / "out"
    keep_sweep(experiment(blockade, over), folder)
    dates = pq.read_table(folder / "points.parquet")["event.1.date"].to_pylist()
    assert dates[::4] == ["2031-03-01", "2031-06-01"]
    rows = pq.read_table(folder / "months.parquet").to_pandas()
    whole = rows[(rows["series"] == "members_joined") & rows["iso3"].isna()]
    few, many, few_later, many_later = whole.groupby("point")["mean"].mean()
    assert few_later < few < many
    assert few_later < many_later < many


@pytest.mark.parametrize(
    ("key", "values", "label"),
    [
        ("event.3.effort", [0.0, 5.0], "policy of 2031-04-01 (CAL): enforcement, multiplied by"),
        ("event.5.share", [0.0, 1.0], "halt of 2031-05-01: share"),
        ("event.1.date", ["2031-03-01", "2031-06-01"], "sanctions of 2031-03-01: date"),
    ],
)
def test_what_varies_of_an_event_moves_the_months_and_has_a_label_on_the_axis(
    blockade: Path, tmp_path: Path, key: str, values: list[Any], label: str
) -> None:
    folder = tmp_path / "out"
    keep_sweep(experiment(blockade, {key: {"values": values}}), folder)
    before, after = (
        pq.read_table(folder / "months.parquet", filters=[("point", "==", point)])["mean"].to_numpy()
        for point in (0, 1)
    )
    assert (before != after).any()
    assert draw_sweep(read_sweep(folder), "sweep", Wish()).axes[0].get_xlabel() == label


def test_labels_of_events_say_their_members_where_others_share_kind_and_day(blockade: Path) -> None:
    spec = read_scenario(blockade)
    assert label_key("event.1.date", spec) == "sanctions of 2031-03-01: date"
    assert label_key("event.4.joins", spec) == "policy of 2031-04-01 (ELM, FER): whether the members sanction"
    assert label_key("event.1.members") == "event 1: members"


def test_a_sweep_of_events_that_no_output_shows_warns(blockade: Path) -> None:
    over = {"event.1.date": {"values": [date(2031, 3, 1), date(2031, 6, 1)]}}
    unseen = {"set": {"parameters.vote_feedback": 0}}

    def is_warned(**keys: Any) -> bool:
        return any(UNSEEN in str(warning) for warning in experiment(blockade, over, **keys).warnings)

    assert is_warned(outputs=["tally"], **unseen)
    assert not is_warned(**unseen)  # the months are kept
    assert not is_warned(outputs=["tally"])  # votes see them


def goal(scenario: Path, levers: list[dict[str, Any]], **keys: Any) -> Any:
    return harbour_goal(WANTED, levers, scenario=str(scenario), **keys)


def test_a_lever_moves_a_date_by_months_at_a_cost_per_month(blockade: Path) -> None:
    made = goal(blockade, [EARLIER])
    found = summarise_search(reach(made))
    assert found.is_exhaustive
    assert found.combinations == 4
    (lever,) = made.lever
    assert [lever.cost_of(float(months), 0.0) for months in (-1, 0, 1, 2)] == [3.0, 0.0, 3.0, 5.0]
    days = [apply_levers(made.base, [(lever, float(months))]).event[1].date for months in (-1, 0, 2)]
    assert days == [date(2031, 2, 1), date(2031, 3, 1), date(2031, 5, 1)]
    assert found.surest.levers[0].label == "sanctions of 2031-03-01: date, moved by months"


@pytest.mark.parametrize(
    ("months", "day"),
    [(-1, date(2032, 2, 29)), (1, date(2032, 4, 30)), (-15, date(2030, 12, 31)), (0, date(2032, 3, 31))],
)
def test_a_shifted_date_stays_within_its_month(months: int, day: date) -> None:
    assert shift_date(date(2032, 3, 31), months) == day


def test_numbers_and_members_of_events_are_levers_of_a_goal(blockade: Path) -> None:
    levers: list[dict[str, Any]] = [
        {"kind": "number", "key": "event.3.effort", "from": 0.0, "to": 4.0, "step": 2.0, "cost": 1.0},
        {"kind": "number", "key": "event.5.share", "from": 0.0, "to": 1.0, "step": 0.5, "cost": 1.0},
        LEAVE,
    ]
    made = goal(blockade, levers)
    changed = apply_levers(made.base, list(zip(made.lever, (4.0, 1.0, ("DUN",)), strict=True)))
    assert (changed.event[3].effort, changed.event[5].share) == (4.0, 1.0)
    assert changed.event[1].members == ("CAL", "DUN", "-DUN")
    assert label_lever(made.lever[2], made.base) == "leave the sanctions of 2031-03-01: DUN"


@pytest.mark.parametrize(
    ("lever", "message"),
    [
        ({"key": "vote.0.date"}, 'lever.0.key: "vote.0.date" is not the date of an event or a change'),
        ({"key": "event.1.what"}, 'lever.0.key: "event.1.what" is not the date of an event or a change'),
        ({"key": "event.9.date"}, 'lever.0.key: "event.9.date" is not the date of an event or a change'),
        ({"from": 1}, "lever.0.from: 1 is outside the range -120 to 0"),
        ({"step": 0.5}, "0.5 is not a whole number"),
        ({"from": -500}, "lever.0.from: -500 is outside the range -120 to 0"),
    ],
)
def test_a_mistake_of_a_lever_of_dates_is_reported(blockade: Path, lever: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        goal(blockade, [EARLIER | lever])
    (line,) = str(caught.value).splitlines()
    assert message in line


def test_levers_that_cannot_move_the_vote_are_named(blockade: Path) -> None:
    def idle(levers: list[dict[str, Any]], **keys: Any) -> list[str]:
        warnings = map(str, goal(blockade, levers, **keys).warnings)
        return [text.partition("has no effect: ")[2] for text in warnings if "has no effect" in text]

    seeing = {"kind": "number", "key": "parameters.vote_feedback", "from": 0, "to": 1, "step": 1, "cost": 1.0}
    unseen = {"parameters.vote_feedback": 0}
    assert idle([EARLIER, LEAVE]) == []
    assert idle([EARLIER, LEAVE], set=unseen) == [UNSEEN, UNSEEN]
    assert idle([EARLIER, seeing], set=unseen) == []
    late = {"event.1.date": "2031-08-15"}
    assert idle([LEAVE], set=late) == ["the event is dated 2031-08-15, after the vote, of 2031-06-02."]
    assert idle([EARLIER], set=late) == [
        "the event is even at its earliest dated 2031-07-15, after the vote, of 2031-06-02."
    ]
    assert idle([EARLIER | {"from": -3}, LEAVE], set=late) == []
