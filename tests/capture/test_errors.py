"""Every error that a person can meet has its screen, on a phone and on a desktop, with words and a way that fits.

The real service answers each of them; where a browser is at fault, the browser is. Only `challengeExpired` has no row:
the page takes such a selfie again by itself (test_challenge.py).
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.capture.steps import at, press, to_camera, trouble
from tests.harness.browser import ANSWER_NO, DESKTOP, PHONE, chromium_with, page_of, screenshot
from tests.harness.server import Service

pytestmark = pytest.mark.browser

CAMERA_IN_USE = """
navigator.mediaDevices.getUserMedia = async () => {
  throw new DOMException("Could not start video source", "NotReadableError");
};
"""
LOCKED_AT_THE_FIRST_PICTURE = """
HTMLCanvasElement.prototype.toBlob = () => {
  Object.defineProperty(document, "hidden", { value: true, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
};
"""
INSECURE = "Object.defineProperty(window, 'isSecureContext', {value: false})"
NO_CAMERAS_AT_ALL = "delete Navigator.prototype.mediaDevices"
SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclass(frozen=True, slots=True)
class Visit:
    """A person with a link, and the service that gave it."""

    page: Page
    service: Service
    eval_id: str
    link: str

    @property
    def token(self) -> str:
        return self.link.partition("#")[2]

    def agree(self) -> None:
        """From the link past the consent."""
        self.page.goto(self.link)
        press(self.page, "continue")
        press(self.page, "agree")

    def elsewhere(self, *steps: str) -> None:
        """Another browser takes these steps with the same link."""
        headers = {"Authorization": f"Bearer {self.token}"}
        with httpx.Client(base_url=self.service.url, headers=headers, timeout=60) as other:
            for step in steps:
                assert other.post(f"/api/capture/sessions/{step}", json={}).is_success

    def stored(self, change: str) -> None:
        """Change the session as it is stored."""
        with self.database() as connection:
            changed = connection.execute(f"UPDATE capture_session SET {change} WHERE eval_id = ?", [self.eval_id])  # noqa: S608
            assert changed.rowcount == 1

    @contextmanager
    def database(self) -> Iterator[sqlite3.Connection]:
        """The service's own."""
        connection = sqlite3.connect(self.service.log.parent / "data" / "selfie.sqlite3", timeout=20)
        with connection:
            yield connection
        connection.close()


def unknown(visit: Visit) -> None:
    visit.page.goto(visit.link[:-4])


def expired(visit: Visit) -> None:
    visit.stored("expires_at = '2020-01-01 00:00:00.000000'")
    visit.page.goto(visit.link)


def used(visit: Visit) -> None:
    visit.elsewhere("open", "decline")
    visit.page.goto(visit.link)


def taken_over(visit: Visit) -> None:
    visit.elsewhere("open")
    visit.page.goto(visit.link)


def out_of_tries(visit: Visit) -> None:
    visit.agree()
    at(visit.page, "capture")
    visit.stored("attempts = 6")
    visit.page.reload()


def altered(visit: Visit) -> None:
    """Somebody between page and service replaced a frame."""

    def alter(route: Route) -> None:
        sent = json.loads(route.request.post_data or "")
        sent["frames"][3] = sent["frames"][4]
        route.continue_(post_data=json.dumps(sent))

    visit.page.route("**/sessions/frames", alter, times=1)
    to_camera(visit.page, visit.link)
    press(visit.page, "capture")


def offline(visit: Visit) -> None:
    visit.page.goto(visit.link)
    press(visit.page, "continue")
    at(visit.page, "consent")
    visit.page.context.set_offline(True)
    press(visit.page, "agree")


def without_a_table(visit: Visit) -> None:
    """The database lacks what the service needs, for a moment; then the page goes on by itself."""
    visit.page.goto(visit.link)
    press(visit.page, "continue")
    at(visit.page, "consent")
    with visit.database() as connection:
        connection.execute("ALTER TABLE capture_session RENAME TO capture_session_away")
    try:
        press(visit.page, "agree")
        at(visit.page, "error")
    finally:
        with visit.database() as connection:
            connection.execute("ALTER TABLE capture_session_away RENAME TO capture_session")


def not_understood(visit: Visit) -> None:
    """A refusal that the page does not know."""
    visit.page.route("**/sessions/consent", lambda route: route.continue_(post_data='{"agreed": 7}'), times=1)
    visit.agree()


def with_script(script: str) -> Callable[[Visit], None]:
    """A browser that is like this."""

    def visited(visit: Visit) -> None:
        visit.page.add_init_script(script)
        visit.page.goto(visit.link)

    return visited


def busy_camera(visit: Visit) -> None:
    visit.page.add_init_script(CAMERA_IN_USE)
    visit.agree()


def left(visit: Visit) -> None:
    """The screen is locked while the selfie is taken."""
    visit.page.add_init_script(LOCKED_AT_THE_FIRST_PICTURE)
    to_camera(visit.page, visit.link)
    press(visit.page, "capture")


ERRORS: dict[str, Callable[[Visit], None]] = {
    "cameraPermissionDeclined": Visit.agree,
    "cameraNotFound": Visit.agree,
    "cameraInUse": busy_camera,
    "insecureContext": with_script(INSECURE),
    "unsupportedBrowser": with_script(NO_CAMERAS_AT_ALL),
    "sessionUnknown": unknown,
    "sessionExpired": expired,
    "sessionUsed": used,
    "sessionElsewhere": taken_over,
    "tooManyAttempts": out_of_tries,
    "interrupted": left,
    "badFrames": altered,
    "networkLost": offline,
    "busy": without_a_table,
    "unexpected": not_understood,
}
BY_ITSELF = {"challengeExpired", "consentNeeded"}
"""What the page answers without a screen."""
NO_WAY_ON = {
    "insecureContext",
    "unsupportedBrowser",
    "sessionUnknown",
    "sessionExpired",
    "sessionUsed",
    "tooManyAttempts",
}
PHONE_HELPS = {"cameraPermissionDeclined", "cameraNotFound", "cameraInUse"}


@pytest.fixture(scope="module")
def browsers(chromium: str, browser: Browser, webcam: Path) -> Iterator[dict[str, Browser]]:
    """The browsers at fault, by the error that they cause; for the others the usual one."""
    with chromium_with(chromium, film=webcam, permission=ANSWER_NO) as denying, chromium_with(chromium) as blind:
        special = {"cameraPermissionDeclined": denying, "cameraNotFound": blind}
        yield {code: special.get(code, browser) for code in ERRORS}


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("code", ERRORS)
def test_every_error_has_its_screen(
    browsers: dict[str, Browser], service: Service, code: str, size: dict[str, Any]
) -> None:
    eval_id, link = service.new_capture()
    with page_of(browsers[code], size) as page:
        ERRORS[code](Visit(page, service, eval_id, link))
        assert trouble(page) == code
        expect(page.locator("h1")).to_have_count(1)
        assert page.evaluate(SIDEWAYS) <= 0
        on_desktop = size is DESKTOP
        screenshot(page, f"capture-{'desktop' if on_desktop else 'phone'}-error-{code}")
        expect(page.locator("[data-action=retry]")).to_have_count(0 if code in NO_WAY_ON else 1)
        expect(page.locator(".handoff svg[role=img]")).to_have_count(int(on_desktop and code in PHONE_HELPS))
    assert service.evaluation(eval_id)["decision"] != "ACCEPT"


def test_no_error_is_forgotten() -> None:
    """Each code of the page has a row above, and a line in the docs; what has no screen is named."""
    source = (Path(__file__).parents[2] / "ui/capture/src/faults.ts").read_text()
    codes = set(re.findall(r'^  "(\w+)",$', source.partition("] as const")[0], re.MULTILINE))
    assert codes == set(ERRORS) | BY_ITSELF
    docs = (Path(__file__).parents[2] / "docs/capture.md").read_text()
    assert codes - {"consentNeeded"} <= set(re.findall(r"^\| `(\w+)` \|", docs, re.MULTILINE))
