"""Frames are kept as long as the workflow says and no longer, whatever dies in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.service.runs.retention import LOST
from engine.store.data_keys import SqlKeyStore
from engine.store.sealed import CannotOpen, FrameVault
from tests.service.conftest import NOW, Person, Running, running

HOUR = 3_600_000
"""Milliseconds."""


class Killed(BaseException):
    """The process dies here."""


def own_workflow(folder: Path, hours: int) -> Path:
    """A folder with a workflow that keeps frames for so many hours."""
    (folder / "workflows").mkdir(parents=True)
    text = SHIPPED.read_text().replace("workflow: selfie_intelligence", "workflow: kept")
    (folder / "workflows" / "kept.yaml").write_text(f"{text}\nkeep_frames: {hours}\n")
    return folder


SHIPPED = Path(__file__).parents[2] / "policies" / "workflows" / "selfie_intelligence.yaml"


@pytest.fixture(params=[0, 2])
def hours(request: pytest.FixtureRequest) -> int:
    """How long the workflow keeps frames."""
    return int(request.param)


@pytest.fixture
def keeping(tmp_path: Path, hours: int) -> Iterator[Running]:
    """The application with such a workflow."""
    with running(tmp_path, policies=own_workflow(tmp_path / "own", hours)) as service:
        yield service


def captured(service: Running) -> tuple[str, Person, str]:
    """A session with frames: its id, the person, the digest."""
    body = {"id": "ada", "timestamp": NOW, "workflow": "kept", "data": {}}
    answer = service.client.post("/api/evaluation", json=body).json()
    data = answer["data_enrichments"][0]["response"]["data"]
    person = service.browser(data["docvTransactionToken"])
    digest = person.captured()
    session = service.services.capturing._sessions.of_evaluation(answer["eval_id"])
    assert session is not None
    return session.session_id, person, digest


def blobs(service: Running) -> list[str]:
    """Names of sealed frames."""
    folder = service.data / "blobs"
    return [str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()]


def is_readable(service: Running, session_id: str, names: list[str]) -> bool:
    """Whether anything of these opens."""
    for name in names:
        try:
            service.services.stores.vault.open(session_id, name)
        except CannotOpen:
            continue
        return True
    return False


def rows(service: Running) -> list[str]:
    """Sessions of which there is a row in the store of keys."""
    keys = service.services.stores.keys
    assert isinstance(keys, SqlKeyStore)
    with keys._database.reading() as connection:
        return [row[0] for row in connection.exec_driver_sql("SELECT session_id FROM frame_key").all()]


def test_frames_are_kept_for_so_many_hours_after_the_decision(keeping: Running, hours: int) -> None:
    session_id, person, digest = captured(keeping)
    names = blobs(keeping)
    assert is_readable(keeping, session_id, names)
    person.submit(digest)
    for passed in range(hours):
        assert is_readable(keeping, session_id, names), passed
        keeping.services.sweeping.sweep()
        assert blobs(keeping) == names
        keeping.clock.wind(HOUR)
    keeping.services.sweeping.sweep()
    assert not is_readable(keeping, session_id, names)
    assert (blobs(keeping), rows(keeping)) == ([], [])


@pytest.mark.parametrize(("agreed", "later"), [(0, 48), (2, 0)])
def test_frames_are_kept_as_long_as_the_person_agreed_to_whatever_the_workflow_says_later(
    tmp_path: Path, agreed: int, later: int
) -> None:
    with running(tmp_path, policies=own_workflow(tmp_path / "own", agreed)) as service:
        session_id, person, digest = captured(service)
        cookies = dict(person.client.cookies)
    with running(tmp_path, policies=own_workflow(tmp_path / "newer", later)) as service:
        names = blobs(service)
        resumed = replace(person, client=service.browser(token_of(person)).client, clock=service.clock)
        resumed.client.cookies.update(cookies)
        assert resumed.submit(digest).json()["state"] == "submitted"
        service.services.sweeping.sweep()
        assert is_readable(service, session_id, names) is bool(agreed)
        service.clock.wind(agreed * HOUR)
        service.services.sweeping.sweep()
        assert (blobs(service), rows(service)) == ([], [])


def token_of(person: Person) -> str:
    """Of the link that a person holds."""
    return person.client.headers["authorization"].removeprefix("Bearer ")


def test_of_several_takes_the_submitted_one_is_kept(keeping: Running, hours: int) -> None:
    session_id, person, _ = captured(keeping)
    digest = person.frames().json()["digest"]
    person.submit(digest)
    assert len(blobs(keeping)) == (1 if hours else 0)
    assert is_readable(keeping, session_id, blobs(keeping)) is bool(hours)


def test_nothing_is_kept_of_who_declines_or_does_not_come_back(keeping: Running) -> None:
    _, person, _ = captured(keeping)
    person.ask("decline", {})
    assert (blobs(keeping), rows(keeping)) == ([], [])
    captured(keeping)
    keeping.clock.wind(HOUR)
    assert keeping.services.sweeping.sweep() == 1
    assert (blobs(keeping), rows(keeping)) == ([], [])


Step = tuple[type, str, bool]
STEPS: list[Step] = [
    (cls, name, after)
    for cls, name in ((SqlKeyStore, "destroy"), (FrameVault, "forget"), (SqlKeyStore, "forget"))
    for after in (False, True)
]
SETTLING: list[Step] = [(SqlKeyStore, "settle", False), (SqlKeyStore, "settle", True), (FrameVault, "forget", False)]


def dying(step: Callable[..., Any], after: bool) -> Callable[..., Any]:
    """The step, before or after which the process dies."""

    def died(*given: Any, **named: Any) -> Any:
        if after:
            step(*given, **named)
        raise Killed

    return died


def decided(service: Running, monkeypatch: pytest.MonkeyPatch) -> tuple[str, list[str]]:
    """A session whose evaluation has just been stored; nothing was done with its frames yet."""
    retention = service.services.runs.advancing._ending.retention
    session_id, person, _ = captured(service)
    names = blobs(service)
    digest = person.frames().json()["digest"]
    with monkeypatch.context() as patch:
        patch.setattr(type(retention), "decided", lambda *_: None)
        assert person.submit(digest).status_code == 200
    return session_id, [*names, *blobs(service)]


@pytest.mark.parametrize("hours", [0], indirect=True)
@pytest.mark.parametrize("step", [None, *STEPS], ids=str)
def test_a_process_that_dies_leaves_nothing_beyond_the_next_sweep(
    keeping: Running, monkeypatch: pytest.MonkeyPatch, step: Step | None
) -> None:
    session_id, names = decided(keeping, monkeypatch)
    if step:
        cls, name, after = step
        with monkeypatch.context() as patch:
            patch.setattr(cls, name, dying(getattr(cls, name), after))
            with pytest.raises(Killed):
                keeping.services.runs.advancing._ending.retention.decided(session_id)
    keeping.services.sweeping.sweep()
    assert not is_readable(keeping, session_id, names)
    assert (blobs(keeping), rows(keeping)) == ([], [])


@pytest.mark.parametrize("hours", [2], indirect=True)
@pytest.mark.parametrize("step", [None, *SETTLING], ids=str)
def test_a_process_that_dies_while_it_settles_keeps_to_the_time(
    keeping: Running, monkeypatch: pytest.MonkeyPatch, step: Step | None
) -> None:
    session_id, names = decided(keeping, monkeypatch)
    if step:
        cls, name, after = step
        (keeping.data / "blobs" / names[0]).write_bytes(b"a burst of a former take")
        with monkeypatch.context() as patch:
            patch.setattr(cls, name, dying(getattr(cls, name), after))
            with pytest.raises(Killed):
                keeping.services.runs.advancing._ending.retention.decided(session_id)
    keeping.services.sweeping.sweep()
    assert len(blobs(keeping)) == 1
    assert is_readable(keeping, session_id, names)
    keeping.clock.wind(2 * HOUR)
    keeping.services.sweeping.sweep()
    assert not is_readable(keeping, session_id, names)
    assert (blobs(keeping), rows(keeping)) == ([], [])


@pytest.mark.parametrize("hours", [0], indirect=True)
def test_a_blob_store_that_is_away_fails_nobody(keeping: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key is gone already; the frames follow when they can be reached."""
    session_id, person, digest = captured(keeping)
    names = blobs(keeping)

    with monkeypatch.context() as patch:
        patch.setattr(FrameVault, "forget", away)
        assert person.submit(digest).json()["state"] == "submitted"
    assert set(names) < set(blobs(keeping)), "and what came with the submission"
    assert not is_readable(keeping, session_id, names)
    keeping.services.sweeping.sweep()
    assert (blobs(keeping), rows(keeping)) == ([], [])


