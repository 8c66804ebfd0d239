"""What a what-if rests on follows from the registry and the keys it changes, never from its name."""

import re
from pathlib import Path
from typing import get_args

import pytest
from pydantic import TypeAdapter

from sim.case import prepare
from sim.fitting.calibration import list_beliefs
from sim.rules.parameters import load_registry
from sim.runner.run import run_case
from sim.specs import Event, read_scenario
from sim.specs.fits import find_shipped_fit, read_fit
from sim.summaries.changes import summarise_change
from sim.summaries.grounds import answer_grounds, find_grounds, levers, list_grounds, list_not_refitted
from sim.summaries.sentences import answer_basis, answer_change
from sim.whatif.doubt import MOST_RUNS, measure_doubt
from sim.world import load_world
from sim.world.world import EDITABLE
from tools.manual.shown import find_outputs
from tools.validation.assessment import FITTED, shipped_calibration

ROOT = Path(__file__).parents[2]
BASE = "es-11-1"


def grounds(*overrides, name=BASE):
    return {one.key: one.evidence for one in list_grounds(read_scenario(name), read_scenario(name, overrides))}


def test_each_input_has_the_evidence_of_what_its_effect_depends_on():
    assert grounds("vote.target_threat=2") == {"vote.target_threat": "not identified"}
    assert grounds("parameters.peer_influence=0") == {
        "parameters.peer_influence": load_registry()["peer_influence"].evidence
    }
    assert grounds("parameters.enforcement=1") == {
        "parameters.enforcement": "assumed",
        "parameters.sanction_weight": load_registry()["sanction_weight"].evidence,
    }
    assert grounds("replicates=10", "seed=3") == {}


def test_a_change_of_the_world_rests_on_the_weight_of_its_channel():
    found = list_grounds(read_scenario(BASE), read_scenario("es-11-1-no-energy-leverage"))
    assert [one.key for one in found] == ["parameters.dependence_energy"]


def test_an_event_rests_on_the_parameters_of_its_kind():
    base, other = (read_scenario(name) for name in ("2022-2023", "2022-2023-no-secondary-sanctions"))
    assert {one.evidence for one in list_grounds(base, other)} <= {"assumed", "not identified", "estimated"}
    assert list_grounds(base, other)


def test_every_kind_of_event_has_grounds():
    """What an event acts through is named, in one place, for all kinds."""
    kinds = {get_args(kind.model_fields["kind"].annotation)[0] for kind in get_args(get_args(Event)[0])}
    named = {key.split(".")[1] for key in levers() if key.startswith("event.")}
    assert named == kinds


@pytest.mark.parametrize(
    ("name", "key", "said"),
    [
        ("price-cap-halved", "cap_services", "sales that a price cap binds (assumed)"),
        ("price-cap-from-march", "cap_services", "sales that a price cap binds (assumed)"),
        ("embargo-day-one", "demand_elasticity", "elasticity of demand (hardly identified)"),
        ("united-states-leave", "aid_others", "aid that follows other donors (hardly identified)"),
        ("united-states-leave", "support_arms_to_victim", "readiness to arm the victim (assumed)"),
    ],
)
def test_what_ifs_of_months_name_what_their_events_act_through(name, key, said):
    found = list_grounds(read_scenario("2022-2023"), read_scenario(f"2022-2023-{name}"))
    assert f"parameters.{key}" in [one.key for one in found]
    assert said in answer_grounds(found)[0]


def test_an_event_rests_on_the_fields_that_it_has():
    """A member that only enforces harder neither joins nor leaves, so no donor follows it."""
    found = list_grounds(read_scenario("2022-2023"), read_scenario("2022-2023-emirates-and-turkey-enforce"))
    halt = {"kind": "halt", "date": "2022-05-01", "members": ["USA"], "share": 1.0, "what": "w", "source": "s"}
    for instruments, keys in ((["goods"], {"support_goods"}), (["finance"], {"support_finance"})):
        spec = read_scenario("2022-2023")
        added = TypeAdapter(Event).validate_python({**halt, "instruments": instruments}, strict=False)
        other = spec.model_copy(update={"event": (*spec.event, added)})
        assert {one.key for one in list_grounds(spec, other)} == {f"parameters.{key}" for key in keys}
    assert found


