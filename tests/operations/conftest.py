"""The application as the tests of the service run it."""

from __future__ import annotations

from tests.service.conftest import portrait, service

__all__ = ["portrait", "service"]
