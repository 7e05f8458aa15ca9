"""One question to the service: within a time limit, a bounded number of attempts, and a bounded answer."""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import httpx

from acme_liveness.answer import score_of
from acme_liveness.breaker import ServiceFailed
from acme_liveness.settings import Settings

PATH = "/v1/liveness"
MAX_ANSWER = 64 * 1024
"""Bytes. An answer has about twenty."""
BACKOFF = 0.1
"""Seconds of the longest pause before the second attempt; it doubles from there."""
_PASSES = frozenset({429, 500, 502, 503, 504})
"""Statuses of a trouble that may pass."""


class QuestionRefused(Exception):  # noqa: N818 - not an error of the service
    """The service is well and does not want this question: a wrong key, a picture that it does not take."""


class _Passing(ServiceFailed):
    """A failure after which asking again may help and does no harm."""


class LivenessService:
    """Asks the service. Holds no connection, thread or event loop between questions; safe from several threads."""

    def __init__(self, settings: Settings, jitter: Callable[[], float] = random.random) -> None:
        self._settings = settings
        self._jitter = jitter
        self._tls = httpx.create_ssl_context()

    def score(self, pictures: Sequence[bytes]) -> float:
        """The probability that these pictures show a live person.

        Raises:
            ServiceFailed: no answer in time, or one that cannot be.
            QuestionRefused: the service refused the question.
        """
        with ThreadPoolExecutor(max_workers=1) as aside:  # the caller's own thread may be running an event loop
            return aside.submit(lambda: asyncio.run(self._within_time(pictures))).result()

    async def _within_time(self, pictures: Sequence[bytes]) -> float:
        """The limit is on the whole: a server that sends a byte each second keeps every socket's own limit."""
        try:
            async with asyncio.timeout(self._settings.seconds):
                return await self._attempts(pictures)
        except TimeoutError:
            raise ServiceFailed("the service did not answer in time") from None

    async def _attempts(self, pictures: Sequence[bytes]) -> float:
        # No redirect: the key and the picture go to the address that was set. No proxy or netrc of the environment.
        async with httpx.AsyncClient(
            verify=self._tls, timeout=self._settings.seconds, follow_redirects=False, trust_env=False
        ) as client:
            for attempt in range(1, self._settings.attempts):
                try:
                    return await self._ask(client, pictures)
                except _Passing:
                    await asyncio.sleep(BACKOFF * 2 ** (attempt - 1) * self._jitter())
            return await self._ask(client, pictures)

    async def _ask(self, client: httpx.AsyncClient, pictures: Sequence[bytes]) -> float:
        """One attempt. The same pictures have the same key, so a service that counts questions counts one."""
        headers = {
            "Authorization": f"Bearer {self._settings.key}",
            "Accept": "application/json",
            "Accept-Encoding": "identity",  # a small compressed answer may be a huge one
            "Idempotency-Key": hashlib.sha256(b"".join(hashlib.sha256(each).digest() for each in pictures)).hexdigest(),
        }
        files = [("frames", (f"{number}.jpg", each, "image/jpeg")) for number, each in enumerate(pictures)]
        try:
            async with client.stream("POST", self._settings.url + PATH, headers=headers, files=files) as response:
                _must_be_good(response.status_code)
                return score_of(await _body(response), response.headers.get("content-type", ""))
        except httpx.ReadTimeout:
            raise ServiceFailed("the service did not answer in time") from None  # it has the question; not again
        except httpx.TransportError as broken:
            raise _Passing(f"the connection failed: {type(broken).__name__}") from None
        except (httpx.HTTPError, httpx.InvalidURL) as broken:
            raise ServiceFailed(f"the answer cannot be read: {type(broken).__name__}") from None


def _must_be_good(status: int) -> None:
    if status in _PASSES:
        raise _Passing(f"the service answered {status}")
    if 400 <= status < 500:
        raise QuestionRefused(f"the service answered {status}")
    if status != 200:
        raise ServiceFailed(f"the service answered {status}")


async def _body(response: httpx.Response) -> bytes:
    """The answer as it came, read no further than it may be long."""
    body = b""
    async for part in response.aiter_raw():
        body += part
        if len(body) > MAX_ANSWER:
            raise ServiceFailed(f"the answer has more than {MAX_ANSWER} bytes")
    return body
