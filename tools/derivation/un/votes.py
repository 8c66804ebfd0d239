"""Votes with their dates: ideal points, all votes of the Assembly, and the resolutions directed at a member."""

from __future__ import annotations

from typing import Any

import pandas as pd

from sim.world.tables import read_rows
from tools.derivation.un.common import CODES, UN_2022, Table, frame, records, texts

FIRST_DAY = "2004-01-01"
"""The seven years before the first date of the world are whole from here."""
ANSWERS = ("Y", "N", "A")
LATER_TOPICS = {
    "A/RES/ES-11/4": ("Territorial integrity of Ukraine: defending the principles of the Charter", "territory"),
    "A/RES/ES-11/5": ("Furtherance of remedy and reparation for aggression against Ukraine", "territory"),
    "A/RES/77/229": ("Human rights in Crimea", "human rights"),
    "A/RES/ES-11/6": ("Principles of the Charter underlying a lasting peace in Ukraine", "territory"),
    "A/RES/78/221": ("Human rights in the occupied territories of Ukraine", "human rights"),
}
"""Title and topic of the votes on Ukraine from October 2022, which continue those of ``un-2022``."""


def ideal_point_rows() -> Table:
    """The rows of ``ideal_points.csv``; the few that the later release lacks are those of ``un-2022``."""
    columns = ["ideal_point_all", "ideal_point_final_passage"]
    later = frame("ideal_points_by_year.csv.gz").set_index(["iso3", "year"])[columns]
    earlier = pd.read_csv(UN_2022 / "ideal_points.csv", keep_default_na=False, na_values=[""])
    both = later.combine_first(earlier.set_index(["iso3", "year"])[columns]).dropna(subset=["ideal_point_all"])
    rows = both.sort_index().reset_index()
    for name in columns:
        rows[name] = [("" if pd.isna(value) else f"{value:g}") for value in rows[name]]
    return [
        {str(key): value for key, value in row.items()} for row in rows[rows["iso3"].isin(CODES)].to_dict("records")
    ]


def assembly_table() -> tuple[pd.DataFrame, Table]:
    """All recorded votes of the Assembly from `FIRST_DAY`, and which numbers of 2022 and 2023 were given a symbol.

    Corrections are applied, motions under a false symbol left out. A blank is a missing record, not an absence.
    """
    early = frame("unga_votes_2000_2011.csv.gz").rename(columns={"symbol": "resolution"})
    early = early[early["date"] >= FIRST_DAY]
    middle = _middle()
    late, matches = _late()
    whole = pd.concat([table[["date", "resolution", *CODES]] for table in (early, middle, late)])
    return whole.sort_values(["date", "resolution"], kind="stable").fillna("").reset_index(drop=True), matches


def _middle() -> pd.DataFrame:
    """2012 to 2021: without the motions, corrected, and under the symbols that tallies identify."""
    votes = frame("unga_votes_2012_2022.csv.gz")
    titles = frame("rollcall_titles_2012_2021.csv").set_index("key_in_shared_file")
    votes = votes[votes["resolution"].map(titles["final_text"]) == 1].set_index("resolution")
    for row in records(frame("vote_corrections.csv")):
        if row.vote_corrected in ANSWERS:
            votes.loc[row.symbol, row.iso3] = row.vote_corrected
    sure = titles[~titles["symbol_how"].isin(["ambiguous tally", "no match"])]
    sure = sure[~sure["symbol_how"].str.endswith("doubtful")]
    votes.index = votes.index.map(lambda key: sure["symbol"].get(key, key))
    return votes.rename_axis("resolution").reset_index()


def _late() -> tuple[pd.DataFrame, Table]:
    """2022 and 2023: directed resolutions under their symbols where date and tally leave one candidate."""
    votes = frame("unga_votes_2022_2023.csv.gz").set_index("resolution")
    matches: Table = []
    for row in records(texts("directed_2022_2023.csv")):
        key, how = _identified(votes, row)
        if key is not None:
            own = votes.loc[key, list(CODES)]
            tally = own.value_counts()
            counts = {f"file_{name}": int(tally.get(code, 0)) for code, name in zip("YNA", ("yes", "no", "abstain"))}
            official = {"yes": row.yes, "no": row.no, "abstain": row.abstain}
            head = {"date": str(votes.loc[key, "date"]), "rcid": key.removeprefix("rcid:"), "symbol": row.symbol}
            matches.append({**head, **official, **counts, "file_blank": len(own) - int(tally.sum()), "how": how})
    named = {f"rcid:{row['rcid']}": row["symbol"] for row in matches}
    votes.index = votes.index.map(lambda key: named.get(key, key))
    return votes.rename_axis("resolution").reset_index(), matches


