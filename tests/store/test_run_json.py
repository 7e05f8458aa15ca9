"""A run comes back from both databases as it went in, whatever they do to its numbers and to the order of its keys."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import bindparam, select

from engine.contracts import Value
from engine.store.database import Database
from engine.store.types import Json
from engine.workflow.plain_json import canonical
from engine.workflow.replay import differing
from engine.workflow.state import Run
from tests.workflow.test_flow_random import drawn, run_of

HARD: dict[str, Value | None] = {
    "b": [1e22, -0.0, 5e-324, 1.7976931348623157e308, 0.1, 1e16, 1e15, 9007199254740993.0, -1e300],
    "a": [2**53, -(2**53), 1, 1.0, 0, 0.0, True, None],
    "ä\u2028\U0001f600": '\\u0041"\x7f',
}


@pytest.mark.parametrize("seed", range(12))
def test_a_run_comes_back_as_it_went_in(database: Database, seed: int) -> None:
    _, workflow, script = drawn(seed)
    run = replace(run_of(workflow, script)[0], computed=HARD)
    with database.reading() as connection:
        back = connection.execute(select(bindparam("state", run.to_json(), type_=Json))).scalar_one()
    assert canonical(back) == canonical(run.to_json())
    assert differing(run, Run.from_json(back)) == ()
    assert list(Run.from_json(back).to_json()) == list(run.to_json())
    assert Run.from_json(back) == replace(run, events=())
