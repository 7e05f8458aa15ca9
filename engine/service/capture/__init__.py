"""A person's session: opened, consented, captured, submitted."""
