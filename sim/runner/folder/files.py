"""The files of a folder of results, and the purpose of each."""

from __future__ import annotations

from collections.abc import Mapping

MANIFEST, EXECUTION, PLAN = "manifest.json", "execution.json", "plan.json"
POINTS, TALLIES, MEMBERS, VOTES = "points.parquet", "tallies.parquet", "members.parquet", "votes.parquet"
MONTHS, SIDED, RANKING = "months.parquet", "sides.parquet", "ranking.parquet"
PURPOSES: Mapping[str, str] = {
    MANIFEST: "Everything that a repetition needs; its bytes do not depend on how the result was made.",
    EXECUTION: "What may differ between repetitions.",
    PLAN: "What the folder is to contain, and by which program; any other request is refused.",
    POINTS: "A row per point and vote. A run has point 0, and point 1 for its base where it has one.",
    TALLIES: "A row per point, vote and run.",
    MEMBERS: "A row per point, vote and member; of a sweep with the output `members`.",
    VOTES: "A row per point, vote and run; of a run with a base, of a sweep with the output `votes`.",
    MONTHS: "A row per point, month, series and member, where the scenario has months; of a sweep with the output "
    "`months`.",
    SIDED: "A row per point, vote and member, where the scenario has months: the share of runs in which it votes for "
    "one side and helps the other in some month.",
    RANKING: "A row per point of a sweep, nearest to the target split first; with `[target_split]`.",
}
"""The purpose of each file."""
NAMES = (POINTS, TALLIES, MEMBERS, VOTES, MONTHS, SIDED)
"""Tables that a manifest names where they exist."""
ALWAYS = (POINTS, TALLIES)
"""Tables that every folder has."""
