"""Fitting the model to what was recorded: posterior, calibration, and predictions of what was left out."""
