"""One webhook on its way: signed as Standard Webhooks says, and sent once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from standardwebhooks import Webhook

from engine.service.outbound.calls import Outbound
from engine.service.outbound.pinned_network import OutboundFailed

GONE = 410
MOST_SECONDS = 10**6


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of one try."""

    status: int | None
    error: str | None
    """None: it arrived."""
    asked_pause: float = 0.0
    """Seconds for which the receiver asks to be left alone."""

    @property
    def arrived(self) -> bool:
        """Whether the receiver took it."""
        return self.error is None


def signed_headers(event_id: str, body: str, secrets: Sequence[str], at: datetime) -> dict[str, str]:
    """The headers of one attempt. Several secrets sign while one is rotated, the newest first."""
    signatures = [Webhook(secret).sign(event_id, at.astimezone(UTC), body) for secret in secrets]
    return {
        "Content-Type": "application/json",
        "User-Agent": "Selfie-Intelligence-Webhooks/1",
        "webhook-id": event_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def send_once(
    outbound: Outbound, url: str, event_id: str, body: str, secrets: Sequence[str], *, at: datetime, within: float
) -> Attempt:
    """Send these very bytes; never raises for what the receiver does."""
    if not secrets:
        return Attempt(None, "there is no secret to sign with")
    try:
        headers = signed_headers(event_id, body, secrets, at)
        reply = outbound.send("POST", url, headers=headers, body=body.encode(), within=within, whole=False)
    except OutboundFailed as failed:
        return Attempt(None, failed.why)
    if 200 <= reply.status < 300:
        return Attempt(reply.status, None)
    return Attempt(reply.status, f"answered {reply.status}", _asked_pause(reply.headers, at))


def _asked_pause(headers: Mapping[str, str], at: datetime) -> float:
    """Of `Retry-After`, seconds or a date; what is neither asks for nothing."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text) if len(text) < 8 else MOST_SECONDS
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    seconds = (until.replace(tzinfo=until.tzinfo or UTC) - at).total_seconds()
    return min(max(seconds, 0.0), MOST_SECONDS)
