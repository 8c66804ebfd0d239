"""Months between votes: what members decide in a month, in which order, and the result."""
