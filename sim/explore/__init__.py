"""The dashboard: a scenario explored in a browser. Only `components`, `page` and `serving` use Solara."""
