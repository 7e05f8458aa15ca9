"""The page of webhooks, against the real service and receivers that really listen."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect
from standardwebhooks import Webhook
from streamlit.testing.v1 import AppTest

from tests.console.conftest import LIVE_ADULT, OpenConsole, decide, shown
from tests.harness.browser import PHONE, screenshot
from tests.harness.receiver import Receiver, in_turn, receiving, says
from tests.harness.server import Service

ENDPOINTS = "/api/webhooks/endpoints"


@pytest.fixture
def receiver(service: Service) -> Iterator[Receiver]:
    """Takes what comes. Afterwards nobody is told any more."""
    with receiving(says(204)) as listening:
        yield listening
    for item in service.ask("GET", ENDPOINTS)["items"]:
        remove(service, item["id"])


@pytest.fixture
def endpoint(service: Service, receiver: Receiver) -> Any:
    return service.ask("POST", ENDPOINTS, json={"url": receiver.url, "events": [], "description": "the shop"})


def remove(service: Service, endpoint: str) -> None:
    headers = {"Authorization": f"Bearer {service.key}"}
    assert httpx.delete(f"{service.url}{ENDPOINTS}/{endpoint}", headers=headers, timeout=60).status_code == 204


def opened(app: AppTest, **query: str) -> AppTest:
    app.query_params["view"] = "webhooks"
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def test_the_first_day_says_what_to_do(app: AppTest) -> None:
    assert "No endpoint yet" in shown(opened(app))
    assert "Nothing was sent yet" in shown(opened(app, show="deliveries"))


def test_an_endpoint_is_added_and_its_secret_is_shown_once(app: AppTest, service: Service, receiver: Receiver) -> None:
    opened(app).button(key="endpoint-add").click().run()
    app.text_input(key="endpoint-url").set_value(receiver.url)
    app.multiselect(key="endpoint-events").select("decision_update")
    app.button(key="endpoint-make").click().run()
    secret = app.code[0].value
    assert secret.startswith("whsec_")
    assert "not shown again" in shown(app)
    assert "decision_update" in shown(app)
    app.button(key="endpoint-copied").click().run()
    assert not app.code
    assert secret not in shown(app)
    assert [item["events"] for item in service.ask("GET", ENDPOINTS)["items"]] == [["decision_update"]]


def test_an_address_that_is_refused_is_said_so(app: AppTest, service: Service) -> None:
    opened(app).button(key="endpoint-add").click().run()
    app.button(key="endpoint-make").click().run()
    assert "The address is missing" in shown(app)
    app.text_input(key="endpoint-url").set_value("https://10.0.0.1/hook")
    app.button(key="endpoint-make").click().run()
    assert "Webhooks cannot go there" in shown(app)
    assert service.ask("GET", ENDPOINTS)["items"] == []


def test_a_test_event_says_what_the_receiver_answered(app: AppTest, endpoint: Any, receiver: Receiver) -> None:
    opened(app).button(key=f"test-{endpoint['id']}").click().run()
    assert "The receiver took it" in shown(app)
    heard = receiver.heard[0]
    assert Webhook(endpoint["secret"]).verify(heard.body, heard.headers)["event_type"] == "test"
    receiver.answer = says(500)
    app.button(key=f"test-{endpoint['id']}").click().run()
    assert "The receiver did not take it" in shown(app)
    assert "500" in shown(app)


def test_a_new_secret_signs_and_the_former_one_still_does(app: AppTest, endpoint: Any, receiver: Receiver) -> None:
    opened(app).button(key=f"rotate-{endpoint['id']}").click().run()
    new = app.code[0].value
    assert new != endpoint["secret"]
    assert "The former secret signs too, until" in shown(app)
    app.button(key=f"test-{endpoint['id']}").click().run()
    heard = receiver.heard[0]
    for secret in (new, endpoint["secret"]):
        assert Webhook(secret).verify(heard.body, heard.headers)


def test_removing_asks_first(app: AppTest, endpoint: Any, service: Service) -> None:
    opened(app).button(key=f"remove-{endpoint['id']}").click().run()
    assert len(service.ask("GET", ENDPOINTS)["items"]) == 1
    app.button(key="endpoint-remove").click().run()
    assert service.ask("GET", ENDPOINTS)["items"] == []
    assert "No endpoint yet" in shown(app)


def test_a_delivery_says_what_became_of_it_and_goes_again(
    app: AppTest, endpoint: Any, receiver: Receiver, service: Service
) -> None:
    receiver.answer = in_turn(says(500), says(204))
    eval_id = decide(service, "told", LIVE_ADULT)["eval_id"]
    markup = until(opened(app, show="deliveries"), "1 attempt, next try")
    assert "answered 500" in markup
    assert f"?evaluation={eval_id}" in markup
    delivered = until(app, "2 attempts, answered 204", patience=15)
    assert "evaluation_completed" in delivered
    next(button for button in app.button if str(button.key).startswith("again-")).click().run()
    until(app, "1 attempt, answered 204")
    assert len(receiver.heard) == 3
    assert len(set(receiver.bodies())) == 1, "the very same bytes"


def until(app: AppTest, words: str, patience: float = 10) -> str:
    """The page as soon as it says this."""
    deadline = time.monotonic() + patience
    while words not in (markup := shown(app)):
        assert time.monotonic() < deadline, markup
        time.sleep(0.2)
        app.run()
    return markup


@pytest.mark.browser
def test_the_keyboard_adds_an_endpoint(console: OpenConsole, receiver: Receiver) -> None:
    with console("?view=webhooks", size=PHONE) as page:
        page.get_by_role("button", name="Add an endpoint").press("Enter")
        page.get_by_role("textbox", name="Address").fill(receiver.url)
        page.get_by_role("button", name="Add it").press("Enter")
        expect(page.get_by_test_id("stCode")).to_contain_text("whsec_")
        screenshot(page, "console-phone webhooks")
        page.get_by_role("button", name="I have copied it").press("Enter")
        expect(page.get_by_test_id("stCode")).to_have_count(0)
        page.get_by_role("button", name="Send a test").press("Enter")
        expect(page.get_by_role("status")).to_contain_text("The receiver took it")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
