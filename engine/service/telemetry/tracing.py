"""Traces by OpenTelemetry, where the operator asks for them (SELFIE_OTEL_ENDPOINT); otherwise nothing is imported.

Attributes are names of ours: routes, steps, providers, workflows, and the evaluation's id. No value that was measured
or sent, no customer, no address and no message of an error ever becomes one. Nobody outside can join a trace or choose
what is sampled: headers with a trace's context are not read.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Protocol, cast

from engine.diagnostics import Diagnostic, Location, Refused

LIBRARY = "engine.service.telemetry.tracing_otel"
Attribute = str | int | bool


class Span(Protocol):
    """One piece of work in a trace."""

    def rename(self, name: str) -> None:
        """Name it once that is known."""

    def note(self, **attributes: Attribute) -> None:
        """Say more of it; names have underscores here and dots in the trace."""

    def fail(self, kind: str) -> None:
        """Say that it went wrong, by the kind of error alone."""


class NoSpan:
    """Where nobody wants a trace."""

    def rename(self, name: str) -> None:
        """Nothing."""

    def note(self, **attributes: Attribute) -> None:
        """Nothing."""

    def fail(self, kind: str) -> None:
        """Nothing."""


class Tracing:
    """Traces nothing."""

    @contextmanager
    def span(self, name: str, **attributes: Attribute) -> Iterator[Span]:  # noqa: ARG002 - told to who listens
        """A piece of work within the one around it."""
        yield NoSpan()

    def close(self) -> None:
        """Send what is left."""


def tracing_to(endpoint: str | None) -> Tracing:
    """Traces to this address of a collector (OTLP over HTTP); raises `Refused` where the package is missing."""
    if endpoint is None:
        return Tracing()
    try:
        return cast("Tracing", import_module(LIBRARY).traces_to(endpoint))
    except ImportError as missing:
        message = "`SELFIE_OTEL_ENDPOINT` is set, but the package that sends traces is not installed"
        hint = "install `selfie-intelligence[otel]`, or take the setting away"
        raise Refused([Diagnostic("no-tracing", message, Location("environment"), hint)]) from missing
