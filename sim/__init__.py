"""Agent-based simulation of sanctions and alignment between states.

The command line is ``sim``; from Python, ``sim.specs.read_scenario``, ``sim.case.prepare`` and ``sim.runner.run.run``
run a scenario, and ``sim.model.AlignmentModel`` is the Mesa model.
"""
