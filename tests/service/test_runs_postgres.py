"""The same on PostgreSQL: runs end once, replays are equal, and erasure leaves nothing."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from engine.service.runs.erasing import Erasing
from engine.store.erased import Erased
from engine.store.tables import metadata
from tests.service.flows import begun, flowing, outcomes, patched
from tests.service.test_replaying import a_mixed_set, replayed
from tests.service.test_step_up import NEAR, OLD, Ageing

pytestmark = pytest.mark.postgres


def test_a_mixed_set_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    with flowing(tmp_path, Ageing(OLD, NEAR, OLD, NEAR, OLD), database_url=postgres_url) as service:
        ids = a_mixed_set(service)
        assert {eval_id: replayed(service, eval_id).differing for eval_id in ids} == dict.fromkeys(ids, ())
        service.clock.wind(24 * 3_600_000)
        assert service.services.sweeping.sweep() == 2
        assert {eval_id: replayed(service, eval_id).differing for eval_id in ids} == dict.fromkeys(ids, ())
        assert {outcomes(service, eval_id) for eval_id in ids} == {1}
        report = service.client.get("/api/shadows/stricter").json()
        assert (report["strategy"], report["n"], report["agreements"]) == ("standard", 4, 3)
        assert service.client.get("/api/workflows/at_once/counts").json()["items"]
        erasing = Erasing(service.services.stores, service.clock, Erased(tmp_path / "erased"))
        assert all(erasing.erase(eval_id) for eval_id in ids)
        with service.services.database.reading() as connection:
            rows = repr([connection.execute(select(table)).all() for table in metadata.sorted_tables])
        assert "30.5" not in rows
        assert "'ada'" not in rows


def test_answers_at_once_are_one_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    with flowing(tmp_path, database_url=postgres_url) as service:
        for _ in range(5):
            eval_id = begun(service, "papers_needed", 21.0).json()["eval_id"]
            answers: list[Any] = []

            def answer(age: int, eval_id: str = eval_id, answers: list[Any] = answers) -> None:
                answers.append(patched(service, eval_id, {"document.age": age}))

            threads = [threading.Thread(target=answer, args=(age,)) for age in (17, 30, 40)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert sorted(each.status_code for each in answers) == [200, 409, 409]
            assert outcomes(service, eval_id) == 1
