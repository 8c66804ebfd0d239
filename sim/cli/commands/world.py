"""``sim world``: the members, groups and attributes of a world, and every figure of a member with its source."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Annotated, NamedTuple

import typer

from sim.case import find_roles, make_terms, prepare
from sim.cli.exports import NO_EXPORTS, Exports, with_exports
from sim.cli.output import AsJson, console, print_json, print_lines, print_table
from sim.errors import make_input_error, suggest_nearest
from sim.results.tables import COUNT, Column, Kind, Table, table
from sim.results.wording import NOTHING, write_number, write_share
from sim.results.world import ListedGroup, ListedMember, ListedSanction, MemberProfile, MemberQuantity, PeerWeight
from sim.rules.influence import list_peers
from sim.specs import Scenario, find_members, load_scenario_world, read_scenario
from sim.specs.labels import label_attribute
from sim.specs.scenario.own import find_unused_columns
from sim.summaries.edits import write_edit
from sim.summaries.sentences import list_words
from sim.views.frame import write_day
from sim.world import World
from sim.world.labels import label_quantity
from sim.world.quantities import quantities
from sim.world.sources import collect_member_figures

DATED = "un"
"""The world that replaces one without dated figures where another day is asked for."""
MOST_PEERS = 10
MILLIONS = Kind(lambda value: write_number(value, 2))
QUANTITY = Kind(lambda value: write_number(value, 3))
USES = {
    "dependence.energy": "what the target can withhold; weight dependence_energy",
    "dependence.arms": "what the target can withhold; weight dependence_arms",
    "dependence.food": "what the target can withhold; weight dependence_food",
    "dependence.trade": "what the target can withhold; weight dependence_trade",
    "dependence.security": "what the target can withhold; weight dependence_security",
    "dependence.aid": "what the target can withhold; weight dependence_aid",
    "dependence.finance": "what the target can withhold; weight dependence_finance",
    "exposure.trade": "what the sanctioning side can withhold; weight exposure_trade",
    "exposure.finance": "what the sanctioning side can withhold; weight exposure_finance",
    "exposure.aid": "what the sanctioning side can withhold; weight exposure_aid",
    "isolation": "part of exposure that is lost already: lowers sanction risk, raises grievance",
    "alignment.consultation": "-1 with a consultation pact with the target; weight align_consultation",
    "alignment.organisations": "minus 1 / size of each organisation shared with the target; weight align_organisations",
    "alignment.security": "strongest security tie with the sanctioning side; weight align_security",
    "alignment.leaning": "the sides to which its groups lean; weight align_leaning",
    "alignment.ideal_point": "ideal point, positive towards the sanctioning side; weight align_ideal_point",
    "alignment.democracy": "liberal democracy; weight align_democracy",
    "alignment.contested_texts": (
        "1 opposed, -1 supported the resolutions that the target backed and most of the sanctioning side opposed; "
        "weight align_contested_texts"
    ),
    "absence.record": "square root of the rate of absences; weight absence_record",
    "absence.topic": "rate of absences in votes about the target; weight absence_topic",
    "absence.small": "powers of ten by which the population is below 10 million; weight absence_small",
    "absence.poverty": "powers of ten by which income is below 10,000 USD a head; weight absence_poverty",
    "absence.autocracy": "1 - liberal democracy; weight absence_autocracy",
    "absence.arrears": "1 with arrears under Article 19; weight absence_arrears",
}
"""How the model uses each quantity that a [[change]] may edit."""


class _View(NamedTuple):
    """What is shown: the JSON document, lines above the tables, and the tables."""

    document: object
    lines: Sequence[str]
    tables: Sequence[Table]


@with_exports
def command(
    what: Annotated[str, typer.Argument(help="members, groups, attributes, or a member by code or name.")] = "members",
    scenario: Annotated[str, typer.Option(help="Scenario whose world, roles and date to show.")] = "es-11-1",
    at: Annotated[str, typer.Option(help="Show what was known before this day, such as 2014-03-27.")] = "",
    exports: Exports = NO_EXPORTS,
    as_json: AsJson = False,
) -> int:
    """Show a world: its members, its groups, what can be edited and its sources, or everything about one member."""
    spec = read_scenario(scenario, _overrides(at, scenario))
    world = load_scenario_world(spec)
    view = LISTS[what](spec, world) if what in LISTS else _view_member(spec, world, _find_member(what, world))
    exports.write(lambda: view.tables)
    if as_json:
        print_json(view.document)
        return 0
    screen = console()
    print_lines(screen, view.lines)
    for made in view.tables:
        screen.print()
        print_table(screen, made)
    return 0


def _find_member(what: str, world: World) -> str:
    try:
        (iso3,) = world.resolve(what)
    except (KeyError, ValueError):
        fix = suggest_nearest(what, LISTS) or world.hint(what, "'sim world members' lists them.")
        raise make_input_error("sim world", what, f"is neither a member of {world.name} nor a list.", fix) from None
    return iso3


def _overrides(at: str, scenario: str) -> list[str]:
    """The overrides that put a scenario on another day, in a world whose figures have dates."""
    if not at:
        return []
    try:
        date.fromisoformat(at)
    except ValueError:
        raise make_input_error("--at", "", f"'{at}' is not a date such as 2014-03-27.") from None
    spec = read_scenario(scenario)
    if len(spec.vote) > 1:
        message = f"the scenario '{spec.title}' has {len(spec.vote)} votes; one day cannot replace them all."
        raise make_input_error("--at", "", message, "Give a scenario with one vote.")
    world = [] if load_scenario_world(spec).is_dated else [f"world={DATED}"]
    return [*world, f"vote.0.date={at}"]


def _view_members(spec: Scenario, world: World) -> _View:
    members = [ListedMember(iso3=i, name=n, region=r) for i, n, r in zip(world.iso3, world.names, world.regions)]
    columns = (Column("code"), Column("name"), Column("regional group"), Column("population, millions", MILLIONS))
    population = world.attributes["population"] / 1e6
    rows = [[one.iso3, one.name, one.region, float(population[i])] for i, one in enumerate(members)]
    lines = (
        f"{world.title}: {world.size} members, {len(world.groups)} groups. A [[change]] may edit "
        f"{len(world.attributes_editable())} quantities of each member.",
        *_name_unused(spec, world),
        f"See also: sim world groups, sim world attributes, sim world {world.iso3[0]}",
    )
    return _View([member.document() for member in members], lines, [table("Members", columns, rows)])


def _name_unused(spec: Scenario, world: World) -> list[str]:
    """A line for each file with columns that the model does not use, so that none is ignored silently."""
    found = find_unused_columns(spec, world)
    return [f"Not used by the model: {', '.join(columns)} in {file}." for file, columns in found.items()]


def _view_groups(spec: Scenario, world: World) -> _View:
    columns = (Column("key"), Column("name"), Column("kind"), Column("members", COUNT))
    rows = [[g.key, g.name, "organisation" if g.is_organisation else "list", len(g.members)] for g in world.groups]
    listed = [ListedGroup(key=g.key, name=g.name, members=g.members).document() for g in world.groups]
    return _View(listed, (), [table("Groups", columns, rows)])


def _view_attributes(spec: Scenario, world: World) -> _View:
    from sim.world.sources import make_source_table

    entries, editable = make_source_table(world), world.attributes_editable()
    line = f"A [[change]] may edit {len(editable)} quantities; {len(entries)} columns hold the data."
    uses = [[label_quantity(name), name, USES.get(name, "")] for name in editable]
    sources = [[e.file, e.column, e.unit, e.year, e.source] for e in entries]
    tables = [
        table("What a [[change]] may edit", _texts("quantity", "key", "how the model uses it"), uses),
        table("Every column and its source", _texts("file", "column", "unit", "year", "source"), sources),
    ]
    return _View([entry.document() for entry in entries], [line, *_name_unused(spec, world)], tables)


LISTS: Mapping[str, Callable[[Scenario, World], _View]] = {
    "members": _view_members,
    "groups": _view_groups,
    "attributes": _view_attributes,
}


def _view_member(spec: Scenario, world: World, iso3: str) -> _View:
    found = _profile(spec, world, iso3)
    names = dict(zip(world.iso3, world.names))
    peers = list_words([f"{names[peer.iso3]} ({write_share(peer.weight)})" for peer in found.peers])
    lines = [
        f"{found.name} ({iso3}), {world.regions[world.index[iso3]]}",
        f"It is in {len(found.groups)} groups: {', '.join(found.groups)}." if found.groups else "It is in no group.",
        f"Its peers with most weight are {peers}." if found.peers else "It has no peers.",
        f"Sanctions in force against it: {len(found.sanctions) or 'none'}.",
    ]
    if world.is_dated:
        lines.append(f"Figures are as known at the end of {write_day(world.date)}.")
    columns = (Column("quantity"), Column("key"), Column("value", QUANTITY), Column("filled in by a rule, or changed"))
    rows = [[label_attribute(q.name, spec), q.name, q.value, q.rule or NOTHING] for q in found.quantities]
    title = f"What a [[change]] may edit of it, with the values for '{spec.title}'"
    tables = [table(title, columns, rows, "'sim world attributes' shows how the model uses each quantity.")]
    if found.sanctions:
        listed = [[s.sender, s.breadth, s.since or NOTHING, s.instrument] for s in found.sanctions]
        tables.append(table("Sanctions in force", _texts("sender", "breadth", "since", "instrument"), listed))
    if found.figures:
        figures = [[f.column, _separate_thousands(f.value) or NOTHING, f.unit, f.year, f.source] for f in found.figures]
        labels = ["column", "value", "unit", "year", "source"]
        if world.is_dated:
            figures = [[*row[:-1], f.note] for row, f in zip(figures, found.figures)]
            labels[-1] = "carried over or filled in"
        tables.append(table("Every figure", _texts(*labels), figures))
    return _View(found.document(), lines, tables)


def _separate_thousands(value: str) -> str:
    """A large whole number with commas; any other value as it is."""
    return f"{int(value):,}" if value.isdecimal() else value


def _profile(spec: Scenario, world: World, iso3: str) -> MemberProfile:
    case, i = prepare(spec, world), world.index[iso3]
    known = quantities(world, find_roles(spec, world), spec.vote[0].date, case.parameters["agreement_sharpness"])
    terms = make_terms(spec, world, parameters=case.parameters, known=known, on=spec.vote[0].date)
    uses = {**USES, **{term.key: f"{term.label}, in {term.adds_to}; weight {term.weight:g}" for term in spec.term}}
    rules = world.rules_of(iso3, case.world.iso3[case.roles.target])
    for change in spec.change:
        if iso3 in find_members(world, change.members) and (change.date is None or change.date <= spec.vote[0].date):
            rules[change.attribute] = f"changed by the scenario: {write_edit(change)}"
    peers = sorted(zip(*list_peers(case.peers, i), strict=True), key=lambda pair: -pair[1])[:MOST_PEERS]
    return MemberProfile(
        iso3=iso3,
        name=world.names[i],
        groups=tuple(group.key for group in world.groups if iso3 in group.members),
        quantities=tuple(
            MemberQuantity(name=name, value=float(values[i]), use=uses[name], rule=rules.get(name, ""))
            for name, values in terms.values.items()
        ),
        peers=tuple(PeerWeight(iso3=world.iso3[j], weight=float(weight)) for j, weight in peers),
        sanctions=tuple(ListedSanction(**vars(one)) for one in world.sanctions if one.iso3 == iso3),
        figures=tuple(collect_member_figures(world, iso3)),
    )


def _texts(*labels: str) -> tuple[Column, ...]:
    return tuple(Column(label) for label in labels)
