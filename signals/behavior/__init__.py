"""How the page was operated, and how long it took."""
