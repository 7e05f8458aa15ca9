"""Evidence that is missing, of the wrong type, huge or contradicting: a clear refusal or an unknown, never a 500."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from engine.service.wire.capture_requests import MAX_ENVELOPE
from engine.service.wire.problems import MEDIA_TYPE
from tests.harness.evidence import BEHAVIOR, CAMERA, DEVICE, frames_content, frames_request, signed, submit_request
from tests.service.conftest import PORTRAIT, Person, Running, as_base64, running
from tests.service.test_bad_input import BAD_IMAGES

Facts = Mapping[str, Any]
HUGE = "x" * 257
DEEP: Any = []
for _ in range(300):
    DEEP = [DEEP]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One application for all of it."""
    with running(tmp_path_factory.mktemp("bad"), rate_limit="off") as started:
        yield started


@pytest.fixture(scope="module")
def waiting(service: Running) -> Person:
    """A person with a take, whose bad deliveries are no attempts."""
    person = service.browser(service.new_capture()[1])
    person.consent()
    person.draw()
    service.clock.wind(6000)
    return person


def assert_refused(answer: Any, status: int, code: str) -> dict[str, Any]:
    """A problem document of this kind."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, MEDIA_TYPE), answer.text
    assert answer.json()["code"] == code, answer.text
    return dict(answer.json())


def wrong_values(value: Any) -> list[Any]:
    """What is of no type that this value's place takes, or too large for it."""
    if isinstance(value, bool):
        return ["true", 1, [], {}]
    if isinstance(value, int | float):
        return ["7", True, [], {}, -1, 1e300, 10**30]
    if isinstance(value, str):
        return [7, True, [], {}, HUGE]
    if isinstance(value, list):
        return ["x", 7, {}, [7], ["x"] * 33, [HUGE], [None]]
    if isinstance(value, dict):
        return ["x", 7, [], {"unheard_of": 1}]
    return [[], {}, HUGE]


def places(facts: Facts) -> Iterator[tuple[str, Any]]:
    """Each fact with each wrong value, two levels deep."""
    for name, value in facts.items():
        for wrong in wrong_values(value):
            yield name, wrong
        for inner, inside in value.items() if isinstance(value, dict) else ():
            for wrong in wrong_values(inside):
                yield name, {inner: wrong}


def test_every_fact_of_the_camera(waiting: Person) -> None:
    for name, wrong in [*places(CAMERA), ("unheard_of", 1)]:
        request = frames_request(waiting.take, [PORTRAIT.read_bytes()], camera={**CAMERA, name: wrong})
        problem = assert_refused(waiting.ask("frames", request), 422, "badRequest")
        assert problem["errors"][0]["at"].startswith(f"envelope.camera.{name}"), (name, wrong)


@pytest.mark.parametrize(("part", "facts"), [("device", DEVICE), ("behavior", BEHAVIOR)])
def test_every_fact_of_device_and_behavior(waiting: Person, part: str, facts: Facts) -> None:
    for name, wrong in [*places(facts), ("unheard_of", 1)]:
        told = {part: {**facts, name: wrong}}
        problem = assert_refused(
            waiting.ask("submit", submit_request(waiting.take, "0" * 64, **told)), 422, "badRequest"
        )
        assert problem["errors"][0]["at"].startswith(f"envelope.{part}.{name}"), (name, wrong)


@pytest.mark.parametrize(
    "changes",
    [
        {"nonce": None},
        {"nonce": ""},
        {"nonce": 7},
        {"nonce": "n" * 65},
        {"frames": None},
        {"frames": {}},
        {"frames": [{"sha256": "0" * 64}]},
        {"frames": [{"sha256": "F" * 64, "t_ms": 0}]},
        {"frames": [{"sha256": "0" * 63, "t_ms": 0}]},
        {"frames": [{"sha256": "0" * 64, "t_ms": -1}]},
        {"frames": [{"sha256": "0" * 64, "t_ms": 0.5}]},
        {"frames": [{"sha256": "0" * 64, "t_ms": "0"}]},
        {"frames": [{"sha256": "0" * 64, "t_ms": 600_001}]},
        {"frames": [{"sha256": "0" * 64, "t_ms": 0, "note": 1}]},
        {"frames": [{"sha256": "0" * 64, "t_ms": at} for at in range(1001)]},
        {"camera": []},
        {"challenge": []},
        {"challenge": {"kind": "dance"}},
        {"challenge": {"shown_ms": "now"}},
        {"challenge": {"shown_ms": [-1]}},
        {"challenge": {"shown_ms": [1.5]}},
        {"challenge": {"shown_ms": list(range(33))}},
        {"challenge": {"steps": []}},
        {"camera": DEEP},
    ],
)
def test_every_part_of_an_envelope(waiting: Person, changes: dict[str, Any]) -> None:
    request = frames_request(waiting.take, [PORTRAIT.read_bytes()], **changes)
    assert_refused(waiting.ask("frames", request), 422, "badRequest")


@pytest.mark.parametrize(
    "text",
    ["", "null", "7", "[]", "{", "not JSON", '{"nonce": NaN}', '{"nonce": "\\ud800"}', "[" * 100_000, "\x00", "{}"],
)
def test_an_envelope_that_is_none(waiting: Person, text: str) -> None:
    mac = signed(waiting.take.key, {})["mac"]
    assert_refused(waiting.ask("frames", {"envelope": text, "mac": mac, "frames": []}), 422, "badRequest")
    assert_refused(waiting.ask("submit", {"envelope": text, "mac": mac, "digest": "0" * 64}), 422, "badRequest")


