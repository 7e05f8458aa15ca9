"""Every answer tells how many requests are left to whom it was counted for, whatever became of the request."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.service.access.rates import SCOPE_KEY, Count


class RateHeaders:
    """Adds the headers to answers that were counted."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            count = scope.get(SCOPE_KEY)
            if message["type"] == "http.response.start" and isinstance(count, Count):
                more = [(name.lower().encode(), value.encode()) for name, value in count.headers().items()]
                message["headers"] = [*message.get("headers", []), *more]
            await send(message)

        await self._app(scope, receive, with_headers)
