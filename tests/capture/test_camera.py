"""A camera that is refused, absent, or lost on the way is a screen with a way out, not a crash."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.capture.steps import CAMERA_READY, at, press, to_camera, trouble
from tests.harness.browser import DESKTOP, PHONE, page_of, screenshot
from tests.harness.server import Service

pytestmark = pytest.mark.browser

KEEP_THE_STREAM = """
const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wishes) => (window.stream = await open(wishes));
"""
UNPLUG = "() => window.stream.getVideoTracks()[0].dispatchEvent(new Event('ended'))"


def agree(page: Page, link: str) -> None:
    """From the link past the consent."""
    page.goto(link)
    press(page, "continue")
    press(page, "agree")


def test_a_denied_camera(denying_browser: Browser, service: Service) -> None:
    _, link = service.new_capture()
    with page_of(denying_browser, PHONE) as page:
        agree(page, link)
        assert trouble(page) == "cameraPermissionDeclined"
        screenshot(page, "capture-phone-denied")
        press(page, "retry")
        assert trouble(page) == "cameraPermissionDeclined"


def test_a_camera_that_is_unplugged_can_be_tried_again(browser: Browser, service: Service) -> None:
    _, link = service.new_capture()
    with page_of(browser, DESKTOP) as page:
        page.add_init_script(KEEP_THE_STREAM)
        to_camera(page, link)
        page.evaluate(UNPLUG)
        assert trouble(page) == "cameraInUse"
        press(page, "retry")
        at(page, "capture")
        page.locator(CAMERA_READY).wait_for()


def test_a_camera_that_sends_no_picture_is_not_waited_for_for_ever(browser: Browser, service: Service) -> None:
    _, link = service.new_capture()
    with page_of(browser, PHONE) as page:
        page.clock.install()
        page.add_init_script("HTMLMediaElement.prototype.play = () => new Promise(() => {})")
        agree(page, link)
        expect(page.locator(".hint")).to_have_text("Starting the camera…")
        page.clock.fast_forward(11_000)
        assert trouble(page) == "cameraInUse"


def test_an_insecure_page_says_so_before_it_opens_the_session(browser: Browser, service: Service) -> None:
    eval_id, link = service.new_capture()
    with page_of(browser, PHONE) as page:
        page.add_init_script("Object.defineProperty(window, 'isSecureContext', {value: false})")
        page.goto(link)
        assert trouble(page) == "insecureContext"
    with page_of(browser, PHONE) as page:  # nobody holds the session yet
        page.goto(link)
        at(page, "splash")
    assert service.evaluation(eval_id)["eval_status"] == "evaluation_paused"


def test_a_browser_that_cannot_says_so_and_gives_the_link_to_another(browser: Browser, service: Service) -> None:
    _, link = service.new_capture()
    with page_of(browser, PHONE, permissions=["clipboard-read", "clipboard-write"]) as page:
        page.add_init_script("delete Navigator.prototype.mediaDevices")
        page.goto(link)
        assert trouble(page) == "unsupportedBrowser"
        press(page, "copy")
        expect(page.locator("[data-action=copy]")).to_have_text("Copied")
        assert page.evaluate("navigator.clipboard.readText()") == link


@pytest.mark.parametrize(
    "copying", ["delete Navigator.prototype.clipboard", "Clipboard.prototype.writeText = () => Promise.reject(0)"]
)
def test_a_link_that_cannot_be_copied_is_shown_as_it_was_opened(
    browser: Browser, service: Service, copying: str
) -> None:
    """In a browser inside another app; a hand-off's code, which is not used yet, stays with it."""
    _, link = service.new_capture()
    with page_of(browser, PHONE) as page:
        page.add_init_script(f"delete Navigator.prototype.mediaDevices; {copying}")
        page.goto(f"{link}~code")
        press(page, "copy")
        expect(page.get_by_role("textbox", name="Your link")).to_have_value(f"{link}~code")
