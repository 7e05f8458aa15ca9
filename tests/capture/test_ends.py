"""Links that cannot be used, and a person who does not want to: each has its screen, none starts the camera."""

from __future__ import annotations

import sqlite3

import pytest
from playwright.sync_api import Browser, expect

from tests.capture.steps import at, press, to_end, to_preview, trouble
from tests.harness.browser import DESKTOP, PHONE, page_of, screenshot
from tests.harness.server import Service

pytestmark = pytest.mark.browser


def let_expire(service: Service, eval_id: str, at: str = "2020-01-01") -> None:
    """Move the end of a session to another day, in the service's own database."""
    database = service.log.parent / "data" / "selfie.sqlite3"
    with sqlite3.connect(database, timeout=10) as connection:
        changed = connection.execute(
            "UPDATE capture_session SET expires_at = ? WHERE eval_id = ?", (f"{at} 12:00:00.000000", eval_id)
        )
        assert changed.rowcount == 1


def test_declining_ends_calmly(browser: Browser, service: Service) -> None:
    eval_id, link = service.new_capture()
    with page_of(browser, PHONE) as page:
        page.goto(link)
        press(page, "continue")
        press(page, "decline")
        at(page, "confirmation")
        expect(page.locator("[data-outcome=declined]")).to_be_visible()
        screenshot(page, "capture-phone-declined")
        page.reload()
        expect(page.locator("[data-outcome=declined]")).to_be_visible()
    assert service.evaluation(eval_id)["decision"] != "ACCEPT"


def test_a_link_that_works_for_days_names_the_day(browser: Browser, service: Service) -> None:
    eval_id, link = service.new_capture()
    let_expire(service, eval_id, at="2090-01-04")
    with page_of(browser, PHONE, timezone_id="UTC") as page:
        page.goto(link)
        expect(page.get_by_text("This link works until Wednesday, January 4")).to_be_visible()


def test_a_link_that_expires_on_the_way_says_so(browser: Browser, service: Service) -> None:
    eval_id, link = service.new_capture()
    with page_of(browser, DESKTOP) as page:
        to_preview(page, link)
        let_expire(service, eval_id)
        press(page, "submit")
        assert trouble(page) == "sessionExpired"
    assert service.evaluation(eval_id)["decision"] != "ACCEPT"


def test_a_used_link_says_so_elsewhere_and_confirms_here(browser: Browser, service: Service) -> None:
    _, link = service.new_capture()
    with page_of(browser, DESKTOP) as mine:
        to_end(mine, link)
        mine.reload()
        at(mine, "confirmation")
        with page_of(browser, DESKTOP) as other:
            other.goto(link)
            assert trouble(other) == "sessionUsed"


@pytest.mark.parametrize("fragment", ["", "#not-a-token", "#%00%F0%9F%98%80", "#~", "#<script>alert(1)</script>", "#%"])
def test_a_broken_link_says_so(browser: Browser, service: Service, fragment: str) -> None:
    with page_of(browser, PHONE) as page:
        page.goto(f"{service.url}/capture/{fragment}")
        assert trouble(page) == "sessionUnknown"
