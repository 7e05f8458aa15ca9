"""The parts of the benchmark of whole tables."""
