"""One real service for all tests of the console, with evaluations of each kind; and a browser that signed in to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import pytest
import streamlit as st
from playwright.sync_api import Browser, Page, Request
from streamlit.testing.v1 import AppTest

from tests.harness.browser import chromium_with, page_of
from tests.harness.server import Service, running_service
from ui.console import script

DESK: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}, "timezone_id": "Europe/Berlin"}
LIVE_ADULT = {"face.count": 1, "liveness.passive_score": 0.8, "age.predicted": 35.25}
CHILD = {"face.count": 1, "liveness.passive_score": 0.95, "age.predicted": 15.5}
NO_SCORE = {"face.count": 1, "age.predicted": 35.0}


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service as people run it, in a closed network without model files: signals of its own are unknown."""
    folder = tmp_path_factory.mktemp("console")
    models = {"SELFIE_MODEL_OFFLINE": "true", "SELFIE_MODEL_CACHE": str(folder / "models"), "SELFIE_MODEL_MIRROR": ""}
    ours = {"SELFIE_PRIVATE_HOSTS": "127.0.0.1", "SELFIE_POLICIES": str(Path(__file__).with_name("library"))}
    with running_service(folder, **ours, **models) as running:
        yield running


@pytest.fixture(scope="session")
def empty_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service on its first day."""
    folder = tmp_path_factory.mktemp("first-day")
    models = {"SELFIE_MODEL_OFFLINE": "true", "SELFIE_MODEL_CACHE": str(folder / "models"), "SELFIE_MODEL_MIRROR": ""}
    with running_service(folder, **models) as running:
        yield running


def decide(service: Service, customer: str, features: dict[str, Any]) -> Any:
    """The answer for a caller's own signals."""
    body = {
        "id": customer,
        "timestamp": datetime.now(UTC).isoformat(),
        "workflow": "selfie_features",
        "data": {"features": features},
    }
    return service.ask("POST", "/api/evaluation", json=body)


@pytest.fixture(scope="session")
def evaluations(service: Service) -> dict[str, str]:
    """An evaluation of each kind: customer id to `eval_id`."""
    known = {"adult": LIVE_ADULT, "child": CHILD, "no-score": NO_SCORE}
    made = {customer: decide(service, customer, features)["eval_id"] for customer, features in known.items()}
    made["waiting"] = service.new_capture("waiting")[0]
    return made


@pytest.fixture
def app(service: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    """The console's script, without a browser, against the service."""
    monkeypatch.setenv("SELFIE_API_URL", service.url)
    monkeypatch.setenv("SELFIE_CONSOLE_KEY", service.key)
    yield AppTest.from_file(script(), default_timeout=60)
    st.cache_resource.clear()
    st.cache_data.clear()


def shown(app: AppTest) -> str:
    """All markup of a page that ran without a browser."""
    assert not app.exception, app.exception
    return "\n".join(element.proto.body for element in app.get("html"))


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """Chromium, without a camera."""
    with chromium_with(chromium) as launched:
        yield launched


class OpenConsole(Protocol):
    """Opens a page of the console in a browser that is signed in."""

    def __call__(self, query: str = "", size: dict[str, Any] = DESK) -> AbstractContextManager[Page]: ...


@pytest.fixture(scope="session")
def signed_in(service: Service, browser: Browser) -> Any:
    """The cookies of a browser that followed the link which `selfie run` prints."""
    with page_of(browser, DESK) as page:
        page.goto(service.console_link)
        page.wait_for_url("**/console/**")
        return page.context.storage_state()


@pytest.fixture
def console(service: Service, browser: Browser, signed_in: Any) -> OpenConsole:
    """Pages of the console. No page may ask another host, fail in its script, or say `None`."""

    @contextmanager
    def open_page(query: str = "", size: dict[str, Any] = DESK) -> Iterator[Page]:
        strangers: list[str] = []

        def note(request: Request) -> None:
            address = urlsplit(request.url)
            if address.scheme not in {"data", "blob"} and f"http://{address.netloc}" != service.url:
                strangers.append(request.url)

        with page_of(browser, size, storage_state=signed_in) as page:
            page.on("request", note)
            page.goto(f"{service.url}/console/{query}")
            page.locator(".si-bar").wait_for()
            yield page
            assert "None" not in page.inner_text("body")
            assert not strangers

    return open_page


def portrait() -> Path:
    """The public-domain portrait that the project ships."""
    return Path(__file__).parents[2] / "examples" / "astronaut.jpg"
