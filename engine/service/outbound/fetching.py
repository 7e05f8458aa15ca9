"""What an `http` step of a workflow asks of an outside service."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from json import dumps
from typing import Any
from urllib.parse import urlencode

import structlog

from engine.logic.strict_json import BadJson, read_json
from engine.service.outbound.calls import Outbound, Reply
from engine.service.outbound.pinned_network import Deadline, OutboundFailed
from engine.workflow.flow import FetchFailed
from engine.workflow.steps import Http

SECRET = "SELFIE_HTTP_SECRET_"  # noqa: S105 - the beginning of a variable's name
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 2.0
_BUSY = 429
_BROKEN = 500
log = structlog.get_logger("selfie.outbound")


class Fetching:
    """Asks outside services.

    Args:
        hosts: those that may be asked, `name` or `name:port`.
        secrets: the environment, of which the variables `SELFIE_HTTP_SECRET_…` are read.
    """

    def __init__(
        self,
        outbound: Outbound,
        hosts: Sequence[str],
        secrets: Mapping[str, str],
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._outbound = outbound
        self._hosts = hosts
        self._secrets = {name: value for name, value in secrets.items() if name.startswith(SECRET)}
        self._sleep = sleep

    def refused(self, step: Http) -> str | None:
        """Why this step can never be answered as the service is set up; None where it can."""
        try:
            self._must_be_allowed(step)
            self._headers(step)
        except FetchFailed as wrong:
            return str(wrong)
        except OutboundFailed as wrong:
            return wrong.why
        return None

    def fetch(self, step: Http, sent: Mapping[str, Any]) -> Any:
        """The JSON answer; raises `FetchFailed`. The step's timeout is for all attempts together."""
        deadline = Deadline.after(step.timeout.total_seconds())
        try:
            self._must_be_allowed(step)
            return _json(self._answered(self._request(step, sent), sent, deadline))
        except OutboundFailed as failed:
            raise FetchFailed(failed.why) from failed

    def _must_be_allowed(self, step: Http) -> None:
        if not self._outbound.checked(step.url).is_named(self._hosts):
            raise FetchFailed("its host is not among those that may be asked")

    def _request(self, step: Http, sent: Mapping[str, Any]) -> Http:
        return replace(step, url=_with_query(step.url, sent)) if step.method == "GET" else step

    def _answered(self, step: Http, sent: Mapping[str, Any], deadline: Deadline) -> Reply:
        """The first answer that is none of a service in trouble."""
        headers, body = self._headers(step), b"" if step.method == "GET" else _body(sent)
        for attempt in range(step.retries + 1):
            failed, pause = "", 0.0
            try:
                reply = self._outbound.send(step.method, step.url, headers=headers, body=body, within=deadline.left())
                if reply.status != _BUSY and reply.status < _BROKEN:
                    return reply
                failed, pause = f"answered {reply.status}", _asked_pause(reply)
            except OutboundFailed as nothing:
                if not nothing.temporary:
                    raise
                failed = nothing.why
            log.info("an outside service did not answer", step=step.id, attempt=attempt + 1, why=failed)
            if attempt < step.retries:
                backoff = min(FIRST_PAUSE * 2**attempt, LONGEST_PAUSE) * random.uniform(0.5, 1.5)  # noqa: S311 - a pause
                self._pause(max(pause, backoff), deadline, failed)
        raise FetchFailed(failed)

    def _pause(self, seconds: float, deadline: Deadline, failed: str) -> None:
        if seconds >= deadline.left():
            raise FetchFailed(failed)
        self._sleep(seconds)

    def _headers(self, step: Http) -> dict[str, str]:
        headers = {"Accept": "application/json", "User-Agent": "Selfie-Intelligence/1"}
        if step.method == "POST":
            headers["Content-Type"] = "application/json"
        if step.secret:
            headers["Authorization"] = f"Bearer {self._secret(step.secret)}"
        return headers

    def _secret(self, name: str) -> str:
        value = self._secrets.get(f"{SECRET}{name.upper()}", "")
        if not value or not value.isascii() or not value.isprintable():
            raise FetchFailed("its secret is not set")
        return value


def _body(sent: Mapping[str, Any]) -> bytes:
    try:
        return dumps(dict(sent), allow_nan=False, separators=(",", ":")).encode()
    except (ValueError, TypeError) as unsendable:
        raise FetchFailed("what is to be sent is no JSON") from unsendable


def _with_query(url: str, sent: Mapping[str, Any]) -> str:
    """Unknown values are left out; a list is its members."""
    query = urlencode({name: _texts(value) for name, value in sent.items() if value is not None}, doseq=True)
    if not query:
        return url
    return f"{url}{'&' if '?' in url else '?'}{query}"


def _texts(value: Any) -> list[str]:
    if isinstance(value, list | tuple):
        return [text for member in value for text in _texts(member)]
    return [] if value is None else [value if isinstance(value, str) else dumps(value)]


def _asked_pause(reply: Reply) -> float:
    """Seconds that the service asks to be left alone."""
    text = reply.headers.get("retry-after", "")
    return float(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0.0


def _json(reply: Reply) -> Any:
    if not 200 <= reply.status < 300:
        raise FetchFailed(f"answered {reply.status}")
    if reply.headers.get("content-encoding", "identity").lower() != "identity":
        raise FetchFailed("the answer is packed")
    try:
        return read_json(reply.body.decode("utf-8"))
    except (BadJson, UnicodeDecodeError) as broken:
        raise FetchFailed("the answer is not JSON as we take it") from broken
