"""How often the same person was evaluated of late."""
