"""A deploy strands nothing: what an older durable function began goes on under a newer one, and under its version."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from dbos import DBOS

from engine.store.database import Database
from engine.workflow.durable.moving import STEP, TOLD, Body, Hands, body
from tests.durable.conftest import Moves, apart, carrying, eventually, soon
from tests.durable.test_carrier import states

PATCH = "noted-before"


def newer(hands: Hands, now: Callable[[], datetime]) -> Body:
    """A later version of the durable function: it takes a note before each move, but not where it began without."""

    async def note() -> None:
        """A step that the older one does not have."""

    async def carried(eval_id: str, until: str) -> None:
        waits: str | None = until
        while waits is not None:
            seconds = (datetime.fromisoformat(waits) - now()).total_seconds()
            await DBOS.recv_async(TOLD, timeout_seconds=max(0.0, seconds))
            if await DBOS.patch_async(PATCH):
                await DBOS.run_step_async({"name": "note"}, note)
            waits = await DBOS.run_step_async({"name": STEP}, hands.move, eval_id)

    return carried


def steps_of(eval_id: str) -> list[str]:
    """What was written down of it, in order."""
    return [step["function_name"] for step in apart(lambda: DBOS.list_workflow_steps(f"eval:{eval_id}"))]


def test_what_an_older_version_began_goes_on_under_a_newer_one(database: Database, moves: Moves) -> None:
    moves.answers["old"] = [soon(600), None]
    with carrying(database, moves, make_body=body) as carrier:
        carrier.carry("old", soon(0))
        eventually(lambda: moves.of("old") == 1 and "PENDING" in states().values() and STEP in steps_of("old"))
    with carrying(database, moves, make_body=newer) as carrier:
        carrier.carry("new", soon(0))
        eventually(lambda: states() == {"old": "PENDING", "new": "SUCCESS"})
        carrier.tell("old")
        eventually(lambda: states() == {"old": "SUCCESS", "new": "SUCCESS"})
        old, new = steps_of("old"), steps_of("new")
    assert moves.of("old") == 2, "what was moved before the deploy is not moved again"
    assert old.count("note") == 1, "the move before the deploy has no note, the one after it has"
    assert old.index(STEP) < old.index("note")
    assert new.count("note") == 1
