"""The plan is the one that was written before any fit."""

from sim.fitting.pressure.plan import PLAN_DIGEST, plan_digest, read_plan


def test_plan_and_threats_are_as_they_were_before_the_first_fit():
    assert plan_digest() == PLAN_DIGEST


def test_one_hypothesis_is_primary_and_every_effect_below_the_smallest_counts_as_none():
    plan = read_plan()
    kinds = [one["hypothesis"] for one in plan["threatened"].values()]
    assert sorted(kinds) == ["primary", "secondary", "secondary"]
    assert plan["threatened"]["A/RES/ES-10/19"]["hypothesis"] == "primary"
    assert 0 < plan["verdict"]["smallest_effect"] in plan["power"]["effects"]
