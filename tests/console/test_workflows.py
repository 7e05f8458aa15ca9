"""Workflows drawn with what ran, the way of one evaluation, what waits, and candidates: against the real service."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from streamlit.testing.v1 import AppTest

from tests.console.conftest import CHILD, LIVE_ADULT, OpenConsole, decide, shown
from tests.harness.browser import PHONE, screenshot
from tests.harness.server import Service
from ui.console.api import Api

DOUBTFUL = {"face.count": 1, "liveness.passive_score": 0.9, "age.predicted": 20.5}
"""Within the buffer: asks for a document."""
DOCUMENT = {"document.age": 31.0, "document.verified": True, "document.holder_present": True}


def gate(service: Service, customer: str, features: dict[str, Any]) -> Any:
    """The answer of the workflow with every kind of step that the console shows."""
    body = {"id": customer, "timestamp": now(), "workflow": "gate", "data": {"features": features}}
    return service.ask("POST", "/api/evaluation", json=body)


def now() -> str:
    return datetime.now(UTC).isoformat()


@pytest.fixture(scope="module")
def ran(service: Service) -> dict[str, str]:
    """Two that were decided at once, one that was after a document was checked, one that waits for that."""
    made = {name: gate(service, name, features)["eval_id"] for name, features in KINDS.items()}
    answer = {"timestamp": now(), "data": {"features": DOCUMENT}}
    service.ask("PATCH", f"/api/evaluation/{made['checked']}", json=answer)
    return made


KINDS = {"grown": LIVE_ADULT, "young": CHILD, "checked": DOUBTFUL, "unchecked": DOUBTFUL}


def page(app: AppTest, **query: str) -> str:
    for name, value in query.items():
        app.query_params[name] = value
    return shown(app.run())


def row(markup: str, step: str) -> str:
    """The markup of one drawn step."""
    return next(part for part in markup.split('role="listitem"') if f"<code>{step}</code>" in part)


@pytest.mark.usefixtures("ran")
def test_each_way_has_how_many_took_it_and_their_part(app: AppTest) -> None:
    drawn = page(app, flow="gate")
    assert "4 evaluations went through the first step" in drawn
    route = row(drawn, "route")
    assert re.findall(r'si-exit-edge">([^<]*)<.*?si-exit-n">(\d+)<.*?si-exit-share">([^<]*)<', route) == [
        ("accept", "1", "25.0 %"),
        ("review", "2", "50.0 %"),
        ("reject", "1", "25.0 %"),
    ]
    papers = row(drawn, "papers")
    assert 'si-exit-n">1<' in papers, "what still waits has not left the step"
    assert 'class="si-step-n" title="3 times">3<' in row(drawn, "done")
    assert "si-line-none" in drawn, "nobody went to the review"


def test_what_went_by_another_version_is_said(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new text counts anew; nobody shall think that people stay away."""
    assert "other versions" not in page(app, flow="gate")
    counts = Api.counts
    monkeypatch.setattr(Api, "counts", lambda *asked: {**counts(*asked), "others": 1020})
    markup = page(app, flow="gate")
    assert "is counted, in use since" in markup
    assert "1,020 evaluations of this time went by other versions" in markup


@pytest.mark.usefixtures("ran")
def test_a_time_in_which_nothing_ran_has_no_counts(app: AppTest) -> None:
    drawn = page(app, flow="age_gate", window="1h")
    assert "Nothing ran in this time" in drawn
    assert 'class="si-exit-n"' not in drawn
    assert "another selfie" in drawn


def test_a_workflow_without_steps_of_its_own_is_drawn_too(app: AppTest) -> None:
    drawn = page(app, flow="selfie_intelligence")
    assert "<code>capture</code>" in drawn
    assert "<code>policy</code>" in drawn


def test_a_workflow_without_steps_of_its_own_in_which_nothing_ran_says_so(app: AppTest) -> None:
    """Its one way is always told, with a count of none."""
    drawn = page(app, flow="selfie_image")
    assert "Nothing ran in this time" in drawn
    assert "0 evaluations" not in drawn


def test_the_list_leads_to_each_workflow(app: AppTest) -> None:
    assert 'href="?flow=gate"' in page(app, view="workflows")


def test_a_workflow_that_is_not_there_is_said_so(app: AppTest) -> None:
    markup = page(app, flow="../policies")
    assert "This is not there" in markup
    assert "← All workflows" in markup


def test_an_evaluation_shows_its_way_and_what_came_from_outside(app: AppTest, ran: dict[str, str]) -> None:
    markup = page(app, evaluation=ran["checked"])
    way = markup.partition("The way")[2].partition("</ol>")[0]
    steps = re.findall(r'si-way-step" title="([^"]*)"', way)
    assert steps == ["read", "decide", "candidate", "route", "papers", "decide_papers", "mark", "done"]
    assert 'document.age</span><span class="si-rounded" title="31.0">' in way or "31 years" in way
    assert "Before the step up" in markup
    assert "no longer stands" in markup
    assert "<dt>Tags</dt>" in markup
    assert "None" not in markup


