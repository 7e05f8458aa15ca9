"""Another selfie where the first was not enough: one link, one browser, and nothing of the first is left."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from engine.contracts import Evidence, Readings, Signal
from engine.service.runs.coming import MOST_TRIES
from engine.service.runs.ending import LEFT_BEHIND
from engine.store.tables import capture_session, run
from tests.service.conftest import Person, Running
from tests.service.flows import begun, flowing, outcomes, patched, run_row
from tests.service.providers import Telling

NEAR, OLD = 21.0, 44.0
TOO_NEAR = 20.0
"""Not accepted even by the strategy of the second selfie."""


class Ageing(Telling):
    """Reads one age after the other, the last one for ever; and whatever makes a process die."""

    def __init__(self, *ages: float) -> None:
        super().__init__("age", {"age.predicted": ages[0], "age.lower": ages[0], "age.upper": ages[0]})
        self.ages = list(ages)
        self.dies = 0

    def read(self, evidence: Evidence, so_far: Readings) -> Signal:
        """The next age."""
        self.shown.append(evidence)
        if self.dies:
            self.dies -= 1
            raise Died
        age = self.ages.pop(0) if len(self.ages) > 1 else self.ages[0]
        return Signal(features={"age.predicted": age, "age.lower": age, "age.upper": age})


class Died(BaseException):
    """The process is gone in the middle of a walk."""


@pytest.fixture
def age() -> Ageing:
    """Near the bound at first, old enough then."""
    return Ageing(NEAR, OLD)


@pytest.fixture
def service(tmp_path: Path, age: Ageing) -> Iterator[Running]:
    """The application with a workflow that asks twice."""
    with flowing(tmp_path, age) as started:
        yield started


def invited(service: Running) -> tuple[str, str]:
    """A waiting evaluation: `eval_id` and the session's token."""
    answer = begun(service, "twice")
    assert answer.status_code == 201, answer.text
    data = answer.json()["data_enrichments"][0]["response"]["data"]
    return answer.json()["eval_id"], data["docvTransactionToken"]


def blobs(service: Running) -> list[str]:
    """Sealed frames on disk."""
    return [path.name for path in (service.data / "blobs").rglob("*") if path.is_file()]


def session_row(service: Running, eval_id: str) -> Any:
    """The row of a session."""
    with service.services.database.reading() as connection:
        return connection.execute(select(capture_session).where(capture_session.c.eval_id == eval_id)).one()


def aged(service: Running, by: timedelta) -> None:
    """Let time go by for every session that ended and every run, without any session expiring."""
    with service.services.database.writing() as connection:
        for row in connection.execute(select(run)).all():
            moved = {"updated_at": row.updated_at - by}
            connection.execute(update(run).where(run.c.eval_id == row.eval_id).values(moved))
        for row in connection.execute(select(capture_session).where(capture_session.c.ended_at.is_not(None))).all():
            ended = {"ended_at": row.ended_at - by}
            of = capture_session.c.session_id == row.session_id
            connection.execute(update(capture_session).where(of).values(ended))


def test_the_person_goes_on_by_the_same_link(service: Running) -> None:
    eval_id, token = invited(service)
    person = service.browser(token)
    first = person.captured()
    submission = person.submission(first)
    again = person.ask("submit", submission).json()
    assert (again["state"], again["again"], again["bound"]) == ("consented", True, True)
    assert blobs(service) == [], "the frames of the first selfie are gone"
    waiting = service.evaluation(eval_id)
    assert (waiting["eval_status"], waiting["sub_status"]) == ("evaluation_paused", "awaiting_capture")
    link = waiting["data_enrichments"][0]["response"]["data"]
    assert link["docvTransactionToken"] == token, "the same link leads on"
    assert person.ask("submit", submission).json() == again, "the same submission again is answered the same"
    opened = person.ask("open", {}).json()
    assert (opened["state"], opened["again"], opened["capture"]["challenge"]) == ("consented", True, "turn")
    assert opened["capture"]["attempts_left"] == 6
    second = person.frames([service_picture()] * 3)
    assert second.status_code == 200, second.text
    late = person.ask("submit", submission)
    assert late.status_code == 200, "the same submission is still answered, and decides nothing"
    done = person.submit(second.json()["digest"]).json()
    assert (done["state"], "again" in done) == ("submitted", False)
    said = service.evaluation(eval_id)
    assert (said["decision"], said["selfieIntelligence"]["decision"]["strategy"]) == ("ACCEPT", "strict")
    trace = service.client.get(f"/api/evaluation/{eval_id}/trace").json()
    assert [(each["number"], each["outcome"]) for each in trace["route"]["earlier"]] == [(1, "review")]
    assert blobs(service) == []
    assert outcomes(service, eval_id) == 1


def service_picture() -> bytes:
    """One frame."""
    from tests.service.conftest import PORTRAIT

    return PORTRAIT.read_bytes()


def test_a_later_submission_of_the_first_selfie_is_refused(service: Running) -> None:
    eval_id, token = invited(service)
    person = service.browser(token)
    digest = person.captured()
    assert person.submit(digest).json()["state"] == "consented"
    other = person.submit(digest, device={"languages": ["xx"]})
    assert other.status_code in {409, 422}, other.text
    assert service.evaluation(eval_id)["sub_status"] == "awaiting_capture"


def test_another_browser_does_not_get_in_by_the_step_up(service: Running) -> None:
    _, token = invited(service)
    person = service.browser(token)
    person.submit(person.captured())
    other = service.browser(token)
    assert other.ask("open", {}).json()["code"] == "sessionElsewhere"


