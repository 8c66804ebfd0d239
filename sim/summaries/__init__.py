"""What came of runs, in the words of their users: tallies, splits, members, changes, months."""
