"""A run that waits is moved when its time has come, when it is told, and by somebody else where its process is gone."""

from __future__ import annotations

import time

import pytest
from dbos import DBOS
from sqlalchemy import Connection, MetaData, Table, select

from engine.service.runs.pipeline import SystemClock
from engine.store.database import Database
from engine.store.executors import Executors
from engine.workflow.durable.carrier import DurableCarrier
from engine.workflow.durable.launching import APPLICATION_VERSION
from engine.workflow.durable.place import SCHEMA, place_of
from tests.durable.conftest import QUICK, Moves, apart, carrying, eventually, soon


def states() -> dict[str, str]:
    """What DBOS says of each evaluation."""
    return {each.workflow_id.removeprefix("eval:"): each.status for each in apart(DBOS.list_workflows)}


def test_a_run_is_moved_when_its_time_has_come(database: Database, moves: Moves) -> None:
    again = soon(0.6)
    moves.answers["a"] = [again, None]
    with carrying(database, moves) as carrier:
        carrier.carry("a", soon(0.2))
        carrier.carry("b", soon(600))
        eventually(lambda: moves.of("a") == 2)
        eventually(lambda: states() == {"a": "SUCCESS", "b": "PENDING"})
    assert moves.of("b") == 0


def test_one_that_is_carried_twice_is_carried_once(embedded: Database, moves: Moves) -> None:
    until = soon(0.3)
    with carrying(embedded, moves) as carrier:
        for _ in range(5):
            carrier.carry("a", until)
        eventually(lambda: states() == {"a": "SUCCESS"})
        time.sleep(0.3)
    assert moves.of("a") == 1


def test_one_that_is_told_looks_anew(database: Database, moves: Moves) -> None:
    moves.answers["a"] = [soon(600), None]
    with carrying(database, moves) as carrier:
        carrier.carry("a", soon(600))
        carrier.tell("a")
        carrier.tell("nobody carries this")
        eventually(lambda: moves.of("a") == 1)
        carrier.carry("a", soon(500))  # another time than it knew: told, too
        eventually(lambda: states() == {"a": "SUCCESS"})
    assert moves.of("a") == 2


def test_a_move_that_fails_is_tried_until_it_works(embedded: Database, moves: Moves) -> None:
    moves.answers["a"] = [RuntimeError("0.93"), RuntimeError("0.93"), RuntimeError("0.93"), None]
    with carrying(embedded, moves) as carrier:
        carrier.carry("a", soon(0))
        eventually(lambda: states() == {"a": "SUCCESS"})
    assert moves.of("a") == 4


def test_the_next_process_takes_over_what_a_closed_one_carried(database: Database, moves: Moves) -> None:
    with carrying(database, moves) as carrier:
        carrier.carry("a", soon(0.6))
        carrier.carry("b", soon(600))
        eventually(lambda: states() == {"a": "PENDING", "b": "PENDING"})
    assert moves.asked == []
    with carrying(database, moves) as carrier:
        eventually(lambda: states() == {"a": "SUCCESS", "b": "PENDING"})
        carrier.tell("b")
        eventually(lambda: states()["b"] == "SUCCESS")
    assert moves.of("a") == 1


def test_what_came_before_the_launch_is_carried(embedded: Database, moves: Moves) -> None:
    place = place_of(embedded.engine.url.render_as_string(hide_password=False))
    carrier = DurableCarrier(place, moves, Executors(embedded, SystemClock()), pace=QUICK)
    carrier.carry("a", soon(0))
    assert carrier.problem
    try:
        assert carrier.open(30)
        eventually(lambda: moves.of("a") == 1)
        assert carrier.problem is None
    finally:
        carrier.close()
    assert carrier.problem
    carrier.carry("b", soon(0))
    carrier.close()


def test_a_process_has_one_carrier(embedded: Database, moves: Moves) -> None:
    with (
        carrying(embedded, moves),
        pytest.raises(RuntimeError, match="a carrier already"),
        carrying(embedded, moves),
    ):
        pass


def test_what_is_being_moved_is_finished_before_the_end(embedded: Database) -> None:
    finished = []

    def slow(eval_id: str) -> None:
        time.sleep(0.5)
        finished.append(eval_id)

    with carrying(embedded, slow) as carrier:
        carrier.carry("a", soon(0))
        eventually(lambda: states() == {"a": "PENDING"})
        time.sleep(0.2)
    assert finished == ["a"]


def test_dbos_keeps_ids_and_times_only(database: Database, moves: Moves) -> None:
    moves.answers["a"] = [RuntimeError("liveness 0.93"), soon(0.1), None]
    with carrying(database, moves) as carrier:
        carrier.carry("a", soon(0))
        carrier.tell("a")
        eventually(lambda: states() == {"a": "SUCCESS"})
        rows = everything(database)
    versions = {row["application_version"] for row in rows["workflow_status"]}
    assert versions == {APPLICATION_VERSION}
    assert rows["operation_outputs"], "steps are written down"
    assert "0.93" not in str(rows)
    assert {row["serialization"] for row in rows["operation_outputs"]} <= {"portable_json", None}


def everything(database: Database) -> dict[str, list[dict[str, object]]]:
    """Every row of every table of DBOS."""
    place = place_of(database.engine.url.render_as_string(hide_password=False))
    opened = Database(place.url)
    tables = MetaData(schema=None if place.is_sqlite else SCHEMA)
    with opened.reading() as connection:
        tables.reflect(connection)
        found = {table.name: _rows(connection, table) for table in tables.sorted_tables}
    opened.close()
    return found


def _rows(connection: Connection, table: Table) -> list[dict[str, object]]:
    return [dict(row) for row in connection.execute(select(table)).mappings()]
