"""Downloads over real TLS from a server that breaks off, lies, redirects or is not there."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from signals.model_store import CachedModels
from signals.sources import SourceFailed
from signals.sources.https import download
from tests.signals.https_server import make_certificate, serving
from tests.signals.test_model_store import MODEL, OTHER, record

CONTENT = bytes(range(256)) * 400


@pytest.fixture(autouse=True)
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate, _ = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


def send(request: BaseHTTPRequestHandler, content: bytes, *, status: int = 200, **headers: str) -> None:
    request.send_response(status)
    for name, value in headers.items():
        request.send_header(name.replace("_", "-"), value)
    request.send_header("content-length", str(len(content)))
    request.end_headers()
    request.wfile.write(content)


class Breaking:
    """Sends at most `each` bytes of what is asked and closes the connection; keeps the ranges that were asked."""

    def __init__(self, content: bytes, each: int) -> None:
        self.content, self.each = content, each
        self.asked: list[str | None] = []

    def __call__(self, request: BaseHTTPRequestHandler) -> None:
        asked = request.headers.get("range")
        self.asked.append(asked)
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0
        request.send_response(206 if asked else 200)
        if asked:
            request.send_header("content-range", f"bytes {start}-{len(self.content) - 1}/{len(self.content)}")
        request.send_header("content-length", str(len(self.content) - start))
        request.end_headers()
        request.wfile.write(self.content[start : start + self.each])


def test_a_broken_download_goes_on_where_it_broke_off(tmp_path: Path) -> None:
    part, seen = tmp_path / "a.part", list[int]()
    server = Breaking(CONTENT, 40_000)
    with serving(tmp_path, server) as url:
        download(url, part, len(CONTENT), seen.append)
    assert part.read_bytes() == CONTENT
    assert server.asked == [None, "bytes=40000-", "bytes=80000-"]
    assert seen == sorted(seen)
    assert seen[-1] == len(CONTENT)


def test_the_next_pull_goes_on_too(tmp_path: Path) -> None:
    part = tmp_path / "a.part"
    server = Breaking(CONTENT, 10_000)
    with serving(tmp_path, server) as url:
        with pytest.raises(SourceFailed, match=r"broke off after 30000 of 102400 bytes; the next pull goes on"):
            download(url, part, len(CONTENT), lambda _: None)
        server.each = len(CONTENT)
        download(url, part, len(CONTENT), lambda _: None)
    assert part.read_bytes() == CONTENT
    assert server.asked[-1] == "bytes=30000-"


def test_a_server_without_ranges_sends_the_whole_again(tmp_path: Path) -> None:
    part = tmp_path / "a.part"
    part.write_bytes(b"x" * 1000)
    with serving(tmp_path, lambda request: send(request, CONTENT)) as url:
        download(url, part, len(CONTENT), lambda _: None)
    assert part.read_bytes() == CONTENT


def _long(request: BaseHTTPRequestHandler) -> None:
    send(request, CONTENT + b"x")


def _other_range(request: BaseHTTPRequestHandler) -> None:
    send(request, CONTENT[5:], status=206, content_range=f"bytes 5-{len(CONTENT) - 1}/{len(CONTENT)}")


def _to_http(request: BaseHTTPRequestHandler) -> None:
    send(request, b"", status=302, location="http://127.0.0.1:9/model.onnx")


def _round_and_round(request: BaseHTTPRequestHandler) -> None:
    send(request, b"", status=302, location=request.path + "x")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (_long, "sends more than"),
        (_other_range, "another range"),
        (_to_http, "http://127.0.0.1:9/model.onnx is not https"),
        (_round_and_round, "redirects more than 5 times"),
        (lambda request: send(request, b"gone", status=404), "answered 404"),
        (lambda request: send(request, b"", status=503), "answered 503"),
    ],
)
def test_a_server_that_behaves_badly_is_refused(
    tmp_path: Path, answer: Callable[[BaseHTTPRequestHandler], None], said: str
) -> None:
    with serving(tmp_path, answer) as url, pytest.raises(SourceFailed, match=said):
        download(url, tmp_path / "a.part", len(CONTENT), lambda _: None)
    assert not (tmp_path / "a.part").exists() or (tmp_path / "a.part").stat().st_size == 0


def test_redirects_within_https_are_followed(tmp_path: Path) -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        if request.path == "/there":
            send(request, CONTENT)
        else:
            send(request, b"", status=302, location="/there")

    with serving(tmp_path, answer) as url:
        download(url, tmp_path / "a.part", len(CONTENT), lambda _: None)
    assert (tmp_path / "a.part").read_bytes() == CONTENT


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(tmp_path, lambda request: send(request, CONTENT)) as url:
        monkeypatch.delenv("SSL_CERT_FILE")
        with pytest.raises(SourceFailed, match="cannot be reached"):
            download(url, tmp_path / "a.part", len(CONTENT), lambda _: None)


def test_a_closed_network_answers_within_seconds(tmp_path: Path) -> None:
    begun = time.monotonic()
    with pytest.raises(SourceFailed, match="cannot be reached"):
        download("https://127.0.0.1:9/x", tmp_path / "a.part", len(CONTENT), lambda _: None)
    assert time.monotonic() - begun < 30
    with pytest.raises(SourceFailed, match="cannot be reached"):  # how soon is the resolver's affair
        download("https://no-such-host.invalid/x", tmp_path / "a.part", len(CONTENT), lambda _: None)


def test_the_store_pulls_over_https_and_refuses_another_file(tmp_path: Path) -> None:
    served = [OTHER]
    with serving(tmp_path, lambda request: send(request, served[0])) as url:
        models = CachedModels({"tiny": record(url=url)}, tmp_path / "cache")
        assert "has another sha256" in models.ensure(progress=False)["tiny"]
        assert models.state("tiny") == "absent"
        served[0] = MODEL
        assert models.ensure(progress=False) == {}
    assert hashlib.sha256(models.path("tiny").read_bytes()).digest() == hashlib.sha256(MODEL).digest()
