"""The log holds no image, no feature, no token and no personal field."""

from __future__ import annotations

import json
import logging
import re
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from engine.service.settings import Settings
from engine.service.telemetry.logs import configure_log
from tests.service.conftest import KEY, NOW, as_base64, running, telling
from tests.service.providers import GOOD, Raising


@pytest.fixture(autouse=True)
def log_as_before() -> Iterator[None]:
    """Undo what a test configured: the log belongs to the process."""
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
    structlog.reset_defaults()
    logging.captureWarnings(False)
    logging.getLogger("uvicorn.access").disabled = False


def test_a_whole_run_leaves_nothing_personal(
    tmp_path: Path, portrait: bytes, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    factories = {**telling(GOOD), "age": lambda _ports: Raising("age", GOOD["age"])}
    caplog.set_level(logging.DEBUG)
    with running(tmp_path, factories) as service:
        configure_log(Settings(data=tmp_path, log_format="json", log_level="debug"))
        eval_id, token = service.new_capture()
        person = service.browser(token)
        link = person.ask("open", {}).json()["handoff_url"]
        cookies = dict(person.client.cookies)
        person.submit(person.captured())
        individual = {"given_name": "Augusta", "national_id": "QQ123456C", "email": "ada@secret.example"}
        body = {
            "id": "customer-4711",
            "timestamp": NOW,
            "workflow": "selfie_image",
            "data": {"individual": individual, "selfie": {"image": as_base64(portrait)}},
        }
        assert service.client.post("/api/evaluation", json=body).status_code == 200
        service.client.get("/api/evaluation/Augusta?q=Augusta")
        service.client.get("/nothing/at/Augusta")
        service.client.post("/api/evaluation", json={**body, "Augusta": 1})
        features = service.evaluation(eval_id)
        assert features["decision"] == "REVIEW"
    written = capsys.readouterr()
    text = written.out + written.err + caplog.text
    requests = [json.loads(line) for line in written.err.splitlines() if line.startswith("{")]
    assert {"/api/evaluation", "/api/evaluation/{eval_id}", "/api/capture/sessions/submit"} <= {
        line.get("route") for line in requests
    }
    text = re.sub(r'"(ms|request_id|timestamp)": ("[^"]*"|[\d.]+)', "", text)  # chance digits, not what was told
    handoff = link.rpartition("~")[2]
    personal = [
        "Augusta",
        "QQ123456C",
        "secret.example",
        "customer-4711",
        "lovelace",
        "1815-12-10",
        "36.4",
        "0.98",
        "Firefox",
        "203.0.113.7",
        "FaceTime",
        "Apple M2",
    ]
    secrets = [
        KEY,
        token,
        handoff,
        person.take.nonce,
        person.take.key.hex(),
        *cookies.values(),
        as_base64(portrait)[:60],
        as_base64(portrait)[1000:1060],
    ]
    for word in (*personal, *secrets):
        assert word not in text, word


def test_an_unforeseen_error_is_a_problem_and_its_message_is_not_logged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from fastapi.testclient import TestClient

    with running(tmp_path) as service:
        configure_log(Settings(data=tmp_path, log_format="json"))

        def broken(*_: object) -> None:
            raise RuntimeError("Augusta")

        monkeypatch.setattr(service.services.desk.listing, "search", broken)
        client = TestClient(service.client.app, raise_server_exceptions=False)
        answer = client.get("/api/evaluation", headers={"Authorization": f"Bearer {KEY}"})
    assert (answer.status_code, answer.json()["code"]) == (500, "internalError")
    assert "Augusta" not in answer.text
    written = capsys.readouterr().err
    assert '"kind": "RuntimeError"' in written
    assert "test_logs.py" in written
    assert "Augusta" not in written


def test_as_json_every_line_is_json_whoever_speaks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    configure_log(Settings(data=tmp_path, log_format="json"))
    library = logging.getLogger("a.library")
    with structlog.contextvars.bound_contextvars(request_id="4711"):
        library.error("two lines\nof %s", "a library")
    try:
        raise RuntimeError("broken")
    except RuntimeError:
        library.exception("it failed")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("old", DeprecationWarning, stacklevel=1)
    structlog.get_logger("selfie.test").info("ours")
    first, second, third, ours = map(json.loads, capsys.readouterr().err.splitlines())
    assert (first["event"], first["level"], first["logger"]) == ("two lines\nof a library", "error", "a.library")
    assert first["request_id"] == "4711", "of the request in which it happened"
    assert first["timestamp"].endswith("Z")
    assert "RuntimeError: broken" in second["exception"]
    assert "DeprecationWarning: old" in third["event"]
    assert ours["event"] == "ours"
