import pytest

from sim.views.explore.start import start_from


@pytest.fixture(scope="session")
def start():
    return start_from("es-11-1")
