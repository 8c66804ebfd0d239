"""Where simulated votes meet observed ones: scores, baselines, validation, calibration."""
