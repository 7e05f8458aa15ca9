"""The real thing for tests: the service as its own program, a camera made of a portrait, and Chromium.

Tests import it as `tests.harness.server`, `tests.harness.camera` and `tests.harness.browser`.
"""
