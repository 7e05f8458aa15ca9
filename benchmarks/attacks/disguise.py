"""A browser as the harness is, or one that hides it: what a capable attacker does, and what a person's browser is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page

from tests.harness.browser import DESKTOP, page_of
from tests.harness.responder import masking_script


@contextmanager
def disguised(browser: Browser, *, masked: bool, camera: str = "", after: str = "") -> Iterator[Page]:
    """A page in a browser context of its own.

    Args:
        masked: hide the tells of camera, canvas, automation and graphics.
        camera: a script that puts another camera in place; it is masked like the rest.
        after: a script that runs last.
    """
    options = {"locale": "en-GB", "timezone_id": "Europe/Paris"} if masked else {}
    with page_of(browser, DESKTOP, **options) as page:
        for script in (camera, masking_script() if masked else "", after):
            if script:
                page.add_init_script(script)
        if masked:
            _name_a_plain_browser(page, browser.version.split(".")[0])
        yield page


def _name_a_plain_browser(page: Page, major: str) -> None:
    """Headers and script name a browser with a window, in the user agent and in the client hints alike."""
    agent = f"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{major}.0.0.0 Safari/537.36"
    brands = [{"brand": name, "version": major} for name in ("Chromium", "Google Chrome")]
    hints = {
        "brands": [*brands, {"brand": "Not=A?Brand", "version": "24"}],
        "platform": "Linux",
        "platformVersion": "6.8.0",
        "architecture": "x86",
        "model": "",
        "mobile": False,
    }
    order = {"userAgent": agent, "userAgentMetadata": hints, "platform": "Linux x86_64", "acceptLanguage": "en-GB,en"}
    page.context.new_cdp_session(page).send("Emulation.setUserAgentOverride", order)
