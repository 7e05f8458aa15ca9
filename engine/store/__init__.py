"""What is kept: tables and migrations, evaluations, policy versions, capture sessions, sealed frames, keys."""
