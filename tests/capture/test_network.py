"""A lost network or a busy service costs nothing: the same request again, nothing twice."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Browser, Route

from tests.capture.steps import at, press, to_preview, trouble
from tests.harness.browser import DESKTOP, PHONE, page_of, screenshot
from tests.harness.server import Service

pytestmark = pytest.mark.browser


def test_a_network_lost_before_submitting_is_waited_for(browser: Browser, service: Service) -> None:
    eval_id, link = service.new_capture()
    with page_of(browser, PHONE) as page:
        to_preview(page, link)
        page.get_by_text("5 more tries").wait_for()
        page.context.set_offline(True)
        press(page, "submit")
        assert trouble(page) == "networkLost"
        screenshot(page, "capture-phone-network-lost")
        page.context.set_offline(False)
        at(page, "confirmation")
    assert service.evaluation(eval_id)["eval_status"] == "evaluation_completed"


def test_an_answer_lost_after_submitting_is_asked_for_again(browser: Browser, service: Service) -> None:
    """The service took the submission, the page never heard of it: the same submission gets the first answer."""
    eval_id, link = service.new_capture()
    bodies: list[str | None] = []

    def lose_the_first_answer(route: Route) -> None:
        bodies.append(route.request.post_data)
        answer = route.fetch()
        if len(bodies) == 1:
            route.abort("connectionreset")
        else:
            route.fulfill(response=answer)

    with page_of(browser, DESKTOP) as page:
        page.route("**/sessions/submit", lose_the_first_answer)
        to_preview(page, link)
        press(page, "submit")
        assert trouble(page) == "networkLost"
        decided = service.evaluation(eval_id)
        press(page, "retry")
        at(page, "confirmation")
    assert len(bodies) == 2
    assert bodies[0] == bodies[1]
    assert service.evaluation(eval_id) == decided


def test_a_busy_service_is_tried_again_by_itself(browser: Browser, service: Service) -> None:
    eval_id, link = service.new_capture()
    refusals, seen = 0, False

    def busy(route: Route) -> None:
        nonlocal refusals
        status, code = (503, "busy") if refusals % 2 else (429, "tooManyRequests")
        problem = json.dumps({"type": "about:blank", "title": "Busy", "status": status, "code": code})
        headers = {"Retry-After": "1", "Content-Type": "application/problem+json"}
        if seen and refusals > 1:
            route.continue_()
        else:
            refusals += 1
            route.fulfill(status=status, headers=headers, body=problem)

    with page_of(browser, PHONE) as page:
        page.route("**/sessions/submit", busy)
        to_preview(page, link)
        press(page, "submit")
        assert trouble(page) == "busy"
        seen = True
        at(page, "confirmation")
    assert refusals > 1
    assert service.evaluation(eval_id)["eval_status"] == "evaluation_completed"


def test_frames_that_are_lost_are_sent_again(browser: Browser, service: Service) -> None:
    eval_id, link = service.new_capture()
    bodies: list[str | None] = []
    with page_of(browser, PHONE) as page:
        page.on("request", lambda request: bodies.append(request.post_data) if "/frames" in request.url else None)
        page.route("**/sessions/frames", lambda route: route.abort("connectionreset"), times=1)
        page.goto(link)
        press(page, "continue")
        press(page, "agree")
        page.locator("[data-action=capture][aria-disabled=false]").click()
        assert trouble(page) == "networkLost"
        press(page, "retry")
        at(page, "preview")
        press(page, "submit")
        at(page, "confirmation")
    assert len(bodies) == 2
    assert bodies[0] == bodies[1]
    assert service.evaluation(eval_id)["eval_status"] == "evaluation_completed"
