"""What a what-if rests on: for each input that it changes, whether anything is known of its effect."""

from __future__ import annotations

from sim.results.described import Result, quantity
from sim.rules.parameters import Evidence


class Ground(Result):
    """One number that the effect of a what-if depends on."""

    key: str = quantity("key", "key of the input, or of the parameter that its effect depends on")
    label: str = quantity("what", "what people call it")
    evidence: Evidence = quantity(
        "evidence",
        "`estimated` from votes or figures; `published`; `assumed`; or `not identified`, where votes were asked and "
        "hold no answer",
    )
    basis: str = quantity("basis", "the command or the file that shows it; empty where the label says it")
