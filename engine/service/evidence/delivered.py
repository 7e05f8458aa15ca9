"""What was delivered for a take: sealed with its frames, and evidence once it is submitted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from engine.contracts import Binding, Challenge
from engine.frames import Frame
from engine.service.evidence.binding import burst_digest
from engine.service.evidence.takes import Drawn
from engine.service.wire.capture_requests import SubmitEnvelope
from engine.store.capture_sessions import CaptureSession
from engine.store.sealed import Burst, SealedFrame
from engine.store.secrets import fingerprint, same


@dataclass(frozen=True, slots=True)
class Told:
    """What goes with the frames: the take, what the page says that it showed, and what it says of the camera."""

    nonce_sha256: str
    digest: str
    drawn: Drawn
    shown_ms: tuple[int, ...]
    since_nonce: timedelta
    camera: Mapping[str, Any] | None

    @property
    def challenge(self) -> Challenge:
        """As providers read it."""
        return Challenge(self.drawn.kind, self.drawn.steps, self.shown_ms)

    def packed(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "nonce_sha256": self.nonce_sha256,
            "digest": self.digest,
            "challenge": {**self.drawn.stored(), "shown_ms": list(self.shown_ms)},
            "nonce_age_ms": milliseconds(self.since_nonce),
            "camera": None if self.camera is None else dict(self.camera),
        }

    @staticmethod
    def unpacked(packed: Mapping[str, Any]) -> Told:
        """From JSON."""
        challenge = packed["challenge"]
        return Told(
            packed["nonce_sha256"],
            packed["digest"],
            Drawn.restored(challenge),
            tuple(challenge["shown_ms"]),
            timedelta(milliseconds=packed["nonce_age_ms"]),
            packed["camera"],
        )


def sealed_burst(frames: Sequence[Frame], told: Told) -> Burst:
    """What the vault seals."""
    return Burst(tuple(SealedFrame(frame.data, frame.t_ms) for frame in frames), told.packed())


def binding_of(session: CaptureSession, told: Told, frames: Sequence[Frame], nonce: str, now: datetime) -> Binding:
    """What holds of evidence at its submission, found once more from what was sealed and not taken from before.

    Args:
        nonce: that of the submission.
    """
    named = fingerprint(nonce)
    return Binding(
        nonce_valid=same(named, told.nonce_sha256) and same(named, session.nonce_sha256 or ""),
        payload_digest_match=same(burst_digest(nonce, frames), session.digest or ""),
        nonce_age_ms=milliseconds(told.since_nonce),
        session_ms=milliseconds(now - (session.opened_at or session.created_at)),
        takes=session.takes,
        deliveries=session.attempts,
        refused=session.refused,
    )


def told_facts(envelope: SubmitEnvelope) -> dict[str, Any]:
    """What the page told of device and behaviour; only parts that it told."""
    groups = {"device": envelope.device, "behavior": envelope.behavior}
    return {
        name: group.model_dump(by_alias=True, exclude_none=True) for name, group in groups.items() if group is not None
    }


def browser_facts(told: Told, facts: Mapping[str, Any]) -> dict[str, object]:
    """What the page told of camera, device and behaviour; only parts that it told."""
    camera: dict[str, object] = {} if told.camera is None else {"camera": dict(told.camera)}
    return camera | dict(facts)


def milliseconds(time: timedelta) -> int:
    """Whole milliseconds, never below 0: a clock may have been set back."""
    return max(0, time // timedelta(milliseconds=1))
