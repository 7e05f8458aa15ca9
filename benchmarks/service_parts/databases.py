"""A fresh database for each part of a measurement: what another part left would be counted, or carried."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url


@contextmanager
def fresh_database(server_url: str | None) -> Iterator[str | None]:
    """The address of an empty database of this PostgreSQL, gone afterwards; None, which is a new file, without one."""
    if server_url is None:
        yield None
        return
    address, name = make_url(server_url), f"selfie_bench_{uuid.uuid4().hex[:12]}"
    plain = address.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield address.set(database=name).render_as_string(hide_password=False)
    finally:
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
