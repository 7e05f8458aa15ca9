"""The console as a process of its own: the same door, the same pages, no API."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI
from fastapi.responses import RedirectResponse
from starlette.types import ASGIApp

from engine.service.access.links import Links
from engine.service.pages.pages_of_ui import NO_CONSOLE, console_app
from engine.service.pages.sign_in import OwnHost, SameOrigin, SignInRequired, console_token, sign_in_routes
from engine.service.settings import Settings
from engine.service.telemetry.logs import LoggedRequests
from engine.service.wire.headers import PageHeaders
from engine.service.wire.problems import install_error_map
from engine.store.secrets import KeyRing, same


def create_console(settings: Settings) -> tuple[FastAPI, str]:
    """The application and the link with which a person signs in."""
    streamlit = console_app()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            if streamlit is not None:
                await stack.enter_async_context(streamlit.lifespan()(app))
            yield

    app = FastAPI(lifespan=lifespan, openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    install_error_map(app)

    @app.get("/")
    def root() -> RedirectResponse:
        return RedirectResponse("/console/", 303)

    links = Links(KeyRing(settings.data / "keys"), settings.public)
    mount_console(app, settings, links, streamlit or NO_CONSOLE)
    app.add_middleware(PageHeaders)
    app.add_middleware(LoggedRequests)
    if settings.sign_in == "off":
        return app, f"{settings.public}/console/"
    return app, f"{settings.public}/signin#{console_token(settings)}"


def mount_console(app: FastAPI, settings: Settings, links: Links, console: ASGIApp) -> None:
    """The console under `/console`, behind the sign-in unless that is off."""

    @app.get("/console", include_in_schema=False)
    def to_console() -> RedirectResponse:
        return RedirectResponse("/console/", 308)

    if settings.sign_in == "off":
        app.mount("/console", OwnHost(SameOrigin(console), settings.public))
        return
    cookie = links.console_cookie(console_token(settings))
    app.include_router(sign_in_routes(settings, cookie))
    app.mount("/console", SignInRequired(SameOrigin(console), lambda given: given is not None and same(given, cookie)))
