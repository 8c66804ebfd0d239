"""The dashboard: a scenario explored in a browser. Solara is known to `components`, `page`, `serving` alone."""
