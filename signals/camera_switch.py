"""The switch under which a test camera passes: off unless somebody sets it, and said by `injection.test_camera`."""

from __future__ import annotations

from collections.abc import Mapping

TEST_CAMERA = "SELFIE_TEST_CAMERA"


def allows_test_camera(settings: Mapping[str, str]) -> bool:
    """Whether the tells of a test camera and of automation are read as absent."""
    return settings.get(TEST_CAMERA, "").strip() == "1"


def unless_tested(value: bool | None, *, tested: bool) -> bool | None:
    """A tell under the switch: what would be found is read as absent, and what nobody told stays unknown."""
    return False if tested and value is True else value
