"""Everything that one process holds, put together in one place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from importlib.metadata import entry_points
from typing import Any, cast

import structlog

from engine.contracts import Clock, Models, ModelStore, ModelUnavailable
from engine.features import Catalogue
from engine.policy import Reasons, installed_vocabulary
from engine.policy.registers import shelf_of
from engine.policy.vocabulary import Vocabulary
from engine.service.access.links import Links
from engine.service.access.rates import Rates, open_rates
from engine.service.capture.capturing import Capturing
from engine.service.desk_wired import DeskParts, desk_wired
from engine.service.outbound.calls import Outbound
from engine.service.outbound.fetching import Fetching
from engine.service.runs.evaluating import Evaluating
from engine.service.runs.history import StoredHistory
from engine.service.runs.inference import Inference
from engine.service.runs.pipeline import Pipeline, SystemClock, build_pipeline
from engine.service.runs.retention import Retention
from engine.service.runs_wired import Given, RunParts, run_parts
from engine.service.settings import Settings, for_providers, selfie_environment
from engine.service.stores import Stores, open_stores
from engine.service.sweeping import Sweeping
from engine.service.telemetry.metrics_stored import Stored
from engine.service.telemetry.observing import Observer
from engine.service.telemetry.tracing import tracing_to
from engine.service.versions.cards import Card, installed_cards
from engine.service.versions.policy_book import PolicyBook
from engine.service.webhooks.wired import Webhooks, open_webhooks
from engine.store.api_keys import ApiKeys
from engine.store.database import Database
from engine.store.pack_texts import PackTexts
from engine.store.policy_versions import PolicyVersions
from engine.store.secrets import KeyRing
from engine.workflow.library import Library, read_library
from engine.workflow.providers import Factory, installed_factories
from engine.workflow.steps import Http

TEST_CAMERA = "SELFIE_TEST_CAMERA"
log = structlog.get_logger("selfie.service")


class NoModels:
    """Where no model store is installed every model is absent."""

    def get(self, name: str) -> Any:
        """Never there."""
        raise ModelUnavailable(f"`{name}`: no model store is installed")

    def ensure(self, *, progress: bool = True) -> Mapping[str, str]:  # noqa: ARG002 - the port's signature
        """Nothing can be fetched."""
        return {"*": "no model store is installed"}


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
    runs: RunParts
    inference: Inference
    pipeline: Pipeline
    links: Links
    catalogue: Catalogue
    reasons: Reasons
    models: ModelStore
    cards: Mapping[str, Card]
    clock: Clock
    stores: Stores
    sweeping: Sweeping
    desk: DeskParts
    rates: Rates
    observer: Observer
    stored: Stored
    outbound: Outbound
    webhooks: Webhooks

    def close(self) -> None:
        """Give back what is held."""
        self.stores.close()
        self.observer.close()


def open_model_store(environment: Mapping[str, str]) -> ModelStore:
    """The installed model store (entry point `selfie.models`)."""
    for entry in entry_points(group="selfie.models"):
        return cast("ModelStore", entry.load()(dict(environment)))
    return NoModels()


def open_services(
    settings: Settings,
    *,
    factories: Mapping[str, Factory] | None = None,
    models: ModelStore | None = None,
    environment: Mapping[str, str] | None = None,
    clock: Clock | None = None,
) -> Services:
    """Open the data folder and the database, seed the policies, build the providers.

    Raises:
        Refused: a workflow or a provider does not fit.
    """
    environment = _with_test_camera(selfie_environment() if environment is None else environment, settings)
    stores, clock = open_stores(settings), clock or SystemClock()
    known, library = _vocabulary(), read_library(settings.policies)
    book = _seeded_policies(settings, stores.database, known, library, clock)
    store = models or open_model_store(environment)
    pipeline = build_pipeline(
        installed_factories() if factories is None else factories,
        cast("Mapping[str, Sequence[str]]", book.strategies()),
        library.workflows,
        known.catalogue,
        history=StoredHistory(stores.evaluations, stores.sightings),
        models=cast("Models", store),
        settings=for_providers(environment),
        clock=clock,
    )
    for bound in pipeline.workflows.values():
        stores.evaluations.remember_workflow(bound.workflow, clock.now())
    return _services(settings, stores, book, pipeline, known, store, environment, clock)


def _with_test_camera(environment: Mapping[str, str], settings: Settings) -> dict[str, str]:
    """What providers read of the switch is what the settings say, however it was written there."""
    others = {name: value for name, value in environment.items() if name != TEST_CAMERA}
    if not settings.test_camera:
        return others
    for _ in range(3):  # nobody shall overlook it
        log.warning("SELFIE_TEST_CAMERA IS ON: test cameras and automation pass. Never run this in production.")
    return {**others, TEST_CAMERA: "1"}


def _warn_of_steps_without_answer(pipeline: Pipeline, fetching: Fetching) -> None:
    """At the start, where an operator looks; else the first sign is that everybody is reviewed."""
    for name, bound in pipeline.workflows.items():
        for step in bound.workflow.steps.values():
            why = fetching.refused(step) if isinstance(step, Http) else None
            if why is not None:
                log.warning("an outside service cannot be asked", workflow=name, step=step.id, why=why)


def _vocabulary() -> Vocabulary:
    known = installed_vocabulary()
    for name, why in known.refused.items():
        log.error("a signal provider is refused", provider=name, reason=str(why))
    return known


def _seeded_policies(
    settings: Settings, database: Database, known: Vocabulary, library: Library, clock: Clock
) -> PolicyBook:
    """The versions of every policy, with those that the package and the operator's folder bring."""
    shelf = shelf_of(known.catalogue, settings.policies)
    shelf.own_are_good()  # the operator's own mistakes stop the start
    packs = PackTexts(database)
    for pack in shelf.packs():
        packs.remember(pack.name, pack.sha256, pack.text, clock.now())
    versions = PolicyVersions(database)
    book = PolicyBook(versions, known.catalogue, known.reasons, shelf, packs)
    for name in library.own:
        book.read(library.policies[name], library.source(name))
    versions.seed(library.policies, clock.now())
    return book