@pytest.mark.parametrize("hours", [2], indirect=True)
def test_however_many_are_over_one_sweep_destroys_their_keys_and_then_their_frames(
    keeping: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.store.data_keys.AT_ONCE", 2)
    ids = []
    for _ in range(5):
        session_id, person, digest = captured(keeping)
        ids.append(session_id)
        person.submit(digest)
    keeping.clock.wind(2 * HOUR)
    with monkeypatch.context() as patch:
        patch.setattr(FrameVault, "forget", away)
        keeping.services.sweeping.sweep()
        assert len(blobs(keeping)) == len(rows(keeping)) == 5
        assert [keeping.services.stores.keys.get(each) for each in ids] == [None] * 5
    keeping.services.sweeping.sweep()
    assert (blobs(keeping), rows(keeping)) == ([], [])


def away(*_: object) -> None:
    """The store of frames is away."""
    raise OSError("the store is away")


@pytest.mark.parametrize("hours", [0], indirect=True)
def test_keys_of_sessions_that_nobody_knows_are_destroyed_in_the_end(keeping: Running) -> None:
    keeping.services.stores.keys.put("lost", b"key", keeping.clock.now())
    keeping.services.sweeping.sweep()
    assert rows(keeping) == ["lost"]
    keeping.clock.wind((LOST + timedelta(seconds=1)).total_seconds() * 1000)
    keeping.services.sweeping.sweep()
    assert rows(keeping) == []


@pytest.mark.parametrize("hours", [2], indirect=True)
def test_a_backup_of_database_and_frames_opens_nothing(keeping: Running) -> None:
    session_id, person, digest = captured(keeping)
    person.submit(digest)
    wrapped = keeping.services.stores.keys.get(session_id)
    assert wrapped is not None
    backup = [*keeping.data.glob("selfie.sqlite3*"), *(path for path in (keeping.data / "blobs").rglob("*"))]
    assert len(backup) > 2
    assert not any(wrapped in path.read_bytes() for path in backup if path.is_file())
