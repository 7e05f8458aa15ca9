"""Device features of a capture: the browser's own word, and the token that we signed for it."""

from __future__ import annotations

from collections.abc import Mapping

from engine.contracts import Clock, Evidence, History, Ports, Readings, Signal, Value
from signals.answer import NothingToRead, answered
from signals.device.contradictions import contradicts_itself
from signals.device.user_agent import UserAgent, read_user_agent


class DeviceProvider:
    """Reads what the browser told. A missing fact is unknown; a fact may raise risk and never lower it."""

    name = "device"
    requires: frozenset[str] = frozenset()
    provides = frozenset(
        {
            "device.kind",
            "device.os",
            "device.browser",
            "device.bot_detected",
            "device.ua_ch_mismatch",
            "device.token",
            "device.seen_before",
        }
    )

    def __init__(self, clock: Clock, history: History) -> None:
        self._clock = clock
        self._history = history

    def warm(self) -> None:
        """Compile the patterns of user agents before the first request."""
        read_user_agent({"user-agent": "Mozilla/5.0"})

    def read(self, evidence: Evidence, so_far: Readings) -> Signal:  # noqa: ARG002 - needs no other provider
        return answered(self.name, lambda: self._read(evidence))

    def _read(self, evidence: Evidence) -> Signal:
        if evidence.kind != "capture":
            raise NothingToRead("no browser took this evidence")
        agent = read_user_agent(evidence.headers)
        features: dict[str, Value | None] = {
            "device.kind": agent.kind if agent else None,
            "device.os": agent.os if agent else None,
            "device.browser": agent.browser if agent else None,
            "device.bot_detected": _automated(agent, evidence.browser),
            "device.ua_ch_mismatch": contradicts_itself(agent, evidence.headers, evidence.browser),
            "device.token": evidence.device.state if evidence.device else None,
            "device.seen_before": self._seen_before(evidence),
        }
        return Signal(features)

    def _seen_before(self, evidence: Evidence) -> bool | None:
        """Only a valid token names a device; without one nothing can be told."""
        token = evidence.device
        if token is None or token.state != "valid" or token.device_id is None:
            return None
        return self._history.device_seen(token.device_id, self._clock.now())


def _automated(agent: UserAgent | None, browser: Mapping[str, object]) -> bool | None:
    """True where either says so; False only where both were told and neither does."""
    told = browser.get("webdriver")
    driven = told if isinstance(told, bool) else None
    by_agent = agent.automated if agent else None
    if driven or by_agent:
        return True
    return None if driven is None or by_agent is None else False


def build(ports: Ports) -> DeviceProvider:
    """Entry point of `selfie.providers`."""
    return DeviceProvider(ports.clock, ports.history)
