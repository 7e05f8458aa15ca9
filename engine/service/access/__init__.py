"""Who asks, how often, and what a link proves."""
