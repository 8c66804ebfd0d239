"""Months between votes: the calendar, what members start from, what events change, and the month itself."""
