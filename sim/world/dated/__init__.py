"""A world whose figures have dates, and what of it was known before a day.

`series` finds the latest year of a figure, `spells` what holds from a day to a day, `reading` reads the folder, and
`world` makes the `World` of a day that the rest of the program uses.
"""

from sim.world.dated.reading import is_dated, read_dated_world
from sim.world.dated.world import DatedWorld

__all__ = ["DatedWorld", "is_dated", "read_dated_world"]
