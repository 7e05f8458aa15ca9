"""Where the person's address belongs, by data on this machine."""
