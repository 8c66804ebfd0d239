"""Do members follow their peers? Asked of the order of joining sanctions, and of votes after earlier surprises."""
