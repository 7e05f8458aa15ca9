"""The log: one line an event, never an image, a feature, a token or a personal field.

Requests are logged by their route's pattern, not by their address, and nothing of their content but the evaluation that
they are about: its id was drawn by chance and opens nothing.
"""

from __future__ import annotations

import logging
import re
import sys
import time
import uuid
from contextvars import ContextVar
from typing import Any

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.service.settings import Settings
from engine.service.telemetry.metrics import METHODS
from engine.service.telemetry.observing import Observer

log = structlog.get_logger("selfie.request")
LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


def log_aside() -> None:
    """Lines on standard error, for a command whose standard output somebody reads."""
    structlog.configure(logger_factory=_to_standard_error)


def _to_standard_error(*_: object) -> structlog.PrintLogger:
    return structlog.PrintLogger(sys.stderr)  # as it is then: it may be replaced


def configure_log(settings: Settings) -> None:
    """Lines for a person or JSON for a machine, on standard error."""
    form: list[Any] = [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    if settings.log_format == "json":
        form = [structlog.processors.JSONRenderer()]
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s", force=True)
    logging.captureWarnings(settings.log_format == "json")
    if settings.log_format == "json":
        for handler in logging.root.handlers:
            handler.setFormatter(_as_json())
    logging.getLogger("alembic").setLevel(logging.WARNING)
    # It writes addresses of people and whole paths, and the console's library switches it on whatever uvicorn was told.
    logging.getLogger("uvicorn.access").disabled = True
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *form,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[settings.log_level]),
        logger_factory=_to_standard_error,
        cache_logger_on_first_use=False,
    )


def _as_json() -> logging.Formatter:
    """What libraries and providers say by Python's own logging, which else would stand between the lines as it is."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
    )


_EVAL_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_told: ContextVar[dict[str, str] | None] = ContextVar("told", default=None)


def remember(eval_id: str) -> None:
    """Say which evaluation this request is about: it stands in the request's own line, and in those that follow."""
    structlog.contextvars.bind_contextvars(eval_id=eval_id)
    told = _told.get()  # one object for the request and for the threads that answer it
    if told is not None:
        told["eval_id"] = eval_id


class LoggedRequests:
    """One line a request: method, route pattern, status, milliseconds, and an id that the answer carries too."""

    def __init__(
        self,
        app: ASGIApp,
        observer: Observer | None = None,
        quiet: tuple[str, ...] = ("/console", "/healthz", "/readyz", "/metrics"),
    ) -> None:
        self._app = app
        self._observer = observer or Observer()
        self._quiet = quiet

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(self._quiet):
            await self._app(scope, receive, send)
            return
        request_id, status, started = uuid.uuid4().hex[:16], 500, time.perf_counter()
        told: dict[str, str] = {}
        before = _told.set(told)

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", []), (b"x-request-id", request_id.encode())]
            await send(message)

        with (
            structlog.contextvars.bound_contextvars(request_id=request_id),
            self._observer.tracing.span("request", request_id=request_id) as span,
        ):
            try:
                await self._app(scope, receive, noted)
            finally:
                _told.reset(before)
                method, route, spent = scope["method"], _pattern(scope), time.perf_counter() - started
                told = _asked_for(scope) | told
                self._observer.metrics.requested(method, route, status, spent)
                span.rename(f"{method if method in METHODS else 'other'} {route}")
                span.note(status=status, **told)
                log.info("request", method=method, route=route, status=status, ms=round(spent * 1000, 1), **told)


def _asked_for(scope: Scope) -> dict[str, str]:
    """The evaluation that the address names, where it is the name of one and not just any text."""
    named = str(scope.get("path_params", {}).get("eval_id", ""))
    return {"eval_id": named} if _EVAL_ID.fullmatch(named) else {}


def _pattern(scope: Scope) -> str:
    """The route as it was declared; an address may hold anything, so one without a route is not repeated."""
    return str(getattr(scope.get("route"), "path", "") or scope.get("root_path") or "(none)")
