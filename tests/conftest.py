"""Fixtures of more than one module."""

import pytest
from sweeps import SMALL, bytes_of, written

from sim.runner import units
from sim.runner.sweep import sweep
from sim.specs import read_experiment


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr(units, "CHUNK_RUNS", 1500)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A small experiment's file, and the bytes of its sweep run in one go."""
    folder = tmp_path_factory.mktemp("small")
    file = written(folder, SMALL)
    sweep(read_experiment(file), folder / "whole")
    return file, bytes_of(folder / "whole")
