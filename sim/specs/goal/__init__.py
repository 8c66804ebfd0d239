"""Goal files."""
