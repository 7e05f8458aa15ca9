"""Traces to a real collector over HTTP: one that listens, one that is away, one that hangs."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from engine.service.telemetry import tracing_otel
from tests.durable.conftest import eventually
from tests.harness.receiver import Heard, Receiver, receiving, says
from tests.harness.server import free_port
from tests.service.conftest import as_base64, running

FEATURES = {"features": {"face.count": 1}}


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch every moment; a request to the collector may take long."""
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "50")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "60")


@pytest.fixture
def collector() -> Iterator[Receiver]:
    """A collector that takes everything."""
    with receiving(says(200)) as listening:
        yield listening


def spans(collector: Receiver) -> dict[str, dict[str, Any]]:
    """The attributes of every span that came, by its name."""
    found = {}
    for heard in collector.heard:
        body = gzip.decompress(heard.body) if heard.headers.get("content-encoding") == "gzip" else heard.body
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            told = {each.key: each.value.string_value for each in resource.resource.attributes}
            for span in (each for scope in resource.scope_spans for each in scope.spans):
                own = {each.key: each.value.string_value or each.value.int_value for each in span.attributes}
                found[span.name] = {**own, "service": told["service.name"], "trace": span.trace_id}
    return found


@pytest.mark.parametrize("path", ["", "/", "/behind/a/path", "/v1/traces"])
def test_a_collector_gets_what_was_done(
    tmp_path: Path, collector: Receiver, portrait: bytes, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-tenant=ours")
    with running(tmp_path, otel_endpoint=collector.url + path) as service:
        data = {"individual": {"id": "customer-4711"}, "selfie": {"image": as_base64(portrait)}}
        eval_id = service.post("selfie_image", data).json()["eval_id"]
        eventually(lambda: "POST /api/evaluation" in spans(collector))
        found = spans(collector)
    request = found["POST /api/evaluation"]
    assert (request["selfie.eval.id"], request["selfie.status"], request["service"]) == (eval_id, 200, "selfie")
    assert {"provider face", "signals", "policies", "store"} <= found.keys()
    assert found["provider face"]["trace"] == request["trace"]
    assert {heard.target for heard in collector.heard} == {f"{path.rstrip('/').removesuffix('/v1/traces')}/v1/traces"}
    assert {heard.headers["content-type"] for heard in collector.heard} == {"application/x-protobuf"}
    assert {heard.headers["x-tenant"] for heard in collector.heard} == {"ours"}
    assert b"customer-4711" not in b"".join(collector.bodies())


def test_what_is_left_is_sent_at_the_end(tmp_path: Path, collector: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "600000")
    with running(tmp_path, otel_endpoint=collector.url) as service:
        assert service.post("selfie_features", FEATURES).status_code == 200
    assert "POST /api/evaluation" in spans(collector)


def test_a_collector_that_is_away_changes_nothing(tmp_path: Path) -> None:
    with running(tmp_path, otel_endpoint=f"http://127.0.0.1:{free_port()}") as service:
        assert [service.post("selfie_features", FEATURES).status_code for _ in range(20)] == [200] * 20
        assert service.client.get("/readyz").json()["warnings"] == []


def test_a_collector_that_hangs_holds_up_no_request_and_not_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracing_otel, "CLOSE_SECONDS", 0.1)
    goes_on = threading.Event()

    def hangs(_heard: Heard, _to: object) -> None:
        goes_on.wait(60)

    with receiving(hangs) as collector:
        try:
            with running(tmp_path, otel_endpoint=collector.url) as service:
                assert service.post("selfie_features", FEATURES).status_code == 200
                eventually(lambda: len(collector.heard) == 1)
                assert [service.post("selfie_features", FEATURES).status_code for _ in range(3)] == [200] * 3
                ending = threading.Thread(target=service.services.observer.close, daemon=True)
                ending.start()
                ending.join(15)  # the library itself would wait for thirty
                assert not ending.is_alive()
            assert not goes_on.is_set()
        finally:
            goes_on.set()
