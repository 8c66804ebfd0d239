"""Arguments from Python: what each may be, and one clear error where it is something else."""

from __future__ import annotations

import inspect
import operator
import os
import reprlib
from collections.abc import Callable, Mapping
from datetime import date, time
from functools import wraps
from typing import Any, Generic, NamedTuple, ParamSpec, TypeVar

import numpy as np

from sim.errors import InputError, Problem, make_input_error, suggest_nearest

Given = ParamSpec("Given")
Found = TypeVar("Found")
Value = TypeVar("Value")


class Argument(NamedTuple, Generic[Value]):
    """What an argument may be.

    Parameters
    ----------
    needed : what is needed, in words for the error: ``text``, ``a whole number from 1 up``.
    read : returns the value as the package uses it; raises `TypeError` or `ValueError` for anything else.
    """

    needed: str
    read: Callable[[Any], Value]

    def value(self, where: str, name: str, given: object) -> Value:
        """Read the value that was given.

        Raises
        ------
        InputError : the value is something else; the message names the function and the argument.
        """
        try:
            return self.read(given)
        except InputError as error:
            raise InputError(_within_key(name, p, where) for p in error.problems) from None
        except (TypeError, ValueError, OverflowError):
            raise make_input_error(where, name, f"{describe(given)} is given where {self.needed} is needed.") from None


def check_arguments(
    where: str, **arguments: Argument[Any]
) -> Callable[[Callable[Given, Found]], Callable[Given, Found]]:
    """Make a function refuse invalid arguments, all of them at once, before it starts.

    Defaults are not checked.

    Parameters
    ----------
    where : what messages call the function.
    **arguments : what its parameters may be, by their names.
    """

    def decorate(function: Callable[Given, Found]) -> Callable[Given, Found]:
        signature = inspect.signature(function)

        @wraps(function)
        def checked(*args: Given.args, **kwargs: Given.kwargs) -> Found:
            bound = _bind(signature, where, args, kwargs)
            bound.apply_defaults()
            problems: list[Problem] = []
            for name, given in bound.arguments.items():
                if name in arguments and given is not signature.parameters[name].default:
                    try:
                        bound.arguments[name] = arguments[name].value(where, name, given)
                    except InputError as error:
                        problems += error.problems
            if problems:
                raise InputError(problems)
            return function(*bound.args, **bound.kwargs)

        return checked

    return decorate


def _bind(
    signature: inspect.Signature, where: str, args: tuple[object, ...], kwargs: Mapping[str, object]
) -> inspect.BoundArguments:
    """Bind what was given to the names of the parameters."""
    try:
        return signature.bind(*args, **kwargs)
    except TypeError as error:
        unknown = [name for name in kwargs if name not in signature.parameters]
        if not unknown:
            raise make_input_error(where, "", f"{error}.") from None
        names = [name for name in signature.parameters if name != "self"]
        fixes = {name: suggest_nearest(name, names, f"The arguments are {', '.join(names)}.") for name in unknown}
        raise InputError(Problem(where, name, "there is no such argument.", fixes[name]) for name in unknown) from None


def _within_key(key: str, problem: Problem, where: str = "") -> Problem:
    return Problem(where, ".".join(filter(None, (key, problem.key))), problem.message, problem.fix)


def describe(given: object) -> str:
    """Describe a value of any type in a few words for an error."""
    match given:
        case None | bool() | int() | float() | np.number():
            return reprlib.repr(given)
        case str():
            return f"{reprlib.repr(given)} (text)"
        case type():
            return f"the class {given.__name__}"
        case _:
            return f"a value of type {type(given).__name__}"


def check_whole_number(low: int, high: int | None = None) -> Argument[int]:
    """A whole number of Python or NumPy; True and False are not accepted."""

    def read(given: Any) -> int:
        if isinstance(given, bool | np.bool_):
            raise TypeError
        number = operator.index(given)
        if number < low or (high is not None and number > high):
            raise ValueError
        return number

    return Argument(f"a whole number from {low} {'up' if high is None else f'to {high:,}'}", read)


def one_of(*names: str) -> Argument[str]:
    """One of some names."""

    def read(given: object) -> str:
        if not isinstance(given, str) or given not in names:
            raise ValueError
        return str(given)

    return Argument(" or ".join(f"'{name}'" for name in names), read)


def check_instance(needed: str, *types: type) -> Argument[Any]:
    """A value of one of some types, unchanged."""

    def read(given: Any) -> Any:
        if not isinstance(given, types):
            raise TypeError
        return given

    return Argument(needed, read)


def check_subclass(parent: type[Value]) -> Argument[type[Value]]:
    """A class, or a subclass of it."""

    def read(given: object) -> type[Value]:
        if not (isinstance(given, type) and issubclass(given, parent)):
            raise TypeError
        return given

    return Argument(f"{parent.__module__}.{parent.__name__} or a subclass of it", read)


def each(argument: Argument[Value], needed: str, least: int = 0) -> Argument[tuple[Value, ...]]:
    """A list of values of one kind; a single value counts as a list of one."""

    def read(given: Any) -> tuple[Value, ...]:
        items = [given] if isinstance(given, str | Mapping) else given
        found = tuple(argument.value("", str(place), item) for place, item in enumerate(items))
        if len(found) < least:
            raise make_input_error("", "", f"the list is empty; {needed} is needed.")
        return found

    return Argument(needed, read)


def without_numpy(value: Any) -> object:
    """Convert a value to what a TOML file can hold: NumPy and pandas to numbers and lists, paths to text.

    Raises
    ------
    InputError : the value holds something that no file can hold; the message names its key.
    """
    match value:
        case None | bool() | int() | str() | date() | time():
            return value
        case float():
            return float(value)
        case Mapping():
            return read_mapping(value)
        case list() | tuple() | range():
            return [_within(str(place), item) for place, item in enumerate(value)]
        case os.PathLike():
            return os.fspath(value)
        case _ if hasattr(value, "tolist"):
            return without_numpy(value.tolist())
    raise TypeError


def _within(key: str, value: object) -> object:
    """Convert a part of a table or list; its problems name the key that leads to it."""
    try:
        return without_numpy(value)
    except InputError as error:
        raise InputError(_within_key(key, p) for p in error.problems) from None
    except TypeError:
        needed = "a number, text, a date, a list or a table is needed"
        raise make_input_error("", key, f"{describe(value)} is given where {needed}.") from None


def read_mapping(given: object) -> dict[str, object]:
    """Convert a dictionary to what a TOML file can hold.

    Raises
    ------
    TypeError : the value is not a dictionary.
    InputError : the dictionary holds something that no file can hold.
    """
    if not isinstance(given, Mapping):
        raise TypeError
    wrong = [key for key in given if not isinstance(key, str)]
    if wrong:
        raise make_input_error("", str(wrong[0]), f"{describe(wrong[0])} is used as a key; keys are text.")
    return {str(key): _within(str(key), item) for key, item in given.items()}


FLAG = Argument("True or False", lambda given: bool(check_instance("", bool, np.bool_).read(given)))
TEXT = Argument("text", lambda given: str(check_instance("", str).read(given)))
PATH = check_instance("a path", str, os.PathLike)
