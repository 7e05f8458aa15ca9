"""The parts that begin evaluations and move them on, put together."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from engine.contracts import Clock
from engine.service.access.links import Links
from engine.service.capture.capturing import Capturing
from engine.service.capture.device_tokens import DeviceTokens
from engine.service.capture.passkeys import PasskeyBinding
from engine.service.capture.relying_party import relying_party
from engine.service.capture.session_access import SessionAccess
from engine.service.runs.acting import Fetcher
from engine.service.runs.advancing import Advancing
from engine.service.runs.coming import Coming
from engine.service.runs.ending import Ending, Overdue
from engine.service.runs.evaluating import Evaluating
from engine.service.runs.inference import Inference
from engine.service.runs.patching import Patching
from engine.service.runs.pins import Pinning
from engine.service.runs.pipeline import Pipeline
from engine.service.runs.reading import Reading
from engine.service.runs.retention import Retention
from engine.service.runs.storing import Storing
from engine.service.runs.walking import Walking
from engine.service.settings import Settings
from engine.service.stores import Stores
from engine.service.telemetry.observing import Observer
from engine.service.versions.policy_book import PolicyBook
from engine.service.webhooks.telling import Telling
from engine.store.capture_sessions import CaptureSessions
from engine.store.outbox import Outbox
from engine.workflow.durable.ports import Carrier, NobodyCarries


@dataclass(slots=True)
class Carried:
    """Who carries the runs of this process: nobody, until somebody is launched."""

    by: Carrier = field(default_factory=NobodyCarries)

    def carrier(self) -> Carrier:
        """Whoever it is now."""
        return self.by


@dataclass(frozen=True, slots=True)
class Given:
    """What these parts are made of."""

    settings: Settings
    stores: Stores
    book: PolicyBook
    pipeline: Pipeline
    inference: Inference
    links: Links
    retention: Retention
    fetching: Fetcher
    observer: Observer
    clock: Clock


@dataclass(frozen=True, eq=False)
class RunParts:
    """Everything that happens to an evaluation in this process."""

    evaluating: Evaluating
    capturing: Capturing
    advancing: Advancing
    patching: Patching
    walking: Walking
    reading: Reading
    carried: Carried
    """Set `by` to hand what waits to a carrier."""


def run_parts(given: Given) -> RunParts:
    """Over the stores of this process."""
    settings, stores, clock = given.settings, given.stores, given.clock
    ttl, sessions, carried = timedelta(seconds=settings.capture_ttl), CaptureSessions(stores.database), Carried()
    walking = Walking(
        given.pipeline, given.book, stores.evaluations, given.fetching, given.observer, ttl, settings.test_camera
    )
    reading = Reading(stores.evaluations, sessions, given.links, walking)
    pinning = Pinning(given.pipeline, given.book)
    storing = Storing(
        database=stores.database,
        evaluations=stores.evaluations,
        links=given.links,
        carrier=carried.carrier,
        telling=Telling(Outbox(), stores.evaluations, reading.told),
        observer=given.observer,
        capture_ttl=ttl,
    )
    access = SessionAccess(sessions, given.links, clock)
    passkeys = PasskeyBinding(
        access=access,
        evaluating=reading,
        passkeys=stores.passkeys,
        links=given.links,
        site=relying_party(settings.public),
        clock=clock,
    )
    ending = Ending(given.retention, passkeys.settle, stores.vault, given.observer.metrics)
    advancing = Advancing(
        database=stores.database,
        evaluations=stores.evaluations,
        walking=walking,
        storing=storing,
        pinning=pinning,
        coming=Coming(sessions, stores.vault),
        inference=given.inference,
        ending=ending,
        clock=clock,
    )
    overdue = Overdue(sessions=sessions, runs=storing.runs, moves=advancing, carrier=carried.carrier, clock=clock)
    return RunParts(
        evaluating=Evaluating(
            pinning=pinning,
            walking=walking,
            storing=storing,
            reading=reading,
            inference=given.inference,
            evaluations=stores.evaluations,
            clock=clock,
        ),
        capturing=Capturing(
            sessions=sessions,
            access=access,
            evaluating=reading,
            advancing=advancing,
            inference=given.inference,
            vault=stores.vault,
            links=given.links,
            devices=DeviceTokens(given.links, stores.browsers, clock),
            passkeys=passkeys,
            overdue=overdue,
            clock=clock,
            replay_days=settings.replay_days,
        ),
        advancing=advancing,
        patching=Patching(reading, advancing, storing, given.pipeline.catalogue, clock),
        walking=walking,
        reading=reading,
        carried=carried,
    )
