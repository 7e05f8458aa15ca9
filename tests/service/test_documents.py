"""What is kept of one evaluation, as a ZIP: everything that it was decided by, and frames only for who may see them."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from engine.service.wire.answers import timestamp
from tests.service.conftest import PORTRAIT, Running, running
from tests.service.test_desk import FLOW, UNSURE, begun, history, put

HOUR = timedelta(hours=1)
KEEPS = """\
workflow: keeps
title: Keeps the frames for an hour
evidence: capture
keep_frames: 1
providers: [face, liveness, age]
policies: [age_gate]
"""
READS_ONLY = "sk_sandbox_" + "r" * 43


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One application, with a workflow that keeps frames and a key that may not see them."""
    folder = tmp_path_factory.mktemp("documents")
    (folder / "own" / "workflows").mkdir(parents=True)
    (folder / "own" / "workflows" / "keeps.yaml").write_text(KEEPS, encoding="utf-8")
    with running(folder, policies=folder / "own") as started:
        at = started.clock.now()
        started.services.keys.add(READS_ONLY, name="reader", environment="Sandbox", edits_policies=False, at=at)
        yield started


def documents(service: Running, eval_id: str, **asked: Any) -> zipfile.ZipFile:
    answer = service.client.get(f"/api/evaluation/{eval_id}/documents", params=asked)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip"), answer.text
    assert eval_id in answer.headers["content-disposition"]
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert archive.testzip() is None
    return archive


def captured(service: Running) -> str:
    """An evaluation whose frames are kept for an hour."""
    began = service.post("keeps", {})
    assert began.status_code == 201, began.text
    person = service.browser(began.json()["data_enrichments"][0]["response"]["data"]["docvTransactionToken"])
    assert person.submit(person.captured()).status_code == 200
    return str(began.json()["eval_id"])


def test_it_has_everything_that_it_was_decided_by(service: Running) -> None:
    answer = service.post(FLOW, {"features": UNSURE, "context": {"market": "DE", "product": "spirits"}}).json()
    put(service, answer["eval_id"], notes="seen")
    archive = documents(service, answer["eval_id"])
    names = set(archive.namelist())
    assert {"answer.json", "trace.json", "history.json", "workflow.yaml", "contents.json"} <= names
    assert json.loads(archive.read("answer.json")) == service.evaluation(answer["eval_id"])
    trace = json.loads(archive.read("trace.json"))
    assert trace == service.client.get(f"/api/evaluation/{answer['eval_id']}/trace").json()
    assert json.loads(archive.read("history.json"))[0]["changed"] == {"notes": ["", "seen"]}
    for policy in trace["policies"]:
        text = archive.read(f"policies/{policy['policy']}-{policy['version']}.yaml")
        assert hashlib.sha256(text).hexdigest() == policy["sha256"]
    assert b"workflow: selfie_features" in archive.read("workflow.yaml")
    listed = {each["name"]: each["sha256"] for each in json.loads(archive.read("contents.json"))["files"]}
    assert listed == {n: hashlib.sha256(archive.read(n)).hexdigest() for n in names - {"contents.json"}}


def test_the_packs_that_were_looked_up_are_there(service: Running) -> None:
    eval_id = captured(service)
    archive = documents(service, eval_id)
    looked_up = [policy["registers"] for policy in json.loads(archive.read("trace.json"))["policies"]]
    assert any("age_of_access" in registers for registers in looked_up)
    for name, digest in looked_up[0].items():
        assert hashlib.sha256(archive.read(f"packs/{name}-{digest[:12]}.yaml")).hexdigest() == digest


def test_frames_come_only_where_they_are_asked_for(service: Running) -> None:
    eval_id = captured(service)
    assert not [name for name in documents(service, eval_id).namelist() if name.startswith("frames/")]
    assert history(service, eval_id) == []
    archive = documents(service, eval_id, frames="true")
    frames = [name for name in archive.namelist() if name.startswith("frames/")]
    assert len(frames) == 3
    assert {archive.read(name) for name in frames} == {PORTRAIT.read_bytes()}
    assert all(name.endswith(".jpg") for name in frames)
    assert [(each["by"], each["changed"]) for each in history(service, eval_id)] == [
        ("test", {"frames": [None, "read"]})
    ]


def test_a_key_that_may_not_sees_no_frames(service: Running) -> None:
    eval_id = captured(service)
    headers = {"Authorization": f"Bearer {READS_ONLY}"}
    path = f"/api/evaluation/{eval_id}/documents"
    answer = service.client.get(path, params={"frames": "true"}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "keyMayNot")
    answer = service.client.get(path, headers=headers)
    assert answer.status_code == 200
    assert PORTRAIT.read_bytes()[:200] not in answer.content
    assert history(service, eval_id) == []


def test_frames_whose_time_is_over_are_gone_though_nobody_swept(service: Running) -> None:
    eval_id = captured(service)
    service.clock.wind(HOUR.total_seconds() * 1000 + 1)
    archive = documents(service, eval_id, frames="true")
    assert "time is over" in json.loads(archive.read("contents.json"))["frames"]
    service.services.sweeping.sweep()
    assert not [name for name in documents(service, eval_id, frames="true").namelist() if name.startswith("frames/")]
    assert history(service, eval_id) == []


def test_frames_that_nobody_keeps_are_not_there(service: Running) -> None:
    eval_id = begun(service)["eval_id"]
    contents = json.loads(documents(service, eval_id, frames="true").read("contents.json"))
    assert contents["frames"] == "the workflow keeps none"
    waiting, _ = service.new_capture()
    archive = documents(service, waiting, frames="true")
    assert json.loads(archive.read("answer.json"))["eval_status"] == "evaluation_paused"


def test_what_a_person_said_is_told_beside_the_frames(service: Running) -> None:
    """Reading frames changes no case: the version that a person answers is still the same."""
    eval_id = captured(service)
    tag = service.client.get(f"/api/evaluation/{eval_id}").headers["etag"]
    documents(service, eval_id, frames="true")
    said = {"workflow": "keeps", "notes": "looked at the frames"}
    answer = service.client.put(f"/api/evaluation/{eval_id}/state", json=said, headers={"If-Match": tag})
    assert answer.status_code == 200
    assert [list(each["changed"]) for each in history(service, eval_id)] == [["frames"], ["notes"]]
    assert answer.json()["eval_end_time"] <= timestamp(service.clock.now())
