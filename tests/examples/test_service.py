"""The example provider against a real socket: what is no proper answer is a failure of the provider, never a score."""

from __future__ import annotations

import asyncio
import io
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from acme_liveness.provider import SCORE, RemoteLiveness, Unready, build
from PIL import Image

from engine.contracts import Evidence, Ports, Readings, Signal
from engine.frames import Frame
from engine.service.runs.pipeline import NoHistory, SystemClock
from engine.service.wiring import NoModels
from tests.examples.server import (
    Behaviour,
    LivenessServer,
    answering,
    dripping,
    dying,
    dying_midway,
    endless,
    hanging,
    talking_nonsense,
)
from tests.harness.server import free_port

KEY = "acme-secret-7f3a"
PORTRAIT = Path(__file__).parents[2] / "examples" / "astronaut.jpg"
ONE_FACE = Readings({"face.count": 1})
EVIDENCE = Evidence(kind="still", frames=(Frame(PORTRAIT.read_bytes()),))
PORTS = Ports(clock=SystemClock(), history=NoHistory(), settings={}, models=NoModels())


def provider_of(url: str, **settings: str) -> RemoteLiveness | Unready:
    """The provider as the platform builds it."""
    given = {f"SELFIE_ACME_{name.upper()}": value for name, value in {"seconds": "30", **settings}.items()}
    return build(replace(PORTS, settings={"SELFIE_ACME_URL": url, "SELFIE_ACME_KEY": KEY} | given))


def ask(server: LivenessServer, *behaviours: Behaviour, **settings: str) -> Signal:
    """One reading, the server behaving so."""
    server.behaviours = list(behaviours) or server.behaviours
    return provider_of(server.url, **settings).read(EVIDENCE, ONE_FACE)


def test_a_good_answer_is_the_score(server: LivenessServer) -> None:
    signal = ask(server)
    assert signal.failure is None
    assert signal.features == {SCORE: 0.97}
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /v1/liveness HTTP/1.1\r\n")
    assert f"Authorization: Bearer {KEY}".encode().lower() in head.lower()
    assert b"idempotency-key: " in head.lower()
    assert body.count(b"Content-Type: image/jpeg") == 1


def test_it_is_asked_as_well_where_an_event_loop_runs(server: LivenessServer) -> None:
    async def inside_a_loop() -> Signal:
        return ask(server)

    with ThreadPoolExecutor(1) as aside:  # this thread may have a loop of its own, which a browser test left open
        assert aside.submit(lambda: asyncio.run(inside_a_loop())).result().features == {SCORE: 0.97}


