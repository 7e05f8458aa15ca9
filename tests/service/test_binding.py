"""Replayed, swapped, late and reordered evidence is refused by the binding alone: the providers say all is well."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from engine.service.capture.take_guard import MOST_REFUSED, MOST_TAKES
from engine.service.evidence.takes import NONCE_SECONDS
from engine.store.capture_sessions import CaptureSession
from tests.harness.evidence import Take, frames_content, frames_request, signed, submit_request
from tests.service.conftest import PRODUCTION_KEY, Person, Running, as_base64, running
from tests.service.test_capture_session import at_once, ends_with


def pictures(number: int, shade: int = 60) -> list[bytes]:
    """Different small JPEGs."""
    made = []
    for at in range(number):
        buffer = BytesIO()
        Image.new("RGB", (64, 48), (shade + 3 * at, 90, 90)).save(buffer, "JPEG")
        made.append(buffer.getvalue())
    return made


BURST = pictures(24)
OTHERS = pictures(24, 130)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One application; each test has sessions of its own."""
    with running(tmp_path_factory.mktemp("bound")) as started:
        yield started


class Case:
    """One session up to its first take, and what became of it."""

    def __init__(self, service: Running) -> None:
        self.service = service
        self.eval_id, token = service.new_capture()
        self.person: Person = service.browser(token)
        self.person.consent()
        self.person.draw()

    @property
    def session(self) -> CaptureSession:
        """The row."""
        found = self.service.services.capturing._sessions.of_evaluation(self.eval_id)
        assert found is not None
        return found

    def deliver(self) -> str:
        """The honest burst; answers its digest."""
        answer = self.person.ask("frames", self.person.burst(BURST))
        assert answer.status_code == 200, answer.text
        return str(answer.json()["digest"])

    def is_untouched(self, refused: int) -> None:
        """The evaluation waits, nothing was decided, and every refusal was counted."""
        assert self.service.evaluation(self.eval_id)["eval_status"] == "evaluation_paused"
        assert self.session.refused == refused

    def finish(self) -> None:
        """The honest way still leads to one decision."""
        digest = self.session.digest or self.deliver()
        assert self.person.submit(digest).json()["state"] == "submitted"
        assert self.service.evaluation(self.eval_id)["decision"] == "ACCEPT"


