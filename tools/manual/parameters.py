"""The parameters of the model, from the registry, under the headings of the file that declares them."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files

from sim.rules.parameters import ORDERED, Parameter, load_registry
from tools.manual.markdown import code, number, page, table

BY_MONTHS = "fitted-months"


def pages() -> dict[str, str]:
    """The page, by the name of its file."""
    known = load_registry()
    fitted = sum(parameter.prior is not None for parameter in known.values())
    by_months = sum(parameter.source == BY_MONTHS for parameter in known.values())
    pairs = "; ".join(f"{code(smaller)} ≤ {code(larger)}" for smaller, larger in ORDERED)
    parts = [
        f"Every number of the model: {len(known)}. {fitted} are fitted to votes by `sim calibrate`, and have a prior; "
        f"{by_months} are fitted by `sim calibrate --months`; the others are declared or chosen, as their source says. "
        "1 utility is one unit of log-odds. A scenario's `[parameters]` are differences from the defaults, and `--set "
        "parameters.NAME=VALUE` does the same for one run. `sim list parameters` prints this table.",
        "Evidence: *estimated* from votes or figures, *published*, *assumed*, or *not identified* by the votes that it "
        "was fitted to, so that its prior remains. What-ifs print it as what they rest on.",
        "Bounds are inclusive. A prior is a normal distribution, cut off at the bounds: mean ± standard deviation.",
    ]
    for heading, names in _groups():
        parts += [f"## {heading}", table(["name", "value", "meaning"], [_row(known[name]) for name in names])]
    parts += ["## Order", f"Some must not cross, else the values are refused: {pairs}."]
    return {"parameters.md": page("Parameters", *parts)}


def _row(parameter: Parameter) -> list[str]:
    value = f"{number(parameter.default)}<br>{number(parameter.low)} to {number(parameter.high)}"
    if parameter.prior is not None:
        value += f"<br>prior {number(parameter.prior[0])} ± {number(parameter.prior[1])}"
    unit = f"{parameter.unit}, whole" if parameter.is_count else parameter.unit
    meaning = f"*{parameter.label[0].upper()}{parameter.label[1:]}*: {parameter.meaning}."
    known = f"*Source:* {_source(parameter)}. *Evidence:* {parameter.evidence}."
    return [f"{code(parameter.name)}<br>{unit}", value, f"{meaning} {known}"]


def _source(parameter: Parameter) -> str:
    return "fitted to the months" if parameter.source == BY_MONTHS else parameter.source


def _groups() -> Iterator[tuple[str, list[str]]]:
    """The headings of the file that declares them, each with the parameters up to the next one.

    A heading is a comment right above a parameter; a blank line does not end it.
    """
    text = files("sim").joinpath("data/parameters.toml").read_text(encoding="utf-8")
    known, heading, names = load_registry(), "", list[str]()
    lines = text.splitlines()
    for line, below in zip(lines, [*lines[1:], ""], strict=True):
        if line.startswith("# ") and below.split(" =")[0] in known:
            if names:
                yield heading, names
            heading, names = line.removeprefix("# ").rstrip("."), []
        elif line.split(" =")[0] in known:
            names.append(line.split(" =")[0])
    yield heading, names
