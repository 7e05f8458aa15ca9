"""From a desktop to a phone: the code moves the session once, the desktop follows and never gets it back."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.capture.steps import LONG_MS, at, press, trouble
from tests.harness.browser import DESKTOP, PHONE, page_of, screenshot
from tests.harness.server import Service

pytestmark = pytest.mark.browser


def scanned(page: Page) -> str:
    """What a phone's camera reads in the QR code on the page."""
    picture = page.locator(".qr").screenshot()
    image = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    text, _, _ = cv2.QRCodeDetector().detectAndDecode(cv2.resize(image, None, fx=3, fy=3))
    assert isinstance(text, str)
    return text


def test_the_phone_takes_over_and_the_desktop_follows(browser: Browser, service: Service) -> None:
    eval_id, link = service.new_capture()
    with page_of(browser, DESKTOP) as desktop, page_of(browser, PHONE) as phone:
        desktop.goto(link)
        at(desktop, "splash")
        code = scanned(desktop)
        assert code.startswith(link)
        phone.goto(code)
        at(phone, "splash")
        expect(desktop.locator("[data-watching]")).to_be_visible(timeout=LONG_MS)
        screenshot(desktop, "capture-desktop-watching")
        desktop.reload()
        expect(desktop.locator("[data-watching]")).to_be_visible()
        phone.reload()
        to_end_from_splash(phone)
        expect(desktop.locator("[data-outcome=submitted]")).to_be_visible(timeout=LONG_MS)
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
    page.locator("[data-action=capture][aria-disabled=false]").click()
    at(page, "preview")
    press(page, "submit")
    at(page, "confirmation")
