"""Comparing simulated votes and months with observed ones: scores, baselines and validation."""
