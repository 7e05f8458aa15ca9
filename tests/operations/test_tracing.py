"""Traces, where they are asked for: what was done in which order, and nothing of anybody."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from engine.diagnostics import Refused
from engine.service.settings import Settings
from engine.service.telemetry.observing import Observer
from engine.service.telemetry.tracing import Tracing, tracing_to
from engine.service.telemetry.tracing_otel import EXPORTER, OtelTracing
from engine.service.wiring import NoModels, open_services
from tests.service.conftest import KEY, Running, as_base64, running, telling
from tests.service.providers import GOOD, Raising


@pytest.fixture
def spans() -> InMemorySpanExporter:
    """Where spans go."""
    return InMemorySpanExporter()


@pytest.fixture
def traced(tmp_path: Path, spans: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    """The application with a collector in memory; one provider is broken."""
    monkeypatch.setattr("engine.service.wiring.tracing_to", lambda _endpoint: OtelTracing(spans, at_once=True))
    with running(tmp_path, {**telling(GOOD), "age": lambda _ports: Raising("age", GOOD["age"])}) as service:
        yield service


def children(spans: tuple[ReadableSpan, ...], parent: ReadableSpan) -> list[str]:
    """The names of what was done within a span, in order."""
    own = parent.get_span_context()
    assert own is not None
    return [span.name for span in spans if span.parent and span.parent.span_id == own.span_id]


def test_a_request_has_a_span_and_each_provider_one_within(
    traced: Running, spans: InMemorySpanExporter, portrait: bytes
) -> None:
    eval_id = traced.post("selfie_image", {"selfie": {"image": as_base64(portrait)}}).json()["eval_id"]
    found = spans.get_finished_spans()
    request = next(span for span in found if span.name == "POST /api/evaluation")
    within = [span.name for span in found if span.context.trace_id == request.context.trace_id]
    assert {"provider face", "provider liveness", "provider age"} <= set(within)
    assert request.parent is None
    attributes = dict(request.attributes or {})
    assert (attributes["selfie.status"], attributes["selfie.eval.id"]) == (200, eval_id)
    broken = next(span for span in found if span.name == "provider age")
    assert dict(broken.attributes or {})["error.type"] == "provider failed"


def test_no_span_says_anything_of_a_person(traced: Running, spans: InMemorySpanExporter, portrait: bytes) -> None:
    individual = {"id": "customer-4711", "given_name": "Augusta", "national_id": "QQ123456C"}
    traced.post("selfie_image", {"individual": individual, "selfie": {"image": as_base64(portrait)}})
    _, token = traced.new_capture()
    person = traced.browser(token)
    person.submit(person.captured())
    traced.client.get("/api/evaluation/Augusta?q=Augusta", headers={"traceparent": f"00-{'a' * 32}-{'b' * 16}-01"})
    told = str(
        [(span.name, dict(span.attributes or {}), span.events, span.status) for span in spans.get_finished_spans()]
    )
    words = ("customer-4711", "Augusta", "QQ123456C", "203.0.113.7", "Firefox", token, KEY, "36.4", "0.98")
    assert not [word for word in words if word in told]
    assert all(span.context.trace_id != int("a" * 32, 16) for span in spans.get_finished_spans()), "joined from outside"


def test_an_error_leaves_its_kind_and_not_its_message(spans: InMemorySpanExporter) -> None:
    tracing = OtelTracing(spans, at_once=True)

    def broken() -> None:
        with Observer(tracing=tracing).step("store"):
            raise RuntimeError("Augusta")

    with pytest.raises(RuntimeError):
        broken()
    (span,) = spans.get_finished_spans()
    assert (span.name, dict(span.attributes or {}), span.events) == ("store", {"error.type": "RuntimeError"}, ())


def test_without_the_package_the_setting_is_refused_with_a_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, EXPORTER, None)  # as if it were not installed
    settings = Settings(data=tmp_path, otel_endpoint="http://127.0.0.1:4318")
    with pytest.raises(Refused) as refused:
        open_services(settings, factories=telling(GOOD), models=NoModels(), environment={})
    assert "no-tracing" in str(refused.value)
    assert "install `selfie-intelligence[otel]`" in str(refused.value)


def test_without_the_setting_nothing_is_traced() -> None:
    assert type(tracing_to(None)) is Tracing
