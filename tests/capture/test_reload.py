"""A reload goes on where the session stands; the frames that a reload lost are simply taken again."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.capture.steps import CAMERA_READY, NEVER_THE_SAME_PICTURE_TWICE, at, press, shoot, to_camera, to_preview
from tests.harness.browser import PHONE, page_of
from tests.harness.server import Service

pytestmark = pytest.mark.browser


def test_before_consent(browser: Browser, service: Service) -> None:
    _, link = service.new_capture()
    with page_of(browser, PHONE) as page:
        page.goto(link)
        press(page, "continue")
        at(page, "consent")
        page.reload()
        at(page, "splash")


def test_at_the_camera(browser: Browser, service: Service) -> None:
    _, link = service.new_capture()
    with page_of(browser, PHONE) as page:
        to_camera(page, link)
        page.reload()
        at(page, "capture")
        page.locator(CAMERA_READY).wait_for()


def test_at_the_preview(browser: Browser, service: Service) -> None:
    eval_id, link = service.new_capture()
    with page_of(browser, PHONE) as page:
        page.add_init_script(NEVER_THE_SAME_PICTURE_TWICE)
        to_preview(page, link)
        page.get_by_text("5 more tries").wait_for()
        page.reload()
        page.locator(CAMERA_READY).wait_for()
        shoot(page)
        page.get_by_text("4 more tries").wait_for()
        press(page, "submit")
        at(page, "confirmation")
    assert service.evaluation(eval_id)["eval_status"] == "evaluation_completed"


def test_another_link_in_the_same_tab_is_another_session(browser: Browser, service: Service) -> None:
    (_, first), (_, second) = service.new_capture("one"), service.new_capture("two")
    with page_of(browser, PHONE) as page:
        page.goto(first)
        at(page, "splash")
        with page.expect_navigation():
            page.evaluate("(hash) => { location.hash = hash; }", second.split("#")[1])
        at(page, "splash")
        assert page.evaluate("sessionStorage.getItem('selfie.token')") == second.split("#")[1]
