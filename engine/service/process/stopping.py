"""The end of a process: orderly where that is possible, and in time in any case."""

from __future__ import annotations

import os
import signal
import threading
import time

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

REQUESTS_SECONDS = 3
"""For requests that are under way when the process is told to stop; the others are refused at once."""
REST_SECONDS = 7.0
"""After that, for handing over. All in all ten seconds, after which most who stop a process kill it."""
log = structlog.get_logger("selfie.service")


class EndsInTime:
    """An application whose process is gone soon after it was told to stop, whatever still hangs.

    What hangs is a database that is away, or a provider that does not answer; nothing is lost with the process, as
    everything that matters is stored in transactions, and what it carried is taken over.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await self._app(scope, receive, send)
            return

        async def heard() -> Message:
            message = await receive()
            if message["type"] == "lifespan.shutdown":
                end_in(REST_SECONDS)
            return message

        await self._app(scope, heard, send)


def end_in(seconds: float) -> None:
    """End this process after so many seconds at the latest."""

    def end() -> None:
        time.sleep(seconds)
        log.warning("the end took too long; what hangs is left behind")
        os._exit(0)

    threading.Thread(target=end, name="end", daemon=True).start()


def end_with_parent() -> None:
    """Stop in an orderly way when the process that started this one is gone, as nobody could stop it any more."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1.0)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent", daemon=True).start()
