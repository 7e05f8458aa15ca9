"""A still is not kept: what is read of it after a wait is unknown, and never accepted."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.service.conftest import PORTRAIT, as_base64
from tests.service.flows import FLOWS, begun, flowing
from tests.service.test_step_up import OLD, Ageing

WAITING = """
workflow: {name}
title: Reads a still, waits, and reads it again
evidence: still
steps:
  - {{id: read, step: signals, providers: [face, age]}}
  - {{id: decide, step: policy, policies: [near]}}
  - {{id: pause, step: wait, for: 10m}}
  - {{id: again, step: signals, providers: [{again}]{on_error}}}
  - {{id: by_that, step: policy, policies: [near], next: done}}
  - {{id: done, step: end}}
"""
WORKFLOWS = {
    "same": WAITING.format(name="same", again="face, age", on_error=""),
    "caught": WAITING.format(name="caught", again="face, age", on_error=", on_error: done"),
    "other": WAITING.format(name="other", again="quality", on_error=""),
}
"""`caught` goes to its end with the first policy's accept; `other` reads what no policy asks for."""


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_a_still_that_is_read_after_a_wait_is_reviewed_and_says_why(
    tmp_path: Path, workflow: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(FLOWS, workflow, WORKFLOWS[workflow])
    with flowing(tmp_path, Ageing(OLD)) as service:
        picture = {"selfie": {"image": as_base64(PORTRAIT.read_bytes())}}
        eval_id = begun(service, workflow, data=picture).json()["eval_id"]
        service.clock.wind(11 * 60_000)
        assert service.services.sweeping.sweep() == 1
        done = service.evaluation(eval_id)
        assert (done["decision"], done["eval_status"]) == ("REVIEW", "evaluation_completed")
        assert "R1002" in done["selfieIntelligence"]["reasonCodes"]
        assert "the evidence is not there any more" in done["data_enrichments"][-1]["error"]
