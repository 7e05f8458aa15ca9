"""The pictures of README and docs, from the real service in a real browser: `python scripts/pictures.py FOLDER`."""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from tests.capture.steps import CAMERA_READY, at, press, trouble
from tests.harness.browser import ANSWER_NO, DESKTOP, PHONE, at_rest, chromium_with, page_of
from tests.harness.camera import HANDHELD, WEBCAM, Scene, portrait, portrait_face
from tests.harness.receiver import receiving, says
from tests.harness.responder import responder_script
from tests.harness.server import Service, running_service

# Not the headless browser's own name, which the device policy rightly takes for automation.
ORDINARY = {
    "user_agent": "Mozilla/5.0 (Linux; Android 16; K) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/156.0.0.0 Mobile Safari/537.36"
}
WIDE = {"viewport": {"width": 1280, "height": 800}, "device_scale_factor": 1.5}


def take_selfie(page: Page, link: str, scene: Scene, name: str, folder: Path) -> None:
    """Go through the Capture App with the example portrait before the camera; a picture of each step."""
    page.add_init_script(responder_script([portrait(scene)], face=portrait_face(scene), sway_px=3, mask_tells=True))
    page.goto(link)
    press(page, "continue")
    press(page, "flash")
    keep(page, folder / f"capture-{name}-consent.jpg")
    press(page, "agree")
    page.locator(CAMERA_READY).wait_for()
    page.wait_for_timeout(600)
    keep(page, folder / f"capture-{name}.jpg")
    press(page, "capture")
    page.locator("[data-flash]").wait_for()
    page.wait_for_timeout(900)
    keep(page, folder / f"capture-{name}-flash.jpg")
    at(page, "preview")
    press(page, "submit")
    at(page, "confirmation")


def turn_head(page: Page, link: str, folder: Path) -> None:
    """The arrow of the head turn."""
    page.add_init_script(responder_script([portrait(HANDHELD)], face=portrait_face(HANDHELD), sway_px=3))
    page.goto(link)
    press(page, "continue")
    press(page, "turn")
    press(page, "agree")
    page.locator(CAMERA_READY).click()
    page.locator("[data-turn]").wait_for()
    page.wait_for_timeout(500)
    page.screenshot(path=folder / "capture-phone-turn.jpg", type="jpeg", quality=80)


def be_refused(page: Page, link: str, folder: Path) -> None:
    """A screen for what went wrong."""
    page.goto(link)
    press(page, "continue")
    press(page, "agree")
    trouble(page)
    keep(page, folder / "capture-phone-error.jpg")


def keep(page: Page, picture: Path) -> None:
    """A picture of the page once it has come to rest."""
    at_rest(page)
    page.screenshot(path=picture, type="jpeg", quality=80)


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


def run_gate(service: Service, people: int = 240) -> None:
    """People of many ages go through a workflow with a document check; some have not shown the document yet."""
    dice = random.Random(4)  # noqa: S311 - the same people each time
    for number in range(people):
        features = {
            "face.count": 1,
            "liveness.passive_score": dice.choice([0.95, 0.9, 0.9, 0.8, 0.75, 0.2]),
            "age.predicted": round(min(80.0, max(8.0, dice.gauss(25, 6))), 1),
        }
        answer = ask(service, "POST", "", id=f"customer-{number}", workflow="gate", data={"features": features})
        if answer["eval_status"] == "evaluation_paused" and dice.random() < 0.8:
            document = {
                "document.age": dice.choice([17, 19, 22, 31]),
                "document.verified": dice.random() < 0.95,
                "document.holder_present": True,
            }
            ask(service, "PATCH", f"/{answer['eval_id']}", data={"features": document})


def ask(service: Service, method: str, path: str, **body: object) -> Any:
    """The answer of `/api/evaluation` to a body with the time of now."""
    stamped = {"timestamp": datetime.now(UTC).isoformat(), **body}
    return service.ask(method, f"/api/evaluation{path}", json=stamped)


def show_workflows(browser: Browser, folder: Path, scratch: Path) -> None:
    """Pictures of a workflow with what ran, of what waits, of webhooks and of a candidate."""
    own = {"SELFIE_POLICIES": str(Path(__file__).parents[1] / "tests" / "console" / "library")}
    quiet = {"SELFIE_PRIVATE_HOSTS": "localhost", "SELFIE_MODEL_OFFLINE": "true", "SELFIE_MODEL_MIRROR": ""}
    models = {"SELFIE_MODEL_CACHE": str(scratch / "models")}
    with (
        receiving(says(204)) as shop,
        receiving(says(500)) as warehouse,
        running_service(scratch, **own, **quiet, **models) as service,
    ):
        for heard, about in ((shop, "The shop"), (warehouse, "The warehouse")):
            url = f"{heard.url.replace('127.0.0.1', 'localhost')}/{about.split()[-1]}"
            body = {"url": url, "events": ["evaluation_completed", "decision_update"], "description": about}
            service.ask("POST", "/api/webhooks/endpoints", json=body)
        run_gate(service)
        for customer in ("ada", "grace", "mae"):
            service.new_capture(customer)
        with page_of(browser, WIDE) as page:
            page.goto(service.console_link)
            page.wait_for_url("**/console/**")
            for name, query, awaited, height in _WORKFLOW_PICTURES:
                page.set_viewport_size({"width": 1280, "height": height})
                page.goto(f"{service.url}/console/{query}")
                page.locator(awaited).first.wait_for()
                page.wait_for_timeout(1500)  # until the last part has settled
                page.screenshot(path=folder / f"console-{name}.png")


_WORKFLOW_PICTURES = (
    ("workflow", "?flow=gate", ".si-drawing", 1000),
    ("waiting", "?view=waiting", ".si-waits", 680),
    ("webhooks", "?view=webhooks&show=deliveries", ".si-delivery", 680),
    ("shadow", "?shadow=selfie", ".si-agreement", 560),
)


def main(folder: Path) -> None:
    """Start the service, take selfies with the example portrait before the camera, look at one as an analyst."""
    executable = shutil.which("chromium") or shutil.which("google-chrome")
    if executable is None:
        sys.exit("Chromium is needed for pictures (Debian: chromium)")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, running_service(Path(scratch), SELFIE_TEST_CAMERA="1") as service:
        eval_id, link = service.new_capture("ada")
        with chromium_with(executable) as browser:
            with page_of(browser, PHONE, **ORDINARY) as page:
                take_selfie(page, link, HANDHELD, "phone", folder)
            with page_of(browser, DESKTOP) as page:
                take_selfie(page, service.new_capture("grace")[1], WEBCAM, "desktop", folder)
            with page_of(browser, PHONE) as page:
                turn_head(page, service.new_capture("mae")[1], folder)
            with page_of(browser, WIDE) as page:
                show_console(page, service, eval_id, folder)
        with chromium_with(executable, permission=ANSWER_NO) as browser, page_of(browser, PHONE) as page:
            be_refused(page, service.new_capture("sally")[1], folder)
    with tempfile.TemporaryDirectory() as scratch, chromium_with(executable) as browser:
        show_workflows(browser, folder, Path(scratch))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
