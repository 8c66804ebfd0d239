"""Folders of results: written while a run goes on, resumed, read back and repeated."""
