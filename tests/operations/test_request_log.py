"""A line of the log names the evaluation that it is about, and nothing that somebody could have typed there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.service.settings import Settings
from engine.service.telemetry.logs import configure_log
from tests.service.conftest import Running
from tests.service.test_logs import log_as_before

__all__ = ["log_as_before"]


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Any:
    """The request lines so far, by route."""
    configure_log(Settings(data=tmp_path, log_format="json"))

    def told() -> dict[str, Any]:
        written = [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{")]
        return {line["route"]: line for line in written if line["event"] == "request"}

    return told


def test_each_request_names_its_evaluation(service: Running, lines: Any) -> None:
    eval_id, token = service.new_capture()
    person = service.browser(token)
    person.submit(person.captured())
    service.evaluation(eval_id)
    found = lines()
    for route in ("/api/evaluation", "/api/evaluation/{eval_id}", "/api/capture/sessions/submit"):
        assert found[route]["eval_id"] == eval_id, route
        assert len(found[route]["request_id"]) == 16


def test_an_address_that_is_no_id_is_not_repeated(service: Running, lines: Any) -> None:
    service.client.get("/api/evaluation/Augusta")
    service.client.get("/api/capabilities-of-Augusta")
    assert "Augusta" not in json.dumps(lines())
    service.client.get(f"/api/evaluation/{'0' * 8}-0000-0000-0000-{'0' * 12}")
    assert lines()["/api/evaluation/{eval_id}"]["eval_id"].startswith("00000000-")
