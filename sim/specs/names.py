"""Names of members, groups and attributes: which members they name, and whether the world has them.

The types below look a name up in the world that pydantic gets as the validation context, so that an unknown name is
reported together with everything else that is wrong. Without a world they accept any text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated

from pydantic import AfterValidator, ValidationInfo
from pydantic_core import PydanticCustomError

from sim.errors import suggest_nearest
from sim.world import World

REMOVAL = "-"
OWN = "term."
"""What the name of the quantity of a scenario's own term begins with; the scenario itself has the names."""


def find_members(world: World, references: Sequence[str]) -> tuple[str, ...]:
    """The members that a list of references names, each once, in the order of the world.

    Parameters
    ----------
    world : the world of the members and groups.
    references : members and groups; a leading "-" removes members that earlier references named.

    Raises
    ------
    KeyError
        If the world has no member or group of that name.
    """
    chosen: set[str] = set()
    for reference in references:
        if reference.startswith(REMOVAL):
            chosen -= set(world.resolve(reference.removeprefix(REMOVAL)))
        else:
            chosen |= set(world.resolve(reference))
    return tuple(code for code in world.iso3 if code in chosen)


def _unknown(message: str, fix: Callable[[], str] = str) -> PydanticCustomError:
    # The message goes in as a value because names may hold braces, which pydantic would read as a template.
    # What might have been meant is looked for only where it is shown: of many thousand names it would take minutes.
    return PydanticCustomError("name", "{message}", {"message": message, "fix": fix})


def _resolve(world: World, reference: str) -> tuple[str, ...]:
    try:
        return world.resolve(reference)
    except KeyError:
        fix = partial(world.hint, reference, f"'sim world {world.name}' shows all members and groups.")
        raise _unknown(f'there is no member or group "{reference}" in the world {world.name}.', fix) from None


def _check_reference(reference: str, info: ValidationInfo) -> str:
    world: World | None = info.context
    if world is not None:
        _resolve(world, reference.removeprefix(REMOVAL))
    return reference


def _check_member(name: str, info: ValidationInfo) -> str:
    world: World | None = info.context
    if world is not None:
        count = len(_resolve(world, name))
        if count != 1:
            raise _unknown(f'"{name}" is a group of {count} members where one member is needed.')
    return name


def _check_group(name: str, info: ValidationInfo) -> str:
    world: World | None = info.context
    if world is not None and len(_resolve(world, name)) == 1:
        raise _unknown(f'"{name}" is a single member where a group is needed.')
    return name


def _check_attribute(name: str, info: ValidationInfo) -> str:
    world: World | None = info.context
    if world is not None and name not in world.attributes_editable() and not name.startswith(OWN):
        allowed = world.attributes_editable()
        fix = partial(suggest_nearest, name, allowed, f"These can be edited: {', '.join(allowed)}.")
        raise _unknown(f'there is no attribute "{name}" that can be edited in the world {world.name}.', fix)
    return name


MemberName = Annotated[str, AfterValidator(_check_member)]
MemberReference = Annotated[str, AfterValidator(_check_reference)]
AttributeName = Annotated[str, AfterValidator(_check_attribute)]
GroupName = Annotated[str, AfterValidator(_check_group)]
