"""Chromium for tests: the system's own, without network of its own, with a camera that plays a file, or with none."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

PATIENCE_MS = 60_000
"""How long a page is waited for. Only what fails waits as long, and a busy machine is no failure."""

expect.set_options(timeout=PATIENCE_MS)

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",  # in a container there is often too little of it, and pages crash
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
ANSWER_YES = "--use-fake-ui-for-media-stream"
ANSWER_NO = "--deny-permission-prompts"

PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}


@contextmanager
def chromium_with(
    executable: str, *, film: Path | None = None, permission: str = ANSWER_YES, text_px: int | None = None
) -> Iterator[Browser]:
    """Launch Chromium: its camera shows `film` (no camera where None); `permission` answers its prompts.

    `text_px` is the size of text that the person set for all pages; with it Chromium tells of no mouse.
    """
    camera = [permission]
    if text_px is not None:
        camera.append(f"--blink-settings=defaultFontSize={text_px}")  # in place of Playwright's own, which has a mouse
    if film is not None:
        camera += ["--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}"]
    with _driver() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, args=[*QUIET, *camera], timeout=2 * PATIENCE_MS
        )
        try:
            yield browser
        finally:
            browser.close()


_running: list[Playwright] = []


@contextmanager
def _driver() -> Iterator[Playwright]:
    """Playwright's driver, of which a thread can have only one: a browser within another's `with` shares it."""
    if _running:
        yield _running[-1]
        return
    with sync_playwright() as started:
        _running.append(started)
        try:
            yield started
        finally:
            _running.pop()


@contextmanager
def page_of(browser: Browser, size: dict[str, Any], **options: Any) -> Iterator[Page]:
    """A page in a browser context of its own (own cookies), which must not have failed in its console at the end.

    The person asks for less motion: then no selfie takes itself while a test looks at the camera's screen.
    """
    context: BrowserContext = browser.new_context(**{"reduced_motion": "reduce", **size, **options})
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    try:
        yield page
    finally:
        context.close()
    unexpected = [line for line in complaints if "Failed to load resource" not in line]
    assert not unexpected, f"the page complained: {unexpected}"


def at_rest(page: Page) -> None:
    """Wait until what moves or fades in for a moment has come to rest; what moves without end is left alone."""
    page.wait_for_function(
        "() => document.getAnimations().every((one) =>"
        " one.playState !== 'running' || one.effect.getComputedTiming().endTime > 5_000)"
    )


def screenshot(page: Page, name: str) -> None:
    """Keep a picture of the page in the folder that SELFIE_SCREENSHOTS names; nothing where it names none."""
    folder = os.environ.get("SELFIE_SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        picture = Path(folder) / f"{re.sub(r'[^a-z0-9-]+', '-', name.lower())}.png"
        page.screenshot(path=str(picture), animations="disabled")