def test_what_only_months_read_is_doubted_in_votes_with_feedback_alone():
    settings = ["replicates=5", "months.end=2022-04-30"]
    cap = [
        'event=[{kind="price_cap", date=2022-03-01, members=["EU"], commodities=["crude"], eur_per_tonne=90, '
        'what="w", source="s"}]'
    ]
    for feedback, is_doubted in ((0, False), (1, True)):
        own = [*settings, f"parameters.vote_feedback={feedback}"]
        base, case = (prepare(read_scenario("2022-2023", [*own, *more])) for more in (["event=[]"], cap))
        assert (measure_doubt(run_case(case, base=base)).drawn is not None) == is_doubted


def test_the_table_of_inputs_names_parameters_and_attributes_that_exist():
    for key, lever in levers().items():
        assert set(lever.get("parameters", ())) <= load_registry().keys(), key
        if key.startswith("change."):
            assert key.removeprefix("change.") in EDITABLE
        assert ("evidence" in lever) == ("basis" in lever)


def test_the_evidence_of_fitted_parameters_is_what_their_draws_say():
    beliefs = {
        one.name: one.is_identified for one in list_beliefs(shipped_calibration([read_scenario(n) for n in FITTED]))
    }
    fit = read_fit(find_shipped_fit())
    assert fit.evidence.keys() == fit.draws.parameters.keys()
    for name, evidence in fit.evidence.items():
        assert evidence == ("estimated" if beliefs[name] else "not identified"), name
        assert load_registry()[name].evidence == evidence


def test_declared_parameters_are_assumed():
    for parameter in load_registry().values():
        assert (parameter.evidence == "assumed") == parameter.source.startswith("declared"), parameter.name


def test_a_threat_is_compared_again_with_uncertain_parameters():
    base, case = (
        prepare(read_scenario(BASE, [f"replicates={MOST_RUNS}", *own])) for own in ([], ["vote.target_threat=2"])
    )
    result = run_case(case, base=base)
    doubted = measure_doubt(result)
    changed = summarise_change(doubted, doubted.base, 0)
    plain = summarise_change(result, result.base, 0)
    assert plain.uncertain is None
    assert changed.change == plain.change
    spread = changed.uncertain.support
    assert spread.p05 < spread.mean < spread.p95
    said = answer_change(changed)
    assert any(line.startswith("With uncertain parameters: support ") for line in said)
    assert answer_basis(changed)[0].startswith("Rests on: threat of the target (not identified")


def test_what_rests_on_estimates_alone_is_not_compared_again():
    overrides = [f"replicates={MOST_RUNS}"]
    base, case = (prepare(read_scenario(name, overrides)) for name in (BASE, "es-11-1-no-energy-leverage"))
    assert measure_doubt(run_case(case, base=base)).drawn is None


def test_a_fitted_parameter_changed_alone_is_named_as_not_fitted_again():
    base = read_scenario(BASE)
    assert list_not_refitted(base, read_scenario(BASE, ["parameters.peer_influence=0"])) == ["influence of peers"]
    assert list_not_refitted(base, read_scenario("es-11-1-no-peers")) == []


def test_the_what_if_on_peers_compares_models_fitted_to_the_same_votes():
    spec = read_scenario("es-11-1-no-peers")
    fit, shipped = read_fit(ROOT / "sim/data/fits/without-peers.toml"), read_fit(find_shipped_fit())
    assert prepare(spec).parameters["peer_influence"] == 0
    assert spec.vote[0].severity == fit.text[0].severity
    assert fit.data == shipped.data
    assert fit.settings["scenarios"] == shipped.settings["scenarios"]
    assert "not identif" in spec.title or "do not identify" in spec.title


def test_no_parameter_is_said_to_rest_on_itself_twice():
    found = find_grounds(["parameters.enforcement", "parameters.sanction_weight"], read_scenario(BASE))
    assert len(found) == len({one.key for one in found})
    assert len(answer_grounds(found)) == 1
    assert answer_grounds([]) == []


def test_the_readme_says_of_threats_what_the_command_prints():
    page = find_outputs((ROOT / "docs" / "pressure.md").read_text(encoding="utf-8"))
    printed = " ".join(" ".join(page["identify", "pressure"]).split())
    headline = re.match(r".*?\.", printed)[0].removesuffix(".")
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    assert headline in readme


@pytest.mark.parametrize("name", ["seven-harbours"])
def test_a_world_without_fitted_votes_has_grounds_too(name):
    assert load_world(name)
    assert grounds("vote.target_threat=2", name="harbour-blockade") == {"vote.target_threat": "not identified"}
