"""One selfie is not enough: the page goes on at the camera, under the same link, and ends after the second."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.capture.steps import CAMERA_READY, NEVER_THE_SAME_PICTURE_TWICE, at, press, shoot, to_camera
from tests.harness.browser import DESKTOP, PHONE, page_of, screenshot
from tests.harness.server import Service, running_service

pytestmark = pytest.mark.browser

WORKFLOW = """
workflow: twice
title: Asks everybody once more
evidence: capture
steps:
  - {id: selfie, step: capture, on_error: manual}
  - {id: read, step: signals, providers: [behavior]}
  - {id: decide, step: policy, policies: [doubtful]}
  - {id: route, step: branch, on: decision, cases: {accept: done, review: again, reject: done}}
  - id: again
    step: step_up
    by: capture
    strategy: strict
    challenge: turn
    most: 1
    next: read
    exhausted: manual
    on_error: manual
  - {id: manual, step: review, queue: doubts}
  - {id: done, step: end}
"""
POLICY = """
policy: doubtful
title: Is never sure
strategies: {standard: {}, lenient: {inherits: standard}, strict: {inherits: standard}}
unknown: review
otherwise: review
rules:
  - {id: hasty, when: {"<": [{var: behavior.completion_ms}, 100]}, then: review, reason: R1801}
"""


@pytest.fixture(scope="module")
def doubting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service with a workflow that asks everybody for a second selfie."""
    folder = tmp_path_factory.mktemp("doubting")
    (folder / "own" / "workflows").mkdir(parents=True)
    (folder / "own" / "workflows" / "twice.yaml").write_text(WORKFLOW)
    (folder / "own" / "doubtful.yaml").write_text(POLICY)
    with running_service(folder, SELFIE_POLICIES=str(folder / "own")) as running:
        yield running


@pytest.mark.parametrize(("size", "name"), [(PHONE, "phone"), (DESKTOP, "desktop")], ids=["phone", "desktop"])
def test_the_person_goes_on_under_the_same_link(
    doubting: Service, browser: Browser, size: dict[str, Any], name: str
) -> None:
    eval_id, link = doubting.new_capture(customer=name, workflow="twice")
    with page_of(browser, size) as page:
        page.add_init_script(NEVER_THE_SAME_PICTURE_TWICE)
        to_camera(page, link)
        first = page.locator("[data-screen=capture] h1").text_content()
        assert page.locator("[data-action=turn]").count() == 0
        shoot(page)
        press(page, "submit")
        at(page, "capture")
        expect(page.locator("[data-screen=capture] h1")).to_contain_text("One more selfie")
        assert first is not None
        assert "One more" not in first
        expect(page.locator("[data-action=turn]")).to_be_visible()  # what is asked now is another thing
        page.locator(CAMERA_READY).wait_for()
        screenshot(page, f"capture-{name}-again")
        assert doubting.evaluation(eval_id)["eval_status"] == "evaluation_paused"
        press(page, "neither")
        shoot(page)
        press(page, "submit")
        at(page, "confirmation")
    said = doubting.evaluation(eval_id)
    assert (said["eval_status"], said["decision"]) == ("evaluation_completed", "REVIEW")
    assert said["review_queues"] == ["doubts"]
    way = doubting.ask("GET", f"/api/evaluation/{eval_id}/trace")["route"]["trail"]
    assert [taken["step"] for taken in way].count("selfie") == 1
    assert [taken["step"] for taken in way].count("decide") == 2
