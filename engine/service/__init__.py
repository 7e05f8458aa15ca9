"""FastAPI: thin routes, HTTP models, one error map, and the wiring of one process."""
