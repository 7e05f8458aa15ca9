"""The README's pictures, from the real service in a real browser: `python scripts/pictures.py FOLDER`."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page

from tests.capture.steps import at, press
from tests.harness.browser import PHONE, chromium_with, page_of
from tests.harness.camera import HANDHELD, camera_file
from tests.harness.server import Service, running_service

# Not the headless browser's own name, which the device policy rightly takes for automation.
ORDINARY = {
    "user_agent": "Mozilla/5.0 (Linux; Android 16; K) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/156.0.0.0 Mobile Safari/537.36"
}
UNTOLD = "Object.defineProperty(Navigator.prototype, 'webdriver', {get: () => false})"
WIDE = {"viewport": {"width": 1280, "height": 800}, "device_scale_factor": 1.5}


def take_selfie(page: Page, link: str, folder: Path) -> None:
    """Go through the Capture App; pictures of the camera and of the preview."""
    page.add_init_script(UNTOLD)  # else the picture shows the review that an automated browser gets
    page.goto(link)
    press(page, "continue")
    at(page, "consent")
    press(page, "agree")
    page.locator("[data-action=capture][aria-disabled=false]").wait_for()
    page.wait_for_timeout(600)
    page.screenshot(path=folder / "capture-phone.jpg", type="jpeg", quality=80)
    press(page, "capture")
    at(page, "preview")
    press(page, "submit")
    at(page, "confirmation")


def show_console(page: Page, service: Service, eval_id: str, folder: Path) -> None:
    """Pictures of one evaluation with its trace, and of a policy in the editor."""
    page.goto(service.console_link)
    page.wait_for_url("**/console/**")
    page.goto(f"{service.url}/console/?evaluation={eval_id}")
    page.get_by_text("Passive liveness").first.wait_for()
    page.wait_for_timeout(1500)  # until the last part has settled
    page.screenshot(path=folder / "console-evaluation.png")
    page.goto(f"{service.url}/console/?policy=selfie")
    page.locator(".cm-line").first.wait_for()
    page.wait_for_timeout(1500)
    page.screenshot(path=folder / "console-policy.png")


def main(folder: Path) -> None:
    """Start the service, take a selfie with the example portrait before the camera, look at it as an analyst."""
    executable = shutil.which("chromium") or shutil.which("google-chrome")
    if executable is None:
        sys.exit("Chromium is needed for pictures (Debian: chromium)")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, running_service(Path(scratch)) as service:
        film = camera_file(Path(scratch), HANDHELD)
        eval_id, link = service.new_capture("ada")
        with chromium_with(executable, film=film) as browser:
            with page_of(browser, PHONE, **ORDINARY) as page:
                take_selfie(page, link, folder)
            with page_of(browser, WIDE) as page:
                show_console(page, service, eval_id, folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
