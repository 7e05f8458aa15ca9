"""Every stored evaluation comes out the same, byte by byte, also after a restart and after newer versions are live."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from sqlalchemy import select, update
from typer.testing import CliRunner

from engine.commands import db
from engine.commands import evaluate as evaluate_command
from engine.service.runs.replaying import Replayed, Replaying
from engine.store.tables import case_event, evaluation, metadata, outcome
from engine.workflow.replay import Unreplayable
from tests.service import flows
from tests.service.conftest import PORTRAIT, Running, as_base64, running, telling
from tests.service.flows import begun, flowing, patched
from tests.service.providers import GOOD, Failing, Raising
from tests.service.test_step_up import NEAR, OLD, Ageing

NEWER = "otherwise: reject"
app = typer.Typer()
for part in (db, evaluate_command):
    part.mount(app)


def replayed(service: Running, eval_id: str) -> Replayed:
    """One evaluation again."""
    found = service.services.stores.evaluations.find(eval_id)
    assert found
    return Replaying(service.services.runs.walking, service.services.policies).replayed(found)


def a_mixed_set(service: Running) -> list[str]:
    """Evaluations of every kind, ended and waiting; answers their ids."""
    ids = [begun(service, "at_once", age).json()["eval_id"] for age in (44.0, 30.5, 21.0, 15.0)]
    ids += [begun(service, "later", 44.0).json()["eval_id"], begun(service, "asking", 44.0).json()["eval_id"]]
    ids += [begun(service, "papers_needed", 21.0).json()["eval_id"] for _ in range(3)]
    patched(service, ids[-1], {"document.age": 30, "document.verified": True})
    patched(service, ids[-2], {"document.age": None})
    ids.append(begun(service, "selfie_features", 36.5, data={"context": {"market": "DE"}}).json()["eval_id"])
    still = service.post("selfie_image", {"selfie": {"image": as_base64(PORTRAIT.read_bytes())}})
    ids.append(still.json()["eval_id"])
    for end in ("twice", "declined", "once"):
        workflow = "selfie_intelligence" if end == "once" else "twice"
        answer = begun(service, workflow).json()
        person = service.browser(answer["data_enrichments"][0]["response"]["data"]["docvTransactionToken"])
        ids.append(answer["eval_id"])
        person.submit(person.captured())
        if end == "declined":
            person.ask("decline", {})
        elif end == "twice":
            person.submit(person.frames().json()["digest"])
    return ids


@pytest.fixture
def newer() -> Iterator[None]:
    """Afterwards policies and workflows are as they were."""
    before = dict(flows.FLOWS), dict(flows.POLICIES)
    yield
    flows.FLOWS.update(before[0])
    flows.POLICIES.update(before[1])


@pytest.mark.usefixtures("newer")
def test_a_mixed_set_replays_equal_after_a_restart_and_newer_versions(tmp_path: Path) -> None:
    with flowing(tmp_path, Ageing(OLD, NEAR, OLD, NEAR, OLD)) as service:
        ids = a_mixed_set(service)
        first = {eval_id: replayed(service, eval_id) for eval_id in ids}
        assert {eval_id: each.differing for eval_id, each in first.items()} == dict.fromkeys(ids, ())
        ended = {each.answer["decision"] for each in first.values()}
        assert ended == {"ACCEPT", "REVIEW", "REJECT"}
    for name in ("near", "papers", "stricter"):
        flows.POLICIES[name] = flows.POLICIES[name].replace("otherwise: accept", NEWER)
    for name, text in flows.FLOWS.items():
        flows.FLOWS[name] = text.replace("title: ", "title: Newer. ").replace("for: 10m", "for: 20m")
    with flowing(tmp_path, Ageing(OLD)) as service:
        assert begun(service, "at_once", 44.0).json()["decision"] == "REJECT", "the newer versions are live"
        for eval_id in ids:
            again = replayed(service, eval_id)
            assert (eval_id, again.differing) == (eval_id, ())
            assert again.answer == first[eval_id].answer
        service.clock.wind(24 * 3_600_000)
        assert service.services.sweeping.sweep() == 2
        for eval_id in ids:
            assert replayed(service, eval_id).differing == ()


@pytest.mark.parametrize("kind", [Failing, Raising])
def test_an_evaluation_with_a_broken_provider_replays_equal(tmp_path: Path, kind: type[Failing]) -> None:
    factories = {**telling(GOOD), "age": lambda _ports: kind("age", GOOD["age"])}
    with running(tmp_path, factories) as service:
        still = service.post("selfie_image", {"selfie": {"image": as_base64(PORTRAIT.read_bytes())}})
        assert still.json()["decision"] == "REVIEW"
        assert replayed(service, still.json()["eval_id"]).differing == ()


@pytest.mark.parametrize(
    ("values", "differs"),
    [({"outcome": "accept"}, "outcome"), ({"features": {"age.predicted": 60.0}}, "features"), ({"given": []}, "given")],
)
def test_what_was_changed_in_the_database_is_found(tmp_path: Path, values: dict[str, Any], differs: str) -> None:
    with flowing(tmp_path) as service:
        eval_id = begun(service, "at_once", 15.0).json()["eval_id"]
        with service.services.database.writing() as connection:
            connection.execute(update(outcome).where(outcome.c.eval_id == eval_id).values(values))
        assert differs in replayed(service, eval_id).differing


def test_an_erased_evaluation_keeps_its_decision_and_nothing_of_the_person(tmp_path: Path) -> None:
    with flowing(tmp_path) as service:
        eval_id = begun(service, "papers_needed", 21.25, customer="customer-to-forget").json()["eval_id"]
        runner = CliRunner()
        env = {"SELFIE_DATA": str(service.data), "SELFIE_POLICIES": str(tmp_path / "own")}
        patched(service, eval_id, {"document.age": 17})
        said = {"workflow": "papers_needed", "notes": "looks like his brother", "status": "CLOSED"}
        service.client.put(f"/api/evaluation/{eval_id}/state", json=said)
        good = runner.invoke(app, ["evaluate", "--replay", eval_id, "--json"], env=env)
        assert (good.exit_code, json.loads(good.stdout)["differing"]) == (0, []), good.output
        assert runner.invoke(app, ["db", "erase", eval_id], env=env).exit_code == 0
        again = runner.invoke(app, ["evaluate", "--replay", eval_id], env=env)
        assert (again.exit_code, again.stdout.strip()) == (1, "erased")
        with pytest.raises(Unreplayable, match="erased"):
            replayed(service, eval_id)
        done = service.evaluation(eval_id)
        assert (done["decision"], done["id"], done["notes"]) == ("REJECT", "erased", "")
        assert done["selfieIntelligence"]["reasonCodes"] == ["R845"]
        trace = service.client.get(f"/api/evaluation/{eval_id}/trace").json()
        assert trace["erased_at"]
        assert (trace["features"], trace["route"]) == ({}, None)
        assert [(entry["policy"], entry["rules"]) for entry in trace["policies"]] == [("papers", [])]
        with service.services.database.reading() as connection:
            everything = repr([connection.execute(select(table)).all() for table in metadata.sorted_tables])
            assert connection.execute(select(case_event.c.by).where(case_event.c.eval_id == eval_id)).first()
            assert connection.execute(select(evaluation.c.erased_at).where(evaluation.c.eval_id == eval_id)).scalar()
        for word in ("customer-to-forget", "21.25", "his brother"):
            assert word not in everything
        files = b"".join(path.read_bytes() for path in service.data.glob("selfie.sqlite3*"))
        assert b"customer-to-forget" not in files
        assert runner.invoke(app, ["db", "erase", "no such id"], env=env).exit_code == 2
