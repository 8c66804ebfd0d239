"""The validation page and its pictures."""
