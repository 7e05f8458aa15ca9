"""What reaches the providers: the binding by our own finding, the page's word as such, and of whom and where it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from engine.contracts import Binding, Challenge, Evidence
from engine.service.capture.consent import CONSENT_VERSION, consent_text
from tests.harness.evidence import BEHAVIOR, CAMERA, DEVICE
from tests.service.conftest import PEER, Running, as_base64, running
from tests.service.providers import GOOD, Telling

FACTS = {"camera": CAMERA, "device": {k: v for k, v in DEVICE.items() if v is not None}, "behavior": BEHAVIOR}


@contextmanager
def watched(folder: Path, **settings: Any) -> Iterator[tuple[Running, list[Evidence]]]:
    """The application, and all evidence that its provider of `device` and `face` was shown."""
    face = Telling("face", GOOD["face"])
    factories = {name: lambda _ports, name=name: Telling(name, GOOD[name]) for name in GOOD}
    with running(folder, {**factories, "face": lambda _ports: face}, **settings) as service:
        yield service, face.shown


def test_the_evidence_of_a_capture(tmp_path: Path, portrait: bytes) -> None:
    with watched(tmp_path) as (service, shown):
        _, token = service.new_capture()
        person = service.browser(token)
        person.consent()
        person.frames([portrait])
        service.clock.wind(10_000)
        person.draw("turn")
        spoilt = {**person.burst([portrait] * 24), "mac": "0" * 64}
        assert person.ask("frames", spoilt).status_code == 422
        digest = person.ask("frames", person.burst([portrait] * 24)).json()["digest"]
        service.clock.wind(2_000)
        assert person.submit(digest).json()["state"] == "submitted"
        (evidence,) = shown
        take = person.take
    assert evidence.challenge == Challenge("turn", take.steps, tuple(take.shown_ms()))
    binding = evidence.binding
    assert binding is not None
    assert 12_000 <= binding.nonce_age_ms < 14_000
    assert 30_000 <= binding.session_ms < 36_000
    known = {"nonce_age_ms": binding.nonce_age_ms, "session_ms": binding.session_ms}
    assert binding == Binding(True, True, takes=2, deliveries=2, refused=1, **known)
    assert [frame.t_ms for frame in evidence.frames] == take.times()
    assert evidence.neutral == tuple(range(8))
    assert evidence.browser == FACTS
    assert (evidence.customer, evidence.scope, evidence.address) == ("ada", "Sandbox", PEER[0])
    assert evidence.headers == {"user-agent": "Firefox/133"}


def test_what_the_page_does_not_tell_is_not_there(tmp_path: Path) -> None:
    with watched(tmp_path) as (service, shown):
        person = service.browser(service.new_capture()[1])
        person.consent()
        digest = person.frames(camera=None, challenge=None).json()["digest"]
        person.submit(digest, device=None, behavior={})
        (evidence,) = shown
    assert evidence.browser == {"behavior": {}}
    assert evidence.challenge is not None
    assert (evidence.challenge.kind, evidence.challenge.shown_ms) == ("flash", ())


def test_stills_and_features_have_no_binding_and_are_of_the_callers_customer(tmp_path: Path, portrait: bytes) -> None:
    with watched(tmp_path) as (service, shown):
        service.post("selfie_image", {"selfie": {"image": as_base64(portrait)}})
        (evidence,) = shown
    assert (evidence.binding, evidence.challenge, evidence.address) == (None, None, None)
    assert (evidence.customer, evidence.scope) == ("ada", "Sandbox")


def test_what_was_told_is_sealed_with_the_frames(tmp_path: Path) -> None:
    """In no table and in no file as it came, not even while the session waits."""
    with watched(tmp_path) as (service, _):
        person = service.browser(service.new_capture()[1])
        digest = person.captured()
        for path in service.data.rglob("*"):
            assert not path.is_file() or b"FaceTime" not in path.read_bytes(), path
        person.submit(digest)
        for path in service.data.rglob("*"):
            content = path.read_bytes() if path.is_file() else b""
            for word in (b"FaceTime", b"Apple M2", b"3f8a1c77d2e90b64", PEER[0].encode()):
                assert word not in content, (path, word)


def test_the_test_camera_is_loud(tmp_path: Path) -> None:
    structlog.reset_defaults()
    with capture_logs() as logged, watched(tmp_path, test_camera=True) as (service, _):
        loud = [line for line in logged if "SELFIE_TEST_CAMERA" in line["event"]]
        assert len(loud) >= 3
        person = service.browser(service.new_capture()[1])
        person.submit(person.captured())
        assert [line for line in logged if "SELFIE_TEST_CAMERA" in line["event"]] != loud
        assert {line["log_level"] for line in logged if "SELFIE_TEST_CAMERA" in line["event"]} == {"warning"}
    with capture_logs() as logged, watched(tmp_path / "quiet") as (service, _):
        person = service.browser(service.new_capture()[1])
        person.submit(person.captured())
        assert not [line for line in logged if "SELFIE_TEST_CAMERA" in line["event"]]


@pytest.mark.parametrize("test_camera", [True, False])
def test_providers_read_the_switch_as_the_settings_say(tmp_path: Path, test_camera: bool) -> None:
    told: list[str | None] = []

    def factory(ports: Any) -> Telling:
        told.append(ports.settings.get("SELFIE_TEST_CAMERA"))
        return Telling("face", GOOD["face"])

    factories = {name: lambda _ports, name=name: Telling(name, GOOD[name]) for name in GOOD}
    with running(tmp_path, {**factories, "face": factory}, test_camera=test_camera):
        assert told == ["1" if test_camera else None]


def test_the_consent_says_how_long_things_are_kept() -> None:
    usual, kept = consent_text(0, 30), consent_text(24, 7)
    assert usual["version"] == CONSENT_VERSION == "2"
    assert kept["version"] not in {usual["version"], consent_text(48, 7)["version"], consent_text(24, 30)["version"]}
    text = " ".join(usual["paragraphs"])
    for word in ("colours", "turn your head", "fingerprint", "internet address", "how the page was used"):
        assert word in text
    for word in ("24 hours", "30 days", "deleted as soon as the decision", "in a form that cannot be turned"):
        assert word in text
    assert "until 24 hours after the decision" in " ".join(kept["paragraphs"])
    assert "{" not in text
