"""Who calls: a bearer key of one environment."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from engine.service.access.addresses import person_address
from engine.service.wire.problems import Problem
from engine.service.wiring import Services
from engine.store.api_keys import ApiKey
from engine.store.secrets import fingerprint

MAX_SECRET = 1024
_bearer = HTTPBearer(auto_error=False, scheme_name="ApiKey", description="A key made by `selfie keys create`.")
_session_bearer = HTTPBearer(
    auto_error=False, scheme_name="SessionToken", description="The token in a capture link's fragment."
)


def services_of(request: Request) -> Services:
    """This process's parts."""
    found: Services = request.app.state.services
    return found


async def _parts(request: Request) -> Services:
    """Without a thread of its own, which a plain function would get."""
    return services_of(request)


def _unauthorized() -> Problem:
    detail = "A valid bearer key is needed."
    return Problem(401, "unauthorized", detail, headers={"WWW-Authenticate": "Bearer"})


def address_of(request: Request) -> str | None:
    """Where the person or the caller comes from."""
    client, proxies = request.client, services_of(request).settings.trusted_proxies
    return person_address(client.host if client else None, request.headers.getlist("x-forwarded-for"), proxies)


def caller(
    request: Request,
    services: Annotated[Services, Depends(_parts)],
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
) -> ApiKey:
    """The key that was sent; raises `Problem` 401, 429 for too many requests, 422 for a parameter that is not there."""
    sent = credentials.credentials if credentials else ""
    key = services.keys.find(sent) if 0 < len(sent) <= MAX_SECRET else None
    if key is None:
        services.rates.refused(request.scope, address_of(request))
        raise _unauthorized()
    services.rates.admit_key(request.scope, key.id)
    _must_know_query(request)
    return key


def _must_know_query(request: Request) -> None:
    """Raises `Problem` 422 for a parameter that the address does not take: a filter left out by a slip finds all."""
    if not request.url.query:
        return
    known = {each.alias for each in request.scope["route"].dependant.query_params}
    sent = [name for name, _ in request.query_params.multi_items()]
    unknown = [(name, "extra_forbidden", "there is no such parameter") for name in sent if name not in known]
    twice = [(name, "given_twice", "it is given more than once") for name in {*sent} & known if sent.count(name) > 1]
    if unknown or twice:
        errors = [{"at": f"query.{name[:64]}", "code": code, "message": why} for name, code, why in unknown + twice]
        raise Problem(422, "badRequest", "The request is not as the contract says.", errors=errors)


def editor(key: Annotated[ApiKey, Depends(caller)]) -> ApiKey:
    """A key that may save policies; raises `Problem` 403."""
    if not key.edits_policies:
        raise Problem(403, "keyMayNot", "This key may not save policies.")
    return key


def session_token(
    request: Request,
    services: Annotated[Services, Depends(_parts)],
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_session_bearer)],
) -> str:
    """The token of a capture session; raises `Problem` 404 where there is none, 429 after too many requests."""
    sent = credentials.credentials if credentials else ""
    services.rates.admit_capture(request.scope, address_of(request), fingerprint(sent))
    if not 0 < len(sent) <= MAX_SECRET:
        raise Problem(404, "sessionUnknown", "There is no capture session for this link.")
    return sent


Parts = Annotated[Services, Depends(_parts)]
Caller = Annotated[ApiKey, Depends(caller)]
Editor = Annotated[ApiKey, Depends(editor)]
SessionToken = Annotated[str, Depends(session_token)]
