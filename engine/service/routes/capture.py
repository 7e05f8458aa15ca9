"""`/api/capture/sessions`: the person's browser, with the session's token in the Authorization header."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, Request, Response

from engine.service.capture.session_access import Browser
from engine.service.evidence.sent import kept_headers
from engine.service.routes.auth import Parts, SessionToken, address_of
from engine.service.wire.capture_requests import (
    ChallengeRequest,
    ConsentRequest,
    DeclineRequest,
    FramesRequest,
    OpenRequest,
    PasskeyOptionsRequest,
    PasskeyRequest,
    SubmitRequest,
)
from engine.service.wire.shapes import Standing
from engine.service.wiring import Services

router = APIRouter(prefix="/api/capture/sessions", tags=["capture"])
Json = dict[str, Any]

SESSION_COOKIE = "selfie_session"
DEVICE_COOKIE = "selfie_device"
COOKIE_PATH = "/api/capture"
YEAR = 365 * 24 * 3600
STANDING: dict[int | str, Json] = {200: {"model": Standing}}


@router.get("/state", response_model=None, responses=STANDING)
def state(request: Request, services: Parts, token: SessionToken) -> Json:
    """Where the session stands. Changes nothing."""
    return services.capturing.state(token, _browser(request))


@router.post("/open", response_model=None, responses=STANDING)
def open_session(body: OpenRequest, request: Request, response: Response, services: Parts, token: SessionToken) -> Json:
    """Bind the session to this browser, or continue in it."""
    opened = services.capturing.open(token, _browser(request), body.handoff)
    if opened.cookie:
        _set_cookie(response, services, SESSION_COOKIE, opened.cookie, None)
    if opened.device_cookie:
        _set_cookie(response, services, DEVICE_COOKIE, opened.device_cookie, YEAR)
    return opened.body


@router.post("/consent", response_model=None, responses=STANDING)
def consent(body: ConsentRequest, request: Request, services: Parts, token: SessionToken) -> Json:
    """The person agreed."""
    return services.capturing.consent(token, _browser(request), body.version, body.agreed)


@router.post("/challenge", response_model=None, responses=STANDING)
def challenge(body: ChallengeRequest, request: Request, services: Parts, token: SessionToken) -> Json:
    """Begin a take: its nonce and key, and what is asked in it. Again begins a new one."""
    return services.capturing.takes.draw(token, _browser(request), body.choice)


@router.post("/frames", response_model=None, responses=STANDING)
def frames(body: FramesRequest, request: Request, services: Parts, token: SessionToken) -> Json:
    """What was captured in the take, once."""
    return services.capturing.takes.frames(token, _browser(request), body)


@router.post("/submit", response_model=None, responses=STANDING)
def submit(body: SubmitRequest, request: Request, services: Parts, token: SessionToken) -> Json:
    """Use the session up. Never tells the decision."""
    return services.capturing.submitting.submit(token, _browser(request), body)


@router.post("/passkey/options", response_model=None, responses=STANDING)
def passkey_options(body: PasskeyOptionsRequest, request: Request, services: Parts, token: SessionToken) -> Json:
    """What the browser's authenticator is to do, where the workflow offers a passkey; after frames, before submit."""
    return services.capturing.passkeys.options(token, _browser(request), body.nonce)


@router.post("/passkey", response_model=None, responses=STANDING)
def passkey(body: PasskeyRequest, request: Request, services: Parts, token: SessionToken) -> Json:
    """What the authenticator answered. A wrong answer stops nobody; it is told to the policy."""
    return services.capturing.passkeys.answer(token, _browser(request), body)


@router.post("/decline", response_model=None, responses=STANDING)
def decline(_body: DeclineRequest, request: Request, services: Parts, token: SessionToken) -> Json:
    """The person does not want to."""
    return services.capturing.decline(token, _browser(request))


def _browser(request: Request) -> Browser:
    cookies = request.cookies
    return Browser(cookies.get(SESSION_COOKIE), cookies.get(DEVICE_COOKIE), kept_headers(request), address_of(request))


def _set_cookie(response: Response, services: Services, name: str, value: str, max_age: int | None) -> None:
    """Only for our own pages; or, where another site may frame them, kept apart for each such site (CHIPS).

    Another site's page cannot use the cookie alone: every request needs the session's token besides.
    """
    framed = services.settings.framed
    secure = services.settings.public.startswith("https:")
    same: Literal["none", "strict"] = "none" if framed else "strict"
    response.set_cookie(name, value, max_age=max_age, path=COOKIE_PATH, secure=secure, httponly=True, samesite=same)
    if framed:  # Python's own cookies know the attribute from 3.14 on
        key, cookie = response.raw_headers.pop()
        response.raw_headers.append((key, cookie + b"; Partitioned"))
