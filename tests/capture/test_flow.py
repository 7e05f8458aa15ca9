"""The whole path in a real browser: five screens, then an evaluation with decision and codes."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.capture.steps import (
    CAMERA_READY,
    NEVER_THE_SAME_PICTURE_TWICE,
    at,
    press,
    shoot,
    to_camera,
    to_end,
    to_preview,
)
from tests.harness.browser import DESKTOP, PHONE, at_rest, page_of, screenshot
from tests.harness.server import Service

pytestmark = pytest.mark.browser

WATCH_THE_CAMERA = """
window.asked = 0;
window.streams = [];
const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wishes) => {
  window.asked += 1;
  const stream = await open(wishes);
  window.streams.push(stream);
  return stream;
};
"""
NUMBER_THE_PICTURES = """
const draw = CanvasRenderingContext2D.prototype.drawImage;
CanvasRenderingContext2D.prototype.drawImage = function (source, ...places) {
  draw.call(this, source, ...places);
  if (!(source instanceof HTMLVideoElement)) return;
  const played = source.getVideoPlaybackQuality().totalVideoFrames;
  this.fillStyle = `rgb(${[37, 59, 83].map((step) => (played * step) % 256)})`;
  this.fillRect(0, 0, 32, 32);
};
"""
"""The film is short and starts anew: on a slow machine two pictures, each new from the camera, may be equal."""
LIVE_TRACKS = "() => window.streams.flatMap((s) => s.getTracks()).filter((t) => t.readyState === 'live').length"


def walk(page: Page, link: str, size: str) -> None:
    """All five screens, each with its picture."""
    page.goto(link)
    at(page, "splash")
    screenshot(page, f"capture-{size}-1-splash")
    press(page, "continue")
    at(page, "consent")
    screenshot(page, f"capture-{size}-2-consent")
    press(page, "agree")
    page.locator(CAMERA_READY).wait_for()
    at_rest(page)  # for the picture: the camera's view fades in
    screenshot(page, f"capture-{size}-3-capture")
    press(page, "capture")
    at(page, "preview")
    screenshot(page, f"capture-{size}-4-preview")
    press(page, "submit")
    at(page, "confirmation")
    screenshot(page, f"capture-{size}-5-confirmation")


def check_decided(evaluation: dict[str, Any]) -> None:
    """Complete, with a decision and the codes that explain it, and no frame in the answer."""
    assert evaluation["eval_status"] == "evaluation_completed"
    told = evaluation["selfieIntelligence"]
    assert told["decision"]["value"] in {"accept", "review", "reject"}
    assert evaluation["decision"] == told["decision"]["value"].upper()
    assert told["reasonCodes"]
    assert "/9j/" not in str(evaluation)


def test_a_phone_goes_through_all_five_screens(phone_browser: Browser, service: Service) -> None:
    eval_id, link = service.new_capture("phone")
    assert service.evaluation(eval_id)["eval_status"] == "evaluation_paused"
    with page_of(phone_browser, PHONE) as page:
        walk(page, link, "phone")
        assert "accept" not in page.content().lower()
    check_decided(service.evaluation(eval_id))


def test_a_desktop_goes_through_all_five_screens(browser: Browser, service: Service) -> None:
    eval_id, link = service.new_capture("desktop")
    with page_of(browser, DESKTOP) as page:
        walk(page, link, "desktop")
    check_decided(service.evaluation(eval_id))


def test_the_frames_arrive_with_their_times(browser: Browser, service: Service) -> None:
    """As many JPEGs as asked for, each different, those before the challenge at least about the interval apart."""
    _, link = service.new_capture(strategy="standard")
    with page_of(browser, DESKTOP) as page, page.expect_request("**/sessions/frames") as sent:
        page.add_init_script(NUMBER_THE_PICTURES)
        to_camera(page, link, "flash")
        shoot(page)
    body = json.loads(sent.value.post_data or "")
    times = [frame["t_ms"] for frame in json.loads(body["envelope"])["frames"]]
    assert len(body["frames"]) == len(times) == 24
    assert len(set(body["frames"])) == 24
    assert times[0] == 0
    assert all(later - earlier >= 110 for earlier, later in itertools.pairwise(times[:8]))
    assert all(later > earlier for earlier, later in itertools.pairwise(times))


def test_the_camera_is_asked_for_after_consent_and_given_back_before_the_preview(
    browser: Browser, service: Service
) -> None:
    _, link = service.new_capture()
    with page_of(browser, DESKTOP) as page:
        page.add_init_script(WATCH_THE_CAMERA)
        page.goto(link)
        press(page, "continue")
        at(page, "consent")
        assert page.evaluate("window.asked") == 0
        press(page, "agree")
        page.locator(CAMERA_READY).wait_for()
        assert page.evaluate(LIVE_TRACKS) == 1
        press(page, "capture")
        at(page, "preview")
        assert page.evaluate(LIVE_TRACKS) == 0


def test_a_page_that_goes_away_gives_the_camera_back(browser: Browser, service: Service) -> None:
    _, link = service.new_capture()
    with page_of(browser, DESKTOP) as page:
        page.add_init_script(WATCH_THE_CAMERA)
        to_camera(page, link)
        page.evaluate("window.dispatchEvent(new PageTransitionEvent('pagehide'))")
        assert page.evaluate(LIVE_TRACKS) == 0


def test_a_retake_replaces_the_selfie(browser: Browser, service: Service) -> None:
    eval_id, link = service.new_capture()
    with page_of(browser, DESKTOP) as page:
        page.add_init_script(NEVER_THE_SAME_PICTURE_TWICE)
        to_preview(page, link)
        expect(page.get_by_text("5 more tries")).to_be_visible()
        press(page, "retake")
        page.locator(CAMERA_READY).wait_for()
        shoot(page)
        expect(page.get_by_text("4 more tries")).to_be_visible()
        press(page, "submit")
        at(page, "confirmation")
    check_decided(service.evaluation(eval_id))


def test_neither_token_nor_selfie_stays_behind(browser: Browser, service: Service) -> None:
    """The address bar has no token, and the tab's storage has nothing but the token."""
    _, link = service.new_capture()
    with page_of(browser, DESKTOP) as page:
        to_end(page, link)
        assert page.evaluate("location.hash + location.search") == ""
        assert page.evaluate("Object.keys(localStorage)") == []
        assert page.evaluate("Object.keys(sessionStorage)") == ["selfie.token"]
        assert page.evaluate("sessionStorage.getItem('selfie.token')") == link.split("#")[1]
        assert page.evaluate("document.cookie") == ""
