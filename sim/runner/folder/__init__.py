"""Folders that hold results: written while they come, resumed, read back, repeated."""
