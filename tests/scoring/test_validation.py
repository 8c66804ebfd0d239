"""What a vote is scored from: everything before its day, and nothing later."""

import re
import sys
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from sim.case import prepare
from sim.case.ballot import NOT_FIXED
from sim.ensemble import visit_votes
from sim.equilibrium import MONTHS_EXPECTED
from sim.errors import InputError
from sim.rules.choice import SUPPORT
from sim.scoring import validation, verdict
from sim.scoring.samples import make_sample
from sim.scoring.scores import merge_to_three_classes, score
from sim.scoring.validation import EarlierSamples, pin_probabilities, put_on, validate, with_rollcalls
from sim.specs import read_scenario
from sim.world import load_world
from sim.world.rollcalls.files import Observed, read_rollcalls

SPEC = read_scenario("es-11-3", ["replicates=50"])
WORLD = load_world("un-2022")
APRIL = WORLD.rollcall("A/RES/ES-11/3").votes
FIRST = Observed("first", date(2022, 10, 12), APRIL)
LATER = Observed("later", date(2022, 11, 14), np.random.default_rng(0).permutation(APRIL))


@pytest.fixture(autouse=True)
def _without_the_slow_rules(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn", None)  # which they need


def by_resolution(spec, calls, **options):
    return {entry.resolution: entry for entry in validate(spec, calls, **options)}


def test_any_resolution_of_a_file_is_scored_from_what_came_before():
    found = by_resolution(SPEC, [LATER, FIRST])
    assert [entry.mode for entry in found.values()] == ["next-vote", "next-vote"]
    assert list(found) == ["first", "later"]
    assert found["first"].n == 191
    # The last roll call the world knows is that of April, which the made-up one repeats.
    assert found["first"].baselines["persistence"].accuracy == 1.0
    assert found["later"].baselines["persistence"].accuracy < 0.6


def test_rolling_makes_the_earlier_ones_of_the_file_known_and_no_later_one():
    again = replace(LATER, resolution="again", date=LATER.date + timedelta(days=1))
    fixed, rolling = (by_resolution(SPEC, [FIRST, LATER, again], is_rolling=is_rolling) for is_rolling in (False, True))
    assert rolling["first"] == fixed["first"]
    assert rolling["again"] != fixed["again"]
    assert rolling["again"].baselines["persistence"].accuracy == 1.0
    assert rolling["again"].pinned.rps < fixed["again"].pinned.rps


def test_the_lead_is_over_the_rule_with_the_least_loss_given_the_counts():
    (found,) = by_resolution(SPEC, [FIRST]).values()
    assert found.baselines_pinned.keys() == found.baselines.keys() - {"majority"}
    for name, lead in found.lead:
        losses = {rule: getattr(scores, name) for rule, scores in found.baselines_pinned.items()}
        assert lead.over == min(losses, key=losses.__getitem__)
        assert lead.mean == pytest.approx(getattr(found.pinned, name) - losses[lead.over])
        assert lead.p025 <= lead.mean <= lead.p975


def test_the_blend_is_the_mean_of_model_and_partner_and_never_learns_from_the_vote_itself(monkeypatch):
    """Brier, RPS and log loss are convex: the mean of two forecasts loses less than they lose on average."""
    monkeypatch.setattr(verdict, "PARTNER", "earlier_votes")  # quick
    (found,) = by_resolution(SPEC, [LATER]).values()
    partner = found.baselines_pinned["earlier_votes"]
    assert found.blend is not None
    for name in ("brier", "rps", "log_loss"):
        mean = (getattr(found.pinned, name) + getattr(partner, name)) / 2
        assert getattr(found.blend, name) < mean
    (learned,) = validate(SPEC)
    assert learned.are_rules_in_sample
    assert learned.blend is None


def test_samples_that_are_kept_are_those_that_are_made_again():
    """Rule: what one vote of a rolling file learns from does not depend on the votes that were scored before it."""
    samples = EarlierSamples()
    for calls in ([FIRST], [FIRST, LATER]):
        put = put_on(SPEC, "asked", date(2022, 12, 1))
        case = prepare(put, with_rollcalls(load_world("un", at=put.vote[0].date), put, calls), reads_votes=False)
        kept, again = samples.before(case, 0), EarlierSamples().before(case, 0)
        assert {call.resolution for call in calls} <= {one.resolution for one in kept}
        for one, other in zip(kept, again, strict=True):
            assert one.resolution == other.resolution
            assert (one.inputs == other.inputs).all()
            assert (one.last == other.last).all()


def test_rolling_reaches_a_resolution_that_the_scenario_holds():
    (vote,) = SPEC.vote
    own = SPEC.model_copy(update={"vote": (vote.model_copy(update={"resolution": "later", "date": LATER.date}),)})
    assert by_resolution(own, [FIRST, LATER], is_rolling=True)["later"] != by_resolution(own, [FIRST, LATER])["later"]


def test_nothing_dated_later_reaches_a_prediction(monkeypatch):
    """Rule: with every roll call of its day and after it made up, a vote is predicted and judged the same way."""

    def scrambled(call):
        shuffled = np.random.default_rng(1).permutation(call.votes)
        return replace(call, votes=shuffled) if call.date >= spec.vote[0].date else call

    spec = read_scenario("es-11-1", ["replicates=50"])
    asked = [Observed("asked", date(2022, 3, 2), WORLD.rollcall("A/RES/ES-11/1").votes)]
    before = by_resolution(spec, asked)
    monkeypatch.setattr(
        validation, "load_scenario_world", lambda spec: replace(WORLD, rollcalls=tuple(map(scrambled, WORLD.rollcalls)))
    )
    assert by_resolution(spec, asked) == before
    assert before["asked"].mode == "earlier-vote"


@pytest.mark.parametrize(("name", "mode"), [("es-11-1", "in-sample"), ("ga-68-262", "earlier-vote")])
def test_the_mode_says_where_the_parameters_come_from(name, mode):
    (entry,) = validate(read_scenario(name, ["replicates=50"]))
    assert entry.mode == mode
    assert {"majority", "base_rates", "regional_majority", "ideal_point"} <= entry.baselines.keys()


def test_a_vote_of_a_scenario_with_months_is_pinned_as_they_have_left_it():
    """Rule: what the months have moved counts in the ranking; the counts are met all the same."""
    spec = read_scenario("2022-2023", ["months.end=2022-04-30", "replicates=50", "parameters.vote_feedback=1"])
    case = prepare(spec, WORLD)
    stops = visit_votes(case, case.own_inputs, 0, MONTHS_EXPECTED)
    number, months = next(stop for stop in stops if stop[0] == 2)
    moved, as_begun = (pin_probabilities(case, number, APRIL, state) for state in (months, None))
    drawn = case.ballots[number].fixed == NOT_FIXED
    assert moved[drawn].sum(axis=0)[SUPPORT] == pytest.approx(as_begun[drawn].sum(axis=0)[SUPPORT], abs=0.01)
    assert np.abs(moved - as_begun)[drawn].max() > 0.01
    asked = make_sample(case, number, APRIL)
    scored = score(merge_to_three_classes(moved[asked.observed >= 0]), asked.observed[asked.observed >= 0])
    assert validate(spec)[-1].pinned.log_loss == pytest.approx(scored.log_loss, abs=1e-12)


def test_everything_wrong_with_a_file_of_roll_calls_is_reported(tmp_path):
    file = tmp_path / "votes.csv"
    rows = ["A,2022-03-02,DEU,yes", "A,2022-03-02,DEU,no", "A,2022-03-03,FRA,nein", "B,March,DEX,yes"]
    file.write_text("\n".join(["resolution,date,iso3,vote", *rows]), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_rollcalls(file, WORLD)
    assert sorted(str(problem) for problem in caught.value.problems) == [
        f"{file}, line 3: A, DEU: already on line 2.",
        f"{file}, line 4, date: got '2022-03-03'; the rows above have 2022-03-02.",
        f"{file}, line 4, vote: got 'nein'; allowed are no, absent, abstain, yes.",
        f"{file}, line 5, date: got 'March'; a date like 2022-03-02 is needed.",
        f"{file}, line 5, iso3: 'DEX' is not a member of this world.",
        f"{file}: is not in the format of roll calls. 'sim rollcalls import FILE --out OUT' reads other layouts.",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("resolution,date,iso3,vot\n", "vote: missing column. Did you mean 'vot'?"),
        ("resolution,date,iso3,vote\n", "holds no votes."),
        ("", "is empty."),
    ],
)
def test_a_file_without_roll_calls_is_refused(tmp_path, text, message):
    file = tmp_path / "votes.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=re.escape(message)):
        read_rollcalls(file, WORLD)
