"""Damaged manifests are reported by their keys, whatever reads them; a sweep makes again what they name."""

import json
import shutil

import pytest
from support.commands import sim
from support.sweeps import SMALL, bytes_of, written

from sim.errors import InputError
from sim.runner.folder.manifest import read_manifest
from sim.runner.sweep import keep_sweep
from sim.specs import read_experiment

WRONG = ([1], True, 0.5)
"""Values that no key of a manifest allows."""


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A run and a sweep, kept."""
    root = tmp_path_factory.mktemp("kept")
    assert sim("run", "harbour-blockade", "--replicates", 20, "--out", root / "run").returncode == 0
    keep_sweep(read_experiment(written(root, SMALL), ["replicates=20"]), root / "sweep")
    return {"run": root / "run", "sweep": root / "sweep", "experiment": root / "experiment.toml"}


@pytest.fixture
def damaged(kept, tmp_path):
    """A function that copies a kept folder with another manifest."""

    def copy(kind, **changes):
        folder = tmp_path / kind
        shutil.copytree(kept[kind], folder, dirs_exist_ok=True)
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        (folder / "manifest.json").write_text(json.dumps(manifest | changes), encoding="utf-8")
        return folder

    return copy


@pytest.mark.parametrize("kind", ["run", "sweep"])
def test_every_key_of_the_wrong_type_is_reported(kept, damaged, kind):
    manifest = json.loads((kept[kind] / "manifest.json").read_text(encoding="utf-8"))
    for key in manifest.keys() - {"kind"}:
        for value in WRONG:
            with pytest.raises(InputError, match=rf"manifest\.json, {key}: is missing or damaged"):
                read_manifest(damaged(kind, **{key: value}))


@pytest.mark.parametrize("command", ["report", "rerun"])
@pytest.mark.parametrize(
    ("kind", "key", "value"),
    [
        ("run", "program", "x"),
        ("run", "base", 7),
        ("run", "tables", {}),
        ("sweep", "points", "x"),
        ("sweep", "tables", {"/etc/hostname": "x"}),
    ],
)
def test_a_damaged_manifest_ends_in_one_error(damaged, command, kind, key, value):
    done = sim(command, damaged(kind, **{key: value}))
    assert done.returncode == 2
    assert f"manifest.json, {key}: is " in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("tables", [None, [], "x", {}, {"points.parquet": "0"}, {"../x": "0"}])
def test_a_sweep_whose_manifest_names_no_sound_tables_is_made_again(kept, damaged, tables):
    folder = damaged("sweep", tables=tables)
    (folder / "points.parquet").write_bytes(b"other")
    done = keep_sweep(read_experiment(kept["experiment"], ["replicates=20"]), folder)
    assert (done.dropped, done.runs) == (("manifest.json",), 8 * 20)
    assert bytes_of(folder) == bytes_of(kept["sweep"])


@pytest.mark.parametrize("key", ["seconds", "finished", "system"])
def test_a_report_needs_nothing_of_how_a_run_went(damaged, key):
    folder = damaged("run")
    (folder / "execution.json").write_text(json.dumps({key: ["x"]}), encoding="utf-8")
    done = sim("report", folder)
    assert done.returncode == 0, done.stderr
