"""Speed and memory, each beside what bounds it: ``python -m benchmarks``."""
