"""The signal provider `acme`: liveness by a remote service."""

from __future__ import annotations

from acme_liveness.breaker import CircuitBreaker, CircuitOpen, ServiceFailed
from acme_liveness.jpeg import jpegs_of
from acme_liveness.service import LivenessService, QuestionRefused
from acme_liveness.settings import Unconfigured, read_settings
from engine.contracts import Evidence, Ports, Readings, Signal
from engine.frames import BadFrame

SCORE = "acme.liveness_score"


class RemoteLiveness:
    """Sends frames to the service, but only where a face is in them: no picture leaves without need."""

    name = "acme"
    requires = frozenset({"face.count"})
    provides = frozenset({SCORE})

    def __init__(self, service: LivenessService, breaker: CircuitBreaker) -> None:
        self._service = service
        self._breaker = breaker

    def read(self, evidence: Evidence, so_far: Readings) -> Signal:
        """The score; failed by the evidence where there is nothing to send, else by the provider."""
        if not evidence.frames or not so_far.features.get("face.count"):
            return Signal.failed("evidence", "there is no face to ask about")
        try:
            pictures = jpegs_of(evidence.frames)
        except BadFrame as bad:
            return Signal.failed("evidence", f"a frame cannot be read: {bad}")
        try:
            with self._breaker.asking():
                return Signal({SCORE: self._service.score(pictures)})
        except CircuitOpen:
            return Signal.failed("provider", "the service failed several times and is left alone for a while")
        except (ServiceFailed, QuestionRefused) as failed:
            return Signal.failed("provider", str(failed))


class Unready:
    """In the place of a provider whose settings are missing or wrong: says so each time it is asked."""

    name = RemoteLiveness.name
    requires: frozenset[str] = frozenset()
    provides = RemoteLiveness.provides

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def read(self, evidence: Evidence, so_far: Readings) -> Signal:  # noqa: ARG002 - the port's signature
        """Always failed."""
        return Signal.failed("provider", self._reason)


def build(ports: Ports) -> RemoteLiveness | Unready:
    """Entry point of `selfie.providers`. Asks nobody: a dead service must not keep the platform from starting."""
    try:
        settings = read_settings(ports.settings)
    except Unconfigured as wrong:
        return Unready(str(wrong))
    breaker = CircuitBreaker(settings.breaker_failures, settings.breaker_seconds)
    return RemoteLiveness(LivenessService(settings), breaker)
