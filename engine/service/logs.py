"""The log: one line an event, never an image, a feature, a token or a personal field.

Requests are logged by their route's pattern, not by their address, and nothing of their content.
"""

from __future__ import annotations

import logging
import sys
import time
import uuid
from typing import Any

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.service.settings import Settings

log = structlog.get_logger("selfie.request")
LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


def configure_log(settings: Settings) -> None:
    """Lines for a person or JSON for a machine, on standard error."""
    form: list[Any] = [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    if settings.log_format == "json":
        form = [structlog.processors.JSONRenderer()]
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s", force=True)
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
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),  # as it is then: it may be replaced
        cache_logger_on_first_use=False,
    )


class LoggedRequests:
    """One line a request: method, route pattern, status, milliseconds, and an id that the answer carries too."""

    def __init__(self, app: ASGIApp, quiet: tuple[str, ...] = ("/console", "/healthz", "/readyz")) -> None:
        self._app = app
        self._quiet = quiet

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(self._quiet):
            await self._app(scope, receive, send)
            return
        request_id, status, started = uuid.uuid4().hex[:16], 500, time.perf_counter()

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", []), (b"x-request-id", request_id.encode())]
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, noted)
            finally:
                spent = round((time.perf_counter() - started) * 1000, 1)
                log.info("request", method=scope["method"], route=_pattern(scope), status=status, ms=spent)


def _pattern(scope: Scope) -> str:
    """The route as it was declared; an address may hold anything, so one without a route is not repeated."""
    return str(getattr(scope.get("route"), "path", "") or scope.get("root_path") or "(none)")
