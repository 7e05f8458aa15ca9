"""Bring a database to this version's tables; any number of processes may start at once."""

from __future__ import annotations

from importlib import resources

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from engine.diagnostics import Diagnostic, Location, Refused
from engine.store.database import Database

_LOCK = 7_353_100_117
"""A number of our own for PostgreSQL's advisory lock."""


def migrate(database: Database) -> tuple[str | None, str | None]:
    """Run what is missing in one transaction; answers the revision before and after.

    Raises `Refused` where a newer version was here: its tables are not ours to read, let alone to change.

    On SQLite the write lock of the transaction keeps a second process waiting, on PostgreSQL an advisory lock does.
    """
    with database.writing() as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        before = _revision(connection)
        config = _config()
        scripts = ScriptDirectory.from_config(config)
        if before is not None and before not in {script.revision for script in scripts.walk_revisions()}:
            raise Refused([_newer(before)])
        if before != scripts.get_current_head():
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
        return before, _revision(connection)


def is_current(database: Database) -> bool:
    """Whether the database has this version's tables."""
    with database.reading() as connection:
        return _revision(connection) == ScriptDirectory.from_config(_config()).get_current_head()


def _newer(revision: str) -> Diagnostic:
    message = f"the database is at revision `{revision}`, which this version of the service does not know"
    hint = "run the version that brought it there, or one that is newer; or restore the backup from before the upgrade"
    return Diagnostic("newer-database", message, Location("database"), hint)


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _config() -> Config:
    config = Config()
    folder = str(resources.files("engine.store") / "migrations")
    config.set_main_option("script_location", folder.replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
