"""The console's door, and the headers of each part of the site."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from engine.service.access.links import Links
from engine.service.app import create_app
from engine.service.pages import console_app
from engine.service.pages.sign_in import COOKIE, console_token
from engine.service.settings import Settings
from engine.service.wire.headers import PageHeaders, headers_for
from engine.service.wire.problems import install_error_map
from engine.service.wiring import NoModels, open_services
from engine.store.secrets import KeyRing
from tests.service.conftest import Running


async def inner(scope: Scope, receive: Receive, send: Send) -> None:
    """Stands for the console: its real pages are tested in a browser."""
    if scope["type"] == "websocket":
        socket = WebSocket(scope, receive, send)
        await socket.accept()
        await socket.send_text("inside")
        await socket.close()
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"inside"})


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[TestClient, Settings]]:
    """The application with a console behind its door."""
    settings = Settings(data=tmp_path / "data")
    app = FastAPI()
    install_error_map(app)
    console_app.mount_console(app, settings, Links(KeyRing(settings.data / "keys"), settings.public), inner)
    app.add_middleware(PageHeaders)
    with TestClient(app, follow_redirects=False) as client:
        yield client, settings


def test_nobody_gets_in_without_the_token(site: tuple[TestClient, Settings]) -> None:
    client, _ = site
    page = client.get("/console/", headers={"Accept": "text/html"})
    assert (page.status_code, page.headers["location"]) == (303, "/signin")
    assert client.get("/console/_stcore/health").status_code == 401
    assert client.post("/console/", json={}).status_code == 401
    for cookie in ("", "x", "0" * 64, "a=b; c"):
        refused = client.get("/console/", headers={"Cookie": f"{COOKIE}={cookie}"})
        assert refused.status_code == 401, cookie
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/console/_stcore/stream"):
        pass


def test_a_wrong_token_gives_no_cookie(site: tuple[TestClient, Settings]) -> None:
    client, _ = site
    for body in ("", "token=", "token=wrong", "other=1", "token=" + "x" * 3000, "\xff"):
        answer = client.post("/signin", content=body.encode("latin-1"))
        assert answer.status_code == 403, body
        assert "set-cookie" not in answer.headers
        assert 'data-wrong="true"' in answer.text
    assert client.post("/signin", content=b"token=" + b"x" * 10_000).status_code == 413


def test_the_token_opens_page_and_websocket(site: tuple[TestClient, Settings]) -> None:
    client, settings = site
    answer = client.post("/signin", data={"token": console_token(settings)})
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert console_token(settings) not in cookie
    assert client.get("/console/").text == "inside"
    with client.websocket_connect("/console/_stcore/stream") as socket:
        assert socket.receive_text() == "inside"


def test_a_websocket_of_another_origin_is_closed(site: tuple[TestClient, Settings]) -> None:
    client, settings = site
    client.post("/signin", data={"token": console_token(settings)})
    ours = {"origin": "http://testserver"}
    with client.websocket_connect("/console/_stcore/stream", headers=ours) as socket:
        assert socket.receive_text() == "inside"
    for origin in ("http://elsewhere.example", "null", "http://testserver.elsewhere.example"):
        theirs = {"origin": origin}
        with (
            pytest.raises(WebSocketDisconnect),
            client.websocket_connect("/console/_stcore/stream", headers=theirs) as socket,
        ):
            socket.receive_text()


@pytest.mark.parametrize(
    ("host", "is_own"),
    [
        ("127.0.0.1:8000", True),
        ("localhost", True),
        ("[::1]:8000", True),
        ("desk.example", True),
        ("stranger.example:8000", False),
        ("127.0.0.1.stranger.example", False),
        ("localhost@stranger.example", False),
        ("[", False),
        ("", False),
    ],
)
def test_without_sign_in_a_name_that_a_stranger_points_here_opens_nothing(
    tmp_path: Path, host: str, is_own: bool
) -> None:
    settings = Settings(data=tmp_path, sign_in="off", public_url="https://desk.example")
    app = FastAPI()
    console_app.mount_console(app, settings, Links(KeyRing(tmp_path / "keys"), settings.public), inner)
    with TestClient(app) as client:
        headers = {"Host": host, "Origin": f"http://{host}"}
        page = client.get("/console/", headers=headers)
        assert (page.status_code, page.text == "inside") == ((200, True) if is_own else (403, False))
        if not is_own:
            with (
                pytest.raises(WebSocketDisconnect),
                client.websocket_connect("/console/_stcore/stream", headers=headers),
            ):
                pass


def test_the_token_is_kept_for_its_owner_only(site: tuple[TestClient, Settings]) -> None:
    _, settings = site
    for path in [settings.data / "console.token", *(settings.data / "keys").iterdir()]:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_form_is_whole_without_any_other_host(site: tuple[TestClient, Settings]) -> None:
    client, _ = site
    page = client.get("/signin")
    assert page.status_code == 200
    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert "http" not in page.text.replace("http-equiv", "")
    for file in ("signin.js", "signin.css"):
        assert client.get(f"/signin/{file}").status_code == 200
    assert client.get("/signin/missing.html").status_code == 404
    assert client.get("/signin/..%2F..%2Fapp.py").status_code == 404


def test_the_capture_app_may_use_the_camera_and_nothing_else(service: Running) -> None:
    page = service.client.get("/capture/")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy.replace("'wasm-unsafe-eval'", "")
    assert page.headers["cache-control"] == "no-cache"
    assert "immutable" in headers_for("/capture/assets/index-1234.js")["cache-control"]
    assert page.headers["permissions-policy"].startswith("camera=(self)")
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"] == "no-referrer"


def test_an_app_that_was_not_built_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.service.pages.pages_of_ui.installed_app", lambda _name: None)
    services = open_services(Settings(data=tmp_path), models=NoModels(), environment={})
    with TestClient(create_app(services), follow_redirects=False) as client:
        page = client.get("/capture/")
        assert page.status_code == 503
        assert "make setup" in page.text
        assert client.get("/").headers["location"] == "/console/"
        assert client.get("/capture").headers["location"] == "/capture/"


def test_the_root_is_not_swallowed(service: Running) -> None:
    assert service.client.get("/console/").status_code == 404
    assert service.client.get("/metrics").status_code == 404


def test_no_redirect_names_the_host_that_somebody_sent(site: tuple[TestClient, Settings]) -> None:
    client, _ = site
    assert client.get("/console", headers={"Host": "evil.example"}).headers["location"] == "/console/"
