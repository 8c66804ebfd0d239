"""The Python interface: run a scenario or an experiment, ask what would change it, and get pandas frames."""
