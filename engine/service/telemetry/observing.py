"""One port for who wants to know what the service does: each piece of work is timed and traced by one word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from time import perf_counter

from engine.contracts import Evidence, Failure, Readings, Signal, SignalProvider
from engine.service.telemetry.metrics import Metrics
from engine.service.telemetry.tracing import Attribute, Span, Tracing
from engine.workflow.signals import Read, SignalRun


class Observer:
    """Counts and traces. Without arguments it counts for itself and traces nothing: what a test needs."""

    def __init__(self, metrics: Metrics | None = None, tracing: Tracing | None = None) -> None:
        self.metrics = metrics or Metrics()
        self.tracing = tracing or Tracing()

    @contextmanager
    def step(self, kind: str, **attributes: Attribute) -> Iterator[Span]:
        """One step of an evaluation, by the word of its kind: `signals`, `policy`, `http`, `store`, `webhook`."""
        with self.tracing.span(kind, **attributes) as span, self.metrics.step(kind):
            yield span

    def reader(self, read: Read) -> Read:
        """The same way to ask a provider, timed. What it answered may be no signal at all: `signals` tells later."""

        def observed(provider: SignalProvider, evidence: Evidence, so_far: Readings) -> Signal:
            started = perf_counter()
            with self.tracing.span(f"provider {provider.name}") as span:
                signal = read(provider, evidence, so_far)
                if isinstance(signal, Signal) and isinstance(signal.failure, Failure):
                    span.fail(f"{signal.failure.cause} failed")
            self.metrics.read(provider.name, perf_counter() - started)
            return signal

        return observed

    def signals(self, providers: Iterable[SignalProvider], run: SignalRun) -> None:
        """Count what stayed unknown and who failed, as it was judged: a provider that lies has failed too."""
        causes = {failure.provider: failure.cause for failure in run.failures}
        for provider in providers:
            unknown = sum(run.features.get(name) is None for name in provider.provides)
            self.metrics.unknown(provider.name, unknown, causes.get(provider.name))

    def close(self) -> None:
        """Send what is left."""
        self.tracing.close()
