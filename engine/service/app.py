"""The outer application: one process, one port."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute

from engine.service.access.limits import BoundedBodies
from engine.service.access.rate_headers import RateHeaders
from engine.service.background import at_work
from engine.service.pages.console_app import mount_console
from engine.service.pages.pages_of_ui import NO_CONSOLE, capture_app, console_app
from engine.service.routes import (
    capture,
    catalogue,
    desk,
    evaluation,
    feedback,
    health,
    metrics,
    policies,
    runs,
    webhooks,
)
from engine.service.runs.warming import warm_in_background
from engine.service.telemetry.logs import LoggedRequests
from engine.service.wire.headers import PageHeaders
from engine.service.wire.problems import MEDIA_TYPE, install_error_map
from engine.service.wiring import Services


def create_app(services: Services, *, console: bool = True, carries: bool = False) -> FastAPI:
    """The application of one process.

    Args:
        console: whether the console is part of it; with several workers it is a process of its own.
        carries: whether this process carries runs that wait; every command that serves does.
    """
    streamlit = console_app() if console else None

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            if streamlit is not None:
                await stack.enter_async_context(streamlit.lifespan()(_app))
            await stack.enter_async_context(at_work(services, carries=carries))
            warm_in_background(services.pipeline.workflows.values())
            yield
        services.close()

    app = FastAPI(
        title="Selfie Intelligence",
        version="1",
        lifespan=lifespan,
        openapi_url="/api/openapi.json",
        docs_url=None,  # its page would load scripts from a stranger's host
        redoc_url=None,
        generate_unique_id_function=_operation_id,
        redirect_slashes=False,  # the redirect would name the Host header's host, and http behind a proxy that has TLS
    )
    app.state.services = services
    install_error_map(app)
    _add_routes(app)
    app.mount("/capture", capture_app())
    if console:
        mount_console(app, services.settings, services.links, streamlit or NO_CONSOLE)
    app.add_middleware(RateHeaders)
    app.add_middleware(BoundedBodies, memory=services.settings.body_memory_mb * 2**20)
    app.add_middleware(PageHeaders, frame_ancestors=services.settings.frame_ancestors)
    app.add_middleware(LoggedRequests, observer=services.observer)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    return app


def _add_routes(app: FastAPI) -> None:
    parts = (
        evaluation,
        desk,
        feedback,
        runs,
        policies,
        catalogue,
        capture,
        metrics,
        webhooks,
        health,
    )
    for part in parts:
        app.include_router(part.router)

    @app.get("/", include_in_schema=False)
    def root() -> RedirectResponse:
        return RedirectResponse("/console/", 303)

    @app.get("/capture", include_in_schema=False)
    def to_capture() -> RedirectResponse:
        return RedirectResponse("/capture/", 308)


def _operation_id(route: APIRoute) -> str:
    """`feedback_search`: what generated clients call it."""
    return "_".join([*(str(tag) for tag in route.tags[:1]), route.name])


def _openapi(app: FastAPI) -> dict[str, Any]:
    """The schema, with errors as they are: problem documents, and nothing else."""
    if app.openapi_schema is None:
        schema = get_openapi(title=app.title, version=app.version, routes=app.routes)
        parts = schema.setdefault("components", {}).setdefault("schemas", {})
        for name in ("HTTPValidationError", "ValidationError"):
            parts.pop(name, None)
        parts["Problem"] = PROBLEM_SCHEMA
        for path in schema["paths"].values():
            for operation in path.values():
                _describe_errors(operation)
        app.openapi_schema = schema
    return app.openapi_schema


PROBLEM_SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "description": "A stable word."},
        "errors": {"type": "array", "items": {"type": "object"}},
    },
}


def _describe_errors(operation: dict[str, Any]) -> None:
    operation["responses"].pop("422", None)
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    operation["responses"]["default"] = {"description": "What went wrong.", "content": content}
