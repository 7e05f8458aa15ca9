"""One error map: whatever goes wrong becomes `application/problem+json` (RFC 9457); none of it repeats the input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from obstore.exceptions import BaseError as BlobError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.routing import Match

from engine.diagnostics import Refused

MEDIA_TYPE = "application/problem+json"
MAX_ERRORS = 50
UNAVAILABLE: tuple[type[Exception], ...] = (OperationalError, InterfaceError, PoolTimeout, BlobError)
"""What drivers raise where a store cannot be reached or has no room. A row that was refused is none of these."""
log = structlog.get_logger("selfie.service")


class Problem(Exception):  # noqa: N818 - the word of the RFC
    """An answer that is no success. `code` is stable; `detail` is a sentence for a person."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        errors: Sequence[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = errors
        self.headers = dict(headers or {})

    def to_json(self) -> dict[str, Any]:
        """The body."""
        title = HTTPStatus(self.status).phrase
        body = {
            "type": f"urn:selfie:problem:{self.code}",
            "title": title,
            "status": self.status,
            "detail": _sendable(self.detail),
            "code": self.code,
        }
        if not self.errors:
            return body
        errors = [{name: _sendable(value) for name, value in error.items()} for error in self.errors[:MAX_ERRORS]]
        return {**body, "errors": errors}

    def response(self) -> JSONResponse:
        """The answer itself."""
        return JSONResponse(self.to_json(), self.status, self.headers, MEDIA_TYPE)


def _sendable(value: Any) -> Any:
    """A name that came with the request may hold half a surrogate pair, which no answer can carry."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def busy(detail: str) -> Problem:
    """503 with the time after which to try again."""
    return Problem(503, "busy", detail, headers={"Retry-After": "2"})


def refused(error: Refused, code: str, detail: str) -> Problem:
    """422 with every diagnostic of a document."""
    return Problem(422, code, detail, errors=[diagnostic.to_json() for diagnostic in error.diagnostics])


_UNREADABLE = "There was an error parsing the body"
"""What FastAPI says of JSON that is not UTF-8, is compressed, or has a number of thousands of digits."""
_CODES = {400: "badRequest", 401: "unauthorized", 403: "forbidden", 404: "notFound", 405: "methodNotAllowed"}


def install_error_map(app: FastAPI) -> None:
    """Every exception that leaves a route ends here."""

    @app.exception_handler(Problem)
    async def problem(_request: Request, error: Problem) -> JSONResponse:
        return error.response()

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> JSONResponse:
        if error.detail == _UNREADABLE:
            return _no_json().response()
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            error.headers = {"Allow": ", ".join(_methods_of(request))}
        code = _CODES.get(error.status_code, "httpError")
        return Problem(error.status_code, code, _sentence(code, error), headers=error.headers).response()

    @app.exception_handler(RequestValidationError)
    async def invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        found = error.errors()
        if isinstance(error.body, bytes) and any(tuple(each["loc"]) == ("body",) for each in found):
            detail = "The body must be JSON, and the request must say so: Content-Type: application/json."
            return Problem(415, "notJson", detail).response()
        return invalid_body(found).response()

    for away in UNAVAILABLE:
        app.add_exception_handler(away, _store_away)

    @app.exception_handler(Exception)
    async def unforeseen(_request: Request, error: Exception) -> JSONResponse:
        # The message may hold what the person sent; the kind and the place are enough to find the mistake.
        log.error("unforeseen error", kind=type(error).__name__, at=_place(error))
        return Problem(500, "internalError", "Something went wrong on our side.").response()


async def _store_away(_request: Request, error: Exception) -> JSONResponse:
    """The database or the frames' store is away, or full: nothing was kept, and the same request may come again."""
    cause = getattr(error, "orig", None) or error
    why = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None)
    log.error("a store is unavailable", kind=type(cause).__name__, why=why, at=_place(error))
    detail = "What came could not be stored. Nothing was decided; the same request may come again."
    return Problem(503, "storeUnavailable", detail, headers={"Retry-After": "5"}).response()


def invalid_body(found: Sequence[Any]) -> Problem:
    """422 with the place and kind of each mistake; the value itself is left out, it may be personal."""
    if any(error["type"] in {"json_invalid", "json_type"} for error in found):
        return _no_json()
    return Problem(422, "badRequest", "The request is not as the contract says.", errors=_places(found))


def invalid_part(name: str, found: Sequence[Any]) -> Problem:
    """The same for JSON text that stands inside a body under `name`."""
    detail = f"The {name} is not as the contract says."
    return Problem(422, "badRequest", detail, errors=_places([{**each, "loc": (name, *each["loc"])} for each in found]))


def _no_json() -> Problem:
    return Problem(400, "badJson", "The body is not JSON in UTF-8.", errors=[{"code": "json_invalid"}])


def message_of(error: Mapping[str, Any]) -> str:
    """What a mistake is, for a person."""
    if error["type"] == "model_attributes_type":
        return "a JSON object is needed here"
    return str(error["msg"]).removeprefix("Value error, ")


def _places(found: Sequence[Any]) -> list[dict[str, Any]]:
    return [
        {"at": ".".join(str(part)[:64] for part in error["loc"]), "code": error["type"], "message": message_of(error)}
        for error in found[:MAX_ERRORS]
    ]


def _methods_of(request: Request) -> list[str]:
    """All that this address takes; the router itself names those of one of its routes only."""
    routes = request.app.router.routes
    return [
        method
        for method in ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in routes)
    ]


def _sentence(code: str, error: HTTPException) -> str:
    return {
        "notFound": "There is nothing at this address.",
        "methodNotAllowed": "This address does not take this method.",
        "badRequest": "The request cannot be read.",
    }.get(code, HTTPStatus(error.status_code).phrase)


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
