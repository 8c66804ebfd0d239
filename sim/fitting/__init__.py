"""Fitting the model to recorded votes and months: posterior, calibration, and predictions of held-out members."""
