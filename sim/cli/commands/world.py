"""``sim world``: the members, groups and attributes of a world, and every figure of a member with its source."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.case import prepare, roles_of, terms_of
from sim.cli.output import AsJson, console, print_json, table
from sim.errors import did_you_mean, input_error
from sim.rules.influence import listened_to
from sim.specs import Scenario, read_scenario
from sim.world import World, load_world
from sim.world.quantities import quantities
from sim.world.sources import Figure, member_figures

LISTS = ("members", "groups", "attributes")
USES = {
    "dependence.energy": "what the target can withhold: weight dependence_energy",
    "dependence.arms": "what the target can withhold: weight dependence_arms",
    "dependence.food": "what the target can withhold: weight dependence_food",
    "dependence.trade": "what the target can withhold: weight dependence_trade",
    "dependence.security": "what the target can withhold: weight dependence_security",
    "exposure.trade": "what the senders can withhold: part exposure_trade of exposure",
    "exposure.finance": "what the senders can withhold: part exposure_finance of exposure",
    "exposure.aid": "what the senders can withhold: part exposure_aid of exposure",
    "isolation": "part of exposure lost already: lowers sanction risk, raises grievance",
    "alignment.consultation": "-1 with a consultation pact with the target: weight align_consultation",
    "alignment.organisations": "minus 1 / size of each organisation shared with the target: weight align_organisations",
    "alignment.security": "strongest security tie with a sender: weight align_security",
    "alignment.african_union": "-1 for a member of the African Union: weight align_african_union",
    "alignment.arab_league": "1 for a member of the Arab League: weight align_arab_league",
    "alignment.ideal_point": "ideal point, senders' end positive: weight align_ideal_point",
    "alignment.democracy": "liberal democracy: weight align_democracy",
    "alignment.contested_texts": "stance against texts the target backed, most senders opposed: align_contested_texts",
    "absence.record": "square root of the rate of absences: weight absence_record",
    "absence.topic": "rate of absences in votes about the target: weight absence_topic",
    "absence.small": "tenfold populations below 10 million: weight absence_small",
    "absence.poverty": "tenfold incomes below 10,000 USD a head: weight absence_poverty",
    "absence.autocracy": "1 - liberal democracy: weight absence_autocracy",
    "absence.arrears": "arrears under Article 19: weight absence_arrears",
}


def command(
    what: Annotated[str, typer.Argument(help="members, groups, attributes, or a member by code or name.")] = "members",
    scenario: Annotated[str, typer.Option(help="Scenario whose world, roles and date to show.")] = "es-11-1",
    as_json: AsJson = False,
) -> int:
    """Show a world: its members, its groups, its attributes with their sources, or everything about one member."""
    spec = read_scenario(scenario)
    world = load_world(spec.world)
    if what in LISTS:
        {"members": _members, "groups": _groups, "attributes": _attributes}[what](world, as_json)
        return 0
    try:
        (iso3,) = world.resolve(what)
    except (KeyError, ValueError):
        fix = did_you_mean(what, LISTS) or world.hint(what, "'sim world members' lists them.")
        raise input_error("sim world", what, f"is no member of {world.name}, and no list.", fix) from None
    _member(spec, world, iso3, as_json)
    return 0


def _members(world: World, as_json: bool) -> None:
    if as_json:
        print_json([{"iso3": i, "name": n, "region": r} for i, n, r in zip(world.iso3, world.names, world.regions)])
        return
    rows = [
        [iso3, world.names[i], world.regions[i], f"{world.attributes['population'][i] / 1e6:,.2f}"]
        for i, iso3 in enumerate(world.iso3)
    ]
    title = f"{world.title}: {world.size} members"
    console().print(table(title, ["code", "name", "regional group", "population, millions"], rows, texts=3))


def _groups(world: World, as_json: bool) -> None:
    if as_json:
        print_json([{"key": g.key, "name": g.name, "members": list(g.members)} for g in world.groups])
        return
    rows = [[g.key, g.name, "organisation" if g.is_organisation else "list", str(len(g.members))] for g in world.groups]
    console().print(table("Groups", ["key", "name", "kind", "members"], rows, texts=3))


def _attributes(world: World, as_json: bool) -> None:
    from sim.world.sources import source_table

    entries = source_table(world)
    if as_json:
        print_json(entries)
        return
    screen = console()
    rows = [[e["file"], e["column"], e["unit"], e["year"], e["source"]] for e in entries]
    screen.print(table("Every column and its source", ["file", "column", "unit", "year", "source"], rows, texts=5))
    screen.print()
    screen.print(table("What a [[change]] may edit", ["attribute", "how the model uses it"], [*USES.items()], texts=2))


def _member(spec: Scenario, world: World, iso3: str, as_json: bool) -> None:
    case, i = prepare(spec, world), world.index[iso3]
    known = quantities(world, roles_of(spec, world), spec.vote[0].date, case.parameters["agreement_sharpness"])
    terms = terms_of(spec, world, parameters=case.parameters, known=known, on=spec.vote[0].date)
    rules = {fill.quantity: fill.rule for fill in world.fills if fill.iso3 == iso3}
    derived = [(name, float(array[i]), USES[name], rules.get(name, "")) for name, array in terms.values.items()]
    peers = sorted(zip(*listened_to(case.peers, i), strict=True), key=lambda pair: -pair[1])[:10]
    listed = [s for s in world.sanctions if s.iso3 == iso3]
    figures = member_figures(world, iso3)
    groups = [group.key for group in world.groups if iso3 in group.members]
    if as_json:
        print_json(
            {
                "iso3": iso3,
                "name": world.names[i],
                "groups": groups,
                "quantities": [{"name": n, "value": v, "use": u, "rule": r} for n, v, u, r in derived],
                "peers": [{"iso3": world.iso3[j], "weight": float(weight)} for j, weight in peers],
                "sanctions": [s.__dict__ for s in listed],
                "figures": [figure.__dict__ for figure in figures],
            }
        )
        return
    screen = console()
    screen.print(f"[bold]{world.names[i]} ({iso3})[/], {world.regions[i]}; {', '.join(groups)}\n")
    title = f"What the model weighs, for '{spec.title}'"
    rows = [[name, f"{value + 0.0:.3f}", use, rule or "from its source"] for name, value, use, rule in derived]
    made = table(title, ["quantity", "value", "how the model uses it", "where a rule filled it in"], [], texts=1)
    for column in made.columns[2:]:
        column.justify = "left"
    for row in rows:
        made.add_row(*row)
    screen.print(made)
    screen.print("\npeers: " + ", ".join(f"{world.names[j]} {100 * weight:.1f} %" for j, weight in peers))
    if listed:
        rows = [[s.sender, s.breadth, s.since or "-", s.instrument] for s in listed]
        screen.print()
        screen.print(table("Sanctions in force", ["sender", "breadth", "since", "instrument"], rows, texts=4))
    _print_figures(figures)


def _print_figures(figures: list[Figure]) -> None:
    if not figures:
        return
    rows = [[f.column, f.value or "blank", f.unit, f.year, f.source] for f in figures]
    screen = console()
    screen.print()
    screen.print(table("Every figure", ["column", "value", "unit", "year", "source"], rows, texts=5))
