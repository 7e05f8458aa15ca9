"""One selfie is not enough: the page goes on at the camera, under the same link, and ends after the second."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.capture.steps import CAMERA_READY, NEVER_THE_SAME_PICTURE_TWICE, at, press, shoot, to_camera
from tests.harness.browser import DESKTOP, PHONE, page_of, screenshot
from tests.harness.server import Service

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("size", "name"),
    [(PHONE, "phone"), pytest.param(DESKTOP, "desktop", marks=pytest.mark.soak)],
    ids=["phone", "desktop"],
)
def test_the_person_goes_on_under_the_same_link(
    service: Service, browser: Browser, size: dict[str, Any], name: str
) -> None:
    eval_id, link = service.new_capture(customer=name, workflow="twice")
    with page_of(browser, size) as page:
        page.add_init_script(NEVER_THE_SAME_PICTURE_TWICE)
        to_camera(page, link)
        first = page.locator("[data-screen=capture] h1").text_content()
        assert page.locator("[data-action=turn]").count() == 0
        shoot(page)
        press(page, "submit")
        at(page, "capture")
        expect(page.locator("[data-screen=capture] h1")).to_contain_text("One more selfie")
        assert first is not None
        assert "One more" not in first
        expect(page.locator("[data-action=turn]")).to_be_visible()  # what is asked now is another thing
        page.locator(CAMERA_READY).wait_for()
        press(page, "flash")
        expect(page.get_by_text("If changing light can harm you")).to_be_in_viewport()  # not told with the consent
        screenshot(page, f"capture-{name}-again")
        assert service.evaluation(eval_id)["eval_status"] == "evaluation_paused"
        press(page, "neither")
        shoot(page)
        press(page, "submit")
        at(page, "confirmation")
    said = service.evaluation(eval_id)
    assert (said["eval_status"], said["decision"]) == ("evaluation_completed", "REVIEW")
    assert said["review_queues"] == ["doubts"]
    way = service.ask("GET", f"/api/evaluation/{eval_id}/trace")["route"]["trail"]
    assert [taken["step"] for taken in way].count("selfie") == 1
    assert [taken["step"] for taken in way].count("decide") == 2
