"""The real providers and the real model store over an empty folder: nothing is accepted, and the answer says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.service.wiring import open_model_store
from engine.workflow.providers import installed_factories
from tests.service.conftest import Running, as_base64, running


@pytest.mark.parametrize("strategy", ["lenient", "standard", "strict"])
def test_nothing_is_accepted_and_i856_says_why(tmp_path: Path, portrait: bytes, strategy: str) -> None:
    environment = {"SELFIE_MODEL_CACHE": str(tmp_path / "empty"), "SELFIE_MODEL_OFFLINE": "1"}
    store = open_model_store(environment)
    assert store.ensure(progress=False)
    with running(tmp_path, installed_factories(), models=store) as service:
        still = service.post("selfie_image", {"selfie": {"image": as_base64(portrait)}, "strategy": strategy}).json()
        assert_not_accepted(service, still["eval_id"])
        eval_id, token = service.new_capture()
        person = service.browser(token)
        assert person.submit(person.captured()).json()["state"] == "submitted"
        assert_not_accepted(service, eval_id)
        ready = service.client.get("/readyz").json()
        assert {"yunet", "facemesh", "minifasnet_v2", "minifasnet_v1se", "faceapi_age"} <= set(ready["models"])


def assert_not_accepted(service: Running, eval_id: str) -> None:
    answer = service.evaluation(eval_id)
    assert answer["eval_status"] == "evaluation_completed"
    assert answer["decision"] in {"REVIEW", "REJECT"}  # the capture's frames are equal, which needs no model to see
    codes = answer["selfieIntelligence"]["reasonCodes"]
    assert {"I856", "R1002"} <= set(codes)
    assert answer["selfieIntelligence"]["signals"]["selfie"]["predictedAge"] is None
    enrichment = answer["data_enrichments"][-1]
    assert "selfie models pull" in enrichment["error"]
