"""From what was sent to evidence that is bound to its session."""
