"""DBOS as we launch it: our own version, quiet, and telling nobody outside."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer

from engine.workflow.durable.moving import Body
from engine.workflow.durable.place import SCHEMA, Place
from engine.workflow.durable.quiet import forward_log

APPLICATION_VERSION = "selfie-1"
"""Never changed: what waits under another version is left alone by DBOS. Changes of the function are patched."""
FUNCTION = "carried"
PREFIX = "eval:"
"""Of the id of what is carried, before the evaluation's."""
Function = Callable[[str, str], Coroutine[Any, Any, None]]


def launch(place: Place, executor_id: str, body: Body, connections: int, poll_seconds: float) -> Function:
    """Launch, and answer the durable function. DBOS takes the loop that runs for its own, and blocks it meanwhile."""
    place.prepare()
    forward_log()
    config: DBOSConfig = {
        "name": "selfie",
        "system_database_url": place.url,
        "dbos_system_schema": SCHEMA,
        "application_version": APPLICATION_VERSION,
        "executor_id": executor_id,
        "serializer": DBOSPortableJSONSerializer(),
        "sys_db_pool_size": connections,
        "max_executor_threads": connections,
        "notification_listener_polling_interval_sec": poll_seconds,
        "log_level": "WARNING",
        "enable_otlp": False,
    }
    DBOS(config=config)
    function: Function = DBOS.workflow(name=FUNCTION, max_recovery_attempts=None)(body)
    DBOS.launch()
    return function


def destroy() -> None:
    """As if it had never been launched in this process; what is pending stays so in its tables."""
    DBOS.destroy(destroy_registry=True)
