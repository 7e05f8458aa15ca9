"""The library behind `tracing`: imported only where somebody wants traces, because it is an extra of the package."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor, SpanExporter

from engine.service.telemetry.tracing import Attribute, Span, Tracing

EXPORTER = "opentelemetry.exporter.otlp.proto.http.trace_exporter"
PATH = "/v1/traces"
CLOSE_SECONDS = 1.0
"""For what is left at the end. The library would wait half a minute for a collector that hangs."""


class OtelSpan:
    """A span of the library."""

    def __init__(self, span: trace.Span) -> None:
        self._span = span

    def rename(self, name: str) -> None:
        """Name it once that is known."""
        self._span.update_name(name)

    def note(self, **attributes: Attribute) -> None:
        """Say more of it."""
        self._span.set_attributes(_dotted(attributes))

    def fail(self, kind: str) -> None:
        """Say that it went wrong, by the kind of error alone."""
        self._span.set_status(trace.Status(trace.StatusCode.ERROR))
        self._span.set_attribute("error.type", kind)


class OtelTracing(Tracing):
    """Traces to an exporter, in the background and in batches: a collector that is away costs spans and nothing else.

    Args:
        at_once: whether each span is sent as it ends, which only tests want.
    """

    def __init__(self, exporter: SpanExporter, *, at_once: bool = False) -> None:
        self._provider = TracerProvider(resource=Resource.create({"service.name": "selfie"}), shutdown_on_exit=False)
        self._provider.add_span_processor((SimpleSpanProcessor if at_once else BatchSpanProcessor)(exporter))
        self._tracer = self._provider.get_tracer("selfie")

    @contextmanager
    def span(self, name: str, **attributes: Attribute) -> Iterator[Span]:
        """A span, within the one that is current in this thread. An exception leaves its type and not its message."""
        with self._tracer.start_as_current_span(
            name, attributes=_dotted(attributes), record_exception=False, set_status_on_exception=False
        ) as started:
            span = OtelSpan(started)
            try:
                yield span
            except Exception as error:
                span.fail(type(error).__name__)
                raise

    def close(self) -> None:
        """Send what is left, for a moment: a collector that hangs must not hold up the end of the process."""
        last = threading.Thread(target=self._provider.shutdown, name="traces-end", daemon=True)
        last.start()
        last.join(CLOSE_SECONDS)


def traces_to(endpoint: str) -> OtelTracing:
    """Traces to a collector by OTLP over HTTP; raises `ImportError` where its exporter is not installed."""
    base = endpoint.rstrip("/").removesuffix(PATH)  # some write it with, as the library's own variable wants it
    exporter: SpanExporter = import_module(EXPORTER).OTLPSpanExporter(endpoint=base + PATH)
    return OtelTracing(exporter)


def _dotted(attributes: dict[str, Attribute]) -> dict[str, Attribute]:
    return {f"selfie.{name.replace('_', '.')}": value for name, value in attributes.items()}
