"""What a first selfie leaves to be known again: it does not count against the second, and is not taken for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine.contracts import Evidence, History, Outcome, Readings, Sighting, Signal
from engine.service.runs.history import StoredHistory
from tests.service.conftest import PORTRAIT, Running
from tests.service.flows import flowing
from tests.service.test_step_up import NEAR, OLD, Ageing, invited


class Remembering(Ageing):
    """Leaves customer and frames to be known again, and notes what was known of them before."""

    history: History

    def __init__(self, *ages: float) -> None:
        super().__init__(*ages)
        self.counted: list[Mapping[Outcome, int] | None] = []
        self.known: list[int] = []

    def counts(self, but: str = "") -> Mapping[Outcome, int] | None:
        """Evaluations of the customer."""
        since = datetime.now(UTC) - timedelta(days=1)
        return self.history.counts("Sandbox", "customer", "ada", since=since, but=but)

    def read(self, evidence: Evidence, so_far: Readings) -> Signal:
        """The next age."""
        digests = [frame.digest() for frame in evidence.frames]
        recalled = self.history.recall("Sandbox", "frame", digests, since=datetime.now(UTC) - timedelta(days=1))
        self.known.append(len(recalled or ()))
        self.counted.append(self.counts(evidence.evaluation))
        seen = (Sighting("customer", "ada"), *(Sighting("frame", digest) for digest in digests))
        return replace(super().read(evidence, so_far), sightings=seen)


@pytest.fixture
def age() -> Remembering:
    """Near the bound at first, old enough then."""
    return Remembering(NEAR, OLD)


@pytest.fixture
def service(tmp_path: Path, age: Remembering) -> Iterator[Running]:
    """The application with a workflow that asks twice."""
    with flowing(tmp_path, age) as started:
        age.history = StoredHistory(started.services.stores.evaluations, started.services.stores.sightings)
        yield started


def test_the_first_selfie_does_not_count_against_the_second(service: Running, age: Remembering) -> None:
    _, token = invited(service)
    person = service.browser(token)
    person.submit(person.captured())
    assert age.counts() == {"review": 1}, "but against every other evaluation of the customer"
    person.submit(person.frames().json()["digest"])
    assert age.counted == [{}, {}]
    assert age.counts() == {"accept": 1}


def test_frames_of_the_first_selfie_are_known_when_they_come_as_the_second(service: Running, age: Remembering) -> None:
    _, token = invited(service)
    person = service.browser(token)
    person.submit(person.captured())
    person.submit(person.frames([PORTRAIT.read_bytes()]).json()["digest"])
    assert age.known == [0, 1]
