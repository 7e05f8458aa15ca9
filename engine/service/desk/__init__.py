"""What a person at the desk does: cases, documents, feedback."""
