"""The bench of attacks: a few of its sessions through the real page, and what it counts."""
