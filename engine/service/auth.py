"""Who calls: a bearer key of one environment."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from engine.service.problems import Problem
from engine.service.wiring import Services
from engine.store.api_keys import ApiKey

MAX_SECRET = 1024
_bearer = HTTPBearer(auto_error=False, scheme_name="API key", description="A key made by `selfie keys create`.")
_session_bearer = HTTPBearer(
    auto_error=False, scheme_name="Session token", description="The token in a capture link's fragment."
)


def services_of(request: Request) -> Services:
    """This process's parts."""
    found: Services = request.app.state.services
    return found


def _unauthorized() -> Problem:
    detail = "A valid bearer key is needed."
    return Problem(401, "unauthorized", detail, headers={"WWW-Authenticate": "Bearer"})


def caller(
    services: Annotated[Services, Depends(services_of)],
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
) -> ApiKey:
    """The key that was sent; raises `Problem` 401."""
    if credentials is None or not 0 < len(credentials.credentials) <= MAX_SECRET:
        raise _unauthorized()
    key = services.keys.find(credentials.credentials)
    if key is None:
        raise _unauthorized()
    return key


def editor(key: Annotated[ApiKey, Depends(caller)]) -> ApiKey:
    """A key that may save policies; raises `Problem` 403."""
    if not key.edits_policies:
        raise Problem(403, "keyMayNot", "This key may not save policies.")
    return key


def session_token(
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_session_bearer)],
) -> str:
    """The token of a capture session; raises `Problem` 404 where there is none."""
    if credentials is None or not 0 < len(credentials.credentials) <= MAX_SECRET:
        raise Problem(404, "sessionUnknown", "There is no capture session for this link.")
    return credentials.credentials


Parts = Annotated[Services, Depends(services_of)]
Caller = Annotated[ApiKey, Depends(caller)]
Editor = Annotated[ApiKey, Depends(editor)]
SessionToken = Annotated[str, Depends(session_token)]
