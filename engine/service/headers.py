"""Headers that tell the browser what a page may do."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

CAPTURE_CSP = (
    "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
SIGN_IN_CSP = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
EVERYWHERE = {"x-content-type-options": "nosniff", "referrer-policy": "no-referrer"}
CAPTURE = {
    **EVERYWHERE,
    "cache-control": "no-cache",
    "content-security-policy": CAPTURE_CSP,
    "permissions-policy": "camera=(self), microphone=(), geolocation=()",
}
CAPTURE_ASSETS = {**CAPTURE, "cache-control": "public, max-age=31536000, immutable"}
"""Built files have their digest in their names; only the page that names them must be asked for again."""

SIGN_IN = {**EVERYWHERE, "content-security-policy": SIGN_IN_CSP, "cache-control": "no-store"}
CONSOLE = {**EVERYWHERE, "x-frame-options": "SAMEORIGIN"}
"""The console draws its own frames and scripts: a policy as strict as the Capture App's would stop it."""

API = {**EVERYWHERE, "cache-control": "no-store"}
_BY_PREFIX = (
    ("/capture/assets/", CAPTURE_ASSETS),
    ("/capture", CAPTURE),
    ("/signin", SIGN_IN),
    ("/console", CONSOLE),
    ("/api/", API),
)


class PageHeaders:
    """Adds the headers of the part of the site that an address belongs to."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        wanted = headers_for(scope["path"])

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name.lower() for name, _ in message.get("headers", [])}
                more = [(name.encode(), value.encode()) for name, value in wanted.items()]
                message["headers"] = [*message.get("headers", []), *(pair for pair in more if pair[0] not in present)]
            await send(message)

        await self._app(scope, receive, with_headers)


def headers_for(path: str) -> Mapping[str, str]:
    """Those of the first prefix that fits."""
    return next((headers for prefix, headers in _BY_PREFIX if path.startswith(prefix)), EVERYWHERE)