@pytest.mark.parametrize("age", [Ageing(TOO_NEAR)])
def test_after_the_last_step_up_a_person_decides(service: Running, age: Ageing) -> None:
    eval_id, token = invited(service)
    person = service.browser(token)
    person.submit(person.captured())
    person.submit(person.frames().json()["digest"])
    done = service.evaluation(eval_id)
    assert (done["decision"], done["review_queues"]) == ("REVIEW", ["selfies"])


def test_who_does_not_come_back_is_not_accepted(service: Running) -> None:
    eval_id, token = invited(service)
    person = service.browser(token)
    person.submit(person.captured())
    service.clock.wind(60 * 60_000)
    assert service.services.sweeping.sweep() == 1
    done = service.evaluation(eval_id)
    assert (done["decision"], done["sub_status"], done["review_queues"]) == ("REVIEW", "expired", ["selfies"])
    assert person.ask("state").json()["state"] == "expired"


def test_who_declines_the_second_selfie_is_not_accepted(service: Running) -> None:
    eval_id, token = invited(service)
    person = service.browser(token)
    person.submit(person.captured())
    assert person.ask("decline", {}).json()["state"] == "declined"
    done = service.evaluation(eval_id)
    assert (done["decision"], done["sub_status"]) == ("REVIEW", "declined")


@pytest.mark.parametrize("age", [Ageing(OLD)])
def test_whoever_comes_after_a_dead_process_decides_as_it_would_have(
    service: Running, age: Ageing, monkeypatch: pytest.MonkeyPatch
) -> None:
    eval_id, token = invited(service)
    person = service.browser(token)
    digest = person.captured()
    died(service, person, digest, monkeypatch)
    assert session_row(service, eval_id).state == "submitted"
    assert service.evaluation(eval_id)["eval_status"] == "evaluation_paused"
    assert service.services.sweeping.sweep() == 0, "somebody may be at work on it"
    aged(service, LEFT_BEHIND + timedelta(seconds=1))
    assert service.services.sweeping.sweep() == 1
    assert service.evaluation(eval_id)["decision"] == "ACCEPT"
    (shown,) = age.shown
    assert (shown.address, shown.headers["user-agent"]) == ("203.0.113.7", "Firefox/133")
    assert shown.device
    assert shown.binding
    assert (shown.binding.nonce_valid, shown.binding.payload_digest_match) == (True, True)
    assert blobs(service) == []
    assert person.submit(digest).json()["state"] == "submitted"


def died(service: Running, person: Person, digest: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process dies between the submission and the decision."""
    with monkeypatch.context() as patched:

        def die(_eval_id: str, _read: Any = None) -> None:
            raise RuntimeError("the process died")

        patched.setattr(service.services.capturing.submitting, "_advancing", type("Dead", (), {"advance": die}))
        with pytest.raises(RuntimeError):
            person.submit(digest)


@pytest.mark.parametrize("by", ["recover", "advance"])
@pytest.mark.parametrize("age", [Ageing(OLD)])
def test_an_evaluation_of_which_processes_die_is_left_to_a_person(
    service: Running, age: Ageing, by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether a sweep or the carrier begins to decide it again, each try counts."""
    eval_id, token = invited(service)
    person = service.browser(token)
    died(service, person, person.captured(), monkeypatch)
    advancing = service.services.runs.advancing
    for number in range(1, MOST_TRIES):
        aged(service, LEFT_BEHIND + timedelta(seconds=1))
        with monkeypatch.context() as patched:
            patched.setattr(advancing, "_walk", dying)
            with pytest.raises(Died):
                getattr(advancing, by)(eval_id)
        assert run_row(service, eval_id).state["tries"] == number
    aged(service, LEFT_BEHIND + timedelta(seconds=1))
    assert service.services.sweeping.sweep() == 1
    done = service.evaluation(eval_id)
    assert (done["decision"], done["sub_status"]) == ("REVIEW", "failed")
    assert age.shown == [], "nobody looked at it again"
    assert blobs(service) == []


def dying(*_: Any) -> Any:
    """The process is gone."""
    raise Died


@pytest.mark.parametrize("age", [Ageing(OLD)])
def test_an_evaluation_that_began_before_there_were_runs_ends(service: Running) -> None:
    eval_id, token = invited(service)
    with service.services.database.writing() as connection:
        connection.execute(delete(run))
    assert service.evaluation(eval_id)["sub_status"] == "awaiting_capture"
    person = service.browser(token)
    assert person.submit(person.captured()).json()["state"] == "submitted"
    assert service.evaluation(eval_id)["decision"] == "ACCEPT"


def test_while_somebody_outside_is_waited_for_no_frame_is_kept_that_nobody_reads(service: Running) -> None:
    answer = begun(service, "document_after").json()
    token = answer["data_enrichments"][0]["response"]["data"]["docvTransactionToken"]
    person = service.browser(token)
    digest = person.captured()
    assert blobs(service)
    assert person.submit(digest).json()["state"] == "submitted"
    waiting = service.evaluation(answer["eval_id"])
    assert waiting["sub_status"] == "awaiting_outside"
    assert [each["enrichment_provider"] for each in waiting["data_enrichments"]] == [
        "selfie-intelligence",
        "documents.example.com",
    ]
    assert blobs(service) == []
    assert service.services.stores.keys.get(session_row(service, answer["eval_id"]).session_id) is None
    assert person.submit(digest).json()["state"] == "submitted", "the same submission is still answered"
    assert person.ask("open", {}).json()["code"] == "sessionUsed"
    assert patched(service, answer["eval_id"], {"document.age": 30}).json()["decision"] == "ACCEPT"
