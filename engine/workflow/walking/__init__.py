"""What each step does: a file for each, and one table."""
