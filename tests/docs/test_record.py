"""Every shipped scenario, experiment and goal still gives what the record says; scores take minutes and are slow."""

import numpy as np
import pytest
from support.recording import MAKERS, read_record

SLOW = {"scores"}


@pytest.fixture(scope="module")
def record():
    return read_record()


PARTS = [
    pytest.param(kind, name, marks=[pytest.mark.slow] if kind in SLOW else [])
    for kind, (_, names) in MAKERS.items()
    for name in names
]


@pytest.mark.parametrize(("kind", "name"), PARTS)
def test_nothing_has_moved(record, kind, name):
    make, _ = MAKERS[kind]
    expected, found = record[f"{kind} {name}"], make(name)
    assert expected.keys() <= found.keys()
    moved = {
        key: [(place, old, new) for place, (old, new) in enumerate(zip(expected[key], found[key])) if old != new][:3]
        for key in expected
        if not is_same(expected[key], found[key])
    }
    assert moved == {}


def is_same(expected, found) -> bool:
    """Equal up to what another processor's last bits make of a fit; counts are equal to the number."""
    old, new = (np.array([np.nan if value is None else value for value in numbers]) for numbers in (expected, found))
    return len(old) == len(new) and np.allclose(new, old, rtol=1e-6, atol=1e-9, equal_nan=True)


def test_the_record_covers_every_shipped_file(record):
    assert sorted(record) == sorted(f"{kind} {name}" for kind, (_, names) in MAKERS.items() for name in names)
