"""What ``sim list`` reports: shipped files, and the parameters of the model."""

from __future__ import annotations

from sim.results.described import Result, quantity


class Shipped(Result):
    """A file that ships with the program."""

    name: str = quantity("name", "name of the file")
    title: str = quantity("title", "its title")
    question: str = quantity("question", "what it asks")


class ShippedScenario(Shipped):
    """A scenario that ships with the program."""

    base: str | None = quantity("base", "the scenario that it changes; null where it changes none")


class ShippedExperiment(Shipped):
    """An experiment that ships with the program."""

    points: int = quantity("points", "points of its design")


class ListedParameter(Result):
    """A number of the model."""

    name: str = quantity("name", "as it is written in `[parameters]`")
    default: float = quantity("default", "value used where a scenario gives none")
    low: float = quantity("low", "lowest value that is allowed")
    high: float = quantity("high", "highest value that is allowed")
    unit: str = quantity("unit", "unit of the value; 1 of utility is one unit of log-odds")
    meaning: str = quantity("meaning", "what it does")
    evidence: str = quantity(
        "evidence", "`estimated`, `published`, `assumed`, or `not identified` by the votes that it was fitted to"
    )
    source: str = quantity("source", "`fitted` to votes, `fitted-months`, or where the value comes from")
    prior: tuple[float, float] | None = quantity(
        "prior", "mean and standard deviation of the normal prior used in fitting; null where it is not fitted"
    )
