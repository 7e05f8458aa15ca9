"""The parts of the benchmark of single decisions."""