def _identified(votes: pd.DataFrame, official: Any) -> tuple[str | None, str]:
    """The roll-call number of an official tally, and by which rule; None where it is not clear.

    Tally: in the year (on the day, where known) one vote alone has no more of any answer than the official tally,
    lacks no more votes than the file has blanks, and has the same American vote. Day: where the tally finds none, the
    day is known, has one vote alone, and each count is within three.
    """
    year = {"77": "2022", "78": "2023"}.get(official.symbol.split("/")[2], "")
    open_ones = votes[votes.index.str.startswith("rcid:")]
    near = open_ones[open_ones["date"].str.startswith(official.date or year)]
    counts = {code: (near[list(CODES)] == code).sum(axis=1) for code in ANSWERS}
    wanted = dict(zip(ANSWERS, map(int, (official.yes, official.no, official.abstain))))
    lacking = {code: want - counts[code] for code, want in wanted.items()}
    blanks = near[list(CODES)].isna().sum(axis=1)
    fits = sum(lacking.values()) <= blanks
    for lack in lacking.values():
        fits &= lack >= 0
    fits &= near["USA"] == official.vote_USA
    if fits.sum() == 1:
        return str(near.index[fits][0]), "tally"
    close = all((lack.abs() <= 3).all() for lack in lacking.values())
    if not fits.any() and official.date and len(near) == 1 and close:
        return str(near.index[0]), "the only vote of the day, each count within three"
    return None, ""


def rollcall_rows() -> Table:
    """The rows of ``rollcalls.csv``: the votes on Ukraine whose tallies were checked one by one."""
    own: Table = [dict(row) for row in read_rows(UN_2022 / "rollcalls.csv")]
    later = frame("rollcalls_2022_2023.csv").to_dict("records")
    return [*own, *({str(key): value for key, value in row.items()} for row in later)]


def resolution_rows(assembly: pd.DataFrame) -> Table:
    """The rows of ``resolutions.csv``: those with roll calls, and the directed ones that the Assembly's votes hold."""
    days = dict(zip(assembly["resolution"], assembly["date"]))
    coded = texts("country_resolutions.csv").rename(columns={"target_iso3": "target", "category": "topic"})
    rows: dict[str, dict[str, object]] = {}
    for row in records(pd.concat([coded, texts("directed_2022_2023.csv")])):
        if row.symbol in days:
            own = {"resolution": row.symbol, "date": days[row.symbol], "title": row.title, "target": row.target}
            flag = row.us_important_vote.removesuffix(".0")
            rows[row.symbol] = {**own, "topic": row.topic, "directness": row.directness, "us_important_vote": flag}
    for symbol, entry in _ukraine().items():
        flag = int(symbol in set(frame("important_votes.csv")["symbol"]))
        before = rows.get(symbol, {"directness": 3, "us_important_vote": flag})
        rows[symbol] = {**entry, "directness": before["directness"], "us_important_vote": before["us_important_vote"]}
    return sorted(rows.values(), key=lambda row: (str(row["date"]), str(row["resolution"])))


def _ukraine() -> dict[str, dict[str, object]]:
    """The votes on Ukraine under the titles and topics of ``un-2022``."""
    names = ("resolution", "date", "title", "target", "topic")
    found: dict[str, dict[str, object]] = {}
    for earlier in read_rows(UN_2022 / "resolutions.csv"):
        found[earlier["resolution"]] = {name: earlier[name] for name in names}
    for row in records(frame("rollcalls_2022_2023.csv").drop_duplicates("resolution")):
        title, topic = LATER_TOPICS[row.resolution]
        found[row.resolution] = dict(zip(names, (row.resolution, row.date, title, "RUS", topic)))
    return found
