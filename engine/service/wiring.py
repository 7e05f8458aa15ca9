"""Everything that one process holds, put together in one place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import entry_points
from typing import Any, cast

import structlog

from engine.contracts import Models, ModelStore, ModelUnavailable, Outcome, Sighting
from engine.features import Catalogue
from engine.policy import Reasons, installed_vocabulary
from engine.policy.registers import shelf_of
from engine.service.capturing import Capturing
from engine.service.cards import Card, installed_cards
from engine.service.evaluating import Evaluating
from engine.service.inference import Inference
from engine.service.links import Links
from engine.service.pipeline import Pipeline, SystemClock, build_pipeline
from engine.service.policy_book import PolicyBook
from engine.service.settings import Settings, selfie_environment
from engine.store.api_keys import ApiKeys
from engine.store.capture_sessions import CaptureSessions
from engine.store.database import Database, sqlite_url
from engine.store.evaluations import Evaluations
from engine.store.migrate import migrate
from engine.store.pack_texts import PackTexts
from engine.store.policy_versions import PolicyVersions
from engine.store.sealed import FrameVault, open_blobs
from engine.store.secrets import KeyRing
from engine.workflow.library import read_library
from engine.workflow.providers import Factory, installed_factories

log = structlog.get_logger("selfie.service")


class NoModels:
    """Where no model store is installed every model is absent."""

    def get(self, name: str) -> Any:
        """Never there."""
        raise ModelUnavailable(f"`{name}`: no model store is installed")

    def ensure(self, *, progress: bool = True) -> Mapping[str, str]:  # noqa: ARG002 - the port's signature
        """Nothing can be fetched."""
        return {"*": "no model store is installed"}


class DeviceHistory:
    """What earlier evaluations tell of a device."""

    def __init__(self, evaluations: Evaluations) -> None:
        self._evaluations = evaluations

    def device_seen(self, device_id: str, before: datetime) -> bool | None:
        """Whether an evaluation that ended before `before` came from this device."""
        first = self._evaluations.device_first_seen(device_id)
        return first is not None and first < before

    def count(
        self, scope: str, kind: str, key: str, *, since: datetime, outcomes: frozenset[Outcome] | None = None
    ) -> int | None:
        """Cannot be told yet."""
        return None

    def recall(self, scope: str, kind: str, keys: Sequence[str], *, since: datetime) -> Sequence[Sighting] | None:
        """Cannot be told yet."""
        return None


@dataclass(frozen=True, eq=False)
class Services:
    """One process's parts. Routes see nothing else."""

    settings: Settings
    database: Database
    ring: KeyRing
    keys: ApiKeys
    policies: PolicyBook
    evaluating: Evaluating
    capturing: Capturing
    inference: Inference
    pipeline: Pipeline
    links: Links
    catalogue: Catalogue
    reasons: Reasons
    models: ModelStore
    cards: Mapping[str, Card]
    clock: SystemClock

    def close(self) -> None:
        """Give back what is held."""
        self.database.close()


def open_model_store(environment: Mapping[str, str]) -> ModelStore:
    """The installed model store (entry point `selfie.models`)."""
    for entry in entry_points(group="selfie.models"):
        return cast("ModelStore", entry.load()(dict(environment)))
    return NoModels()


def open_database(settings: Settings) -> Database:
    """The database that the settings name, with this version's tables."""
    database = Database(settings.database_url or sqlite_url(settings.data))
    migrate(database)
    return database


def open_services(
    settings: Settings,
    *,
    factories: Mapping[str, Factory] | None = None,
    models: ModelStore | None = None,
    environment: Mapping[str, str] | None = None,
) -> Services:
    """Open the data folder and the database, seed the policies, build the providers.

    Raises:
        Refused: a workflow or a provider does not fit.
    """
    environment = selfie_environment() if environment is None else environment
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = open_database(settings)
    known, library, clock = installed_vocabulary(), read_library(settings.policies), SystemClock()
    for name, why in known.refused.items():
        log.error("a signal provider is refused", provider=name, reason=str(why))
    catalogue, reasons = known.catalogue, known.reasons
    versions = PolicyVersions(database)
    shelf = shelf_of(catalogue, settings.policies)
    shelf.own_are_good()  # the operator's own mistakes stop the start
    packs = PackTexts(database)
    for pack in shelf.packs():
        packs.remember(pack.name, pack.sha256, pack.text, clock.now())
    book = PolicyBook(versions, catalogue, reasons, shelf, packs)
    for name in library.own:
        book.read(library.policies[name], library.source(name))
    versions.seed(library.policies, clock.now())
    store = models or open_model_store(environment)
    pipeline = build_pipeline(
        installed_factories() if factories is None else factories,
        cast("Mapping[str, Sequence[str]]", book.strategies()),
        library.workflows,
        catalogue,
        history=DeviceHistory(Evaluations(database)),
        models=cast("Models", store),
        settings=environment,
    )
    _remember_workflows(pipeline, database, clock)
    return _services(settings, database, book, pipeline, catalogue, reasons, store, clock)


def _remember_workflows(pipeline: Pipeline, database: Database, clock: SystemClock) -> None:
    evaluations = Evaluations(database)
    for bound in pipeline.workflows.values():
        evaluations.remember_workflow(bound.workflow, clock.now())


def _services(
    settings: Settings,
    database: Database,
    book: PolicyBook,
    pipeline: Pipeline,
    catalogue: Catalogue,
    reasons: Reasons,
    models: ModelStore,
    clock: SystemClock,
) -> Services:
    ring = KeyRing(settings.data / "keys")
    links = Links(ring, settings.public)
    inference = Inference(settings.workers_threads, settings.workers_queue, settings.evaluation_seconds)
    evaluating = Evaluating(
        pipeline=pipeline,
        policies=book,
        inference=inference,
        database=database,
        links=links,
        clock=clock,
        capture_ttl=settings.capture_ttl,
    )
    capturing = Capturing(
        sessions=CaptureSessions(database),
        evaluating=evaluating,
        inference=inference,
        vault=FrameVault(database, ring.master, open_blobs(settings.blob_url, settings.data / "blobs")),
        links=links,
        clock=clock,
    )
    return Services(
        settings=settings,
        database=database,
        ring=ring,
        keys=ApiKeys(database),
        policies=book,
        evaluating=evaluating,
        capturing=capturing,
        inference=inference,
        pipeline=pipeline,
        links=links,
        catalogue=catalogue,
        reasons=reasons,
        models=models,
        cards=installed_cards(),
        clock=clock,
    )
