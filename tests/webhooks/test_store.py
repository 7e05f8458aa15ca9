"""What is kept of webhooks: sealed secrets, bodies until their time is over, nothing after erasure."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import select, update

from engine.store.deliveries import erase_events
from engine.store.endpoints import Endpoints, Secret, SecretBox, disable
from engine.store.tables import webhook_endpoint, webhook_event
from tests.harness.receiver import receiving, says
from tests.webhooks.conftest import SANDBOX, Office


def bodies(office: Office) -> list[str]:
    """Every body that is stored."""
    with office.database.reading() as connection:
        return list(connection.scalars(select(webhook_event.c.body)))


def test_secrets_are_sealed_for_one_endpoint_by_one_key(lite: Office) -> None:
    box = SecretBox(b"k" * 32)
    sealed = box.seal("one", [Secret("whsec_abc")])
    assert box.open("one", sealed) == (Secret("whsec_abc"),)
    for other, name in ((box, "two"), (SecretBox(b"x" * 32), "one")):
        with pytest.raises(InvalidTag):
            other.open(name, sealed)


def test_without_the_key_nothing_is_signed_and_a_rotation_mends_it(lite: Office) -> None:
    with receiving(says(204)) as receiver:
        made, _ = lite.endpoint(receiver.url)
        lite.endpoints = Endpoints(lite.database, b"n" * 32)
        lite.put(lite.evaluation())
        lite.drain()
        assert receiver.heard == []
        assert lite.all()[0].error == "there is no secret to sign with"
        assert lite.endpoints.rotate(made.id, SANDBOX, lite.clock.now(), timedelta(hours=1))
        lite.clock.wind(seconds=10)
        lite.drain()
        assert lite.states() == ["delivered"]


@pytest.mark.parametrize("broken", [b"", b"short", b"n" * 12 + b"no secrets at all"])
def test_a_broken_row_signs_nothing_and_ends_as_any_other_failure(lite: Office, broken: bytes) -> None:
    made, _ = lite.endpoint("https://shop.example/")
    with lite.database.writing() as connection:
        connection.execute(update(webhook_endpoint).where(webhook_endpoint.c.id == made.id).values(secrets=broken))
    lite.put(lite.evaluation())
    lite.drain()
    assert lite.all()[0].error == "there is no secret to sign with"


def test_who_rotates_often_has_three_secrets_at_most(lite: Office) -> None:
    made, first = lite.endpoint("https://shop.example/")
    new = [lite.endpoints.rotate(made.id, SANDBOX, lite.clock.now(), timedelta(hours=1)) for _ in range(4)]
    assert list(lite.endpoints.secrets(made.id, lite.clock.now())) == [new[3], new[2], new[1]]
    assert first not in new


def test_what_arrived_is_forgotten_after_30_days_and_what_died_after_90(office: Office) -> None:
    with receiving(says(204)) as receiver:
        endpoint, _ = office.endpoint(receiver.url)
        office.put(office.evaluation())
        office.drain()
        dead, _ = office.endpoint("https://gone.example/", "decision_update")
        office.put(office.evaluation(), "decision_update")
        with office.database.writing() as connection:
            disable(connection, dead.id, office.clock.now())
        office.drain()
        office.clock.wind(days=29)
        assert office.deliveries.prune(office.clock.now()) == 0
        office.clock.wind(days=2)
        assert office.deliveries.prune(office.clock.now()) == 2
        assert office.states() == ["dead"]
        assert len(bodies(office)) == 1
        office.clock.wind(days=58)
        assert office.deliveries.prune(office.clock.now()) == 0
        office.clock.wind(days=2)
        assert office.deliveries.prune(office.clock.now()) == 1
        assert bodies(office) == []
        assert office.endpoints.get(endpoint.id, SANDBOX)


def test_events_of_a_removed_endpoint_go_with_their_time(office: Office) -> None:
    made, _ = office.endpoint("https://shop.example/")
    office.put(office.evaluation())
    assert office.endpoints.remove(made.id, SANDBOX)
    office.clock.wind(days=31)
    office.deliveries.prune(office.clock.now())
    assert bodies(office) == []


def test_what_was_put_for_an_endpoint_as_it_was_disabled_is_dead(office: Office) -> None:
    office.endpoint("https://shop.example/")
    office.put(office.evaluation())
    with office.database.writing() as connection:
        connection.execute(webhook_endpoint.update().values(disabled_at=office.clock.now()))
    assert office.drain() == 0
    office.deliveries.prune(office.clock.now())
    assert office.states() == ["dead"]


def test_erasure_leaves_nothing_of_an_evaluation(office: Office) -> None:
    office.endpoint("https://shop.example/")
    one, other = office.evaluation(), office.evaluation()
    office.put(one)
    kept = office.put(other)
    with office.database.writing() as connection:
        erase_events(connection, [one])
    assert [each.event_id for each in office.all()] == [kept]
    assert len(bodies(office)) == 1


def test_what_nobody_wants_is_not_even_made(lite: Office) -> None:
    def never() -> Any:
        raise AssertionError("made for nobody")

    lite.endpoint("https://shop.example/", "decision_update")
    with lite.database.writing() as connection:
        put = lite.outbox.put(
            connection,
            environment=SANDBOX,
            eval_id="none",
            event_type="fraud_confirming",
            at=lite.clock.now(),
            data=never,
        )
    assert put is None


def test_removing_an_endpoint_fails_no_change_that_is_under_way(office: Office) -> None:
    """A change that has put an event for it ends as if it had been there, and the removal waits."""
    made, _ = office.endpoint("https://shop.example/")
    eval_id = office.evaluation()
    removing = threading.Thread(target=office.endpoints.remove, args=(made.id, SANDBOX))

    def told() -> dict[str, Any]:
        removing.start()  # just when the event knows who wants it
        removing.join(0.3)
        assert removing.is_alive()
        return {}

    with office.database.writing() as connection:
        put = office.outbox.put(
            connection,
            environment=SANDBOX,
            eval_id=eval_id,
            event_type="decision_update",
            at=office.clock.now(),
            data=told,
        )
    removing.join(10)
    assert put
    assert office.all() == []
    assert office.endpoints.list(SANDBOX) == []


def test_events_of_one_evaluation_are_numbered_as_they_are_committed(office: Office) -> None:
    """Of two changes at once the second one waits until the first is committed, and so is told after it."""
    office.endpoint("https://shop.example/")
    eval_id = office.evaluation()
    put: list[str] = []
    other = threading.Thread(target=lambda: put.append(office.put(eval_id, which="second")))
    with office.database.writing() as connection:
        office.outbox.put(
            connection,
            environment=SANDBOX,
            eval_id=eval_id,
            event_type="decision_update",
            at=office.clock.now(),
            data=lambda: {"which": "first"},
        )
        other.start()
        other.join(0.3)
        assert other.is_alive()
        assert put == []
    other.join(10)
    assert [each.event_type for each in office.all()] == ["decision_update", "evaluation_completed"]