def test_what_a_candidate_would_have_said_is_marked_as_not_live(app: AppTest, ran: dict[str, str]) -> None:
    markup = page(app, evaluation=ran["grown"])
    candidate = markup.partition('class="si-shadow"')[2].partition("</section>")[0]
    assert "not live" in candidate
    assert "(strict)" in candidate
    assert "would have said" in candidate
    assert "si-review" in candidate, "0.8 is not live enough for the strict strategy"
    assert 'si-chip si-accept large"' in markup, "and the decision stays"


def test_a_waiting_evaluation_says_for_what(app: AppTest, ran: dict[str, str]) -> None:
    markup = page(app, evaluation=ran["unchecked"])
    assert "when somebody outside has answered" in markup
    assert "waits for an answer from outside, until" in markup
    assert "https://documents.example.com/check?ref=" in app.code[0].value


def test_what_was_erased_is_said_so_and_nothing_of_the_person_is_left(app: AppTest, service: Service) -> None:
    eval_id = decide(service, "forgotten", LIVE_ADULT)["eval_id"]
    erase = [str(Path(sys.executable).with_name("selfie")), "db", "erase", eval_id]
    subprocess.run(erase, env={**os.environ, "SELFIE_DATA": str(service.log.parent / "data")}, check=True, timeout=120)  # noqa: S603
    markup = page(app, evaluation=eval_id)
    assert "This evaluation was erased" in markup
    assert "forgotten" not in markup
    assert "35.25" not in markup
    assert 'si-chip si-accept large"' in markup, "what was decided stays"


def test_what_waits_is_listed_by_workflow_and_by_what_it_waits_for(
    app: AppTest, ran: dict[str, str], evaluations: dict[str, str]
) -> None:
    markup = page(app, view="waiting")
    for eval_id in (ran["unchecked"], evaluations["waiting"]):
        assert f"?evaluation={eval_id}" in markup
    assert ran["checked"] not in markup
    app.segmented_control(key="for").set_value("capture").run()
    assert ran["unchecked"] not in shown(app)
    app.segmented_control(key="for").set_value(None)
    app.selectbox(key="workflow").select("gate").run()
    assert ran["unchecked"] in shown(app)
    assert evaluations["waiting"] not in shown(app)
    app.selectbox(key="workflow").select("account_recovery").run()
    assert "Nothing waits here" in shown(app)


@pytest.mark.usefixtures("ran")
def test_a_candidate_stands_beside_the_live_decisions(app: AppTest) -> None:
    assert 'href="?shadow=selfie&amp;strategy=strict"' in page(app, view="shadows")
    app.query_params.clear()
    markup = page(app, shadow="selfie", strategy="strict")
    assert "strategy strict" in markup
    assert "Decided by both" in markup
    assert 'class="si-cell-stricter"><strong>1 ▲' in markup
    assert "never returned" in markup


def test_the_first_day_says_what_to_do(empty_service: Service, app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SELFIE_API_URL", empty_service.url)
    monkeypatch.setenv("SELFIE_CONSOLE_KEY", empty_service.key)
    assert "Nothing waits" in page(app, view="waiting")
    assert "No candidate looks on" in page(app, view="shadows")


def does_not_scroll(page: Page) -> None:
    main = page.get_by_test_id("stMain")
    assert main.evaluate("main => main.scrollWidth <= main.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.browser
@pytest.mark.usefixtures("ran")
def test_a_drawn_workflow_fits_a_phone_and_a_line_ends_at_its_target(console: OpenConsole) -> None:
    with console("?flow=gate", size=PHONE) as page:
        head = page.locator(".si-step", has_text="done").last
        expect(head).to_be_visible()
        does_not_scroll(page)
        box = head.bounding_box()
        lowest = page.locator(".si-line-down").evaluate_all(
            "all => Math.max(...all.map(e => e.getBoundingClientRect().bottom))"
        )
        assert box is not None
        assert box["y"] < lowest < box["y"] + 34
        screenshot(page, "console-phone workflow")


@pytest.mark.browser
def test_from_what_waits_to_its_evaluation_and_its_workflow(console: OpenConsole, ran: dict[str, str]) -> None:
    with console("?view=waiting&workflow=gate") as page:
        page.locator(f'a[href="?evaluation={ran["unchecked"]}"]').click()
        expect(page.locator(".si-way")).to_contain_text("waits for an answer from outside")
        page.get_by_role("link", name="Workflows").click()
        page.locator('a[href="?flow=gate"]').click()
        expect(page.locator(".si-drawing")).to_be_visible()
        screenshot(page, "console-workflow")
        page.get_by_text("1 hour").click()
        expect(page).to_have_url(re.compile("window=1h"))


@pytest.mark.browser
def test_no_page_scrolls_sideways_on_a_phone(console: OpenConsole, ran: dict[str, str]) -> None:
    pages = {
        "?shadow=selfie": ".si-agreement",
        "?view=shadows": ".si-shadows",
        "?view=workflows": ".si-workflows",
        "?view=waiting": ".si-waits",
        f"?evaluation={ran['checked']}": ".si-way",
    }
    with console(size=PHONE) as page:
        at = page.url
        for query, part in pages.items():
            page.goto(at + query)
            expect(page.locator(part)).to_be_visible()
            does_not_scroll(page)
            screenshot(page, f"console-phone {query.partition('=')[0]} {part}")