def sent_pictures(request: bytes) -> list[bytes]:
    """The files of a multipart request."""
    head, _, body = request.partition(b"\r\n\r\n")
    boundary = b"--" + head.lower().partition(b"boundary=")[2].partition(b"\r\n")[0]
    parts = [part for part in body.split(boundary) if b"\r\n\r\n" in part]
    return [part.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n") for part in parts]


def test_frames_go_as_small_jpeg_without_metadata(server: LivenessServer) -> None:
    exif = Image.Exif()
    exif[0x010F] = "camera of Ada"
    with Image.open(PORTRAIT) as portrait:
        large, out = portrait.resize((1800, 1200)), io.BytesIO()
    large.save(out, "PNG", exif=exif)
    server.behaviours = [answering(b'{"score": 1, "model": "7"}')]
    burst = Evidence(kind="still", frames=tuple(Frame(out.getvalue(), t_ms=at) for at in range(7)))
    assert provider_of(server.url, seconds="20").read(burst, ONE_FACE).features == {SCORE: 1.0}
    pictures = sent_pictures(server.requests[0])
    assert len(pictures) == 5
    for picture in pictures:
        with Image.open(io.BytesIO(picture)) as image:
            assert (image.format, max(image.size)) == ("JPEG", 1280)
            assert not image.getexif()
        assert b"Ada" not in picture


LIES = {
    "score 7": b'{"score": 7}',
    "score -0.1": b'{"score": -0.1}',
    "NaN": b'{"score": NaN}',
    "Infinity": b'{"score": Infinity}',
    "huge exponent": b'{"score": 1e999}',
    "text": b'{"score": "0.9"}',
    "boolean": b'{"score": true}',
    "null": b'{"score": null}',
    "list": b'{"score": [0.9]}',
    "no score": b'{"liveness": 0.9}',
    "two scores": b'{"score": 0.1, "score": 0.9}',
    "no object": b"0.9",
    "no JSON": b"live",
    "nothing": b"",
    "no UTF-8": b'{"score": 0.9, "\xff": 1}',
    "deep": b"[" * 60_000,
    "huge": b'{"score": 0.9, "pad": "' + b"x" * 70_000 + b'"}',
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_a_failed_provider_and_is_not_asked_again(server: LivenessServer, lie: str) -> None:
    signal = ask(server, answering(LIES[lie]))
    assert signal.failure is not None
    assert signal.failure.cause == "provider"
    assert not signal.features
    assert server.connections == 1


@pytest.mark.parametrize(
    ("behaviour", "connections"),
    [
        (answering(b'{"score": 0.9}', kind="text/html"), 1),
        (answering(b"", status="302 Found", more="Location: http://127.0.0.1:1/\r\n"), 1),
        (answering(b'{"score": 0.9}', status="201 Created"), 1),
        (answering(b'{"score": 0.9}', status="401 Unauthorized"), 1),
        (answering(b'{"score": 0.9}', status="422 Unprocessable Content"), 1),
        (answering(b'{"score": 0.9}', status="501 Not Implemented"), 1),
        (endless, 1),
        (answering(b'{"score": 0.9}', status="500 Internal Server Error"), 3),
        (answering(b'{"score": 0.9}', status="429 Too Many Requests"), 3),
        (dying, 3),
        (dying_midway, 3),
        (talking_nonsense, 3),
    ],
    ids=["html", "redirect", "201", "401", "422", "501", "endless", "500", "429", "dying", "midway", "nonsense"],
)
def test_only_what_may_pass_is_asked_again(server: LivenessServer, behaviour: Behaviour, connections: int) -> None:
    signal = ask(server, behaviour, seconds="30")
    assert signal.failure is not None
    assert signal.failure.cause == "provider"
    assert server.connections == connections


@pytest.mark.parametrize("trouble", [dying, dying_midway, answering(b"", status="503 Service Unavailable")])
def test_a_trouble_that_passes_costs_nothing(server: LivenessServer, trouble: Behaviour) -> None:
    signal = ask(server, trouble, trouble, answering(b'{"score": 0.5}'), seconds="30")
    assert signal.features == {SCORE: 0.5}
    assert len({request.lower().partition(b"idempotency-key: ")[2][:64] for request in server.requests}) == 1


@pytest.mark.parametrize("trouble", [hanging, dripping])
def test_the_limit_is_on_the_whole_reading(server: LivenessServer, trouble: Behaviour) -> None:
    started = time.monotonic()
    signal = ask(server, trouble, seconds="1")
    assert signal.failure is not None
    assert signal.failure.reason == "the service did not answer in time"
    assert time.monotonic() - started < 30
    wait_for(lambda: server.connections > 0)
    assert server.connections == 1


def test_pauses_between_attempts_count_too(server: LivenessServer) -> None:
    server.behaviours = [answering(b"", status="503 Service Unavailable")]
    provider = provider_of(server.url, seconds="0.5")
    assert isinstance(provider, RemoteLiveness)
    provider._service._jitter = lambda: 1000.0  # pauses of minutes
    started = time.monotonic()
    failure = provider.read(EVIDENCE, ONE_FACE).failure
    assert failure is not None
    assert failure.reason == "the service did not answer in time"
    assert time.monotonic() - started < 30


def wait_for(come_true: Callable[[], bool]) -> None:
    """Give another thread its time; what does not come true is for the next line to find."""
    deadline = time.monotonic() + 60
    while not come_true() and time.monotonic() < deadline:
        time.sleep(0.01)


def test_a_dead_service_is_a_failed_provider_and_then_left_alone() -> None:
    provider = provider_of(f"http://127.0.0.1:{free_port()}", breaker_failures="2")
    reasons = []
    for _ in range(3):
        failure = provider.read(EVIDENCE, ONE_FACE).failure
        assert failure is not None
        assert failure.cause == "provider"
        reasons.append(failure.reason)
    assert reasons[0] == reasons[1] == "the connection failed: ConnectError"
    assert "left alone" in reasons[2]


def test_it_is_asked_again_when_it_has_recovered(server: LivenessServer) -> None:
    server.behaviours = [answering(b'{"score": 7}'), answering(b'{"score": 7}'), answering(b'{"score": 0.8}')]
    provider = provider_of(server.url, breaker_failures="2", breaker_seconds="10")
    assert isinstance(provider, RemoteLiveness)
    now = 100.0
    provider._breaker._clock = lambda: now
    for _ in range(4):
        assert provider.read(EVIDENCE, ONE_FACE).failure is not None
    assert server.connections == 2
    now += 10
    assert provider.read(EVIDENCE, ONE_FACE).features == {SCORE: 0.8}
    assert provider.read(EVIDENCE, ONE_FACE).features == {SCORE: 0.8}


def test_a_refused_question_says_nothing_of_the_services_health(server: LivenessServer) -> None:
    server.behaviours = [answering(b"", status="422 Unprocessable Content")]
    provider = provider_of(server.url, breaker_failures="1")
    for _ in range(3):
        assert provider.read(EVIDENCE, ONE_FACE).failure is not None
    assert server.connections == 3


@pytest.mark.parametrize("count", [0, None])
def test_no_picture_leaves_where_there_is_no_face(server: LivenessServer, count: int | None) -> None:
    signal = provider_of(server.url).read(EVIDENCE, Readings({"face.count": count}))
    assert signal.failure is not None
    assert signal.failure.cause == "evidence"
    assert server.connections == 0


def open_files() -> int:
    """Of this process; 0 where the system does not tell."""
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.is_dir() else 0


def test_no_thread_and_no_connection_stays(server: LivenessServer) -> None:
    provider = provider_of(server.url, seconds="0.2", breaker_failures="1000", attempts="1")
    ask(server)
    ours = {thread for thread in threading.enumerate() if thread.name != "liveness-server"}
    files = open_files()
    rounds = 4
    for _ in range(rounds):
        server.behaviours = [hanging, dying_midway, dripping, dying, *[answering(b'{"score": 7}')] * 4]
        for _ in range(8):
            provider.read(EVIDENCE, ONE_FACE)
    assert {thread for thread in threading.enumerate() if thread.name != "liveness-server"} == ours
    most = files + 2 * rounds  # the server's own ends of the readings that ran out of time
    wait_for(lambda: open_files() <= most)
    assert open_files() <= most


def test_many_threads_may_read_at_once(server: LivenessServer) -> None:
    provider = provider_of(server.url, seconds="60")
    signals: list[Signal] = []
    threads = [
        threading.Thread(target=lambda: signals.append(provider.read(EVIDENCE, ONE_FACE)), name="reader")
        for _ in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [signal.features for signal in signals] == [{SCORE: 0.97}] * 12


def test_the_key_is_never_logged_or_told(server: LivenessServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    told = [ask(server), ask(server, dying), ask(server, answering(KEY.encode())), ask(server, dying_midway)]
    assert any(record.name.startswith("httpcore") for record in caplog.records)
    assert KEY not in caplog.text
    assert KEY not in repr(told)


@pytest.mark.parametrize(
    ("url", "settings", "word"),
    [
        ("", {}, "SELFIE_ACME_URL is not set"),
        ("http://liveness.acme.example", {}, "not https"),
        ("http://127.0.0.1.acme.example", {}, "not https"),
        ("ftp://acme.example", {}, "no address"),
        ("https://", {}, "no address"),
        ("https://acme.example:port", {}, "no address"),
        ("https://[::1", {}, "no address"),
        ("https://ada:pass@acme.example", {}, "more than scheme"),
        ("https://acme.example?key=1", {}, "more than scheme"),
        ("https://acme.example", {"key": ""}, "SELFIE_ACME_KEY is not set"),
        ("https://acme.example", {"key": "a\nb"}, "SELFIE_ACME_KEY holds"),
        ("https://acme.example", {"seconds": "soon"}, "SELFIE_ACME_SECONDS"),
        ("https://acme.example", {"seconds": "nan"}, "SELFIE_ACME_SECONDS"),
        ("https://acme.example", {"attempts": "1000"}, "SELFIE_ACME_ATTEMPTS"),
    ],
)
def test_wrong_settings_fail_each_reading_and_say_which(url: str, settings: dict[str, str], word: str) -> None:
    failure = provider_of(url, **settings).read(EVIDENCE, ONE_FACE).failure
    assert failure is not None
    assert failure.cause == "provider"
    assert word in failure.reason
    assert "pass" not in failure.reason


@pytest.mark.parametrize(
    "url", ["https://acme.example/base/", "http://localhost:9", "http://[::1]:9", "http://127.1.2.3"]
)
def test_good_addresses(url: str) -> None:
    assert isinstance(provider_of(url), RemoteLiveness)
