"""One capture session through the real page: from the link to what the service decided, or refused."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from playwright.sync_api import Page, Request

from benchmarks.attacks.wire import Wire
from tests.capture.steps import CAMERA_READY, at, press
from tests.harness.server import Service

Ending = Literal["accept", "review", "reject", "refused"]
WORKFLOW = "selfie_intelligence"
READING_SECONDS = 0.8
"""A person reads for a moment before each press; a page that is clicked through at once is told by its speed."""
PATIENCE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a session ended. `refused`: the service did not take what was sent, and decided nothing.

    Args:
        reasons: codes of all policies; for `refused` the problem's code.
        features: what the providers read.
    """

    ending: Ending
    reasons: tuple[str, ...]
    features: Mapping[str, Any] = field(default_factory=dict)


class Refused(Exception):  # noqa: N818 - the word of the domain
    """The service refused a delivery; the message is the problem's code."""


def new_session(service: Service, strategy: str, customer: str) -> tuple[str, str]:
    """A waiting evaluation under a strategy: its `eval_id` and the link that the person opens."""
    body = {
        "id": customer,
        "timestamp": datetime.now(UTC).isoformat(),
        "workflow": WORKFLOW,
        "data": {"individual": {"id": customer}, "strategy": strategy},
    }
    answer = service.ask("POST", "/api/evaluation", json=body)
    return answer["eval_id"], answer["data_enrichments"][0]["response"]["data"]["url"]


def captured(page: Page, link: str, wire: Wire, choice: str | None) -> None:
    """Go through the page as a person does; raises `Refused` where the service does not take what is sent."""
    to_preview(page, link, wire, choice)
    submitted(page)


def to_preview(page: Page, link: str, wire: Wire, choice: str | None) -> None:
    """From the link to the photo. `choice` is the challenge that the person picks; None where none is asked."""
    wire.tap(page)
    page.goto(link)
    at(page, "splash")
    _read(page)
    press(page, "continue")
    _read(page)
    if choice is not None:
        press(page, choice)
    press(page, "agree")
    at(page, "capture")
    shoot(page, wire)


def shoot(page: Page, wire: Wire) -> None:
    """Take the selfie, unless the page did by itself, and wait for the service's answer."""
    page.locator(CAMERA_READY).wait_for()
    _read(page)
    with page.expect_event("requestfailed" if wire.withheld else "requestfinished", _has_frames):
        if page.locator(CAMERA_READY).is_visible():
            press(page, "capture")
    if wire.refusal is not None:
        raise Refused(wire.refusal)
    at(page, "preview")


def submitted(page: Page) -> None:
    """From the photo to the confirmation."""
    _read(page)
    with page.expect_response("**/sessions/submit") as answered:
        press(page, "submit")
    if not answered.value.ok:
        raise Refused(str(answered.value.json().get("code", answered.value.status)))
    at(page, "confirmation")


def decided(service: Service, eval_id: str) -> Outcome:
    """What was decided, with the features that led to it."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (answer := service.evaluation(eval_id))["eval_status"] != "evaluation_completed":
        if time.monotonic() > deadline:
            raise TimeoutError(f"evaluation {eval_id} was not decided within {PATIENCE_SECONDS} s")
        time.sleep(0.2)
    trace = service.ask("GET", f"/api/evaluation/{eval_id}/trace")
    codes = [code for policy in trace["policies"] for code in policy["decision"]["reasonCodes"]]
    ending: Ending = answer["decision"].lower()
    return Outcome(ending, tuple(dict.fromkeys(codes)), trace["features"])


def _has_frames(request: Request) -> bool:
    return request.url.endswith("/sessions/frames")


def _read(page: Page) -> None:
    page.wait_for_timeout(1000 * READING_SECONDS)
