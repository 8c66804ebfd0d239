"""The results that pictures are drawn of."""

import pytest
from support.results import ran, swept


@pytest.fixture(scope="session")
def founding():
    return ran("es-11-1", 200)


@pytest.fixture(scope="session")
def threat():
    return ran("es-11-1-april-threat", 200, base="es-11-1")


@pytest.fixture(scope="session")
def months():
    return ran("2022-2023", 20, overrides=("parameters.vote_feedback=1",))


@pytest.fixture(scope="session")
def grid(tmp_path_factory):
    return swept("reproduce-es-11-1", tmp_path_factory.mktemp("grid"), "replicates=5")


@pytest.fixture(scope="session")
def line(tmp_path_factory):
    return swept("sanction-enforcement", tmp_path_factory.mktemp("line"), "replicates=10")


@pytest.fixture(scope="session")
def effects(tmp_path_factory):
    folder = tmp_path_factory.mktemp("effects")
    return swept("which-parameter", folder, "design.samples=2", "replicates=5")
