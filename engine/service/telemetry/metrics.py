"""What the service counts and times, for Prometheus.

A label is a name of ours, of an installed provider or of a workflow file: never an id, a customer, an address or a text
that came with a request. So the number of series is bounded whatever is asked.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from engine.service.telemetry.metrics_shared import SHARED_FOLDER, forget_the_dead

METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)
"""Seconds: a decision by features takes a few thousandths, a selfie tenths, a provider that hangs its whole limit."""


class Metrics:
    """The counts of one process; where several serve together, `text` tells of all of them."""

    def __init__(self) -> None:
        own = self._own = CollectorRegistry()
        self.shared = os.environ.get(SHARED_FOLDER)
        if self.shared:
            Path(self.shared).mkdir(parents=True, exist_ok=True, mode=0o700)
        self._requests = Counter("selfie_requests", "Answered requests.", ["method", "route", "status"], registry=own)
        self._request_seconds = Histogram(
            "selfie_request_seconds", "Time of requests.", ["method", "route"], buckets=QUICK, registry=own
        )
        self._step_seconds = Histogram(
            "selfie_step_seconds", "Time of what an evaluation does.", ["step"], buckets=QUICK, registry=own
        )
        self._step_errors = Counter("selfie_step_errors", "Steps that ended with an error.", ["step"], registry=own)
        self._provider_seconds = Histogram(
            "selfie_provider_seconds", "Time of signal providers.", ["provider"], buckets=QUICK, registry=own
        )
        self._provider_failures = Counter(
            "selfie_provider_failures",
            "Reads of a provider that gave nothing, because of the evidence or of the provider.",
            ["provider", "cause"],
            registry=own,
        )
        self._unknown = Counter(
            "selfie_unknown_features", "Features that a provider left unknown.", ["provider"], registry=own
        )
        self._decisions = Counter(
            "selfie_decisions", "Ended evaluations.", ["workflow", "strategy", "outcome"], registry=own
        )
        self._sessions = Counter(
            "selfie_capture_sessions_ended", "Capture sessions by how they ended.", ["end"], registry=own
        )
        self._swept = Counter("selfie_swept", "What sweeps ended or deleted.", ["part"], registry=own)
        self._sweep_failures = Counter("selfie_sweep_failures", "Parts of sweeps that failed.", ["part"], registry=own)
        self._attempts = Counter("selfie_webhook_attempts", "Attempts to deliver webhooks.", ["result"], registry=own)
        self._refused = Counter("selfie_inference_refused", "Evaluations for which there was no room.", registry=own)
        self._slots = _alive("selfie_inference_busy", "Evaluations that are computed now.", own)
        self._queue = _alive("selfie_inference_waiting", "Evaluations that wait for a slot.", own)
        self._connections = _alive("selfie_database_connections_used", "Connections taken from the pool.", own)
        if not self.shared:
            ProcessCollector(registry=own)

    # ---- what happens ------------------------------------------------------------------------------------------

    def requested(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request was answered. `route` is the pattern that was declared, never an address."""
        method = method if method in METHODS else "other"
        self._requests.labels(method, route, str(status)).inc()
        self._request_seconds.labels(method, route).observe(seconds)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time a step by its kind (`signals`, `policy`, `http`, `store`); an exception counts as its error."""
        started = perf_counter()
        try:
            yield
        except Exception:
            self._step_errors.labels(name).inc()
            raise
        finally:
            self._step_seconds.labels(name).observe(perf_counter() - started)

    def read(self, provider: str, seconds: float) -> None:
        """A provider answered."""
        self._provider_seconds.labels(provider).observe(seconds)

    def unknown(self, provider: str, number: int, cause: str | None) -> None:
        """So many features of a provider stay unknown; `cause` is why it failed where it did."""
        if number:
            self._unknown.labels(provider).inc(number)
        if cause:
            self._provider_failures.labels(provider, cause).inc()

    def decided(self, workflow: str, strategy: str, outcome: str) -> None:
        """An evaluation ended."""
        self._decisions.labels(workflow, strategy, outcome).inc()

    def session_ended(self, end: str) -> None:
        """A capture session ended: `submitted`, `declined`, `expired` or `failed`."""
        self._sessions.labels(end).inc()

    def swept(self, part: str, number: int | None) -> None:
        """A part of a sweep was done; `number` is None where it failed."""
        if number is None:
            self._sweep_failures.labels(part).inc()
        else:
            self._swept.labels(part).inc(number)

    def attempted(self, result: str) -> None:
        """A webhook was sent: `delivered`, `retry` or `dead`."""
        self._attempts.labels(result).inc()

    def refused(self) -> None:
        """There was no room for an evaluation."""
        self._refused.inc()

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """While an evaluation waits for a slot."""
        with self._queue.track_inprogress():
            yield

    @contextmanager
    def computing(self) -> Iterator[None]:
        """While an evaluation has a slot."""
        with self._slots.track_inprogress():
            yield

    def connections(self, change: int) -> None:
        """Connections were taken from the pool, or given back."""
        self._connections.inc(change)

    # ---- what is told ------------------------------------------------------------------------------------------

    def text(self, *stored: Collector) -> bytes:
        """In Prometheus' text format, with what `stored` reads of the database."""
        return b"".join(map(generate_latest, (self._everyone(), *map(_alone, stored))))

    def _everyone(self) -> CollectorRegistry:
        if not self.shared:
            return self._own
        forget_the_dead(self.shared)
        together = CollectorRegistry()
        MultiProcessCollector(together, self.shared)  # type: ignore[no-untyped-call]
        return together


def _alive(name: str, meaning: str, registry: CollectorRegistry) -> Gauge:
    """A gauge that is the sum over the processes that live."""
    return Gauge(name, meaning, multiprocess_mode="livesum", registry=registry)


def _alone(collector: Collector) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(collector)
    return registry
