"""The Python interface: run a scenario or an experiment, ask what would change its outcome, and get pandas frames."""
