"""What a submission told beside the frames, sealed with them until the evaluation is decided.

With it whoever comes after a process that died decides as that one would have: by the same headers, facts, address and
device token. It is encrypted with the session's key and destroyed with it, at the latest when the evaluation ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from engine.contracts import DeviceToken, Evidence
from engine.frames import Frame
from engine.service.evidence.delivered import Told, binding_of, browser_facts, told_facts
from engine.service.wire.capture_requests import SubmitEnvelope
from engine.store.capture_sessions import CaptureSession
from engine.store.sealed import Burst, CannotOpen, FrameVault

MARK = "submission-"


@dataclass(frozen=True, slots=True)
class Submitted:
    """What came with the submission that used a session up."""

    nonce: str
    headers: Mapping[str, str]
    facts: Mapping[str, Any]
    """What the page told of device and behaviour."""
    address: str | None
    device: DeviceToken

    @staticmethod
    def of(envelope: SubmitEnvelope, headers: Mapping[str, str], address: str | None, device: DeviceToken) -> Submitted:
        """From the request."""
        return Submitted(envelope.nonce, dict(headers), told_facts(envelope), address, device)

    def packed(self) -> Burst:
        """As the vault seals it: no frames, and what was told as JSON."""
        return Burst((), asdict(self))

    @staticmethod
    def unpacked(burst: Burst) -> Submitted:
        """From the vault."""
        told = burst.told
        return Submitted(**{**told, "device": DeviceToken(**told["device"])})


def seal(vault: FrameVault, session: CaptureSession, name: str, submitted: Submitted, at: datetime) -> str:
    """Seal a submission beside the session's frames; raises `CannotOpen` where these were destroyed.

    Args:
        name: the submission's fingerprint, by which the session's row names it.
    """
    return vault.seal(session.session_id, submitted.packed(), at, name=f"{MARK}{name}")


def evidence_of_session(vault: FrameVault, session: CaptureSession) -> Evidence:
    """What a submitted session delivered; raises `CannotOpen`."""
    if session.blob is None or session.submission_sha256 is None or session.ended_at is None:
        raise CannotOpen("the session has no submission")
    burst = vault.open(session.session_id, session.blob)
    named = vault.name_of(session.session_id, f"{MARK}{session.submission_sha256}")
    submitted = Submitted.unpacked(vault.open(session.session_id, named))
    told = Told.unpacked(burst.told)
    frames = tuple(Frame(frame.data, frame.t_ms) for frame in burst.frames)
    return Evidence(
        kind="capture",
        frames=frames,
        headers=submitted.headers,
        browser=browser_facts(told, submitted.facts),
        device=submitted.device,
        binding=binding_of(session, told, frames, submitted.nonce, session.ended_at),
        challenge=told.challenge,
        address=submitted.address,
    )
