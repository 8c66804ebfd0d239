"""Agent-based simulation of sanctions and alignment between states.

The command line is ``sim``. From Python, `sim.run` runs a scenario, `sim.run_all` several, `sim.sweep` an experiment.
`sim.compare` asks what a change does, `sim.explain` why a member acts as it does, `sim.reach` what it takes to reach a
goal, and `sim.sensitivity` which levers an output depends on; all return pandas frames. `sim.plot` draws any of these
results, and `sim.export` writes them for papers and other programs.
`sim.model.AlignmentModel` is the Mesa model.
"""

from lazy_loader import attach_stub

# The names are in the stub next to this file, and are loaded when first used, so that the commands start fast.
__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
