"""How much the program reads, runs and reports: limits that keep a wrong file from filling the memory or the day."""

MEGABYTE = 2**20
LARGEST_DOCUMENT = 32 * MEGABYTE
"""Bytes of a TOML file: scenarios, experiments, goals, worlds, parameter files with their draws."""
LARGEST_TABLE = 512 * MEGABYTE
"""Bytes of a table of a world, of roll calls or of points, and of a JSON file of a folder; after unpacking."""
MOST_KEYS = 20_000
"""Keys of a TOML file, those of its tables included."""
DEEPEST = 32
"""Tables and lists of a file that are inside one another, and parts of a dotted key."""
MOST_BASES = 50
"""Scenarios that start from one another."""
MOST_PROBLEMS = 100
"""Problems that one message lists; reading a file ends at so many."""
MOST_REPLICATES = 10_000_000
MOST_POINTS = 1_000_000
"""Points of a design."""
LONGEST_COMPARED = 80
"""Letters of a misspelt name for which a similar one is looked for."""
