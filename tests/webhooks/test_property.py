"""Whatever receivers answer and wherever relays die: every event arrives at least once or is dead, in order."""

from __future__ import annotations

import json
import socket
import tempfile
from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from engine.service.webhooks.patience import Patience
from engine.store.deliveries import Deliveries, Leased
from tests.harness.receiver import Heard, Receiver, raw, receiving, says
from tests.webhooks.conftest import Office, copied

PATIENCE = Patience(
    first=timedelta(seconds=1), longest=timedelta(seconds=8), attempts=4, answer=2.0, lease=timedelta(seconds=30)
)
ANSWERS = {
    "taken": says(204),
    "broken": says(500),
    "busy": says(429, Retry_After="2"),
    "moved": says(302, Location="/"),
    "hangs up": raw(b""),
}
EVENTS = st.lists(st.integers(0, 3), min_size=1, max_size=12)
"""For each event, of which evaluation it is."""
WEATHER = st.lists(st.sampled_from(["taken", "taken", *ANSWERS]), max_size=30)
FAULTS = st.lists(st.sampled_from(["", "", "", "dies before sending", "dies before noting"]), max_size=30)


class Died(Exception):  # noqa: N818 - the word of the domain
    """The relay's process is no more."""


class Mortal(Deliveries):
    """Notes as long as its process lives."""

    dies: Callable[[], bool] = staticmethod(lambda: False)

    def _note(self, leased: Leased, values: object) -> bool:
        if self.dies():
            raise Died
        return super()._note(leased, values)  # type: ignore[arg-type]


def carried(office: Office, receiver: Receiver, weather: list[str], faults: list[str]) -> None:
    """Relays one after another, each as long as it lives, until nothing waits."""

    def answer(heard: Heard, to: socket.socket) -> None:
        ANSWERS[weather.pop() if weather else "taken"](heard, to)

    receiver.answer = answer
    office.deliveries = Mortal(office.database)
    for _ in range(400):
        if not office.all(state="waiting"):
            return
        fault = faults.pop() if faults else ""
        office.deliveries.dies = lambda fault=fault: fault == "dies before noting"  # type: ignore[misc]
        if fault == "dies before sending":
            office.deliveries.lease(office.clock.now(), PATIENCE.lease, {}, 4, 32)
        try:
            office.relay(PATIENCE).step()
        except Died:
            office.clock.wind(seconds=31)
        office.clock.wind(seconds=3)
    raise AssertionError("something waits for ever")


def holds(office: Office, receiver: Receiver) -> None:
    """The promise."""
    heard: dict[str, list[int]] = defaultdict(list)
    bodies: dict[str, set[bytes]] = defaultdict(set)
    for place, each in enumerate(receiver.heard):
        event_id = each.headers["webhook-id"]
        assert json.loads(each.body)["event_id"] == event_id
        heard[event_id].append(place)
        bodies[event_id].add(each.body)
    assert all(len(each) == 1 for each in bodies.values())
    last: dict[str, int] = {}
    for delivery in office.all():
        assert delivery.state in {"delivered", "dead"}
        assert delivery.state == "dead" or heard[delivery.event_id]
        places = heard[delivery.event_id]
        if places:
            assert last.get(delivery.eval_id, -1) < places[0], "an earlier event came after a later one"
            last[delivery.eval_id] = places[-1]


def promised(tables: Path, events: list[int], weather: list[str], faults: list[str]) -> None:
    """One history."""
    with (
        tempfile.TemporaryDirectory() as folder,
        copied(tables, Path(folder)) as office,
        receiving(says(204)) as receiver,
    ):
        office.endpoint(receiver.url)
        evaluations = [office.evaluation() for _ in range(4)]
        for event in events:
            office.put(evaluations[event])
        carried(office, receiver, list(weather), list(faults))
        holds(office, receiver)


SLOW = settings(deadline=None, suppress_health_check=list(HealthCheck), database=None)


@settings(SLOW, max_examples=8, derandomize=True, phases=[Phase.generate])
@given(events=EVENTS, weather=WEATHER, faults=FAULTS)
def test_every_event_arrives_or_is_dead_in_order(
    tables: Path, events: list[int], weather: list[str], faults: list[str]
) -> None:
    promised(tables, events, weather, faults)


@pytest.mark.soak
@settings(SLOW, max_examples=60)
@given(events=EVENTS, weather=WEATHER, faults=FAULTS)
def test_every_event_arrives_or_is_dead_in_order_in_many_histories(
    tables: Path, events: list[int], weather: list[str], faults: list[str]
) -> None:
    promised(tables, events, weather, faults)
