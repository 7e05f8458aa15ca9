"""The real thing for tests: the service as its own program, a camera made of a portrait, and Chromium.

Tests import it as `harness.server`, `harness.camera` and `harness.browser`: the folder `tests` is on the path.
"""