def resigned(take: Take, request: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The request with a changed envelope, signed anew by whoever has the key."""
    content = {**json.loads(request["envelope"]), **changes}
    return {**request, **signed(take.key, content)}


def swapped(request: dict[str, Any]) -> dict[str, Any]:
    return {**request, "frames": [request["frames"][1], request["frames"][0], *request["frames"][2:]]}


def one_replaced(request: dict[str, Any]) -> dict[str, Any]:
    return {**request, "frames": [*request["frames"][:-1], as_base64(OTHERS[0])]}


def one_missing(request: dict[str, Any]) -> dict[str, Any]:
    return {**request, "frames": request["frames"][:-1]}


def one_more(request: dict[str, Any]) -> dict[str, Any]:
    return {**request, "frames": [*request["frames"], request["frames"][-1]]}


def all_others(request: dict[str, Any]) -> dict[str, Any]:
    return {**request, "frames": [as_base64(image) for image in OTHERS]}


def reordered_with_its_envelope(request: dict[str, Any]) -> dict[str, Any]:
    """The list in the envelope is reordered too, but who does so on the way has no key."""
    content = json.loads(request["envelope"])
    times = [frame["t_ms"] for frame in content["frames"]]
    shas = [frame["sha256"] for frame in reversed(content["frames"])]
    content["frames"] = [{"sha256": sha, "t_ms": at} for sha, at in zip(shas, times, strict=True)]
    envelope = json.dumps(content, separators=(",", ":"))
    return {**request, "frames": request["frames"][::-1], "envelope": envelope}


def other_facts(request: dict[str, Any]) -> dict[str, Any]:
    return {**request, "envelope": request["envelope"].replace("FaceTime", "Obsolete")}


def other_mac(request: dict[str, Any]) -> dict[str, Any]:
    return {**request, "mac": "0" * 64}


def mac_of_no_key(request: dict[str, Any]) -> dict[str, Any]:
    return {**request, "mac": hmac.new(b"", request["envelope"].encode(), hashlib.sha256).hexdigest()}


CHANGES = [
    swapped,
    one_replaced,
    one_missing,
    one_more,
    all_others,
    reordered_with_its_envelope,
    other_facts,
    other_mac,
    mac_of_no_key,
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_changed_delivery_is_refused(service: Running, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    case = Case(service)
    honest = case.person.burst(BURST)
    assert ends_with(case.person.ask("frames", change(honest)), 422, "evidenceAltered")
    assert case.session.state == "consented"
    case.is_untouched(refused=1)
    assert case.person.ask("frames", honest).status_code == 200
    assert ends_with(case.person.ask("frames", change(honest)), 422, "evidenceAltered")
    case.is_untouched(refused=2)
    case.finish()


def test_a_request_of_another_session_is_refused(service: Running) -> None:
    victim, thief = Case(service), Case(service)
    recorded = victim.person.burst(BURST)
    assert ends_with(thief.person.ask("frames", recorded), 409, "evidenceReplayed")
    digest = victim.deliver()
    assert ends_with(thief.person.ask("frames", recorded), 409, "evidenceReplayed")
    assert ends_with(thief.person.ask("submit", victim.person.submission(digest)), 409, "evidenceReplayed")
    thief.is_untouched(refused=3)
    victim.finish()
    assert ends_with(thief.person.ask("frames", recorded), 409, "evidenceReplayed")
    thief.finish()


def test_the_frames_of_another_session_signed_for_ones_own_are_other_frames(service: Running) -> None:
    """A key signs any frames: that they were seen before is for the replay index to say, not for the binding. But the
    digest of another session's frames is none of this session's, though the frames are the same."""
    victim, thief = Case(service), Case(service)
    digest = victim.deliver()
    assert thief.deliver() != digest
    assert ends_with(thief.person.submit(digest), 409, "evidenceReplayed")
    thief.is_untouched(refused=1)


def test_a_request_of_an_earlier_take_is_refused(service: Running) -> None:
    case = Case(service)
    first = case.person.burst(BURST)
    submission = case.person.submission(case.deliver())
    case.person.draw()
    assert ends_with(case.person.ask("frames", first), 409, "evidenceReplayed")
    assert ends_with(case.person.ask("submit", submission), 409, "evidenceReplayed")
    case.deliver()
    assert ends_with(case.person.ask("frames", first), 409, "evidenceReplayed")
    assert ends_with(case.person.ask("submit", submission), 409, "evidenceReplayed")
    case.is_untouched(refused=4)
    case.finish()


def test_a_nonce_takes_one_delivery(service: Running) -> None:
    """Other frames, other times or other facts for the same nonce are refused, though the key signed them."""
    case = Case(service)
    first = case.person.burst(BURST)
    assert case.person.ask("frames", first).status_code == 200
    take = case.person.take
    others = [
        frames_request(take, OTHERS),
        frames_request(take, BURST[::-1]),
        resigned(take, first, camera={"label": "another"}),
        resigned(take, first, challenge={"kind": "flash", "shown_ms": [1, 2]}),
    ]
    for request in others:
        assert ends_with(case.person.ask("frames", request), 409, "evidenceReplayed")
    case.is_untouched(refused=4)
    case.finish()


@pytest.mark.parametrize("after", [NONCE_SECONDS, NONCE_SECONDS + 600])
def test_what_is_late_is_refused(service: Running, after: int) -> None:
    case = Case(service)
    late = case.person.burst(BURST)
    service.clock.wind(1000 * after)
    assert ends_with(case.person.ask("frames", late), 410, "challengeExpired")
    case.is_untouched(refused=0)
    case.person.draw()
    case.finish()


def test_a_late_submission_is_refused_and_a_late_repetition_is_answered(service: Running) -> None:
    case = Case(service)
    burst = case.person.burst(BURST)
    first = case.person.ask("frames", burst).json()
    service.clock.wind(1000 * NONCE_SECONDS)
    assert case.person.ask("frames", burst).json() == first
    assert ends_with(case.person.submit(first["digest"]), 410, "challengeExpired")
    case.is_untouched(refused=0)
    case.person.draw()
    submission = case.person.submission(case.deliver())
    done = case.person.ask("submit", submission).json()
    service.clock.wind(1000 * NONCE_SECONDS)
    assert case.person.ask("submit", submission).json() == done


@pytest.mark.parametrize("kind", ["none", "turn", "declined"])
def test_another_challenge_than_the_drawn_one_is_refused(service: Running, kind: str) -> None:
    case = Case(service)
    assert case.person.take.kind == "flash"
    burst = case.person.burst(BURST, challenge={"kind": kind, "shown_ms": []})
    assert ends_with(case.person.ask("frames", burst), 422, "evidenceAltered")
    case.is_untouched(refused=1)


@pytest.mark.parametrize("shown", [list(range(0, 900, 100)), [960, 960], [1360, 960], [0, 500_000]])
def test_steps_that_cannot_have_been_shown_so_are_refused(service: Running, shown: list[int]) -> None:
    """More than were asked, not one after the other, or in the future."""
    case = Case(service)
    burst = case.person.burst(BURST, challenge={"kind": "flash", "shown_ms": shown})
    assert ends_with(case.person.ask("frames", burst), 422, "evidenceAltered")
    case.is_untouched(refused=1)


def test_a_burst_that_began_before_its_nonce_is_refused(service: Running) -> None:
    """A film of ten minutes, sent six seconds after the nonce was given out."""
    case = Case(service)
    content = frames_content(case.person.take, BURST)
    content["frames"][-1]["t_ms"] = 600_000
    request = case.person.burst(BURST, frames=content["frames"])
    assert ends_with(case.person.ask("frames", request), 422, "evidenceAltered")
    case.is_untouched(refused=1)
    case.finish()


@pytest.mark.parametrize("times", [[5, 10], [0, 0], [10, 5], [0, 50, 40]])
def test_times_that_do_not_grow_from_nothing_are_refused(service: Running, times: list[int]) -> None:
    case = Case(service)
    shas = [hashlib.sha256(image).hexdigest() for image in BURST]
    frames = [{"sha256": sha, "t_ms": at} for sha, at in zip(shas, times, strict=False)]
    request = case.person.burst(BURST[: len(times)], frames=frames, challenge={})
    assert ends_with(case.person.ask("frames", request), 422, "badFrames")
    case.is_untouched(refused=0)


@pytest.mark.parametrize("change", [other_facts, other_mac, mac_of_no_key], ids=lambda change: change.__name__)
def test_a_changed_submission_is_refused(service: Running, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    case = Case(service)
    honest = case.person.submission(case.deliver(), device={"renderer": "FaceTime"})
    assert ends_with(case.person.ask("submit", change(honest)), 422, "evidenceAltered")
    case.is_untouched(refused=1)
    assert case.person.ask("submit", honest).json()["state"] == "submitted"
    assert ends_with(case.person.ask("submit", change({**honest, "mac": "1" * 64})), 409, "sessionUsed")


def test_the_digest_beside_an_envelope_is_the_signed_one(service: Running) -> None:
    case = Case(service)
    digest = case.deliver()
    request = {**case.person.submission("0" * 64), "digest": digest}
    assert ends_with(case.person.ask("submit", request), 422, "evidenceAltered")
    case.is_untouched(refused=1)


def test_another_submission_of_the_same_frames_is_refused_once_one_was_accepted(service: Running) -> None:
    case = Case(service)
    digest = case.deliver()
    case.person.submit(digest)
    before = service.evaluation(case.eval_id)
    assert ends_with(case.person.submit(digest, behavior={"untrusted_events": 9}), 409, "sessionUsed")
    assert service.evaluation(case.eval_id) == before


def test_a_session_of_another_environment_is_another_session(service: Running) -> None:
    case = Case(service)
    body = {"id": "ada", "timestamp": "2026-05-01T10:00:00Z", "workflow": "selfie_intelligence", "data": {}}
    headers = {"Authorization": f"Bearer {PRODUCTION_KEY}"}
    waiting = service.client.post("/api/evaluation", json=body, headers=headers).json()
    person = service.browser(waiting["data_enrichments"][0]["response"]["data"]["docvTransactionToken"])
    person.consent()
    person.draw()
    recorded = case.person.burst(BURST)
    assert ends_with(person.ask("frames", recorded), 409, "evidenceReplayed")
    assert ends_with(person.ask("submit", case.person.submission(case.deliver())), 409, "evidenceReplayed")
    assert service.evaluation(waiting["eval_id"])["code"] == "evaluationUnknown"
    case.finish()


def test_refusals_are_told_to_the_evaluation_and_bounded(service: Running) -> None:
    case = Case(service)
    honest = case.person.burst(BURST)
    for _ in range(MOST_REFUSED):
        assert ends_with(case.person.ask("frames", other_mac(honest)), 422, "evidenceAltered")
    assert ends_with(case.person.ask("frames", other_mac(honest)), 409, "tooManyAttempts")
    assert ends_with(case.person.ask("frames", honest), 409, "tooManyAttempts")
    case.is_untouched(refused=MOST_REFUSED)


def test_draws_are_bounded(service: Running) -> None:
    case = Case(service)
    nonces = {case.person.take.nonce}
    for _ in range(MOST_TAKES - 1):
        assert case.person.draw().status_code == 200
        nonces.add(case.person.take.nonce)
    assert len(nonces) == MOST_TAKES
    assert ends_with(case.person.draw(), 409, "tooManyAttempts")
    case.finish()


def test_the_key_of_a_take_opens_no_other(service: Running) -> None:
    """Each nonce has a key of its own, in each session; neither is in a table."""
    case, other = Case(service), Case(service)
    links, nonce = service.services.links, case.person.take.nonce
    assert case.person.take.key == links.take_key(case.session.session_id, nonce)
    assert links.take_key(other.session.session_id, nonce) != case.person.take.key
    assert len(case.person.take.key) == 32
    tables = b"".join(path.read_bytes() for path in service.data.glob("selfie.sqlite3*"))
    assert nonce.encode() not in tables
    assert case.person.take.key not in tables
    assert case.person.take.key.hex().encode() not in tables


def test_a_nonce_ends_with_its_session(service: Running) -> None:
    case = Case(service)
    service.clock.wind(timedelta(minutes=28) / timedelta(milliseconds=1))
    take = case.person.draw().json()
    assert take["take"]["expires_at"] == take["expires_at"]


def test_deliveries_at_once_keep_one(service: Running) -> None:
    case = Case(service)
    requests = iter([frames_request(case.person.take, pictures(24, shade)) for shade in (10, 40, 70, 100)])
    service.clock.wind(6000)
    answers = at_once(4, lambda: case.person.ask("frames", next(requests)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert {answer.json().get("code") for answer in answers if answer.status_code == 409} == {"evidenceReplayed"}
    assert (case.session.attempts, case.session.refused) == (1, 3)
    assert case.session.digest in {answer.json().get("digest") for answer in answers}


def test_the_same_delivery_at_once_is_one_attempt(service: Running) -> None:
    case = Case(service)
    burst = case.person.burst(BURST)
    answers = at_once(4, lambda: case.person.ask("frames", burst))
    assert [answer.status_code for answer in answers] == [200] * 4
    assert {answer.json()["digest"] for answer in answers} == {case.session.digest}
    assert (case.session.attempts, case.session.refused) == (1, 0)


def test_different_submissions_at_once_give_one_evaluation(service: Running) -> None:
    for _ in range(3):
        case = Case(service)
        digest = case.deliver()
        behaviors = iter([{"events": number} for number in range(4)])
        answers = at_once(4, lambda: case.person.submit(digest, behavior=next(behaviors)))  # noqa: B023
        assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
        assert {answer.json().get("code") for answer in answers} == {None, "sessionUsed"}
        with service.services.database.reading() as connection:
            rows = connection.exec_driver_sql("SELECT count(*) FROM outcome WHERE eval_id = ?", (case.eval_id,))
            assert rows.scalar_one() == 1


def test_a_draw_and_a_submission_at_once_leave_one_of_both(service: Running) -> None:
    for _ in range(4):
        case = Case(service)
        digest = case.deliver()
        submission = case.person.submission(digest)
        steps: Iterator[tuple[str, Any]] = iter([("submit", submission), ("challenge", {})])
        at_once(2, lambda: case.person.ask(*next(steps)))  # noqa: B023
        state = case.person.ask("state").json()["state"]
        done = service.evaluation(case.eval_id)["eval_status"] == "evaluation_completed"
        assert (state, done) in {("submitted", True), ("consented", False)}
        if state == "consented":
            assert ends_with(case.person.ask("submit", submission), 409, "evidenceReplayed")


def test_submitting_before_anything_was_delivered(service: Running) -> None:
    case = Case(service)
    assert ends_with(case.person.submit("0" * 64), 422, "badFrames")
    _, token = service.new_capture()
    fresh = service.browser(token)
    fresh.consent()
    assert ends_with(fresh.ask("submit", submit_request(case.person.take, "0" * 64)), 422, "badFrames")
    assert ends_with(fresh.ask("frames", frames_request(case.person.take, BURST)), 409, "evidenceReplayed")
