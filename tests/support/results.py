"""Runs and sweeps, as pictures are drawn of them."""

from functools import cache

from sim.case import prepare
from sim.runner.folder.kept import read_sweep
from sim.runner.run import run_case
from sim.runner.sweep import keep_sweep
from sim.specs import read_experiment, read_scenario


@cache
def ran(name, replicates=100, base=None, overrides=()):
    bases = None if base is None else prepare(read_scenario(base))
    return run_case(prepare(read_scenario(name, overrides)), replicates, base=bases)


def swept(name, folder, *overrides):
    experiment = read_experiment(name, overrides)
    keep_sweep(experiment, folder)
    return read_sweep(folder)
