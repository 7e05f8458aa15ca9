"""What binds evidence to its take: the nonce, the signature over the frames in their order, and the time.

A page signs with the key that it got with the nonce. Whoever has the browser has the key: what is shown here is that
these frames came through this session, for this take, unchanged and in time; not that a camera took them.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, TypeVar

from pydantic import ValidationError

from engine.frames import MAX_FRAMES, Frame
from engine.service.evidence.sent import frame_of, image_bytes
from engine.service.evidence.takes import Drawn
from engine.service.wire.capture_requests import FramesEnvelope, ShownChallenge, SignedFrame, SubmitEnvelope
from engine.service.wire.problems import Problem, invalid_part
from engine.store.secrets import same

E = TypeVar("E", FramesEnvelope, SubmitEnvelope)


class BindingRefused(Problem):
    """Evidence that does not belong to its take. The session counts these."""


def replayed() -> BindingRefused:
    """Of another take or session, or sent for a take that has its frames."""
    return BindingRefused(409, "evidenceReplayed", "This does not belong to the current take; begin a new one.")


def late() -> Problem:
    """After the take's time. Refused and not counted: honest people are slow, and draws are bounded anyway."""
    return Problem(410, "challengeExpired", "The take began too long ago; begin a new one.")


def altered(detail: str) -> BindingRefused:
    """Not what was signed, or not what can be."""
    return BindingRefused(422, "evidenceAltered", detail)


@dataclass(frozen=True, slots=True)
class Burst:
    """Frames that are what was signed, and what was told with them."""

    frames: tuple[Frame, ...]
    digest: str
    shown_ms: tuple[int, ...]
    camera: Mapping[str, Any] | None


def read_envelope(text: str, shape: type[E]) -> E:
    """The envelope's content; raises `Problem` 422 with every mistake in it."""
    try:
        return shape.model_validate_json(text)
    except ValidationError as invalid:
        raise invalid_part("envelope", invalid.errors(include_input=False, include_url=False)) from invalid


def must_be_signed(envelope: str, mac: str, key: bytes) -> None:
    """Raises where the signature is not that of this text under this key."""
    if not same(hmac.new(key, envelope.encode(), hashlib.sha256).hexdigest(), mac):
        raise altered("The signature does not fit the envelope.")


def must_be_in_time(now: datetime, expires_at: datetime) -> None:
    """Raises after the end of the take's time."""
    if now >= expires_at:
        raise late()


def burst_of(envelope: FramesEnvelope, images: Sequence[str]) -> Burst:
    """The frames, each as it was signed and all in their order; raises `Problem` 422."""
    signed = envelope.frames
    if not 0 < len(signed) <= MAX_FRAMES:
        raise Problem(422, "badFrames", f"From 1 to {MAX_FRAMES} frames are taken.")
    if len(images) != len(signed):
        raise altered("There are not as many frames as were signed.")
    _times_must_grow([frame.t_ms for frame in signed])
    told, camera = envelope.challenge, envelope.camera
    shown = tuple(told.shown_ms or ()) if told else ()
    frames = tuple(_as_signed(image, frame, at) for at, (image, frame) in enumerate(zip(images, signed, strict=True)))
    facts = camera.model_dump(by_alias=True, exclude_unset=True) if camera else None
    return Burst(frames, burst_digest(envelope.nonce, frames), shown, facts)


def _times_must_grow(times: Sequence[int]) -> None:
    grows = all(earlier < later for earlier, later in pairwise(times))
    if times[0] != 0 or not grows:
        raise Problem(422, "badFrames", "The frames' times do not begin at 0 and grow.")


def _as_signed(image: str, signed: SignedFrame, at: int) -> Frame:
    place = f"frames.{at}"
    data = image_bytes(image, place, "badFrames")
    if not same(hashlib.sha256(data).hexdigest(), signed.sha256):
        raise altered("A frame is not the one that was signed at its place.")
    return frame_of(data, signed.t_ms, place, "badFrames")


def must_fit_challenge(told: ShownChallenge | None, drawn: Drawn) -> None:
    """Raises where the page tells of another challenge than was drawn for the take."""
    if told is None:
        return
    if told.kind is not None and told.kind != drawn.kind:
        raise altered("The challenge is not the one that was drawn.")
    shown = told.shown_ms or []
    if len(shown) > len(drawn.steps):
        raise altered("More steps were shown than the challenge has.")
    if any(earlier >= later for earlier, later in pairwise(shown)):
        raise altered("The steps' times do not grow.")


def must_fit_time(burst: Burst, since_nonce: timedelta) -> None:
    """Raises where the burst would have begun before its nonce was given out."""
    last = max((burst.frames[-1].t_ms, *burst.shown_ms))
    if timedelta(milliseconds=last) > since_nonce:
        raise altered("The burst is longer than the time since the take began.")


def burst_digest(nonce: str, frames: Sequence[Frame]) -> str:
    """SHA-256 over the nonce and each frame's digest and time, a line each."""
    lines = [nonce, *(f"{frame.digest()} {frame.t_ms}" for frame in frames)]
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()
