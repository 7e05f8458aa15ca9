"""Policies in a real browser: the editor, what it says of the text, and what saving changes."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.console.conftest import LIVE_ADULT, OpenConsole, decide, portrait
from tests.harness.browser import screenshot
from tests.harness.server import Service

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("evaluations")]

MISSPELT = '- {id: no-face, when: {"==": [{var: face.cuont}, 0]}, then: reject, reason: R857'
STRICTER = "standard: {liveness_accept: 0.90, liveness_reject: 0.30, age_buffer: 5}"


def replace_line(page: Page, having: str, text: str) -> None:
    """Type `text` in place of the line that has `having`, behind its indent."""
    line = page.locator(".cm-line", has_text=having).first
    line.click()
    page.keyboard.press("Home")
    page.keyboard.press("Shift+End")
    page.keyboard.type(text)


def place_of(page: Page, text: str) -> tuple[float, float]:
    """The end of `text` on the page, in pixels: the editor does not wrap every word in an element."""
    line = page.locator(".cm-line", has_text=text).first
    line.scroll_into_view_if_needed()
    found = line.evaluate(
        """(line, text) => {
            const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
            let left = line.textContent.indexOf(text) + text.length - 2;
            let node = walker.nextNode();
            while (left > node.length) { left -= node.length; node = walker.nextNode(); }
            const range = document.createRange();
            range.setStart(node, left);
            range.setEnd(node, left);
            const { x, y, height } = range.getBoundingClientRect();
            return [x, y + height / 2];
        }""",
        text,
    )
    return (found[0], found[1])


def hover(page: Page, text: str) -> None:
    """Rest on `text` until its card is there; lines move while the editor says what is wrong, so place by place."""
    for _ in range(30):
        page.mouse.move(0, 0)
        page.mouse.move(*place_of(page, text))
        with suppress(PlaywrightTimeout):
            page.locator(".card").wait_for(timeout=2_000)
            return


def newest(service: Service) -> int:
    return int(service.ask("GET", "/api/policies/selfie")["versions"][0]["version"])


def restore(service: Service, version: int) -> None:
    """Make an earlier text the newest one again."""
    text = service.ask("GET", f"/api/policies/selfie/versions/{version}")["text"]
    body = {"text": text, "base_version": newest(service)}
    service.ask("POST", "/api/policies/selfie/versions", json=body)


def test_an_edit_changes_the_next_decision(console: OpenConsole, service: Service) -> None:
    before = newest(service)
    assert decide(service, "before", LIVE_ADULT)["decision"] == "ACCEPT"
    with console("?policy=selfie") as page:
        replace_line(page, "standard:", STRICTER)
        expect(page.locator(".si-standing")).to_contain_text("not saved")
        page.get_by_role("textbox", name="Note").fill("Ask for more")
        page.get_by_role("button", name=f"Save as version {before + 1}").click()
        expect(page.locator(".si-live-tag")).to_have_text(f"version {before + 1} is live")
        screenshot(page, "console-policy")
    after = decide(service, "after", LIVE_ADULT)
    assert after["decision"] == "REVIEW"
    assert "R1801" in after["selfieIntelligence"]["reasonCodes"]
    with console(f"?evaluation={after['eval_id']}") as page:
        expect(page.locator(".si-trace-head").first).to_contain_text(f"version {before + 1}")
        expect(page.locator("details.si-rule.fired", has_text="liveness-uncertain")).to_contain_text("0.9")
    with console(f"?policy=selfie&version={before}&show=changes") as page:
        expect(page.locator("tr.si-added")).to_contain_text("0.90")
        expect(page.locator("tr.si-removed")).to_contain_text("0.70")
    restore(service, before)
    assert decide(service, "restored", LIVE_ADULT)["decision"] == "ACCEPT"


def test_typing_goes_on_while_the_service_answers(console: OpenConsole) -> None:
    with console("?policy=selfie") as page:
        replace_line(page, "title:", "title: First")
        expect(page.locator(".si-standing")).to_contain_text("not saved")
        page.keyboard.type(" and second")
        expect(page.locator(".cm-activeLine")).to_have_text("title: First and second")


def test_a_broken_text_says_where_and_cannot_go_live(console: OpenConsole, service: Service) -> None:
    before = newest(service)
    with console("?policy=selfie") as page:
        replace_line(
            page, "no-face,", '- {id: no-face, when: {"==": [{var: face.cuont}, 0]}, then: reject, reason: R857'
        )
        mark = page.locator(".cm-lintRange-error")
        expect(mark.first).to_have_text("face.cuont")
        expect(page.locator(".cm-lint-marker-error").first).to_be_visible()
        problem = page.locator(".problem", has_text="face.cuont")
        expect(problem).to_contain_text("face.count")
        expect(page.locator(".si-standing")).to_contain_text("to fix before it can be saved")
        expect(page.get_by_role("button", name="Save as version")).to_be_disabled()
        page.locator(".cm-line").first.click()
        problem.click()
        expect(page.locator(".cm-activeLine")).to_contain_text("face.cuont")
        page.keyboard.press("Control+s")
        expect(page.get_by_role("alert")).to_contain_text("did not save this text")
        expect(page.locator(".cm-content")).to_contain_text("face.cuont")
        screenshot(page, "console-policy-broken")
    assert newest(service) == before


def test_a_text_survives_a_look_elsewhere(console: OpenConsole) -> None:
    with console("?policy=selfie") as page:
        replace_line(page, "title:", "title: Mine")
        expect(page.locator(".si-standing")).to_contain_text("not saved")
        page.get_by_role("link", name="Evaluations", exact=True).click()
        page.locator("a.si-row").first.wait_for()
        page.get_by_role("navigation").get_by_role("link", name="Policies").click()
        page.locator("a.si-row .si-id", has_text=re.compile("^selfie$")).click()
        expect(page.locator(".cm-content")).to_contain_text("title: Mine")
        page.get_by_role("button", name="Discard").click()
        expect(page.locator(".cm-content")).to_contain_text("title: Selfie Intelligence")


def test_names_are_completed_and_explained(console: OpenConsole) -> None:
    with console("?policy=selfie") as page:
        replace_line(page, "no-face,", '- {id: no-face, when: {"==": [{var: liveness.pas')
        choice = page.locator(".cm-tooltip-autocomplete li", has_text="liveness.passive_score")
        expect(choice).to_be_visible()
        page.keyboard.press("Escape")
        hover(page, "var: face.count")
        expect(page.locator(".card")).to_contain_text("Faces")
        expect(page.locator(".card")).to_contain_text("integer 0 to 1000")


def test_a_selfie_is_tried_and_absent_models_never_pass(console: OpenConsole) -> None:
    with console("?policy=selfie_image") as page:
        page.get_by_text("A selfie", exact=True).click()
        page.locator("input[type=file]").set_input_files(portrait())
        expect(page.locator(".si-trace-head .si-chip")).to_have_text("Review")
        expect(page.locator(".si-failures").first).to_contain_text("could not do its work")
        page.locator("input[type=file]").set_input_files(
            {"name": "selfie.jpg", "mimeType": "image/jpeg", "buffer": b"this is text"}
        )
        expect(page.get_by_role("alert")).to_contain_text("not a JPEG, PNG or WebP image")
