"""`/metrics`: for whom the operator lets see them; for everybody else there is nothing here.

Without a setting only this machine may ask, and only where people reach the service on this machine too: behind a proxy
every connection comes from a neighbour, so that an address alone would open the door to all.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response

from engine.service.routes.auth import Parts
from engine.service.settings import Settings, is_loopback
from engine.service.wire.problems import Problem
from engine.store.secrets import same

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
FORWARDED = frozenset({"forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"})
router = APIRouter()


@router.get("/metrics", include_in_schema=False)
def metrics(request: Request, services: Parts) -> Response:
    """In Prometheus' text format."""
    _must_be_allowed(request, services.settings)
    return Response(services.observer.metrics.text(services.stored), media_type=MEDIA_TYPE)


def _must_be_allowed(request: Request, settings: Settings) -> None:
    if settings.metrics_token is not None:
        sent = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not same(sent, settings.metrics_token):
            raise Problem(
                401, "unauthorized", "The token of the metrics is needed.", headers={"WWW-Authenticate": "Bearer"}
            )
    elif settings.metrics == "off" or (settings.metrics == "local" and not _is_local(request, settings)):
        raise Problem(404, "notFound", "There is nothing at this address.")


def _is_local(request: Request, settings: Settings) -> bool:
    public = urlsplit(settings.public).hostname or ""
    return (
        request.client is not None
        and is_loopback(request.client.host)
        and is_loopback(public)
        and not FORWARDED & {name.lower() for name in request.headers}
    )
