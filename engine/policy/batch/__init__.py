"""A policy over a whole table: one query of the engine that holds it, then decisions with reasons, batch by batch."""
