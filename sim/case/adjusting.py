"""A prepared case with other values for some of its numbers, without preparing it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sim.case.ballot import make_ballot
from sim.case.changes import change_problems
from sim.case.prepared import Case
from sim.case.terms import make_terms
from sim.rules.parameters import find_parameter_problems, load_registry
from sim.specs import Scenario
from sim.specs.overrides import NowhereError, complete_key
from sim.specs.section import Part
from sim.world.quantities import check_coverage

OF_A_VOTE = ("severity", "target_threat", "sender_threat", "divisiveness")
"""Numbers of a vote that nothing but its ballot depends on."""
OF_PREPARING = ("agreement_sharpness", "position_", "peer_")
"""What the names of parameters begin with on which peers and positions depend."""
OF_BALLOTS = "peer_influence"
OF_TERMS = ("exposure_", "grade_")
"""What the names of parameters begin with on which the quantities of members depend."""


def adjust(case: Case, values: Mapping[str, object]) -> Case | None:
    """Give a case other parameters, other numbers of its votes, and other weights of its own terms.

    Parameters
    ----------
    values : by dotted key, as in ``--set``.

    Returns
    -------
    None where more than this depends on a value, or one is not valid: the scenario has to be prepared again.
    """
    if case.spec.months is not None:
        return None
    spec = _with_values(case.spec, values)
    if spec is None:
        return None
    parameters = {**case.parameters, **spec.parameters}
    where = f"scenario '{spec.title}'"
    if [*check_coverage(case.world, case.roles, parameters, where), *change_problems(spec, where)]:
        return None
    standings = tuple(replace(standing, vote=vote) for standing, vote in zip(case.standings, spec.vote, strict=True))
    moved = [name for name, value in spec.parameters.items() if case.parameters[name] != value]
    if spec.term != case.spec.term or any(name.startswith(OF_TERMS) for name in moved):
        standings = tuple(
            replace(one, terms=make_terms(spec, case.world, parameters, known=case.known, on=one.vote.date))
            for one in standings
        )
    ballots = tuple(make_ballot(standing, parameters) for standing in standings)
    return replace(case, spec=spec, parameters=parameters, standings=standings, ballots=ballots)


def _with_values(spec: Scenario, values: Mapping[str, object]) -> Scenario | None:
    """The scenario with these values; None where one is of another kind, or not valid."""
    parameters: dict[str, float] = dict(spec.parameters)
    votes: dict[int, dict[str, object]] = {}
    weights: dict[int, object] = {}
    document = {"parameters": parameters, "vote": [{} for _ in spec.vote], "term": [{} for _ in spec.term]}
    for key, value in values.items():
        try:
            path = complete_key(document, key.split("."))
        except NowhereError:
            return None
        match path:
            case "parameters", str(name) if _is_of_ballots(name) and isinstance(value, int | float):
                parameters[name] = value
            case "vote", int(number), str(name) if name in OF_A_VOTE:
                votes.setdefault(number, {})[name] = value
            case "term", int(number), "weight" if spec.term[number].adds_to != "peers":
                weights[number] = value
            case _:
                return None
    if find_parameter_problems(parameters, ""):
        return None
    try:
        vote = [_with(one, votes.get(number, {})) for number, one in enumerate(spec.vote)]
        own = {number: {"weight": weight} for number, weight in weights.items()}
        term = [_with(one, own.get(number, {})) for number, one in enumerate(spec.term)]
    except ValueError:
        return None
    return spec.model_copy(update={"parameters": parameters, "vote": tuple(vote), "term": tuple(term)})


def _with(part: Part, values: Mapping[str, object]) -> Part:
    """A part of a scenario with other values, which are checked."""
    return part.model_validate({**dict(part), **values}) if values else part


def _is_of_ballots(name: str) -> bool:
    """Whether the ballots alone depend on a parameter."""
    return name in load_registry() and (name == OF_BALLOTS or not name.startswith(OF_PREPARING))
