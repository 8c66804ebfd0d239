"""Summaries of runs for their readers: tallies, splits, members, changes, months."""
