"""Months between votes: what members decide in a month, in which order, and what it comes to."""
