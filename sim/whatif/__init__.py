"""What-ifs: compare, explain, reach, sensitivity."""
