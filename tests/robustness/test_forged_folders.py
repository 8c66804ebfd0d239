"""Folders of results that somebody wrote by hand, with hashes that are right: refused, or made again."""

import hashlib
import json
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.commands import sim
from support.mutation import keep_examples

from sim.errors import InputError
from sim.runner.folder.kept import read_run

TABLES = ("points.parquet", "tallies.parquet", "members.parquet")


def with_values(name, value):
    def change(table):
        place = table.column_names.index(name)
        return table.set_column(place, table.field(place), pa.array([value] * table.num_rows, table.field(place).type))

    return change


OF_ANY = {
    "no rows": lambda table: table.slice(0, 0),
    "half of the rows": lambda table: (
        table.slice(0, max(1, table.num_rows // 2)) if table.num_rows > 1 else table.slice(1)
    ),
    "without the last column": lambda table: table.drop_columns(table.column_names[-1:]),
    "without the first column": lambda table: table.drop_columns(table.column_names[:1]),
    "texts": lambda table: table.cast(pa.schema([pa.field(name, pa.string()) for name in table.column_names])),
}
OF_POINTS = {
    "very many runs": with_values("replicates", 10**9),
    "less than no runs": with_values("replicates", -5),
    "another point": with_values("point", 7),
}
FORGED = [(name, change) for name in TABLES for change in OF_ANY] + [("points.parquet", change) for change in OF_POINTS]


IMPOSSIBLE = {
    "points.parquet": [
        ("support_mean", -3.0),
        ("support_mean", float("nan")),
        ("support_p95", 1e300),
        ("settled", 7.0),
        ("settled", None),
        ("support_mean", None),
    ],
    "tallies.parquet": [
        ("support", -5),
        ("support", 10**9),
        ("support", None),
        ("resolution", "nowhere"),
        ("resolution", None),
        ("replicate", 3),
        ("is_settled", None),
        ("point", 9),
    ],
    "members.parquet": [("support", -5), ("support", 10**9), ("support", None), ("iso3", "XXX"), ("iso3", None)],
    "months.parquet": [
        ("mean", None),
        ("month", "2022-02"),
        ("series", "dreams"),
        ("point", 4),
        ("replicates", -3),
        ("iso3", None),
        ("iso3", "AAA"),
    ],
    "sides.parquet": [("iso3", "AAA"), ("supports_and_helps_target", 5.0), ("point", 3), ("resolution", "nowhere")],
    "votes.parquet": [("actions", bytes([9] * 193)), ("actions", b""), ("actions", None), ("replicate", -1)],
}
"""Values that no result has, by table and column."""


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    return keep_examples(tmp_path_factory.mktemp("kept"))


def sign(folder, **changes):
    """Write the hashes of the tables into the manifest, and other changes."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8")) | changes
    manifest["tables"] = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in manifest["tables"]}
    path.write_text(json.dumps(manifest), encoding="utf-8")


def again(kept, kind, folder):
    of = "harbour-blockade" if kind == "run" else kept / "experiment.toml"
    return sim(kind, of, "--replicates", 20, "--out", folder)


@pytest.mark.parametrize("kind", ["run", "sweep"])
@pytest.mark.parametrize(("name", "change"), FORGED)
def test_a_forged_table_is_refused_and_made_again(kept, tmp_path, kind, name, change):
    folder = tmp_path / kind
    shutil.copytree(kept / kind, folder)
    right = pq.read_table(folder / name)
    pq.write_table((OF_ANY | OF_POINTS)[change](right), folder / name)
    sign(folder)
    refused = sim("report", folder)
    assert refused.returncode == 2, refused.stderr
    assert f"{name}: is missing, or is not the table that was written" in refused.stderr
    assert again(kept, kind, folder).returncode == 0
    assert pq.read_table(folder / name).equals(right)


@pytest.fixture(scope="module")
def with_all_tables(tmp_path_factory):
    """A run with a base and months: it has every table."""
    folder = tmp_path_factory.mktemp("all") / "run"
    made = sim("run", "2022-2023-hungary-leaves", "--replicates", 2, "--out", folder)
    assert made.returncode == 0, made.stderr
    return folder


@pytest.mark.parametrize(
    ("name", "column", "value"), [(name, *pair) for name, pairs in IMPOSSIBLE.items() for pair in pairs]
)
def test_values_that_no_result_has_are_refused(with_all_tables, tmp_path, name, column, value):
    folder = tmp_path / "run"
    shutil.copytree(with_all_tables, folder)
    assert read_run(folder).result.votes
    pq.write_table(with_values(column, value)(pq.read_table(folder / name)), folder / name)
    sign(folder)
    with pytest.raises(InputError, match=name):
        read_run(folder)


@pytest.mark.parametrize("name", ["months.parquet", "sides.parquet", "votes.parquet"])
@pytest.mark.parametrize("change", ["half of the rows", "no rows"])
def test_tables_of_other_lengths_are_refused(with_all_tables, tmp_path, name, change):
    folder = tmp_path / "run"
    shutil.copytree(with_all_tables, folder)
    pq.write_table(OF_ANY[change](pq.read_table(folder / name)), folder / name)
    sign(folder)
    with pytest.raises(InputError, match="is missing, or is not the table that was written"):
        read_run(folder)


@pytest.mark.parametrize("kind", ["run", "sweep"])
@pytest.mark.parametrize("changes", [{"replicates": 10**12}, {"points": 10**12}, {"replicates": 5}, {"points": 999}])
def test_a_manifest_of_impossible_size_is_refused_at_once(kept, tmp_path, kind, changes):
    folder = tmp_path / kind
    shutil.copytree(kept / kind, folder)
    sign(folder, **changes)
    assert sim("report", folder).returncode == 2


@pytest.mark.parametrize("name", ["manifest.json", "plan.json", "execution.json"])
def test_deep_json_is_no_traceback(kept, tmp_path, name):
    folder = tmp_path / "run"
    shutil.copytree(kept / "run", folder)
    (folder / name).write_text("[" * 100_000, encoding="utf-8")
    assert sim("report", folder).returncode == (2 if name == "manifest.json" else 0)
    assert again(kept, "run", folder).returncode in (0, 2)
