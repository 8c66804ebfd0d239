"""Folders of results that somebody wrote by hand, with hashes that are right: refused, or made again."""

import hashlib
import json
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.commands import sim
from support.mutation import keep_examples

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
