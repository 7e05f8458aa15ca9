"""A backup that is restored: what was decided reads and replays, what waits goes on, what is gone stays gone."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import typer
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from engine.commands import db
from engine.service.app import create_app
from engine.service.runs.replaying import Replaying
from engine.service.settings import Settings
from engine.service.wiring import NoModels, Services, open_services
from tests.harness.postgres import PostgresServer
from tests.service.conftest import KEY, Running, Winding, as_base64, running, telling
from tests.service.providers import GOOD

BOTH = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))


def selfie(data: Path, url: str | None, *arguments: str) -> Any:
    """`selfie db …` over this data."""
    app = typer.Typer()
    db.mount(app)
    env = {"SELFIE_DATA": str(data), "SELFIE_DATABASE_URL": url or "", "SELFIE_KEY_DATABASE_URL": ""}
    return CliRunner().invoke(app, ["db", *arguments], env=env)


@contextmanager
def opened(data: Path, url: str | None) -> Iterator[Running]:
    """The service over data that are there."""
    settings = Settings(data=data, database_url=url, public_url="https://selfie.example")
    clock = Winding()
    services = open_services(settings, factories=telling(GOOD), models=NoModels(), environment={}, clock=clock)
    headers = {"Authorization": f"Bearer {KEY}"}
    with TestClient(create_app(services, console=False), base_url="https://selfie.example", headers=headers) as client:
        yield Running(client, services, data, clock)


class Copy:
    """A backup and how it is restored, as docs/operations.md says."""

    def __init__(self, folder: Path, server: PostgresServer | None, urls: tuple[str | None, str | None]) -> None:
        self.folder = folder
        self.server = server
        self.live, self.again = urls
        self.data = folder / "again"

    def make(self, data: Path) -> None:
        """While the service runs."""
        backup, keys = self.folder / "backup", self.folder / "elsewhere" / "keys"
        if self.server is None:
            done = selfie(data, None, "backup", str(backup), "--keys", str(keys), "--json")
            assert done.exit_code == 0, done.stderr
            assert {Path(each["file"]).name for each in json.loads(done.stdout)} >= {"selfie.sqlite3", "master.key"}
            return
        self._run("pg_dump", "--format=custom", f"--file={self.folder / 'dump'}", self._plain(self.live))
        backup.mkdir()
        assert selfie(data, self.live, "backup", "--keys", str(keys)).exit_code == 0

    def restore(self) -> None:
        """Into a new data folder, and where there is a server a new database."""
        self.data.mkdir(mode=0o700)
        for file in (self.folder / "backup").glob("*"):
            shutil.copy2(file, self.data)
        shutil.copytree(self.folder / "elsewhere" / "keys", self.data / "keys")
        if self.server is not None:
            dump = str(self.folder / "dump")
            self._run("pg_restore", "--no-owner", "--exit-on-error", f"--dbname={self._plain(self.again)}", dump)

    @staticmethod
    def _plain(url: str | None) -> str:
        return (url or "").replace("+psycopg", "")

    def _run(self, program: str, *arguments: str) -> None:
        assert self.server is not None
        found = self.server.binaries / program
        command = [str(found if found.exists() else shutil.which(program)), *arguments]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - PostgreSQL's own


@pytest.fixture(params=BOTH)
def copy(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Copy]:
    """A way to back up and restore, on both kinds of database."""
    if request.param == "sqlite":
        yield Copy(tmp_path, None, (None, None))
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    with server.fresh_database() as live, server.fresh_database() as again:
        yield Copy(tmp_path, server, (live, again))


def replays(services: Services, eval_ids: Sequence[str]) -> list[tuple[str, ...]]:
    """What differs in a replay of each."""
    replaying = Replaying(services.runs.walking, services.policies)
    found = [services.stores.evaluations.find(eval_id) for eval_id in eval_ids]
    return [replaying.replayed(each).differing for each in found if each]


def test_after_a_restore_all_goes_on(copy: Copy, tmp_path: Path, portrait: bytes) -> None:
    with running(tmp_path, database_url=copy.live) as service:
        decided = [
            service.post("selfie_features", {"features": {"face.count": 1, "age.predicted": 31.0}}).json()["eval_id"],
            service.post("selfie_image", {"selfie": {"image": as_base64(portrait)}}).json()["eval_id"],
        ]
        before, after = (service.post("selfie_features", {"features": {"face.count": 2}}).json() for _ in range(2))
        waiting, token = service.new_capture()
        half, half_token = service.new_capture()
        half_way = service.browser(half_token)
        half_way.captured()  # its frames are in no backup
        answers = [service.evaluation(eval_id) for eval_id in decided]
        assert selfie(service.data, copy.live, "erase", before["eval_id"]).exit_code == 0
        copy.make(service.data)
        assert selfie(service.data, copy.live, "erase", after["eval_id"]).exit_code == 0
        newest_keys = (service.data / "keys" / "erased").read_text()
    copy.restore()
    with opened(copy.data, copy.again) as service:
        assert [service.evaluation(eval_id) for eval_id in decided] == answers
        assert replays(service.services, decided) == [(), ()]
        person = service.browser(token)
        assert person.submit(person.captured()).status_code == 200
        assert service.evaluation(waiting)["eval_status"] == "evaluation_completed"
        cookies = half_way.client.cookies
        half_way.client = service.browser(half_token).client
        half_way.client.cookies = cookies
        half_way.clock = service.clock
        assert half_way.submit(half_way.captured()).status_code == 200, "the same browser takes it once more"
        assert service.evaluation(half)["eval_status"] == "evaluation_completed"
        assert service.evaluation(before["eval_id"])["id"] == "erased"
        assert service.evaluation(after["eval_id"])["id"] == "ada", "a backup knows nothing of what came after it"
        (copy.data / "keys" / "erased").write_text(newest_keys)
        done = selfie(copy.data, copy.again, "erase", "--again")
        assert (done.exit_code, done.stdout) == (0, "1 evaluations erased again\n"), done.stderr
        assert service.evaluation(after["eval_id"])["id"] == "erased"


def test_a_backup_is_made_while_others_write(tmp_path: Path) -> None:
    """The copy is one moment: each evaluation in it has its outcome."""
    import threading

    with running(tmp_path) as service:
        stop = threading.Event()

        def write() -> None:
            while not stop.is_set():
                service.post("selfie_features", {"features": {"face.count": 1}})

        writer = threading.Thread(target=write)
        writer.start()
        try:
            done = [selfie(service.data, None, "backup", str(tmp_path / f"backup{n}")) for n in range(3)]
        finally:
            stop.set()
            writer.join()
    assert [each.exit_code for each in done] == [0, 0, 0]
    assert "--keys" in done[0].stderr
    for number in range(3):
        file = tmp_path / f"backup{number}" / "selfie.sqlite3"
        assert file.stat().st_mode & 0o077 == 0
        with sqlite3.connect(file) as connection:
            query = "SELECT count(*) FROM evaluation LEFT JOIN outcome USING (eval_id) WHERE outcome.eval_id IS NULL"
            assert connection.execute(query).fetchone() == (0,)
        connection.close()


def test_a_backup_that_cannot_be_is_refused_with_a_way_out(tmp_path: Path) -> None:
    with running(tmp_path) as service:
        data = service.data
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    for arguments, url, word in (
        ((str(tmp_path / "full"),), None, "not-empty"),
        ((str(tmp_path / "new"), "--keys", str(tmp_path / "new" / "keys")), None, "not-apart"),
        ((str(tmp_path / "new"),), "postgresql+psycopg://nobody@127.0.0.1:1/none", "pg_dump"),
        ((str(tmp_path / "new"),), f"sqlite:///{tmp_path}/none.sqlite3", "no-database"),
    ):
        done = selfie(data, url, "backup", *arguments)
        assert done.exit_code == 2
        assert word in done.stderr
    (data / "selfie.sqlite3").write_bytes(b"this is no database, and never was one")
    done = selfie(data, None, "backup", str(tmp_path / "broken"))
    assert (done.exit_code, "backup-failed" in done.stderr) == (2, True)
    assert not list((tmp_path / "broken").glob("*selfie.sqlite3*")), "half a backup looks like a whole one"
