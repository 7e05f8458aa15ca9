"""What a person does on the pages, by the handles that integrators' own tests use."""

from __future__ import annotations

from playwright.sync_api import Page, expect

CAMERA_READY = "[data-action=capture][aria-disabled=false]"
NEVER_THE_SAME_PICTURE_TWICE = """
const encode = HTMLCanvasElement.prototype.toBlob;
HTMLCanvasElement.prototype.toBlob = function (...wishes) {
  const pen = this.getContext("2d");
  pen.fillStyle = `rgb(${crypto.getRandomValues(new Uint8Array(3))})`;
  pen.fillRect(0, 0, 16, 16);
  return encode.apply(this, wishes);
};
"""
"""The film starts anew with each use of the camera, so that two bursts may be equal; those of a sensor never are."""


def at(page: Page, screen: str) -> None:
    """Wait until this screen is there."""
    expect(page.locator(f"[data-screen={screen}]")).to_be_visible()


def press(page: Page, action: str) -> None:
    """Press a button."""
    page.locator(f"[data-action={action}]").click()


def trouble(page: Page) -> str | None:
    """The code of the error screen, once it is there."""
    at(page, "error")
    return page.locator("[data-error]").get_attribute("data-error")


def to_camera(page: Page, link: str, choice: str | None = None) -> None:
    """From the link to the running camera; `choice` where something is asked there, None for what the page proposes."""
    page.goto(link)
    at(page, "splash")
    press(page, "continue")
    if choice is not None:
        press(page, choice)
    press(page, "agree")
    at(page, "capture")
    page.locator(CAMERA_READY).wait_for()


def shoot(page: Page) -> None:
    """Take the photo, and wait until the service has its frames: the preview is there before."""
    with page.expect_response("**/sessions/frames") as answered:
        press(page, "capture")
        at(page, "preview")
    answered.value.finished()


def to_preview(page: Page, link: str) -> None:
    """From the link to the photo, whose frames have arrived at the service."""
    to_camera(page, link)
    shoot(page)


def to_end(page: Page, link: str) -> None:
    """From the link to the confirmation."""
    to_preview(page, link)
    press(page, "submit")
    at(page, "confirmation")
