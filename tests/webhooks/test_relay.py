"""What reaches a receiver, over real sockets: signed, in order, again until it arrives, one body for each id."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from standardwebhooks import Webhook, WebhookVerificationError

from engine.service.outbound.calls import Outbound
from engine.service.webhooks.patience import Patience
from engine.service.webhooks.relay import Relay
from engine.store.migrate import migrate
from engine.store.tables import outcome
from tests.harness.postgres import running_postgres
from tests.harness.receiver import Answer, Receiver, floods, hangs, in_turn, raw, receiving, says, trickles
from tests.webhooks.conftest import QUICK, Office, opened

TAKEN = says(204)
HOUR = timedelta(hours=1)


def ids(receiver: Receiver) -> list[str]:
    """The ids that it heard."""
    return [each.headers["webhook-id"] for each in receiver.heard]


def test_a_webhook_is_the_stored_bytes_signed_as_the_standard_says(office: Office) -> None:
    with receiving(TAKEN) as receiver:
        _, secret = office.endpoint(receiver.url + "/hook")
        eval_id = office.evaluation()
        event_id = office.put(eval_id, note='ä "quoted" \u2028 \ud800 🎈')
        assert office.drain() == 1
        heard = receiver.heard[0]
        told = Webhook(secret).verify(heard.body, heard.headers)
        assert told == json.loads(heard.body)
        assert list(told) == ["event_id", "event_at", "event_type", "data"]
        assert (told["event_id"], told["event_type"]) == (event_id, "evaluation_completed")
        assert told["data"] == {"eval_id": eval_id, "note": 'ä "quoted" \u2028 \ud800 🎈'}
        assert heard.headers["webhook-id"] == event_id
        assert heard.headers["content-type"] == "application/json"
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(heard.body + b" ", heard.headers)
    done = office.all()[0]
    assert (done.state, done.status_code, done.attempts, done.error) == ("delivered", 204, 1, None)


def test_events_of_one_evaluation_wait_for_each_other_and_for_no_other(office: Office) -> None:
    with receiving(in_turn(says(500), TAKEN)) as receiver:
        office.endpoint(receiver.url)
        one = office.evaluation()
        first, second, third = (office.put(one, number=number) for number in range(3))
        assert office.drain() == 1
        other = office.put(office.evaluation())
        assert office.drain() == 1
        assert ids(receiver) == [first, other]
        office.clock.wind(seconds=10)
        assert office.drain() == 3
        assert ids(receiver) == [first, other, first, second, third]
        assert receiver.heard[0].body == receiver.heard[2].body


def test_each_endpoint_gets_its_own_types_in_its_own_environment(office: Office) -> None:
    with receiving(TAKEN) as receiver:
        office.endpoint(receiver.url + "/all")
        office.endpoint(receiver.url + "/some", "case_status_updated", "decision_update")
        office.endpoint(receiver.url + "/live", environment="Production")
        made = office.evaluation(), office.evaluation("Production")
        office.put(made[0])
        office.put(made[0], "decision_update")
        office.put(made[1], environment="Production")
        assert office.put(made[0], "decision_update", environment="Elsewhere") == ""
        office.drain()
        assert sorted(each.target for each in receiver.heard) == ["/all", "/all", "/live", "/some"]


def _put_and_fail(office: Office, eval_id: str) -> None:
    with office.database.writing() as connection:
        office.outbox.put(
            connection,
            environment="Sandbox",
            eval_id=eval_id,
            event_type="decision_update",
            at=office.clock.now(),
            data=dict,
        )
        connection.execute(insert(outcome).values(eval_id=eval_id))


def test_what_is_rolled_back_is_told_to_nobody(office: Office) -> None:
    with receiving(TAKEN) as receiver:
        office.endpoint(receiver.url)
        eval_id = office.evaluation()
        with pytest.raises(IntegrityError):
            _put_and_fail(office, eval_id)
        assert office.drain() == 0
        assert receiver.heard == []


# ---- receivers in trouble -------------------------------------------------------------------------------------


def test_an_hour_of_500_is_outlasted(lite: Office) -> None:
    began = lite.clock.now()
    tried: list[timedelta] = []
    with receiving(says(500)) as receiver:
        lite.endpoint(receiver.url)
        event_id = lite.put(lite.evaluation())
        relay = lite.relay()
        while lite.states() == ["waiting"]:
            receiver.answer = TAKEN if lite.clock.now() - began > HOUR else says(500)
            tried += [lite.clock.now() - began] * relay.step()
            lite.clock.at = max(lite.clock.at, lite.all()[0].next_at)
        assert set(ids(receiver)) == {event_id}
        assert len(set(receiver.bodies())) == 1
    pauses = [(after - before).total_seconds() for before, after in pairwise(tried)]
    assert pauses[:4] == [5, 10, 20, 40]
    assert all(before <= after for before, after in pairwise(pauses))
    assert HOUR < tried[-1] < 3 * HOUR
    assert len(tried) == 11
    assert lite.states() == ["delivered"]


def test_after_thirty_hours_it_is_dead_and_the_next_one_goes(lite: Office) -> None:
    began = lite.clock.now()
    with receiving(says(503)) as receiver:
        endpoint, _ = lite.endpoint(receiver.url)
        one = lite.evaluation()
        first, second = lite.put(one), lite.put(one)
        relay = lite.relay()
        while lite.states()[0] == "waiting":
            relay.step()
            lite.clock.at = max(lite.clock.at, lite.all()[0].next_at)
        assert ids(receiver) == [first] * Patience().attempts
        lasted = lite.clock.now() - began
        assert 29 * HOUR < lasted < 32 * HOUR
        receiver.answer = TAKEN
        lite.drain(relay)
        assert ids(receiver)[-1] == second
        assert lite.states() == ["dead", "delivered"]
        assert lite.deliveries.replay("Production", lite.clock.now(), endpoint_id=endpoint.id) == 0
        assert lite.deliveries.replay("Sandbox", lite.clock.now(), endpoint_id=endpoint.id) == 1
        lite.drain(relay)
        assert ids(receiver)[-1] == first
        assert lite.states() == ["delivered", "delivered"]
        assert len({(each.headers["webhook-id"], each.body) for each in receiver.heard}) == 2


def test_what_is_spread_stays_within_a_fifth() -> None:
    usual = Patience()
    for attempt in range(1, 60):
        least, most = usual.pause(attempt, 0.0), usual.pause(attempt, 1.0)
        middle = min(5 * 2 ** (attempt - 1), 3600)
        assert least == timedelta(seconds=middle * 0.8)
        assert most == timedelta(seconds=middle * 1.2)
    assert usual.pause(1, 0.5, 60) == timedelta(seconds=60)
    assert usual.pause(1, 0.5, 10**6) == HOUR
    assert usual.pause(20, 0.5, 60) == HOUR


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [("90", 90), ("0", 5), ("-5", 5), ("soon", 5), ("99999999999999", 3600), ("Wed, 21 Oct 2065 07:28:00 GMT", 3600)],
)
def test_a_receiver_that_asks_for_a_pause_gets_it_within_bounds(lite: Office, asked: str, seconds: float) -> None:
    with receiving(says(429, Retry_After=asked)) as receiver:
        lite.endpoint(receiver.url)
        lite.put(lite.evaluation())
        lite.drain()
        assert (lite.all()[0].next_at - lite.clock.now()).total_seconds() == seconds


def test_gone_means_no_more(office: Office) -> None:
    with receiving(says(410)) as receiver:
        endpoint, _ = office.endpoint(receiver.url)
        one, other = office.evaluation(), office.evaluation()
        for eval_id in (one, one, other):
            office.put(eval_id)
        office.relay(Patience(per_endpoint=1)).step()
        assert office.states() == ["dead", "dead", "dead"]
        assert len(receiver.heard) == 1
        disabled = office.endpoints.get(endpoint.id, "Sandbox")
        assert disabled
        assert disabled.disabled_at == office.clock.now()
        assert office.put(one) == ""
        assert office.deliveries.replay("Sandbox", office.clock.now(), endpoint_id=endpoint.id) == 0
        receiver.answer = TAKEN
        assert office.endpoints.enable(endpoint.id, "Sandbox")
        assert office.deliveries.replay("Sandbox", office.clock.now(), endpoint_id=endpoint.id) == 3
        office.drain()
        assert office.states() == ["delivered"] * 3


@pytest.mark.parametrize(
    ("answer", "error", "status"),
    [
        (hangs, "no answer in time", None),
        (trickles, "no answer in time", None),
        (raw(b""), "what came back is not HTTP", None),
        (raw(b"220 mail ready\r\n"), "what came back is not HTTP", None),
        (says(500), "answered 500", 500),
        (says(301, Location="https://shop.example/"), "answered 301", 301),
        (says(404), "answered 404", 404),
        (says(304), "answered 304", 304),
    ],
)
def test_whatever_is_no_success_is_tried_again(lite: Office, answer: Answer, error: str, status: int | None) -> None:
    with receiving(in_turn(answer, TAKEN)) as receiver:
        lite.endpoint(receiver.url)
        lite.put(lite.evaluation())
        lite.drain(lite.relay(replace(QUICK, answer=0.4) if answer in {hangs, trickles} else QUICK))
        waiting = lite.all()[0]
        assert (waiting.state, waiting.error, waiting.status_code) == ("waiting", error, status)
        lite.clock.wind(seconds=10)
        lite.drain()
        assert lite.states() == ["delivered"]
        assert receiver.heard[0].body == receiver.heard[1].body


@pytest.mark.parametrize(
    "answer",
    [
        raw(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nshort"),
        floods(b"HTTP/1.1 202 OK\r\n\r\n", b"a" * 4096),
        says(299),
    ],
)
def test_what_comes_after_a_good_status_does_not_matter(lite: Office, answer: Answer) -> None:
    with receiving(answer) as receiver:
        lite.endpoint(receiver.url)
        lite.put(lite.evaluation())
        lite.drain()
        assert lite.states() == ["delivered"]


def test_a_redirect_to_a_private_address_is_not_followed(lite: Office) -> None:
    with receiving(TAKEN) as inside, receiving(says(307, Location=inside.url)) as receiver:
        lite.endpoint(receiver.url)
        lite.put(lite.evaluation())
        lite.drain()
        assert inside.heard == []
        assert lite.all()[0].error == "answered 307"


def test_a_name_that_stands_for_another_address_later_is_not_called(lite: Office) -> None:
    """Checked at creation and public; when something is sent it has become a machine of ours."""
    answers = [["8.8.8.8"], ["127.0.0.1"]]
    outbound = Outbound(resolve=lambda _host, _port: answers.pop(0))
    with receiving(TAKEN) as receiver:
        url = f"https://hooks.example:{receiver.url.rpartition(':')[2]}/"
        outbound.reachable(url, 1)
        lite.endpoint(url)
        lite.put(lite.evaluation())
        lite.drain(lite.relay(outbound=outbound))
        assert receiver.heard == []
        assert lite.all()[0].error == "the name stands for an address that may not be called"


# ---- relays ---------------------------------------------------------------------------------------------------


@contextmanager
def at_work(*relays: Relay) -> Iterator[None]:
    """Relays that run until the end of the block."""
    stop = threading.Event()
    threads = [threading.Thread(target=relay.run_forever, args=(stop,)) for relay in relays]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(20)
            assert not thread.is_alive()


def wait_until_nothing_waits(office: Office, seconds: float = 60) -> None:
    """Until everything has arrived or is dead."""
    deadline = time.monotonic() + seconds
    while office.all(state="waiting"):
        assert time.monotonic() < deadline, office.states()
        time.sleep(0.02)


def test_two_relays_at_once_deliver_everything_in_order_and_nothing_in_two_bodies(office: Office) -> None:
    with receiving(TAKEN) as receiver:
        office.endpoint(receiver.url)
        evaluations = [office.evaluation() for _ in range(6)]
        with at_work(office.relay(), office.relay()):
            put = [(eval_id, office.put(eval_id, number=number)) for number in range(6) for eval_id in evaluations]
            wait_until_nothing_waits(office)
        assert sorted(ids(receiver)) == sorted(event_id for _, event_id in put)
        for eval_id in evaluations:
            told = [json.loads(body)["data"] for body in receiver.bodies()]
            assert [data["number"] for data in told if data["eval_id"] == eval_id] == list(range(6))


def test_a_receiver_that_hangs_holds_up_nobody_else(lite: Office) -> None:
    with receiving(hangs) as stuck, receiving(TAKEN) as receiver:
        lite.endpoint(stuck.url)
        good, _ = lite.endpoint(receiver.url)
        for _ in range(20):
            lite.put(lite.evaluation())
        patience = Patience(answer=3.0, poll=0.02)
        with at_work(lite.relay(patience)):
            began = time.monotonic()
            while len(receiver.heard) < 20:
                assert time.monotonic() - began < 2.8
                time.sleep(0.02)
            assert len(stuck.heard) == patience.per_endpoint
        assert {each.state for each in lite.all(endpoint_id=good.id)} == {"delivered"}


def test_one_that_died_with_a_lease_is_followed_by_another_when_it_runs_out(office: Office) -> None:
    with receiving(TAKEN) as receiver:
        office.endpoint(receiver.url)
        event_id = office.put(office.evaluation())
        dead = office.deliveries.lease(office.clock.now(), QUICK.lease, {}, 4, 32)
        assert [each.event_id for each in dead] == [event_id]
        assert office.drain() == 0
        office.clock.wind(seconds=10)
        assert office.drain() == 1
        assert ids(receiver) == [event_id]
        assert not office.deliveries.delivered(dead[0], office.clock.now(), 500)
        assert not office.deliveries.died(dead[0], office.clock.now(), None, "too late")
        assert office.states() == ["delivered"]


def test_who_lost_a_lease_writes_nothing_over_who_has_it_now(office: Office) -> None:
    office.endpoint("https://shop.example/")
    office.put(office.evaluation())
    slow = office.deliveries.lease(office.clock.now(), QUICK.lease, {}, 4, 32)[0]
    office.clock.wind(seconds=10)
    quick = office.deliveries.lease(office.clock.now(), QUICK.lease, {}, 4, 32)[0]
    assert not office.deliveries.died(slow, office.clock.now(), None, "too late")
    assert not office.deliveries.put_off(slow, office.clock.now(), None, "too late")
    assert not office.deliveries.gone(slow, office.clock.now(), 410)
    assert office.states() == ["waiting"]
    assert office.deliveries.delivered(quick, office.clock.now(), 200)
    assert office.states() == ["delivered"]


def test_one_that_was_held_up_until_its_lease_ran_out_sends_nothing(lite: Office) -> None:
    with receiving(TAKEN) as receiver:
        lite.endpoint(receiver.url)
        lite.put(lite.evaluation())
        relay = lite.relay()
        held_up = relay._take()
        lite.clock.wind(seconds=6.1)
        relay._carry(held_up[0])
        assert receiver.heard == []
        assert lite.all()[0].attempts == 0
        assert lite.drain() == 1


def test_a_clock_that_is_set_back_puts_nothing_off_for_a_day(lite: Office) -> None:
    with receiving(in_turn(says(500), TAKEN)) as receiver:
        lite.endpoint(receiver.url)
        lite.put(lite.evaluation())
        lite.drain()
        lite.deliveries.lease(lite.clock.now() + timedelta(seconds=10), QUICK.lease, {}, 4, 32)
        lite.clock.wind(days=-1)
        assert lite.drain() == 1
        assert lite.states() == ["delivered"]


def test_the_database_away_stops_nothing_for_good(lite: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.service.webhooks.relay.AWAY_SECONDS", 0.05)
    real, failures = lite.deliveries.lease, [OSError("gone"), OSError("gone")]

    def lease(*given: object) -> object:
        if failures:
            raise failures.pop()
        return real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(lite.deliveries, "lease", lease)
    with receiving(TAKEN) as receiver:
        lite.endpoint(receiver.url)
        lite.put(lite.evaluation())
        with at_work(lite.relay()):
            wait_until_nothing_waits(lite)
        assert len(receiver.heard) == 1
        assert failures == []


@pytest.mark.soak
@pytest.mark.postgres
def test_a_server_of_the_database_that_stops_and_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.service.webhooks.relay.AWAY_SECONDS", 0.2)
    with running_postgres() as server, server.fresh_database() as url, opened(url, tmp_path) as office:
        migrate(office.database)
        with receiving(in_turn(TAKEN, hangs, TAKEN)) as receiver:
            office.endpoint(receiver.url)
            one = office.evaluation()
            patience = replace(QUICK, first=timedelta(0), answer=2.0)
            with at_work(office.relay(patience)):
                office.put(one, number=1)
                wait_until_nothing_waits(office)
                office.put(one, number=2)
                while len(receiver.heard) < 2:
                    time.sleep(0.02)
                server.stop()  # while the second one is under way: what comes of it cannot be noted
                time.sleep(3)
                server.start()
                office.clock.wind(seconds=60)
                wait_until_nothing_waits(office)
            assert [json.loads(body)["data"]["number"] for body in receiver.bodies()] == [1, 2, 2]
            assert receiver.bodies()[1] == receiver.bodies()[2]
