"""The guide: loaded after consent and from nowhere else, it says what to do and takes the selfie by itself."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.capture.steps import CAMERA_READY, at, press, shoot, to_camera
from tests.harness.browser import DESKTOP, PHONE, chromium_with, page_of, screenshot
from tests.harness.camera import HANDHELD, WEBCAM, Scene, camera_file
from tests.harness.server import Service

pytestmark = pytest.mark.browser

MOVING: dict[str, Any] = {"reduced_motion": "no-preference"}
GUIDE_FILES = re.compile(r"\.(wasm|bin)$|/(blazeface|facemesh|worker|guide)-")
FILMS: dict[str, Scene] = {
    "good": WEBCAM,
    "closer": replace(WEBCAM, face_share=0.1),
    "back": replace(WEBCAM, face_share=0.5, face_at=0.5),
    "centre": replace(WEBCAM, faces_across=(0.2,)),
    "alone": replace(WEBCAM, face_share=0.2, faces_across=(0.3, 0.72)),
    "nobody": replace(WEBCAM, faces_across=()),
    "light": replace(WEBCAM, light=0.15),
    "dim": replace(WEBCAM, light=1.9),
    "still": replace(WEBCAM, blur=7.0),
}
"""What each film is told, after a while."""
PATIENCE_MS = 30_000
WATCH_THE_CLOCK = """
window.moments = {};
new MutationObserver(() => {
  const shutter = document.querySelector("[data-action=capture]");
  if (shutter?.getAttribute("aria-disabled") === "false") window.moments.ready ??= performance.now();
  if (document.querySelector("[data-hint]")) window.moments.seen ??= performance.now();
  if (document.querySelector("[data-taking]")) window.moments.taken ??= performance.now();
}).observe(document, { subtree: true, childList: true, attributes: true });
"""
COUNT_THE_READINGS = """
window.readings = 0;
const post = Worker.prototype.postMessage;
Worker.prototype.postMessage = function (...given) {
  if (!this.counted) this.addEventListener("message", ({ data }) => (window.readings += data.answer === "read"));
  this.counted = true;
  return post.apply(this, given);
};
Object.defineProperty(document, "hidden", { get: () => window.away === true });
"""


@contextmanager
def filmed(chromium: str, folder: Path, scene: Scene, size: dict[str, Any], **options: Any) -> Iterator[Page]:
    """A page whose camera shows this scene, in a browser of its own."""
    with chromium_with(chromium, film=camera_file(folder, scene)) as browser, page_of(browser, size, **options) as page:
        yield page


def is_told(page: Page, hint: str) -> None:
    """Wait until this is what the page tells."""
    page.locator(f"[data-hint={hint}]").wait_for(timeout=PATIENCE_MS)


OFTEN = ("good", "closer", "nobody")
"""The others are filmed in the long tests: each takes ten seconds."""


@pytest.mark.parametrize(
    "hint", [name if name in OFTEN else pytest.param(name, marks=pytest.mark.soak) for name in FILMS]
)
def test_each_film_is_told_what_is_wrong_with_it(
    chromium: str, browser: Browser, service: Service, tmp_path: Path, hint: str
) -> None:
    """And said aloud; and none but the good one would take itself: the page is still at the camera."""
    _, link = service.new_capture()
    with (
        page_of(browser, DESKTOP)
        if hint == "good"
        else filmed(chromium, tmp_path, FILMS[hint], DESKTOP, **MOVING) as page
    ):
        to_camera(page, link)
        is_told(page, hint)
        screenshot(page, f"capture-desktop-guide-{hint}")
        page.wait_for_function(
            "() => document.getElementById('announcer').textContent === document.querySelector('.hint').textContent"
        )
        assert page.locator("[data-hint]").get_attribute("data-hint") == hint
        expect(page.locator(CAMERA_READY)).to_be_visible()


@pytest.mark.parametrize(
    "hint", ["good", *(pytest.param(name, marks=pytest.mark.soak) for name in ("closer", "nobody"))]
)
def test_the_same_is_told_on_a_phone(
    chromium: str, phone_browser: Browser, service: Service, tmp_path: Path, hint: str
) -> None:
    scene = replace(FILMS[hint], width=HANDHELD.width, height=HANDHELD.height, face_at=HANDHELD.face_at)
    scene = replace(scene, face_share=0.2)
    _, link = service.new_capture()
    with page_of(phone_browser, PHONE) if hint == "good" else filmed(chromium, tmp_path, scene, PHONE) as page:
        to_camera(page, link)
        is_told(page, hint)
        screenshot(page, f"capture-phone-guide-{hint}")


def test_the_guide_is_loaded_after_consent_and_not_before(browser: Browser, service: Service) -> None:
    _, link = service.new_capture()
    asked: list[str] = []
    with page_of(browser, DESKTOP) as page:
        page.on("request", lambda request: asked.append(request.url))
        page.goto(link)
        press(page, "continue")
        at(page, "consent")
        page.wait_for_timeout(1_000)
        assert [url for url in asked if GUIDE_FILES.search(url)] == []
        press(page, "agree")
        page.locator("[data-guide=on]").wait_for()
    found = [url for url in asked if GUIDE_FILES.search(url)]
    assert {url.rpartition(".")[2] for url in found} == {"js", "wasm", "bin", "json"}
    assert all(url.startswith(f"{service.url}/capture/assets/") for url in found)


@pytest.mark.parametrize("size", [pytest.param(DESKTOP, marks=pytest.mark.soak), PHONE], ids=["desktop", "phone"])
def test_a_good_picture_takes_itself_but_not_at_once(
    browser: Browser, phone_browser: Browser, service: Service, size: dict[str, Any]
) -> None:
    _, link = service.new_capture()
    with page_of(browser if size is DESKTOP else phone_browser, size, **MOVING) as page:
        page.add_init_script(WATCH_THE_CLOCK)
        to_camera(page, link)
        is_told(page, "good")
        with page.expect_request("**/sessions/frames", timeout=2 * PATIENCE_MS) as sent:
            screenshot(page, f"capture-{'desktop' if size is DESKTOP else 'phone'}-guide-counting")
        moments = page.evaluate("window.moments")
        at(page, "preview")
    assert moments["taken"] - moments["ready"] >= 2_000
    assert moments["taken"] - moments["seen"] >= 1_000
    assert json.loads(json.loads(sent.value.post_data or "")["envelope"])["camera"]["auto"] is True


def test_the_switch_is_off_for_less_motion_and_a_press_turns_it_on(browser: Browser, service: Service) -> None:
    _, link = service.new_capture()
    with page_of(browser, DESKTOP, reduced_motion="reduce") as page:
        to_camera(page, link)
        switch = page.get_by_role("switch", name="Automatic")
        expect(switch).not_to_be_checked()
        is_told(page, "good")
        expect(page.locator(".hint")).to_have_text("Good. Press the button")
        page.wait_for_timeout(3_500)
        at(page, "capture")
        switch.click()
        expect(switch).to_be_checked()
        at(page, "preview")


def test_a_person_may_turn_it_off_and_it_stays_off_for_a_retake(browser: Browser, service: Service) -> None:
    _, link = service.new_capture()
    with page_of(browser, DESKTOP, **MOVING) as page:
        to_camera(page, link)
        press(page, "auto")
        shoot(page)
        press(page, "retake")
        page.locator("[data-guide=on]").wait_for()
        expect(page.get_by_role("switch")).not_to_be_checked()


@pytest.mark.parametrize(
    "blocked",
    [
        "**/*.wasm",
        *(
            pytest.param(name, marks=pytest.mark.soak)
            for name in ("**/facemesh-*.bin", "**/worker-*.js", "**/guide-*.js")
        ),
    ],
)
def test_without_the_guide_the_person_takes_the_selfie(browser: Browser, service: Service, blocked: str) -> None:
    _, link = service.new_capture()
    with page_of(browser, PHONE, **MOVING) as page:
        page.route(blocked, lambda route: route.abort())
        to_camera(page, link)
        page.locator("[data-guide=off]").wait_for()
        expect(page.locator(".hint")).to_contain_text("press the button")
        screenshot(page, "capture-phone-no-guide")
        assert page.get_by_role("switch").count() == 0
        shoot(page)
        press(page, "submit")
        at(page, "confirmation")


def test_a_press_does_not_wait_for_the_guide(browser: Browser, service: Service) -> None:
    _, link = service.new_capture()
    with page_of(browser, DESKTOP) as page:
        page.route("**/*.wasm", lambda _route: None)  # it never comes
        to_camera(page, link)
        assert page.locator("[data-guide]").count() == 0
        shoot(page)


def test_it_rests_while_nobody_looks_and_ends_with_the_screen(browser: Browser, service: Service) -> None:
    _, link = service.new_capture()
    with page_of(browser, DESKTOP) as page:
        page.add_init_script(COUNT_THE_READINGS)
        to_camera(page, link)
        is_told(page, "good")
        assert len(page.workers) == 1
        page.evaluate("window.away = true")
        page.wait_for_timeout(1_500)
        resting = page.evaluate("window.readings")
        page.wait_for_timeout(1_500)
        assert page.evaluate("window.readings") == resting
        page.evaluate("window.away = false; document.dispatchEvent(new Event('visibilitychange'))")
        page.wait_for_function(f"() => window.readings > {resting}")
        shoot(page)
        assert page.workers == []
