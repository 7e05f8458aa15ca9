"""Evaluations in a real browser: the list, one evaluation with its trace, a new capture."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.sync_api import expect

from tests.console.conftest import OpenConsole
from tests.harness.browser import PHONE, screenshot
from tests.harness.server import Service

pytestmark = pytest.mark.browser

EVERY_PAGE = ("", "?evaluation={child}", "?view=policies", "?policy=selfie", "?policy=selfie&show=versions")
STREAMLITS_OWN = ('[data-testid="stHeader"]', '[data-testid="stToolbar"]', "#MainMenu", "footer")


def test_an_analyst_sees_why(console: OpenConsole, evaluations: dict[str, str]) -> None:
    with console() as page:
        row = page.locator("a.si-row", has_text="child")
        expect(row.locator(".si-chip")).to_have_text("Reject")
        expect(row.locator(".si-code", has_text="R845")).to_have_attribute("title", re.compile("Minimum age not met"))
        screenshot(page, "console-evaluations")
        row.click()
        expect(page).to_have_url(re.compile(f"evaluation={evaluations['child']}"))
        expect(page.locator("h1")).to_have_text("child")
        rule = page.locator("details.si-rule.fired", has_text="under-age")
        expect(rule).to_contain_text("15.5 years")
        rule.locator("summary").click()
        expect(rule.locator(".si-tree")).to_contain_text("age.predicted < age_of_access")
        screenshot(page, "console-evaluation")
        rule.get_by_role("link", name=re.compile("line")).click()
        expect(page.locator(".cm-shownLine")).to_contain_text("under-age")
        page.go_back()
        expect(page.locator("h1")).to_have_text("child")


def test_a_filter_stands_in_the_address(console: OpenConsole, evaluations: dict[str, str]) -> None:
    with console() as page:
        page.locator(".st-key-decision").get_by_text("Reject").click()
        expect(page.locator("a.si-row", has_text="child").first).to_be_visible()
        expect(page.locator("a.si-row", has_text="adult")).to_have_count(0)
        address = page.url
    with console(address.partition("/console/")[2]) as page:
        expect(page.locator("a.si-row", has_text="child").first).to_be_visible()
        expect(page.locator("a.si-row", has_text="adult")).to_have_count(0)


def test_nothing_of_streamlits_own_is_left(console: OpenConsole, evaluations: dict[str, str]) -> None:
    with console() as page:
        page.locator("a.si-row").first.wait_for()
        for chrome in STREAMLITS_OWN:
            assert not page.locator(chrome).locator("visible=true").count(), chrome
        expect(page).to_have_title("Selfie Intelligence")
        bar = page.locator(".si-bar").bounding_box()
        assert bar is not None
        assert bar["y"] < 4, "there is a gap above the bar"


@pytest.mark.parametrize(
    "query", ["", "?evaluation={child}", "?view=policies", "?policy=selfie", "?policy=selfie&show=versions"]
)
def test_a_phone_shows_every_page_without_scrolling_sideways(
    console: OpenConsole, evaluations: dict[str, str], query: str
) -> None:
    with console(query.format(**evaluations), size=PHONE) as page:
        page.locator(".si-list, .si-trace").first.wait_for()
        screenshot(page, f"console-phone {query.partition('=')[0]}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_new_capture_gives_a_link_and_follows_it(console: OpenConsole, service: Service) -> None:
    with console() as page:
        page.get_by_role("button", name="New capture").click()
        page.get_by_role("button", name="Make the link").click()
        expect(page.get_by_role("alert")).to_contain_text("The customer id is missing")
        page.get_by_role("textbox", name="Customer id").fill("grace")
        page.get_by_role("button", name="Make the link").click()
        expect(page.get_by_alt_text("QR code of the link")).to_be_visible()
        expect(page.locator(".si-live")).to_contain_text("Awaiting the selfie")
        link = page.get_by_test_id("stCode").inner_text().strip()
        assert link.startswith(f"{service.url}/capture/#")
        screenshot(page, "console-new-capture")
        decline(service, link.partition("#")[2])
        expect(page.locator(".si-live .si-chip")).to_have_text("Review")
        page.get_by_role("link", name="Open the evaluation").click()
        expect(page.locator("h1")).to_have_text("grace")
        expect(page.locator(".si-page-head")).to_contain_text("declined")


def decline(service: Service, token: str) -> None:
    """The person says no."""
    with httpx.Client(base_url=service.url, headers={"Authorization": f"Bearer {token}"}, timeout=60) as person:
        assert person.post("/api/capture/sessions/open", json={}).is_success
        assert person.post("/api/capture/sessions/decline", json={}).is_success
