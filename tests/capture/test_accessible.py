"""People with a keyboard, a screen reader, a small screen or little contrast get through as well."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.capture.steps import CAMERA_READY, at, press, shoot, trouble
from tests.harness.browser import DESKTOP, PHONE, at_rest, chromium_with, page_of, screenshot
from tests.harness.server import Service

pytestmark = pytest.mark.browser

SMALL: dict[str, Any] = {**PHONE, "viewport": {"width": 320, "height": 568}}
ACROSS: dict[str, Any] = {**PHONE, "viewport": {"width": 740, "height": 360}}

# Every text with its own and its ground's colour: the nearest opaque background behind it.
CONTRASTS = """
() => {
  const numbers = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number);
  const light = ([r, g, b]) => {
    const part = (v) => ((v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = numbers(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const texts = [...document.querySelectorAll("#app *")].filter((element) =>
    [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()));
  return texts.map((element) => {
    const [a, b] = [light(numbers(getComputedStyle(element).color)), light(ground(element))];
    return [element.textContent, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)];
  });
}
"""
NAMELESS = """
() => [...document.querySelectorAll("button, [tabindex='0'], video, canvas, svg[role=img], [role=region]")]
  .filter((e) => !(e.getAttribute("aria-label") || e.textContent.trim()))
  .map((e) => e.outerHTML)
"""
TOO_SMALL = """
() => [...document.querySelectorAll("button")]
  .filter((e) => e.getClientRects().length > 0)
  .map((e) => [e.dataset.action, e.getBoundingClientRect()])
  .filter(([, box]) => box.width < 44 || box.height < 44 || box.bottom > innerHeight + 1 || box.right > innerWidth + 1)
  .map(([name]) => name)
"""
CUT_OFF = """
() => [...document.querySelectorAll("#app :is(button, h1, h2, p, li)")]
  .filter((e) => e.getClientRects().length > 0 && getComputedStyle(e).clipPath === "none")
  .filter((e) => e.getBoundingClientRect().left < 0 || e.getBoundingClientRect().right > innerWidth + 1)
  .map((e) => e.textContent)
"""
SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def screens(page: Page, link: str) -> Iterator[str]:
    """Stop on each screen from the splash to the confirmation."""
    page.goto(link)
    at(page, "splash")
    yield "splash"
    press(page, "continue")
    at(page, "consent")
    yield "consent"
    press(page, "agree")
    page.locator(CAMERA_READY).wait_for()
    yield "capture"
    press(page, "neither")  # the fastest
    shoot(page)
    at_rest(page)
    yield "preview"
    press(page, "submit")
    at(page, "confirmation")
    yield "confirmation"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_contrast_and_every_control_a_name(browser: Browser, service: Service, scheme: str) -> None:
    _, link = service.new_capture(strategy="standard")
    with page_of(browser, DESKTOP, color_scheme=scheme, reduced_motion="reduce") as page:
        for name in screens(page, link):
            at_rest(page)  # colours have their transitions
            contrasts = page.evaluate(CONTRASTS)
            assert contrasts
            assert [row for row in contrasts if row[1] < 4.5] == [], name
            assert page.evaluate(NAMELESS) == [], name
            assert page.locator("h1").count() == 1, name
            screenshot(page, f"capture-desktop-{scheme}-{name}")


@pytest.mark.parametrize("size", [SMALL, ACROSS, PHONE], ids=["320 px", "held across", "phone"])
def test_every_button_can_be_reached_on_a_small_screen(
    browser: Browser, service: Service, size: dict[str, Any]
) -> None:
    _, link = service.new_capture(strategy="standard")
    with page_of(browser, size) as page:
        for name in screens(page, link):
            assert page.evaluate(SIDEWAYS) <= 0, name
            assert page.evaluate(TOO_SMALL) == [], name
            width = size["viewport"]["width"]
            screenshot(page, f"capture-{width}-{name}")


def test_text_of_twice_the_size_is_read_and_the_photo_still_seen(
    chromium: str, handheld: Path, service: Service
) -> None:
    _, link = service.new_capture(strategy="standard")
    with chromium_with(chromium, film=handheld, text_px=32) as enlarged, page_of(enlarged, SMALL) as page:
        for name in screens(page, link):
            assert page.evaluate(CUT_OFF) == [], name
            if name == "preview":
                photo = page.locator(".photo").bounding_box()
                assert photo is not None
                assert photo["height"] > 180
            screenshot(page, f"capture-large-text-{name}")


def test_the_keyboard_alone_is_enough(browser: Browser, service: Service) -> None:
    """Each screen starts at its heading; Tab reaches its controls in the order in which they are read."""
    _, link = service.new_capture(strategy="standard")
    with page_of(browser, DESKTOP) as page:
        page.goto(link)
        at(page, "splash")
        assert focused(page) == "H1"
        assert tabbed(page, 1) == ["continue"]
        page.keyboard.press("Enter")
        at(page, "consent")
        assert focused(page) == "H1"
        assert tabbed(page, 3) == ["flash", "turn", "neither"]
        page.keyboard.press("Enter")
        assert tabbed(page, 3) == ["DIV", "decline", "agree"]
        page.keyboard.press("Enter")
        page.locator(CAMERA_READY).wait_for()
        assert focused(page) == "capture"
        page.keyboard.press("Space")
        at(page, "preview")
        assert tabbed(page, 2) == ["retake", "submit"]
        page.keyboard.press("Enter")
        at(page, "confirmation")
        assert focused(page) == "H1"


def test_screen_readers_hear_what_happens(browser: Browser, service: Service) -> None:
    _, link = service.new_capture()
    with page_of(browser, DESKTOP) as page:
        page.goto(link)
        press(page, "continue")
        press(page, "agree")
        said = page.locator("#announcer[aria-live=polite]")
        page.locator(CAMERA_READY).wait_for()
        page.wait_for_function("() => document.getElementById('announcer').textContent.includes('camera is ready')")
        page.context.set_offline(True)
        press(page, "capture")
        assert trouble(page) == "networkLost"
        page.wait_for_function("() => document.getElementById('announcer').textContent.includes('No connection')")
        assert said.count() == 1
        assert page.title().startswith("No connection")


def focused(page: Page) -> str:
    """The action of what has the focus, or its tag."""
    found = page.evaluate("document.activeElement.dataset.action ?? document.activeElement.tagName")
    assert isinstance(found, str)
    return found


def tabbed(page: Page, times: int) -> list[str]:
    """Where the Tab key leads, step by step."""
    stops = []
    for _ in range(times):
        page.keyboard.press("Tab")
        stops.append(focused(page))
    return stops
