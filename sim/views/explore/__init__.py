"""The dashboard: a scenario explored in a browser. All but `page` and `serving` know nothing of Solara."""