@pytest.mark.parametrize(
    "changes",
    [
        {"envelope": None},
        {"envelope": {}},
        {"envelope": "x" * (MAX_ENVELOPE + 1)},
        {"mac": None},
        {"mac": ""},
        {"mac": "F" * 64},
        {"mac": "0" * 63},
        {"mac": 7},
        {"frames": None},
        {"frames": {}},
        {"frames": "x"},
        {"frames": [7]},
        {"frames": [None]},
        {"frames": [{"image": "", "t_ms": 0}]},
        {"frames": [""] * 1001},
        {"frames": [""] * 10_000},
        {"camera": {}},
    ],
)
def test_every_field_of_a_delivery(waiting: Person, changes: dict[str, Any]) -> None:
    request = {**frames_request(waiting.take, [PORTRAIT.read_bytes()]), **changes}
    given = {name: value for name, value in request.items() if value is not None}
    assert_refused(waiting.ask("frames", given), 422, "badRequest")


def test_half_a_surrogate_pair(waiting: Person) -> None:
    body = b'{"envelope": "\\ud800", "mac": "' + b"0" * 64 + b'", "frames": []}'
    headers = {"Content-Type": "application/json"}
    answer = waiting.client.post("/api/capture/sessions/frames", content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) in {(422, "badRequest"), (400, "badJson")}


@pytest.mark.parametrize("choice", ["", "none", "declined", "FLASH", 7, True, [], {}])
def test_a_choice_that_is_none(waiting: Person, choice: Any) -> None:
    assert_refused(waiting.ask("challenge", {"choice": choice}), 422, "badRequest")
    assert_refused(waiting.ask("challenge", {"chioce": "flash"}), 422, "badRequest")


@pytest.mark.parametrize("name", BAD_IMAGES)
def test_frames_that_are_not_images(service: Running, name: str) -> None:
    person = service.browser(service.new_capture()[1])
    person.consent()
    data, reason = BAD_IMAGES[name]
    problem = assert_refused(person.frames([PORTRAIT.read_bytes(), data]), 422, "badFrames")
    assert problem["errors"] == [{"at": "frames.1", "code": reason, "message": problem["errors"][0]["message"]}]
    assert person.ask("state").json()["state"] == "consented"


def test_frames_that_are_not_base64(waiting: Person) -> None:
    request = {**frames_request(waiting.take, [PORTRAIT.read_bytes()]), "frames": ["no base64!"]}
    assert_refused(waiting.ask("frames", request), 422, "badFrames")


@pytest.mark.parametrize("number", [0, 31, 1000])
def test_too_few_and_too_many_frames(waiting: Person, number: int) -> None:
    frames = [{"sha256": "0" * 64, "t_ms": at} for at in range(number)]
    content = {**frames_content(waiting.take, []), "frames": frames}
    request = {**signed(waiting.take.key, content), "frames": [""] * number}
    assert_refused(waiting.ask("frames", request), 422, "badFrames")


def test_facts_that_contradict_each_other_are_for_the_providers(service: Running) -> None:
    """They come through as they were told: a contradiction is a finding, not a mistake of the request."""
    person = service.browser(service.new_capture()[1])
    person.consent()
    camera = {**CAMERA, "listed": True, "devices": [], "width": 1, "settings": {"width": 9999}}
    digest = person.frames(camera=camera).json()["digest"]
    device = {**DEVICE, "bot": False, "bot_kind": "headless", "webdriver": True}
    assert person.submit(digest, device=device).json()["state"] == "submitted"


def test_headers_that_lie(service: Running) -> None:
    person = service.browser(service.new_capture()[1])
    lies: dict[str, Any] = {
        "X-Forwarded-For": ", ".join(["127.0.0.1"] * 1000),
        "X-Forwarded-Proto": "gopher",
        "Forwarded": "for=unknown;proto=ftp",
        "User-Agent": "x" * 8000,
        "Accept-Language": "\x7f;q=nine,,",
        "Sec-CH-UA": '"' * 3000,
        "Sec-CH-UA-Mobile": "?7",
        "Host": "evil.example",
        "Origin": "https://evil.example",
        "Content-Encoding": "gzip",
    }
    for name, lie in lies.items():
        person.client.headers[name] = lie
    assert person.submit(person.captured()).json()["state"] == "submitted"


def test_nothing_bad_was_an_attempt_or_repeated_the_input(service: Running, waiting: Person) -> None:
    opened = waiting.ask("open", {}).json()
    assert (opened["state"], opened["capture"]["attempts_left"]) == ("consented", 6)
    request = frames_request(waiting.take, [PORTRAIT.read_bytes()], camera={"label": [f"secret-{HUGE}"]})
    assert "secret" not in waiting.ask("frames", request).text
    assert waiting.ask("frames", frames_request(waiting.take, [PORTRAIT.read_bytes()])).status_code == 200


def test_a_body_larger_than_a_request_may_be(waiting: Person) -> None:
    body = json.dumps({"frames": [as_base64(bytes(30 * 2**20))] * 2}).encode()
    answer = waiting.client.post("/api/capture/sessions/frames", content=body)
    assert_refused(answer, 413, "bodyTooLarge")
