"""Each step of a session is one conditional update: what may not happen does not, whoever asks at the same time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from engine.store.capture_sessions import MOST_COUNTED, CaptureSession, CaptureSessions, Delivery, NewTake, State
from engine.store.database import Database
from engine.store.evaluations import Started
from tests.store.conftest import evaluations_of

NOW = datetime(2026, 5, 1, tzinfo=UTC)
LATER = NOW + timedelta(minutes=30)
FRESH = CaptureSession("s", "e", "Sandbox", "token", NOW, LATER, "created")
BOUND = replace(FRESH, state="opened", bound_sha256="mine")
CONSENTED = replace(BOUND, state="consented", consent_version="1")
DRAWN = replace(CONSENTED, takes=1, nonce_sha256="n", drawn_at=NOW, challenge={"kind": "none", "steps": []})
CAPTURED = replace(DRAWN, state="captured", digest="d", blob="b", attempts=1, delivery_sha256="v")
TAKE = NewTake("n2", {"kind": "turn", "steps": ["left", "left", "right"]})
FRAMES = Delivery("n", "d2", "b2", "v2")

Step = Callable[[CaptureSessions, datetime], bool]
STEPS: dict[str, Step] = {
    "bind": lambda sessions, now: sessions.bind("s", "browser", "missing", now),
    "hand off": lambda sessions, now: sessions.hand_off("s", "phone", "valid", now),
    "consent": lambda sessions, now: sessions.consent("s", "1", now),
    "draw": lambda sessions, now: sessions.draw("s", TAKE, now, most_takes=20, most_attempts=6),
    "keep frames": lambda sessions, now: sessions.keep_frames("s", FRAMES, now, most=6),
    "use up": lambda sessions, now: sessions.use_up("s", "n", "d", "v", now),
    "decline": lambda sessions, now: sessions.decline("s", now),
}
ALLOWED: dict[str, set[State]] = {
    "bind": {"created"},
    "hand off": {"opened", "consented", "captured"},
    "consent": {"opened"},
    "draw": {"consented", "captured"},
    "keep frames": {"consented"},
    "use up": {"captured"},
    "decline": {"created", "opened", "consented", "captured"},
}
START: dict[State, CaptureSession] = {
    "created": FRESH,
    "opened": BOUND,
    "consented": DRAWN,
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


@pytest.mark.parametrize("step", ["bind", "hand off", "consent", "keep frames", "use up", "decline"])
def test_a_step_happens_once(database: Database, step: str) -> None:
    sessions = stored(database, START[min(ALLOWED[step])])
    assert [STEPS[step](sessions, NOW) for _ in range(2)] == [True, False]


def test_only_the_frames_that_are_there_can_be_used(database: Database) -> None:
    sessions = stored(database, CAPTURED)
    assert sessions.use_up("s", "n", "other", "e", NOW) is False
    assert sessions.draw("s", TAKE, NOW, most_takes=20, most_attempts=6)
    assert sessions.use_up("s", "n", "d", "e", NOW) is False
    assert sessions.keep_frames("s", FRAMES, NOW, most=6) is False
    assert sessions.keep_frames("s", replace(FRAMES, nonce_sha256="n2"), NOW, most=6)
    assert sessions.use_up("s", "n", "d2", "e", NOW) is False
    assert sessions.use_up("s", "n2", "d2", "e", NOW) is True
    assert now_in(sessions).submission_sha256 == "e"


def test_takes_and_attempts_are_counted_by_the_database(database: Database) -> None:
    sessions = stored(database, CAPTURED)
    kept = []
    for number in range(4):
        take = NewTake(f"n{number}", {})
        kept.append(sessions.draw("s", take, NOW, most_takes=20, most_attempts=3))
        kept.append(sessions.keep_frames("s", replace(FRAMES, nonce_sha256=f"n{number}"), NOW, most=3))
    assert kept == [True, True, True, True, False, False, False, False]
    assert (now_in(sessions).attempts, now_in(sessions).takes) == (3, 3)
    assert sessions.draw("s", TAKE, NOW, most_takes=3, most_attempts=9) is False


def test_a_draw_takes_the_former_frames_away(database: Database) -> None:
    sessions = stored(database, CAPTURED)
    assert sessions.draw("s", TAKE, LATER - timedelta(minutes=1), most_takes=20, most_attempts=6)
    row = now_in(sessions)
    assert (row.state, row.digest, row.blob, row.delivery_sha256) == ("consented", None, None, None)
    assert (row.nonce_sha256, row.challenge, row.takes) == ("n2", TAKE.challenge, 2)


def test_refusals_are_counted_while_the_session_lives(database: Database) -> None:
    sessions = stored(database, replace(CAPTURED, refused=MOST_COUNTED - 1))
    assert [sessions.refuse("s") for _ in range(2)] == [True, False]
    assert now_in(sessions).refused == MOST_COUNTED
    other = replace(CAPTURED, session_id="s2", eval_id="e2", token_sha256="t2", state="submitted")
    with database.writing() as connection:
        started = Started("e2", "Sandbox", "c", "w", "0" * 64, "standard", "capture", {}, NOW, NOW)
        evaluations_of(database).begin(connection, started)
        sessions.add(connection, other)
    assert sessions.refuse("s2") is False


def test_expiry_ends_once_and_not_before_its_time(database: Database) -> None:
    sessions = stored(database, CAPTURED)
    assert sessions.due(NOW) == []
    assert sessions.expire("s", NOW) is False
    assert [session.session_id for session in sessions.due(LATER)] == ["s"]
    assert [sessions.expire("s", LATER) for _ in range(2)] == [True, False]
    assert sessions.due(LATER) == []
    assert [session.state for session in sessions.left_behind(LATER)] == ["expired"]
