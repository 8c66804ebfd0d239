"""Every command with its arguments, options and exit statuses, from the functions that Typer runs."""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

from typer.models import ArgumentInfo, OptionInfo

from sim.cli.app import COMMANDS
from sim.cli.output import DONE, FAILED, INTERRUPTED, WRONG_INPUT
from tools.manual.markdown import code, number, page, table

WORDS = {int: "whole number", float: "number", str: "text", Path: "path"}
STATUSES = {
    DONE: "done",
    FAILED: "the run failed: a full disk, lost workers, points that could not be run, a fit that did not settle, a "
    "repetition that differs",
    WRONG_INPUT: "the input is wrong: every problem is reported on stderr, and nothing was run",
    INTERRUPTED: "interrupted; the same command resumes a sweep, and a run keeps the runs that were done",
}


def pages() -> dict[str, str]:
    """The page, by the name of its file."""
    parts = [
        "`sim` means `.venv/bin/sim` after `make run`, or the command of an activated environment. Results go to "
        "stdout, messages and progress to stderr; with `--json`, stdout holds one JSON document and nothing else. "
        "`sim COMMAND --help` prints the same as this page.",
        "## Exit statuses",
        table(["status", "meaning"], [[code(status), meaning] for status, meaning in sorted(STATUSES.items())]),
    ]
    for name, command in COMMANDS.items():
        parts += _command(name, command)
    return {"commands.md": page("Commands", *parts)}


def _command(name: str, command: Callable[..., int]) -> Iterator[str]:
    entries = list(_entries(command))
    arguments = [f"{_upper(key)}{'...' if _is_list(kind) else ''}" for key, kind, info, _ in entries if _is_first(info)]
    optional = {key for key, _, info, default in entries if _is_first(info) and default is not inspect.Parameter.empty}
    shown = [f"[{text}]" if text.rstrip(".").lower() in optional else text for text in arguments]
    yield f"## sim {name}"
    yield " ".join(str(inspect.getdoc(command)).split())
    yield f"`{' '.join(['sim', name, *shown, '[OPTIONS]' if len(arguments) < len(entries) else '']).strip()}`"
    yield table(
        ["", "value", "meaning"],
        [_row(key, kind, info, default) for key, kind, info, default in entries],
    )


def _entries(command: Callable[..., int]) -> Iterator[tuple[str, Any, OptionInfo | ArgumentInfo, object]]:
    """Name, type, what Typer knows, and default of each argument and option."""
    hints = get_type_hints(command, include_extras=True)
    for key, parameter in inspect.signature(command).parameters.items():
        kind, info = get_args(hints[key])[:2]
        yield key, kind, info, parameter.default


def _row(key: str, kind: Any, info: OptionInfo | ArgumentInfo, default: object) -> list[str]:
    bare = _bare(kind)
    if isinstance(info, ArgumentInfo):
        name = code(_upper(key))
        said = ["one or more" if _is_list(kind) else WORDS[bare]]
    else:
        said_first = (
            [info.default] if isinstance(info.default, str) else []
        )  # where Typer keeps what Annotated says first
        decls = [decl for decl in (*said_first, *(info.param_decls or ())) if decl.startswith("-")]
        flag = "--" + key.strip("_").replace("_", "-")
        declared = [part for decl in decls for part in decl.split("/")] or [flag]
        if bare is bool and not decls:
            declared.append(f"--no-{flag[2:]}")
        name = ", ".join(code(part) for part in declared)
        said = ["switch" if bare is bool else code(info.metavar) if info.metavar else WORDS[bare]]
    if _is_list(kind) and isinstance(info, OptionInfo):
        said.append("repeatable")
    if info.min is not None or info.max is not None:
        said.append(
            f"{number(info.min)} to {number(info.max)}"
            if info.min is not None and info.max is not None
            else f"at least {number(info.min or 0)}"
        )
    if default is inspect.Parameter.empty:
        said.append("required")
    elif bare is bool and default:
        said.append("on by default")
    elif default not in (None, False, "", 0) or (default == 0 and bare is int and default is not False):
        said.append(f"default {code(default)}")
    return [name, "; ".join(said), info.help or ""]


def _is_first(info: OptionInfo | ArgumentInfo) -> bool:
    return isinstance(info, ArgumentInfo)


def _upper(key: str) -> str:
    return key.strip("_").upper()


def _is_list(kind: Any) -> bool:
    return any(get_origin(part) is list for part in (kind, *get_args(kind)))


def _bare(kind: Any) -> type:
    """The type of one value, without None and list around it."""
    if get_origin(kind) in (Union, types.UnionType):
        (kind,) = (part for part in get_args(kind) if part is not types.NoneType)
    found = get_args(kind)[0] if get_origin(kind) is list else kind
    return found if isinstance(found, type) else str
