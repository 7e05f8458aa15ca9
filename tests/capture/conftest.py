"""One real service, one film for its camera and one browser with that camera, shared by all tests of the pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.harness.browser import ANSWER_NO, chromium_with
from tests.harness.camera import HANDHELD, WEBCAM, camera_file
from tests.harness.server import Service, running_service

LIBRARY = Path(__file__).parent / "library"
"""A workflow that asks everybody for a second selfie, and its policy."""


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service as people run it, with a workflow of their own beside the shipped ones."""
    with running_service(tmp_path_factory.mktemp("service"), SELFIE_POLICIES=str(LIBRARY)) as running:
        yield running


@pytest.fixture(scope="session")
def webcam(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The film of a computer's camera."""
    return camera_file(tmp_path_factory.mktemp("webcam"), WEBCAM)


@pytest.fixture(scope="session")
def handheld(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The film of a phone's front camera."""
    return camera_file(tmp_path_factory.mktemp("handheld"), HANDHELD)


@pytest.fixture(scope="module")
def browser(chromium: str, webcam: Path) -> Iterator[Browser]:
    """A browser with a camera, which it may use."""
    with chromium_with(chromium, film=webcam) as launched:
        yield launched


@pytest.fixture(scope="module")
def phone_browser(chromium: str, handheld: Path) -> Iterator[Browser]:
    """A browser with an upright camera."""
    with chromium_with(chromium, film=handheld) as launched:
        yield launched


@pytest.fixture
def denying_browser(chromium: str, webcam: Path) -> Iterator[Browser]:
    """A browser whose person says no to the camera."""
    with chromium_with(chromium, film=webcam, permission=ANSWER_NO) as launched:
        yield launched
