"""The console's door: a token made on first start, a signed cookie, and a small form."""

from __future__ import annotations

from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from importlib import resources
from urllib.parse import parse_qs, urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from engine.service.settings import Settings, is_loopback
from engine.service.wire.problems import Problem
from engine.store.secrets import same, secret_text

COOKIE = "selfie_console"
MAX_FORM = 4096
_TYPES = {"signin.js": "text/javascript", "signin.css": "text/css"}


def console_token(settings: Settings) -> str:
    """The sign-in token of this data folder."""
    return secret_text(settings.data / "console.token")[0]


class SignInRequired:
    """Lets nobody through to the console, page or websocket, who did not sign in."""

    def __init__(self, app: ASGIApp, is_signed_in: Callable[[str | None], bool]) -> None:
        self._app = app
        self._is_signed_in = is_signed_in

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or self._is_signed_in(_cookie(scope)):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 4401})
        elif scope["method"] in {"GET", "HEAD"} and b"text/html" in dict(scope["headers"]).get(b"accept", b""):
            await RedirectResponse("/signin", 303)(scope, receive, send)
        else:
            await Problem(401, "signInNeeded", "Sign in to the console first.").response()(scope, receive, send)


class SameOrigin:
    """Closes websockets that another site's page opens; Streamlit would ask a stranger's host for its own address."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" and not _is_same_origin(dict(scope["headers"])):
            await send({"type": "websocket.close", "code": 4403})
            return
        await self._app(scope, receive, send)


class OwnHost:
    """Where there is no sign-in: answers who asks for a name of this machine, or for the public one.

    A stranger's page can let its own name stand for a loopback address, and would then be of the same origin.
    """

    def __init__(self, app: ASGIApp, public: str) -> None:
        self._app = app
        self._public = urlsplit(public).hostname

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or self._is_own(dict(scope["headers"]).get(b"host", b"").decode("latin-1")):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 4403})
        else:
            await Problem(403, "forbidden", "Open the console by the address that the service printed.").response()(
                scope, receive, send
            )

    def _is_own(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        return name == self._public or is_loopback(name)


def _is_same_origin(headers: dict[bytes, bytes]) -> bool:
    """Whether the page's origin names the host that was asked. A client that is no browser sends no origin."""
    origin = headers.get(b"origin")
    return origin is None or origin.partition(b"://")[2] == headers.get(b"host")


def _cookie(scope: Scope) -> str | None:
    jar: SimpleCookie = SimpleCookie()
    try:
        for name, value in scope.get("headers", ()):
            if name == b"cookie":
                jar.load(value.decode("latin-1"))
    except CookieError:
        return None
    return jar[COOKIE].value if COOKIE in jar else None


def sign_in_routes(settings: Settings, cookie: str) -> APIRouter:
    """`/signin` and what its page needs. `cookie` is the value that stands for having known the token."""
    router = APIRouter(include_in_schema=False)
    token = console_token(settings)

    @router.get("/signin")
    def form() -> HTMLResponse:
        return HTMLResponse(_page("signin.html"))

    @router.get("/signin/{file}")
    def asset(file: str) -> Response:
        if file not in _TYPES:
            raise Problem(404, "notFound", "There is nothing at this address.")
        return Response(_page(file), media_type=_TYPES[file])

    @router.post("/signin")
    async def sign_in(request: Request) -> Response:
        given = await _given_token(request)
        if not same(given, token):
            return HTMLResponse(_page("signin.html").replace("<main", '<main data-wrong="true"', 1), 403)
        answer = RedirectResponse("/console/", 303)
        secure = settings.public.startswith("https:")
        answer.set_cookie(COOKIE, cookie, httponly=True, samesite="strict", secure=secure, path="/console")
        return answer

    return router


async def _given_token(request: Request) -> str:
    """The form's one field, read within a bound."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM:
            raise Problem(413, "bodyTooLarge", "A sign-in is small.")
    return (parse_qs(body.decode("utf-8", "replace")).get("token") or [""])[0].strip()


def _page(name: str) -> str:
    return (resources.files("engine.service") / "pages" / name).read_text(encoding="utf-8")
