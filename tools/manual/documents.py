"""A type of result as a list of its keys; keys that vary by action, member or series are written once."""

from __future__ import annotations

import datetime
import types
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from sim.results.described import Result
from sim.results.months import MonthlySeries
from sim.results.parts import ByAction, Interval, Split
from sim.results.scores import ByScore
from tools.manual.markdown import code, table

LEAVES = (Interval, ByScore, Split, MonthlySeries)
"""Types whose fields mean the same wherever they are."""
WORDS = {str: "text", bool: "true or false", int: "number", float: "number", datetime.date: "date"}


class Key(NamedTuple):
    """A key of a document: the path to it, what kind of value it has, in what unit, and what it means."""

    path: str
    kind: str
    unit: str
    meaning: str


class _Type(NamedTuple):
    """What a field holds: the innermost type, how the path goes on to it, and whether it may be null."""

    inner: Any
    steps: str
    is_nullable: bool


def key_table(kind: type[Result], known: dict[type[Result], str], of: str, without: Collection[str] = ()) -> str:
    """The keys of a type of result.

    Parameters
    ----------
    known : types that the page has described, and where; those described here join them.
    of : name of the document.
    without : fields that are left out.
    """
    rows = [[code(key.path), key.kind, key.unit, key.meaning] for key in keys_of(kind, known, of, without)]
    return table(["key", "value", "unit", "meaning"], rows)


def keys_of(
    kind: type[Result], known: dict[type[Result], str], of: str, without: Collection[str] = (), path: str = ""
) -> Iterator[Key]:
    """Every key of a type of result, in order; a type that was described before is referred to, not repeated."""
    for name, field in kind.model_fields.items():
        if name in without:
            continue
        key = f"{path}.{field.alias or name}".removeprefix(".")
        found = _unwrap(field.annotation, field)
        unit = str(_extra(field).get("unit", ""))
        here = key + found.steps
        meaning = field.description or ""
        if not _is_result(found.inner):
            yield Key(here, _word(found), unit, meaning)
        elif _is_leaf(found.inner):
            parts = ", ".join(found.inner.model_fields)
            yield Key(here, f"table: {parts}" + _or_null(found), unit, meaning)
        elif found.inner in known:
            yield Key(here, f"as {known[found.inner]}" + _or_null(found), unit, meaning)
        else:
            if found.is_nullable:
                yield Key(here, "table or null", unit, meaning)
            known[found.inner] = f"`{here}` of {of}"
            yield from keys_of(found.inner, known, of, path=here)


def _unwrap(annotation: Any, field: FieldInfo, steps: str = "") -> _Type:
    """The innermost type of an annotation, and the path that leads to it through lists and tables."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, types.UnionType):
        inner = [one for one in arguments if one is not type(None)]
        if len(inner) == 1:
            found = _unwrap(inner[0], field, steps)
            return found._replace(is_nullable=found.is_nullable or len(inner) < len(arguments))
        return _Type(annotation, steps, len(inner) < len(arguments))
    if isinstance(annotation, type) and issubclass(annotation, ByAction):
        (of,) = annotation.__pydantic_generic_metadata__["args"]
        return _unwrap(of, field, f"{steps}.ACTION")
    if origin in (dict, Mapping) or (origin is not None and issubclass_safe(origin, Mapping)):
        return _unwrap(arguments[1], field, f"{steps}.{_extra(field).get('named', 'NAME')}")
    if origin in (list, tuple) and _is_result(arguments[0]):
        return _unwrap(arguments[0], field, f"{steps}[]")
    return _Type(annotation, steps, False)


def issubclass_safe(one: Any, of: type) -> bool:
    """Whether something is a class below another."""
    return isinstance(one, type) and issubclass(one, of)


def _extra(field: FieldInfo) -> Mapping[str, Any]:
    extra = field.json_schema_extra
    return extra if isinstance(extra, dict) else {}


def _is_result(kind: Any) -> bool:
    return issubclass_safe(kind, Result)


def _is_leaf(kind: type[Result]) -> bool:
    """Whether a type is written in one line: its fields say the same of every quantity."""
    return issubclass(kind, LEAVES)


def _or_null(found: _Type) -> str:
    return " or null" if found.is_nullable else ""


def _word(found: _Type) -> str:
    return _name(found.inner) + _or_null(found)


def _name(kind: Any) -> str:
    """What a value is, in a word."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return " or ".join(code(value) for value in arguments)
    if origin in (list, tuple):
        return f"list of {_plural(_name(arguments[0]))}"
    if origin in (Union, types.UnionType):
        return " or ".join(dict.fromkeys(_name(one) for one in arguments if one is not type(None)))
    return WORDS.get(kind, "table")


def _plural(word: str) -> str:
    return word if word.endswith("s") else f"{word}s"
