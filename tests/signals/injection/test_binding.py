"""What the service found of the evidence's way here."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.contracts import Evidence, Readings
from engine.frames import Frame
from tests.signals.injection.captures import BOUND, LIVE, capture, feature, provider, read


def test_the_binding_is_given_as_it_was_found() -> None:
    found = read(capture(binding=replace(BOUND, nonce_valid=False, payload_digest_match=False, refused=3))).features
    assert found["injection.nonce_valid"] is False
    assert found["injection.payload_digest_match"] is False
    assert found["injection.nonce_age_ms"] == 20_000
    assert found["injection.refused_count"] == 3


def test_without_a_binding_all_of_it_is_unknown() -> None:
    found = read(capture(binding=None)).features
    names = ("nonce_valid", "payload_digest_match", "nonce_age_ms", "timestamp_monotonic", "refused_count")
    assert all(found[f"injection.{name}"] is None for name in names)


@pytest.mark.parametrize(("age", "expected"), [(-1, None), (0, 0), (10**12, 10**9)])
def test_an_age_that_cannot_be(age: int, expected: int | None) -> None:
    assert feature(capture(binding=replace(BOUND, nonce_age_ms=age)), "nonce_age_ms") == expected


def timed(*times: int) -> tuple[Frame, ...]:
    return tuple(Frame(frame.data, t) for frame, t in zip(LIVE, times, strict=False))


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ((0, 120, 240), True),
        ((0, 120, 120), False),
        ((0, 240, 120), False),
        ((0, 120, 20_100), True),
        ((0, 120, 20_101), False),
        ((0,), True),
    ],
)
def test_times_grow_and_begin_after_the_nonce(times: tuple[int, ...], expected: bool) -> None:
    assert feature(capture(timed(*times)), "timestamp_monotonic") is expected


@pytest.mark.parametrize(
    ("times", "expected"),
    [((0, 100, 200, 300), 0.0), ((0, 50, 200), 0.5), ((0, 100), None), ((300, 200, 100), None), ((0, 0, 0), None)],
)
def test_intervals_vary(times: tuple[int, ...], expected: float | None) -> None:
    assert feature(capture(timed(*times)), "frame_interval_cv") == expected


@pytest.mark.parametrize("kind", ["still", "features"])
def test_without_a_capture_session_there_is_nothing_to_read(kind: str) -> None:
    signal = provider().read(Evidence(kind, LIVE), Readings())  # type: ignore[arg-type]
    assert signal.failure is not None
    assert signal.failure.cause == "evidence"
    assert not signal.sightings


def test_without_frames_there_is_nothing_to_read() -> None:
    failure = provider().read(capture(()), Readings()).failure
    assert failure is not None
    assert failure.cause == "evidence"
