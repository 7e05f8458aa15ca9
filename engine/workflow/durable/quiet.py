"""What DBOS has to say, in our own log: warnings and errors, without the values that its messages' traces may hold."""

from __future__ import annotations

import logging

import structlog

LEVELS = {logging.WARNING: "warning", logging.ERROR: "error", logging.CRITICAL: "error"}
MOST = 300
log = structlog.get_logger("selfie.durable")


class _Forwarded(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        """Say it in one line; of an exception only the kind."""
        kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        said = record.getMessage().splitlines()[0][:MOST] if record.getMessage() else ""
        getattr(log, LEVELS.get(record.levelno, "warning"))("dbos", said=said, **({"kind": kind} if kind else {}))


def forward_log() -> None:
    """Before DBOS is made: it adds a handler of its own where there is none."""
    logger = logging.getLogger("dbos")
    logger.handlers = [_Forwarded(logging.WARNING)]
    logger.propagate = False


def hush_log() -> None:
    """Before what waits is handed over: it is no news then that each was cancelled."""
    logging.getLogger("dbos").setLevel(logging.ERROR)
