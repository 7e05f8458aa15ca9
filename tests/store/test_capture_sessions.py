"""Each step of a session is one conditional update: what may not happen does not, whoever asks at the same time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from engine.store.capture_sessions import CaptureSession, CaptureSessions, State
from engine.store.database import Database
from engine.store.evaluations import Started
from tests.store.conftest import evaluations_of

NOW = datetime(2026, 5, 1, tzinfo=UTC)
LATER = NOW + timedelta(minutes=30)
FRESH = CaptureSession("s", "e", "Sandbox", "token", NOW, LATER, "created")
BOUND = replace(FRESH, state="opened", bound_sha256="mine")
CAPTURED = replace(BOUND, state="captured", consent_version="1", digest="d", blob="b", attempts=1)

Step = Callable[[CaptureSessions, datetime], bool]
STEPS: dict[str, Step] = {
    "bind": lambda sessions, now: sessions.bind("s", "browser", "missing", now),
    "hand off": lambda sessions, now: sessions.hand_off("s", "phone", "valid", now),
    "consent": lambda sessions, now: sessions.consent("s", "1", now),
    "keep frames": lambda sessions, now: sessions.keep_frames("s", "d2", "b2", now, 6),
    "use up": lambda sessions, now: sessions.use_up("s", "d", now),
    "decline": lambda sessions, now: sessions.decline("s", now),
}
ALLOWED: dict[str, set[State]] = {
    "bind": {"created"},
    "hand off": {"opened", "consented", "captured"},
    "consent": {"opened"},
    "keep frames": {"consented", "captured"},
    "use up": {"captured"},
    "decline": {"created", "opened", "consented", "captured"},
}
START: dict[State, CaptureSession] = {
    "created": FRESH,
    "opened": BOUND,
    "consented": replace(BOUND, state="consented"),
    "captured": CAPTURED,
    "submitted": replace(CAPTURED, state="submitted", ended_at=NOW),
    "expired": replace(CAPTURED, state="expired", ended_at=NOW),
    "declined": replace(BOUND, state="declined", ended_at=NOW),
    "failed": replace(CAPTURED, state="failed", ended_at=NOW),
}


def stored(database: Database, session: CaptureSession) -> CaptureSessions:
    """The table with one session."""
    sessions = CaptureSessions(database)
    started = Started("e", "Sandbox", "c", "w", "0" * 64, "standard", "capture", {}, NOW, NOW)
    with database.writing() as connection:
        evaluations_of(database).begin(connection, started)
        sessions.add(connection, session)
    return sessions


def now_in(sessions: CaptureSessions) -> CaptureSession:
    """The row as it is."""
    found = sessions.of_evaluation("e")
    assert found is not None
    return found


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("state", START)
def test_a_step_happens_in_its_states_only(database: Database, state: State, step: str) -> None:
    sessions = stored(database, START[state])
    assert STEPS[step](sessions, NOW) is (state in ALLOWED[step])
    assert (now_in(sessions) == START[state]) is (state not in ALLOWED[step])


@pytest.mark.parametrize("step", STEPS)
def test_no_step_happens_after_the_end_of_its_time(database: Database, step: str) -> None:
    state = min(ALLOWED[step])
    sessions = stored(database, START[state])
    assert STEPS[step](sessions, LATER) is False
    assert now_in(sessions) == START[state]


@pytest.mark.parametrize("step", ["bind", "hand off", "consent", "use up", "decline"])
def test_a_step_happens_once(database: Database, step: str) -> None:
    sessions = stored(database, START[min(ALLOWED[step])])
    assert [STEPS[step](sessions, NOW) for _ in range(2)] == [True, False]


def test_only_the_frames_that_are_there_can_be_used(database: Database) -> None:
    sessions = stored(database, CAPTURED)
    assert sessions.use_up("s", "other", NOW) is False
    assert sessions.keep_frames("s", "new", "b2", NOW, 6)
    assert sessions.use_up("s", "d", NOW) is False
    assert sessions.use_up("s", "new", NOW) is True


def test_attempts_are_counted_by_the_database(database: Database) -> None:
    sessions = stored(database, CAPTURED)
    assert [sessions.keep_frames("s", "d", "b", NOW, 3) for _ in range(4)] == [True, True, False, False]
    assert now_in(sessions).attempts == 3


def test_expiry_ends_once_and_not_before_its_time(database: Database) -> None:
    sessions = stored(database, CAPTURED)
    assert sessions.due(NOW) == []
    assert sessions.expire("s", NOW) is False
    assert [session.session_id for session in sessions.due(LATER)] == ["s"]
    assert [sessions.expire("s", LATER) for _ in range(2)] == [True, False]
    assert sessions.due(LATER) == []
    assert [session.state for session in sessions.left_behind(LATER)] == ["expired"]
