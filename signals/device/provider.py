"""Device features of a capture: the browser's own word, the token that we signed for it, and how often it was seen."""

from __future__ import annotations

import re

from engine.contracts import Clock, DeviceToken, Evidence, History, Ports, Readings, Sighting, Signal, Value
from signals.answer import NothingToRead, answered
from signals.camera_switch import allows_test_camera, unless_tested
from signals.counts import Counts
from signals.device.contradictions import contradicts_itself, either
from signals.device.renderers import is_software, read_renderers
from signals.device.user_agent import UserAgent, read_user_agent
from signals.facts import Facts, facts, missing_facts

DEVICE, PRINT = "device", "print"
_HEX = re.compile(r"[0-9a-f]{8,128}")
Read = dict[str, Value | None]


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
            "device.webdriver",
            "device.software_renderer",
            "device.ua_ch_mismatch",
            "device.token",
            "device.seen_before",
            "device.facts_missing",
            "device.passkey",
            "device.fingerprint_sessions_24h",
            "device.refusals_24h",
        }
    )

    def __init__(self, clock: Clock, history: History, *, tested: bool = False) -> None:
        self._clock = clock
        self._history = history
        self._counts = Counts(clock, history)
        self._tested = tested
        self._renderers = read_renderers()

    def warm(self) -> None:
        """Compile the patterns of user agents before the first request."""
        read_user_agent({"user-agent": "Mozilla/5.0"})

    def read(self, evidence: Evidence, so_far: Readings) -> Signal:  # noqa: ARG002 - needs no other provider
        return answered(self.name, lambda: self._read(evidence))

    def _read(self, evidence: Evidence) -> Signal:
        if evidence.kind != "capture":
            raise NothingToRead("no browser took this evidence")
        agent, told = read_user_agent(evidence.headers), facts(evidence, "device")
        browser_id, fingerprint = _browser_id(evidence.device), _fingerprint(told)
        by_token, refusals = self._counts.with_refusals(evidence, DEVICE, browser_id)
        features = {
            **_named(agent),
            **self._tells(agent, told),
            "device.ua_ch_mismatch": contradicts_itself(agent, evidence.headers, told),
            "device.token": evidence.device.state if evidence.device else None,
            "device.seen_before": self._seen_before(evidence.device),
            "device.facts_missing": missing_facts(evidence),
            "device.passkey": evidence.device.passkey if evidence.device else None,
            "device.fingerprint_sessions_24h": self._sessions(evidence, by_token, fingerprint),
            "device.refusals_24h": refusals,
        }
        seen = ((DEVICE, browser_id), (PRINT, fingerprint))
        return Signal(features, sightings=tuple(Sighting(kind, key) for kind, key in seen if key))

    def _tells(self, agent: UserAgent | None, told: Facts) -> Read:
        """What gives automation and virtual machines away."""
        driven = told.flag("webdriver")
        by_agent = agent.automated if agent else None
        found = {
            "device.bot_detected": either((driven, by_agent, told.flag("bot"))),
            "device.webdriver": driven,
            "device.software_renderer": is_software(told.text("renderer"), self._renderers),
        }
        return {name: unless_tested(value, tested=self._tested) for name, value in found.items()}

    def _seen_before(self, token: DeviceToken | None) -> bool | None:
        """Only a valid token names a device; without one nothing can be told."""
        if token is None or token.state != "valid" or token.device_id is None:
            return None
        return self._history.device_seen(token.device_id, self._clock.now())

    def _sessions(self, evidence: Evidence, by_token: int | None, fingerprint: str | None) -> int | None:
        """The larger count, where both can be told: leaving one out must not hide that it was seen often."""
        by_print = self._counts.lately(evidence, PRINT, fingerprint)
        return None if by_token is None or by_print is None else max(by_token, by_print)


def _named(agent: UserAgent | None) -> Read:
    return {
        "device.kind": agent.kind if agent else None,
        "device.os": agent.os if agent else None,
        "device.browser": agent.browser if agent else None,
    }


def _browser_id(token: DeviceToken | None) -> str | None:
    return token.browser_id if token is not None and token.state == "valid" else None


def _fingerprint(told: Facts) -> str | None:
    found = _HEX.fullmatch((told.text("fingerprint") or "").lower())
    return found[0] if found else None


def build(ports: Ports) -> DeviceProvider:
    """Entry point of `selfie.providers`."""
    return DeviceProvider(ports.clock, ports.history, tested=allows_test_camera(ports.settings))
