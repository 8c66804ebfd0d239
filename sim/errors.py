"""Problems with what a user gave, and how they are reported.

Everything wrong with an input is collected as `Problem` values and raised once, as one `InputError`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from sim.limits import LONGEST_COMPARED, MOST_PROBLEMS


@dataclass(frozen=True)
class Problem:
    """One thing wrong with an input: where it is, what it is, and how to fix it.

    Parameters
    ----------
    where : file name, option or command the input came from.
    key : dotted path inside it, such as ``parameters.enforcement`` or ``vote.0.severity``; may be empty.
    message : a sentence that says what is wrong, what was given, what is allowed and why.
    fix : a sentence that says how to fix it; may be empty.
    """

    where: str
    key: str
    message: str
    fix: str = ""

    def __str__(self) -> str:
        place = f"{self.where}, {self.key}" if self.key else self.where
        return f"{place}: {self.message}" + (f" {self.fix}" if self.fix else "")


class InputError(ValueError):
    """The input is wrong, and nothing was run. It holds every problem found, and lists the first `MOST_PROBLEMS`."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        lines = [str(problem) for problem in self.problems[:MOST_PROBLEMS]]
        more = len(self.problems) - MOST_PROBLEMS
        super().__init__("\n".join([*lines, *([f"and {more:,} more problems."] if more > 0 else [])]))

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Problem, ...]]]:
        return InputError, (self.problems,)  # so that an error keeps its problems on the way from another process


def make_input_error(where: str, key: str, message: str, fix: str = "") -> InputError:
    """An `InputError` with a single problem."""
    return InputError([Problem(where, key, message, fix)])


def suggest_nearest(name: str, allowed: Iterable[str], default: str = "") -> str:
    """``Did you mean 'x'?`` for the valid name most like `name`, or the text `default`."""
    if len(name) > LONGEST_COMPARED:
        return default
    by_folded = {candidate.casefold(): candidate for candidate in allowed}
    nearest = difflib.get_close_matches(name.casefold(), list(by_folded), n=1, cutoff=0.6)
    return f"Did you mean '{by_folded[nearest[0]]}'?" if nearest else default
