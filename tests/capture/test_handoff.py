"""From a desktop to a phone: the code moves the session once, the desktop follows and never gets it back."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.capture.steps import CAMERA_READY, at, press, trouble
from tests.harness.browser import DESKTOP, PHONE, page_of, screenshot
from tests.harness.camera import Pixels
from tests.harness.server import Service

pytestmark = pytest.mark.browser


def scanned(page: Page) -> str:
    """What a phone's camera reads in the QR code on the page."""
    picture = page.locator(".qr").screenshot()
    image = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    reads = (cv2.QRCodeDetectorAruco().detectAndDecode(look)[0] for look in looks(image.astype(np.uint8)))
    return next((text for text in reads if text), "nothing")


def looks(image: Pixels) -> Iterator[Pixels]:
    """The code as a hand holds it, this way and that: OpenCV cannot read one good code in forty held straight."""
    height, width = image.shape[:2]
    for angle in (0, 7, 45, -12, 20):
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 0.7)
        turned = cv2.warpAffine(image, turn, (width, height), borderValue=(255, 255, 255))
        yield cv2.resize(turned, None, fx=4, fy=4).astype(np.uint8)


def test_the_phone_takes_over_and_the_desktop_follows(browser: Browser, service: Service) -> None:
    eval_id, link = service.new_capture()
    with page_of(browser, DESKTOP) as desktop, page_of(browser, PHONE) as phone:
        desktop.goto(link)
        at(desktop, "splash")
        code = scanned(desktop)
        assert code.startswith(link)
        phone.goto(code)
        at(phone, "splash")
        expect(desktop.locator("[data-watching]")).to_be_visible()
        screenshot(desktop, "capture-desktop-watching")
        desktop.reload()
        expect(desktop.locator("[data-watching]")).to_be_visible()
        phone.reload()
        to_end_from_splash(phone)
        expect(desktop.locator("[data-outcome=submitted]")).to_be_visible()
    assert service.evaluation(eval_id)["eval_status"] == "evaluation_completed"


def test_the_code_works_once(browser: Browser, service: Service) -> None:
    _, link = service.new_capture()
    with page_of(browser, DESKTOP) as desktop, page_of(browser, PHONE) as phone, page_of(browser, PHONE) as stranger:
        desktop.goto(link)
        code = scanned(desktop)
        phone.goto(code)
        at(phone, "splash")
        stranger.goto(code)
        assert trouble(stranger) == "sessionElsewhere"


def test_a_desktop_past_the_offer_notices_too(browser: Browser, service: Service) -> None:
    _, link = service.new_capture()
    with page_of(browser, DESKTOP) as desktop, page_of(browser, PHONE) as phone:
        desktop.goto(link)
        code = scanned(desktop)
        press(desktop, "continue")
        at(desktop, "consent")
        phone.goto(code)
        at(phone, "splash")
        press(desktop, "agree")
        expect(desktop.locator("[data-watching]")).to_be_visible()


def test_a_phone_is_offered_no_code(browser: Browser, service: Service) -> None:
    _, link = service.new_capture()
    with page_of(browser, PHONE) as phone:
        phone.goto(link)
        at(phone, "splash")
        expect(phone.locator(".qr")).to_have_count(0)


def to_end_from_splash(page: Page) -> None:
    """The rest of the way on the phone."""
    press(page, "continue")
    press(page, "agree")
    page.locator(CAMERA_READY).click()
    at(page, "preview")
    press(page, "submit")
    at(page, "confirmation")
