"""Running scenarios: in blocks of replicates, on either engine, with results that can be kept and repeated."""