def _services(
    settings: Settings,
    stores: Stores,
    book: PolicyBook,
    pipeline: Pipeline,
    known: Vocabulary,
    models: ModelStore,
    environment: Mapping[str, str],
    clock: Clock,
) -> Services:
    links = Links(stores.ring, settings.public)
    observer = Observer(tracing=tracing_to(settings.otel_endpoint))
    stores.database.on_connections(observer.metrics.connections)
    outbound = Outbound(settings.private_hosts)
    webhooks = open_webhooks(stores.database, stores.ring, outbound, clock, observer.metrics.attempted, observer.step)
    inference = Inference(settings.workers_threads, settings.workers_queue, settings.evaluation_seconds, observer)
    begun_by = partial(pipeline.as_begun, text=stores.evaluations.workflow_text)
    retention = Retention(stores.vault, stores.database, begun_by, clock)
    fetching = Fetching(outbound, settings.http_hosts, environment)
    _warn_of_steps_without_answer(pipeline, fetching)
    given = Given(settings, stores, book, pipeline, inference, links, retention, fetching, observer, clock)
    runs = run_parts(given)
    return Services(
        settings=settings,
        database=stores.database,
        ring=stores.ring,
        keys=ApiKeys(stores.database),
        policies=book,
        evaluating=runs.evaluating,
        capturing=runs.capturing,
        runs=runs,
        inference=inference,
        pipeline=pipeline,
        links=links,
        catalogue=known.catalogue,
        reasons=known.reasons,
        models=models,
        cards=installed_cards(),
        clock=clock,
        stores=stores,
        desk=desk_wired(stores, book.versions, clock),
        rates=open_rates(settings.rate_limit, settings.rate_limit_storage),
        sweeping=Sweeping(
            runs.capturing, retention, stores, clock, timedelta(days=settings.replay_days), observer.metrics
        ),
        observer=observer,
        stored=Stored(stores.database, clock),
        outbound=outbound,
        webhooks=webhooks,
    )
