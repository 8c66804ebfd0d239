"""What the tests of goals share: levers and outcomes in the seven harbours."""

from pathlib import Path

from sim.specs import parse_goal

JOIN = {"kind": "join", "key": "roles.senders", "members": ["ELM"], "cost": 1.0}
LEAVE = {**JOIN, "kind": "leave", "members": ["DUN"]}
PLEDGE = {"kind": "pledge", "members": ["GUL"], "action": "support", "cost": 1.0}
GIVEN = {"pledge": [{"members": ["FER"], "action": "abstain", "reason": "r"}]}
LEVERS = [
    {"kind": "number", "key": "vote.severity", "from": -6.0, "to": -3.0, "step": 0.5, "cost": 3.0},
    {"kind": "number", "key": "vote.target_threat", "from": 0.0, "to": 2.0, "step": 0.25, "cost": 2.0, "fixed": 0.4},
    {"kind": "attribute", "members": ["FER", "GUL"], "attribute": "dependence.energy", "edit": "multiply"}
    | {"from": 0.0, "to": 1.0, "step": 0.125, "cost": 4.0},
]
MEMBER_LEVERS = [
    LEVERS[1],
    {"kind": "pledge", "members": ["ELM", "FER", "GUL"], "action": "support", "cost": 0.5, "per": "population"},
    {"kind": "join", "key": "roles.senders", "members": ["ELM", "Gullrock"], "cost": 2.0, "fixed": 1.5}
    | {"costs": {"Gullrock": 0.25}},
    {"kind": "leave", "key": "roles.senders", "members": ["DUN"], "cost": 3.0},
]
GOALS = {
    "rule": {"rule": "two-thirds", "probability": 0.9},
    "failing": {"rule": "two-thirds", "adopted": False, "probability": 0.6},
    "count": {"count": {"action": "support", "at_least": 5}, "probability": 0.5},
    "split": {"split": {"support": 4, "oppose": 2, "within": 0}, "probability": 0.3},
    "member": {"member": {"member": "Gullrock", "action": "support"}, "probability": 0.6},
}


def harbour_goal(wanted, levers=LEVERS, **keys):
    written = {"title": "g", "scenario": "harbour-blockade", "replicates": 100, "goal": wanted, "lever": levers, **keys}
    return parse_goal(written, "goal.toml", Path())
