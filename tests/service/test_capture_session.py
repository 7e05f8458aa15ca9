"""The capture session: one link, one browser, one submission, one evaluation."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from engine.service.capture.consent import CONSENT_VERSION
from engine.service.capture.take_guard import MOST_ATTEMPTS
from engine.service.runs.ending import LEFT_BEHIND
from engine.store.tables import capture_session, run
from tests.harness.evidence import frames_request, submit_request
from tests.service.conftest import NO_TAKE, PORTRAIT, Person, Running


def ends_with(answer: Any, status: int, code: str) -> bool:
    """Whether the answer is this problem."""
    return (answer.status_code, answer.json().get("code")) == (status, code)


def age(service: Running, by: timedelta) -> None:
    """Let time go by for every session."""
    columns = capture_session.c
    with service.services.database.writing() as connection:
        rows = connection.execute(capture_session.select()).all()
        for row in rows:
            moved: dict[str, Any] = {"expires_at": row.expires_at - by}
            if row.ended_at:
                moved["ended_at"] = row.ended_at - by
            connection.execute(update(capture_session).where(columns.session_id == row.session_id).values(moved))
        for row in connection.execute(run.select()).all():
            aged = {"updated_at": row.updated_at - by}
            connection.execute(update(run).where(run.c.eval_id == row.eval_id).values(aged))


def blobs(service: Running) -> list[str]:
    """Sealed frames on disk."""
    return [path.name for path in (service.data / "blobs").rglob("*") if path.is_file()]


def test_the_way_from_link_to_decision(service: Running, portrait: bytes) -> None:
    eval_id, token = service.new_capture()
    waiting = service.evaluation(eval_id)
    assert (waiting["eval_status"], waiting["decision"], waiting["status"]) == (
        "evaluation_paused",
        "REVIEW",
        "ON_HOLD",
    )
    assert waiting["selfieIntelligence"] is None
    person = service.browser(token)
    assert person.ask("state").json()["state"] == "created"
    opened = person.ask("open", {}).json()
    assert (opened["state"], opened["bound"]) == ("opened", True)
    assert opened["capture"] == {
        "frames": 24,
        "interval_ms": 120,
        "max_bytes": 10485760,
        "attempts_left": 6,
        "challenge": "flash",
    }
    assert opened["device_binding"] is False
    assert opened["consent"]["paragraphs"]
    assert person.consent().json()["state"] == "consented"
    delivered = person.frames([portrait, portrait]).json()
    assert (delivered["state"], delivered["attempts_left"]) == ("captured", 5)
    assert blobs(service)
    submitted = person.submit(delivered["digest"]).json()
    assert submitted == {"state": "submitted", "expires_at": opened["expires_at"], "bound": True}
    done = service.evaluation(eval_id)
    assert (done["eval_status"], done["decision"], done["status"]) == ("evaluation_completed", "ACCEPT", "CLOSED")
    said = done["selfieIntelligence"]
    assert said["decision"] == {"strategy": "standard", "value": "accept"}
    assert said["signals"] == {"selfie": {"predictedAge": 36}}
    assert said["digitalIntelligence"]["decision"]["value"] == "accept"
    assert not set(said["reasonCodes"]) & set(said["digitalIntelligence"]["reasonCodes"])


def test_no_frame_is_left_after_the_decision_and_none_is_readable_before(service: Running, portrait: bytes) -> None:
    _, token = service.new_capture()
    person = service.browser(token)
    digest = person.captured()
    sealed = b"".join(path.read_bytes() for path in (service.data / "blobs").rglob("*") if path.is_file())
    assert len(sealed) > 3 * len(portrait)
    assert portrait[1000:1200] not in sealed
    person.submit(digest)
    assert blobs(service) == []
    tables = b"".join(path.read_bytes() for path in service.data.glob("selfie.sqlite3*"))
    assert portrait[1000:1100] not in tables


def test_a_waiting_answer_carries_the_link(service: Running) -> None:
    answer = service.post("selfie_intelligence", {"context": {"market": "DE"}})
    assert answer.status_code == 201
    data = answer.json()["data_enrichments"][0]["response"]["data"]
    assert data["url"] == f"https://selfie.example/capture/#{data['docvTransactionToken']}"
    assert data["eventId"] == answer.json()["eval_id"]
    assert data["qrCode"].startswith("data:image/svg+xml;base64,")


def test_links_never_follow_the_host_header(service: Running) -> None:
    answer = service.post("selfie_intelligence", {}, headers={"Host": "evil.example"})
    assert "evil.example" not in answer.text


def test_the_token_is_in_no_table_and_no_file(service: Running) -> None:
    _, token = service.new_capture()
    service.browser(token).captured()
    for path in service.data.rglob("*"):
        assert not path.is_file() or token.encode() not in path.read_bytes()


@pytest.mark.parametrize("step", ["open", "consent", "challenge", "frames", "submit", "decline"])
@pytest.mark.parametrize("token", ["", "x", "f" * 64])
def test_a_wrong_link(service: Running, step: str, token: str) -> None:
    bodies: dict[str, Any] = {
        "consent": {"version": CONSENT_VERSION, "agreed": True},
        "frames": frames_request(NO_TAKE, []),
        "submit": submit_request(NO_TAKE, "0" * 64),
    }
    answer = service.browser(token).ask(step, bodies.get(step, {}))
    assert ends_with(answer, 404, "sessionUnknown")


@pytest.mark.parametrize("step", ["open", "consent", "challenge", "frames", "submit", "decline"])
def test_an_expired_link(service: Running, step: str) -> None:
    eval_id, token = service.new_capture()
    person = service.browser(token)
    digest = person.captured()
    age(service, timedelta(hours=1))
    steps: dict[str, Callable[[], Any]] = {
        "open": lambda: person.ask("open", {}),
        "consent": lambda: person.ask("consent", {"version": CONSENT_VERSION, "agreed": True}),
        "challenge": person.draw,
        "frames": lambda: person.ask("frames", person.burst()),
        "submit": lambda: person.submit(digest),
        "decline": lambda: person.ask("decline", {}),
    }
    assert ends_with(steps[step](), 410, "sessionExpired")
    assert person.ask("state").json()["state"] == "expired"
    assert service.services.capturing.sweep() == 1
    assert ends_with(steps[step](), 410, "sessionExpired")
    done = service.evaluation(eval_id)
    assert (done["decision"], done["status"], done["sub_status"]) == ("REVIEW", "OPEN", "expired")
    assert "R1001" in done["selfieIntelligence"]["reasonCodes"]
    assert blobs(service) == []
    assert service.services.capturing.sweep() == 0


def test_a_used_link(service: Running) -> None:
    eval_id, token = service.new_capture()
    person = service.browser(token)
    digest = person.captured()
    assert person.submit(digest).status_code == 200
    before = service.evaluation(eval_id)
    assert person.submit(digest).json()["state"] == "submitted"
    for answer in (
        person.submit("0" * 64),
        person.frames(),
        person.ask("open", {}),
        person.ask("decline", {}),
        service.browser(token).submit(digest),
    ):
        assert ends_with(answer, 409, "sessionUsed")
    assert service.evaluation(eval_id) == before
    assert person.ask("state").json()["state"] == "submitted"


def test_decline_ends_the_evaluation(service: Running) -> None:
    eval_id, token = service.new_capture()
    person = service.browser(token)
    person.ask("open", {})
    assert person.ask("decline", {}).json()["state"] == "declined"
    done = service.evaluation(eval_id)
    assert (done["decision"], done["sub_status"]) == ("REVIEW", "declined")
    assert ends_with(person.ask("open", {}), 409, "sessionUsed")


def test_nothing_is_captured_without_consent(service: Running) -> None:
    _, token = service.new_capture()
    person = service.browser(token)
    person.ask("open", {})
    assert ends_with(person.frames(), 409, "consentNeeded")
    assert ends_with(person.ask("consent", {"version": CONSENT_VERSION, "agreed": False}), 422, "consentNeeded")
    assert ends_with(person.ask("consent", {"version": "0", "agreed": True}), 409, "consentNeeded")
    assert ends_with(person.frames(), 409, "consentNeeded")
    assert ends_with(person.submit("0" * 64), 422, "badFrames")
    assert blobs(service) == []


def test_another_browser_is_kept_out_until_the_hand_off(service: Running) -> None:
    _, token = service.new_capture()
    desktop, phone, third = (service.browser(token) for _ in range(3))
    link = desktop.ask("open", {}).json()["handoff_url"]
    code = link.rpartition("~")[2]
    assert link == f"https://selfie.example/capture/#{token}~{code}"
    assert ends_with(phone.ask("open", {}), 409, "sessionElsewhere")
    assert ends_with(phone.ask("open", {"handoff": "guess"}), 409, "sessionElsewhere")
    assert ends_with(phone.frames(), 409, "sessionElsewhere")
    moved = phone.ask("open", {"handoff": code}).json()
    assert (moved["bound"], moved["handoff_url"]) == (True, None)
    assert ends_with(third.ask("open", {"handoff": code}), 409, "sessionElsewhere")
    assert ends_with(desktop.ask("consent", {"version": CONSENT_VERSION, "agreed": True}), 409, "sessionElsewhere")
    watched = desktop.ask("state").json()
    assert (watched["state"], watched["bound"]) == ("opened", False)
    assert phone.submit(phone.captured()).json()["state"] == "submitted"
    assert desktop.ask("state").json()["state"] == "submitted"


def test_a_reload_continues(service: Running) -> None:
    _, token = service.new_capture()
    person = service.browser(token)
    digest = person.captured()
    again = person.ask("open", {}).json()
    assert (again["state"], again["capture"]["attempts_left"]) == ("captured", 5)
    assert person.submit(digest).json()["state"] == "submitted"


def test_a_get_changes_nothing(service: Running) -> None:
    _, token = service.new_capture()
    stranger = service.browser(token)
    assert stranger.ask("state").json()["bound"] is False
    assert stranger.client.cookies.get("selfie_session") is None
    assert service.browser(token).ask("open", {}).status_code == 200


def test_forged_cookies_bind_nothing(service: Running) -> None:
    _, token = service.new_capture()
    person = service.browser(token)
    person.client.cookies.set("selfie_session", "mine.mine", path="/api/capture")
    opened = person.ask("open", {})
    assert opened.json()["bound"] is True
    assert "selfie_session=" in opened.headers["set-cookie"]


def test_the_cookies_are_strict(service: Running) -> None:
    _, token = service.new_capture()
    cookies = service.browser(token).ask("open", {}).headers.get_list("set-cookie")
    assert {cookie.partition("=")[0] for cookie in cookies} == {"selfie_session", "selfie_device"}
    for cookie in cookies:
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert "Path=/api/capture" in cookie
        assert "Secure" in cookie
    assert any("Max-Age=31536000" in cookie for cookie in cookies)


def test_retakes_are_bounded(service: Running, portrait: bytes) -> None:
    _, token = service.new_capture()
    person = service.browser(token)
    person.consent()
    bursts = [[portrait] * count for count in range(1, MOST_ATTEMPTS + 2)]
    left = [person.frames(burst).json()["attempts_left"] for burst in bursts[:-1]]
    assert left == [5, 4, 3, 2, 1, 0]
    assert ends_with(person.frames(bursts[-1]), 409, "tooManyAttempts")
    assert len(blobs(service)) == 1


def test_the_same_delivery_again_is_no_new_attempt(service: Running, portrait: bytes) -> None:
    """An answer that was lost on the way costs the person nothing, not even at the last attempt."""
    _, token = service.new_capture()
    person = service.browser(token)
    person.consent()
    for left in reversed(range(MOST_ATTEMPTS)):
        person.draw()
        burst = person.burst([portrait])
        first = person.ask("frames", burst).json()
        assert first["attempts_left"] == left
        assert person.ask("frames", burst).json() == first
    assert person.submit(first["digest"]).json()["state"] == "submitted"


def test_only_the_newest_frames_can_be_submitted(service: Running, portrait: bytes) -> None:
    _, token = service.new_capture()
    person = service.browser(token)
    person.consent()
    first = person.frames([portrait]).json()["digest"]
    second = person.frames([portrait, portrait]).json()["digest"]
    assert first != second
    assert ends_with(person.submit(first), 409, "evidenceReplayed")
    assert person.submit(second).json()["state"] == "submitted"


@pytest.mark.parametrize("images", [[b""], [b"no image"], [b"GIF89a" + b"\0" * 40]])
def test_frames_that_are_none(service: Running, images: list[bytes]) -> None:
    _, token = service.new_capture()
    person = service.browser(token)
    person.consent()
    assert ends_with(person.frames(images), 422, "badFrames")
    assert ends_with(person.ask("frames", frames_request(person.take, [])), 422, "badFrames")
    assert ends_with(person.frames([PORTRAIT.read_bytes()] * 31), 422, "badFrames")
    assert person.ask("state").json()["state"] == "consented"


def at_once(number: int, call: Callable[[], Any]) -> list[Any]:
    """The answers of calls that start together."""
    start, answers = threading.Barrier(number), []

    def one() -> None:
        start.wait()
        answers.append(call())

    threads = [threading.Thread(target=one) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_submissions_at_once_give_one_evaluation(service: Running) -> None:
    for _ in range(5):
        eval_id, token = service.new_capture()
        person = service.browser(token)
        digest = person.captured()
        same = person.submission(digest)
        answers = at_once(4, lambda person=person, same=same: person.ask("submit", same))  # type: ignore[misc]
        assert [answer.status_code for answer in answers] == [200] * 4
        assert {answer.json()["state"] for answer in answers} == {"submitted"}
        assert service.evaluation(eval_id)["decision"] == "ACCEPT"
    with service.services.database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT eval_id, count(*) FROM outcome GROUP BY eval_id").all()
    assert len(rows) == 5
    assert {number for _, number in rows} == {1}


def test_browsers_at_once_bind_one(service: Running) -> None:
    _, token = service.new_capture()
    browsers = iter([service.browser(token) for _ in range(4)])
    lock = threading.Lock()

    def open_one() -> Any:
        with lock:
            person: Person = next(browsers)
        return person.ask("open", {})

    assert sorted(answer.status_code for answer in at_once(4, open_one)) == [200, 409, 409, 409]


def test_a_process_that_died_after_the_submission_leaves_a_review(service: Running) -> None:
    eval_id, token = service.new_capture()
    person = service.browser(token)
    digest = person.captured()
    sessions = service.services.capturing._sessions
    session = sessions.of_evaluation(eval_id)
    assert session is not None
    assert session.nonce_sha256
    assert sessions.use_up(session.session_id, session.nonce_sha256, digest, "0" * 64, datetime.now(UTC))
    assert service.services.capturing.sweep() == 0
    age(service, LEFT_BEHIND + timedelta(seconds=1))
    assert service.services.capturing.sweep() == 1
    done = service.evaluation(eval_id)
    assert (done["eval_status"], done["decision"]) == ("evaluation_completed", "REVIEW")
    assert "R1002" in done["selfieIntelligence"]["reasonCodes"]
    assert blobs(service) == []


def test_frames_of_another_installation_are_not_accepted(service: Running) -> None:
    eval_id, token = service.new_capture()
    person = service.browser(token)
    digest = person.captured()
    for path in (service.data / "blobs").rglob("*"):
        if path.is_file():
            path.write_bytes(bytes(64))
    assert person.submit(digest).json()["state"] == "submitted"
    done = service.evaluation(eval_id)
    assert (done["decision"], done["sub_status"]) == ("REVIEW", "failed")


def test_a_busy_service_does_not_use_the_session_up(service: Running) -> None:
    eval_id, token = service.new_capture()
    person = service.browser(token)
    digest = person.captured()
    room = service.services.inference._room
    taken = 0
    while room.acquire(blocking=False):
        taken += 1
    answer = person.submit(digest)
    assert ends_with(answer, 503, "busy")
    assert int(answer.headers["retry-after"]) > 0
    room.release(taken)
    assert person.submit(digest).json()["state"] == "submitted"
    assert service.evaluation(eval_id)["decision"] == "ACCEPT"
