"""`/api/webhooks`: who is told, and what became of it. Only for keys that may edit, each in its own environment."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response

from engine.service.outbound.pinned_network import OutboundFailed
from engine.service.routes.auth import Editor, Parts
from engine.service.webhooks.answers import delivery_cursor, delivery_json, delivery_place, endpoint_json
from engine.service.webhooks.requests import EndpointRequest, Identity, InPath, ReplayRequest, RotateRequest
from engine.service.webhooks.shapes import (
    DeliveryPage,
    EndpointItem,
    EndpointItems,
    EndpointSecret,
    Replayed,
    SentTest,
)
from engine.service.wire.answers import page
from engine.service.wire.problems import Problem
from engine.store.deliveries import Wanted
from engine.store.endpoints import MOST_ENDPOINTS, TooManyEndpoints

router = APIRouter(prefix="/api/webhooks", tags=["webhooks"])
Json = dict[str, Any]
PAGE = 50


@router.get("/endpoints", response_model=None, responses={200: {"model": EndpointItems}})
def endpoints(services: Parts, key: Editor) -> Json:
    """Every endpoint of the key's environment, with how many deliveries wait or are dead."""
    known = services.webhooks.endpoints
    counts = known.counts(key.environment)
    return {"items": [endpoint_json(each, counts.get(each.id)) for each in known.list(key.environment)]}


@router.post("/endpoints", status_code=201, response_model=None, responses={201: {"model": EndpointSecret}})
def add(body: EndpointRequest, services: Parts, key: Editor) -> Json:
    """A new endpoint. `secret` is shown this once."""
    try:
        made, secret = services.webhooks.subscriptions.add(key.environment, body.url, body.events, body.description)
    except OutboundFailed as refused:
        raise Problem(422, "webhookRefused", f"Webhooks cannot go there: {refused.why}.") from refused
    except TooManyEndpoints as many:
        raise Problem(409, "tooManyWebhooks", f"There are {MOST_ENDPOINTS} endpoints already.") from many
    return {**endpoint_json(made), "secret": secret}


@router.delete("/endpoints/{endpoint_id}", status_code=204)
def remove(endpoint_id: InPath, services: Parts, key: Editor) -> Response:
    """Forget an endpoint and everything that was sent to it."""
    if not services.webhooks.endpoints.remove(endpoint_id, key.environment):
        raise _unknown()
    return Response(status_code=204)


@router.post("/endpoints/{endpoint_id}/rotate", response_model=None, responses={200: {"model": EndpointSecret}})
def rotate(endpoint_id: InPath, services: Parts, key: Editor, body: RotateRequest | None = None) -> Json:
    """A new `secret`, shown this once; the old one signs beside it for a while."""
    keep = timedelta(hours=(body or RotateRequest()).keep_hours)
    secret = services.webhooks.subscriptions.rotate(endpoint_id, key.environment, keep)
    if secret is None:
        raise _unknown()
    return {**_endpoint(endpoint_id, services, key), "secret": secret}


@router.post("/endpoints/{endpoint_id}/enable", response_model=None, responses={200: {"model": EndpointItem}})
def enable(endpoint_id: InPath, services: Parts, key: Editor) -> Json:
    """Send to it again after it answered 410; what is dead is sent where it is replayed."""
    if not services.webhooks.endpoints.enable(endpoint_id, key.environment):
        raise _unknown()
    return _endpoint(endpoint_id, services, key)


@router.post("/endpoints/{endpoint_id}/test", response_model=None, responses={200: {"model": SentTest}})
def test(endpoint_id: InPath, services: Parts, key: Editor) -> Json:
    """Send an event of type `test` right away, signed like any other, and tell what came of it."""
    attempt = services.webhooks.subscriptions.test(endpoint_id, key.environment)
    if attempt is None:
        raise _unknown()
    return {"delivered": attempt.arrived, "status_code": attempt.status, "error": attempt.error}


@router.post("/endpoints/{endpoint_id}/replay", response_model=None, responses={200: {"model": Replayed}})
def replay_dead(endpoint_id: InPath, services: Parts, key: Editor) -> Json:
    """Send everything again that was given up; answers how much that is."""
    endpoint = services.webhooks.endpoints.get(endpoint_id, key.environment)
    if endpoint is None:
        raise _unknown()
    if endpoint.disabled_at:
        raise Problem(409, "webhookDisabled", "The endpoint is disabled; enable it first.")
    now = services.clock.now()
    return {"replayed": services.webhooks.deliveries.replay(key.environment, now, endpoint_id=endpoint_id)}


@router.get("/deliveries", response_model=None, responses={200: {"model": DeliveryPage}})
def deliveries(
    services: Parts,
    key: Editor,
    limit: Annotated[int, Query(ge=1, le=200)] = PAGE,
    cursor: Annotated[str | None, Query(max_length=512)] = None,
    state: Literal["waiting", "delivered", "dead"] | None = None,
    eval_id: Annotated[Identity | None, Query()] = None,
    endpoint_id: Annotated[Identity | None, Query()] = None,
) -> Json:
    """What became of every event at every endpoint, newest first."""
    wanted = Wanted(key.environment, limit + 1, delivery_place(cursor), state, eval_id, endpoint_id)
    found = services.webhooks.deliveries.list(wanted)
    shown = found[:limit]
    more = len(found) > limit
    return page([delivery_json(each) for each in shown], delivery_cursor(shown[-1]) if more else None)


@router.post("/deliveries/{event_id}/replay", response_model=None, responses={200: {"model": Replayed}})
def replay(event_id: InPath, services: Parts, key: Editor, body: ReplayRequest | None = None) -> Json:
    """Send an event again, whether it arrived or was given up; answers to how many endpoints. Not to disabled ones."""
    known, now = services.webhooks.deliveries, services.clock.now()
    if not known.knows(key.environment, event_id):
        raise Problem(404, "deliveryUnknown", "There is no such event.")
    only = body.endpoint_id if body else None
    return {"replayed": known.replay(key.environment, now, event_id=event_id, endpoint_id=only)}


def _endpoint(endpoint_id: str, services: Parts, key: Editor) -> Json:
    found = services.webhooks.endpoints.get(endpoint_id, key.environment)
    if found is None:  # removed a moment ago
        raise _unknown()
    return endpoint_json(found, services.webhooks.endpoints.counts(key.environment).get(endpoint_id))


def _unknown() -> Problem:
    return Problem(404, "webhookUnknown", "There is no such endpoint.")
