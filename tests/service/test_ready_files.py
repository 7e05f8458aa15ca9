"""Files that were compressed when they were built."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from engine.service.pages.ready_files import ReadyFiles

NET = bytes(range(256)) * 40


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    (tmp_path / "net.wasm").write_bytes(NET)
    (tmp_path / "net.wasm.gz").write_bytes(gzip.compress(NET))
    (tmp_path / "alone.js").write_bytes(b"let a;")
    (tmp_path / "index.html").write_bytes(b"<p>hello")
    site = Starlette(routes=[Mount("/", ReadyFiles(directory=tmp_path, html=True))])
    return TestClient(site, headers={"accept-encoding": "identity"})


def test_a_browser_that_unpacks_gets_it_packed(client: TestClient) -> None:
    answer = client.get("/net.wasm", headers={"accept-encoding": "br, gzip"})
    assert answer.content == NET
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) < len(NET) / 10
    assert answer.headers["content-type"] == "application/wasm"
    assert answer.headers["vary"] == "accept-encoding"


def test_any_other_gets_it_plain_and_caches_know_the_difference(client: TestClient) -> None:
    answer = client.get("/net.wasm")
    assert answer.content == NET
    assert "content-encoding" not in answer.headers
    assert answer.headers["vary"] == "accept-encoding"
    assert answer.headers["etag"] != client.get("/net.wasm", headers={"accept-encoding": "gzip"}).headers["etag"]


def test_what_was_asked_for_before_is_not_sent_again(client: TestClient) -> None:
    packed = {"accept-encoding": "gzip"}
    tag = client.get("/net.wasm", headers=packed).headers["etag"]
    again = client.get("/net.wasm", headers={**packed, "if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")


def test_files_without_one_are_served_as_they_are(client: TestClient) -> None:
    packed = {"accept-encoding": "gzip"}
    assert client.get("/alone.js", headers=packed).content == b"let a;"
    assert client.get("/", headers=packed).text == "<p>hello"
    assert client.get("/nothing.js", headers=packed).status_code == 404
