"""Running scenarios: blocks of replicates, either engine, results that can be kept and repeated."""
