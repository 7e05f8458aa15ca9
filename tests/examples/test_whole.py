"""The example installed beside the platform: with its service dead or lying nothing that relied on it is accepted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.contracts import Ports, SignalProvider
from engine.diagnostics import Refused
from engine.policy import installed_vocabulary
from engine.workflow.providers import installed_factories
from tests.examples.conftest import EXAMPLE
from tests.examples.server import Behaviour, LivenessServer, answering, dying, dying_midway, hanging
from tests.service.conftest import PORTRAIT, Running, as_base64, running, telling
from tests.service.providers import GOOD

POLICIES = EXAMPLE / "policies"
POLICY = POLICIES / "acme_selfie.yaml"
DEAD = "http://127.0.0.1:1"


def selfie(installed: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """The command, with the example installed."""
    ours = {"PYTHONPATH": str(installed), "SELFIE_MODEL_OFFLINE": "1", "SELFIE_POLICIES": str(POLICIES), **env}
    command = [str(Path(sys.executable).with_name("selfie")), *arguments]
    return subprocess.run(  # noqa: S603 - our own program beside this Python
        command, check=False, env={**os.environ, **ours}, capture_output=True, text=True, timeout=240
    )


def test_its_policy_passes_the_check_and_its_cases(installed: Path) -> None:
    done = selfie(installed, "policy", "check", str(POLICY))
    assert done.returncode == 0, done.stdout + done.stderr
    done = selfie(installed, "policy", "test", str(POLICY), "--json")
    assert done.returncode == 0, done.stdout
    assert json.loads(done.stdout)["passed"] >= 14
    record = '{"face.count": 1, "age.predicted": 31}'
    decided = json.loads(selfie(installed, "policy", "decide", str(POLICY), "--features", record, "--json").stdout)
    assert decided["decision"] == "review"
    assert decided["unknown"] == ["acme.liveness_score"]


def evaluate(installed: Path, url: str, **env: str) -> dict[str, Any]:
    """What `selfie evaluate` says of the portrait in the example's workflow."""
    ours = {"SELFIE_ACME_URL": url, "SELFIE_ACME_KEY": "secret", "SELFIE_ACME_SECONDS": "30", **env}
    done = selfie(installed, "evaluate", "--workflow", "acme_image", "--json", str(PORTRAIT), **ours)
    assert done.returncode == 0, done.stderr
    line: dict[str, Any] = json.loads(done.stdout)
    return line


@pytest.mark.models
def test_evaluate_accepts_with_a_good_service_and_only_then(installed: Path, server: LivenessServer) -> None:
    line = evaluate(installed, server.url)
    assert line["selfieIntelligence"]["decision"]["value"] == "accept"
    assert line["selfieIntelligence"]["reasonCodes"] == ["ACME-I101"]
    assert line["features"]["acme.liveness_score"] == 0.97
    assert line["error"] is None
    for url, behaviour in ((DEAD, dying), (server.url, answering(b'{"score": 7}'))):
        server.behaviours = [behaviour]
        line = evaluate(installed, url)
        assert line["selfieIntelligence"]["decision"]["value"] == "review"
        assert {"I856", "R1002"} <= set(line["selfieIntelligence"]["reasonCodes"]), line["error"]
        assert line["features"]["acme.liveness_score"] is None
        assert line["error"].startswith("acme: ")


def test_evaluate_says_what_is_wrong_with_the_folder(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "selfie.yaml").write_text(POLICY.read_text())
    for folder, word in ((tmp_path, "is a shipped one"), (tmp_path / "nowhere", "no such folder")):
        done = selfie(installed, "evaluate", str(PORTRAIT), SELFIE_POLICIES=str(folder))
        assert done.returncode == 2
        assert word in done.stderr
        assert "Traceback" not in done.stderr


@pytest.fixture
def on_path(installed: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The example installed in this process."""
    monkeypatch.syspath_prepend(str(installed))
    installed_vocabulary.cache_clear()
    yield
    monkeypatch.undo()
    installed_vocabulary.cache_clear()


@pytest.fixture
def service(on_path: None, server: LivenessServer, tmp_path: Path) -> Iterator[Running]:
    """The service with the example and its policies; face and age see a live adult, Acme's server is a real one."""
    settings = {"SELFIE_ACME_URL": server.url, "SELFIE_ACME_KEY": "secret", "SELFIE_ACME_SECONDS": "3"}
    own = {"SELFIE_ACME_BREAKER_FAILURES": "3", "SELFIE_ACME_BREAKER_SECONDS": "0"}

    def acme(ports: Ports) -> SignalProvider:
        return installed_factories()["acme"](replace(ports, settings=settings | own))

    with running(tmp_path, {**telling(GOOD), "acme": acme}, policies=POLICIES) as started:
        yield started


def ask(service: Running) -> Any:
    """One evaluation by the example's workflow."""
    answer = service.post("acme_image", {"selfie": {"image": as_base64(PORTRAIT.read_bytes())}})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_service_accepts_with_a_good_answer(service: Running) -> None:
    said = ask(service)
    assert said["decision"] == "ACCEPT"
    assert said["selfieIntelligence"]["reasonCodes"] == ["ACME-I101"]
    listed = {item["code"] for item in service.client.get("/api/reasons").json()["items"]}
    assert {"ACME-I101", "ACME-R101", "ACME-R102", "R834"} <= listed


@pytest.mark.parametrize(
    "trouble",
    [hanging, dying, dying_midway, answering(b'{"score": 7}'), answering(b'{"score": "0.9"}'), answering(b"no")],
    ids=["hangs", "dies", "dies midway", "score 7", "text", "no JSON"],
)
def test_the_service_accepts_nothing_while_acme_is_in_trouble(
    service: Running, server: LivenessServer, trouble: Behaviour
) -> None:
    server.behaviours = [trouble]
    for _ in range(2):
        said = ask(service)
        assert said["decision"] == "REVIEW"
        assert {"I856", "R1002"} <= set(said["selfieIntelligence"]["reasonCodes"])
    server.behaviours = [answering(b'{"score": 0.9}')]
    assert ask(service)["decision"] == "ACCEPT"


def test_a_spoof_is_rejected(service: Running, server: LivenessServer) -> None:
    server.behaviours = [answering(b'{"score": 0.1}')]
    said = ask(service)
    assert said["decision"] == "REJECT"
    assert said["selfieIntelligence"]["reasonCodes"] == ["ACME-R101"]


def test_the_service_does_not_start_with_a_broken_policy_of_ones_own(on_path: None, tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "acme_selfie.yaml").write_text(POLICY.read_text().replace("acme.liveness_score", "acme.liveliness"))
    with pytest.raises(Refused, match=r"unknown-feature.*acme.liveliness"), running(tmp_path, policies=own):
        pass


WORKFLOW = "workflow: {}\ntitle: T\nevidence: still\nproviders: [{}]\npolicies: [selfie]\n"


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("selfie.yaml", "policy: selfie\n", "taken-name"),
        ("other.yaml", "policy: acme_selfie\n", "wrong-name"),
        ("workflows/a.yaml", WORKFLOW.format("selfie_image", "face"), "taken-name"),
        ("workflows/b.yaml", WORKFLOW.format("b", "zeta"), "unknown-provider"),
    ],
)
def test_a_folder_that_does_not_fit_is_refused(tmp_path: Path, file: str, text: str, message: str) -> None:
    place = tmp_path / "own" / file
    place.parent.mkdir(parents=True)
    place.write_text(text)
    with pytest.raises(Refused, match=message), running(tmp_path, policies=tmp_path / "own"):
        pass
