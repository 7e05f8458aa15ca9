"""Providers get ready while the service starts, so that the first person does not wait for models to load."""

from __future__ import annotations

import threading
from collections.abc import Iterable

import structlog

from engine.contracts import ModelUnavailable, SignalProvider
from engine.service.runs.pipeline import BoundWorkflow

log = structlog.get_logger("selfie.service")


def warm_in_background(workflows: Iterable[BoundWorkflow]) -> threading.Thread:
    """Call `warm()` of each provider that has it, in a thread of its own. Nothing that fails there stops the start."""
    providers = {provider.name: provider for bound in workflows for provider in bound.providers}
    thread = threading.Thread(target=_warm, args=(tuple(providers.values()),), name="warming", daemon=True)
    thread.start()
    return thread


def _warm(providers: tuple[SignalProvider, ...]) -> None:
    for provider in providers:
        warm = getattr(provider, "warm", None)  # a provider may have nothing to load
        if warm is None:
            continue
        try:
            warm()
        except ModelUnavailable as absent:
            log.warning("a provider starts without its model", provider=provider.name, reason=str(absent))
        except Exception as error:  # a provider's mistake must not stop the others
            log.error("a provider could not get ready", provider=provider.name, kind=type(error).__name__)
