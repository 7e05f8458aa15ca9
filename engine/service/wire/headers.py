"""Headers that tell the browser what a page may do."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

CAPTURE_CSP = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; "
    "trusted-types selfie-guide; frame-ancestors "
)
"""As the page's own (ui/capture/vite.config.ts), and whom it lets frame it, which only a header can say."""

NOBODY = "'none'"

SIGN_IN_CSP = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
EVERYWHERE = {"x-content-type-options": "nosniff", "referrer-policy": "no-referrer"}
CAPTURE = {
    **EVERYWHERE,
    "cache-control": "no-cache",
    "content-security-policy": CAPTURE_CSP + NOBODY,
    "permissions-policy": ", ".join(
        [f"{used}=(self)" for used in ("camera", "publickey-credentials-create", "publickey-credentials-get")]
        + [f"{unused}=()" for unused in ("microphone", "geolocation", "display-capture", "payment", "usb")]
    ),
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

    def __init__(self, app: ASGIApp, frame_ancestors: str | None = None) -> None:
        self._app = app
        self._ancestors = frame_ancestors or NOBODY

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        wanted = headers_for(scope["path"], self._ancestors)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name.lower() for name, _ in message.get("headers", [])}
                more = [(name.encode(), value.encode()) for name, value in wanted.items()]
                message["headers"] = [*message.get("headers", []), *(pair for pair in more if pair[0] not in present)]
            await send(message)

        await self._app(scope, receive, with_headers)


def headers_for(path: str, ancestors: str = NOBODY) -> Mapping[str, str]:
    """Those of the first prefix that fits; `ancestors` are the origins that may frame the Capture App."""
    headers = next((headers for prefix, headers in _BY_PREFIX if path.startswith(prefix)), EVERYWHERE)
    if path.startswith("/capture"):
        return {**headers, "content-security-policy": CAPTURE_CSP + ancestors}
    return headers
