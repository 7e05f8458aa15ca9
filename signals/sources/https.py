"""Downloads over https: bounded in size and time, going on where an earlier attempt broke off."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from signals.sources import Advance, SourceFailed

try:
    import fcntl
except ImportError:  # no file locks on this system: two downloads at once may have to start again
    fcntl = None  # type: ignore[assignment]

TIMEOUT = httpx.Timeout(10, connect=4)
MAX_SECONDS = 300
MAX_REDIRECTS = 5
ATTEMPTS = 3
_PARTIAL, _NOT_SATISFIABLE = 206, 416


def download(url: str, part: Path, size: int, advance: Advance) -> None:
    """Fill `part` with the `size` bytes at `url`; what it already holds is kept and gone on from.

    One process at a time fills a part; the others wait for it. Raises `SourceFailed`; what came so far stays.
    """
    deadline = time.monotonic() + MAX_SECONDS
    with alone_with(part), httpx.Client(timeout=TIMEOUT, headers={"accept-encoding": "identity"}) as client:
        for attempt in range(1, ATTEMPTS + 1):
            before = _held(part)
            try:
                _go_on(client, url, part, size, advance, deadline)
                return
            except httpx.HTTPError as broken:
                held = _held(part)
                if held <= before or attempt == ATTEMPTS:
                    raise SourceFailed(_broken(url, broken, held, size)) from broken


def _go_on(client: httpx.Client, url: str, part: Path, size: int, advance: Advance, deadline: float) -> None:
    held = _held(part)
    if held == size:
        return
    if held > size:
        part.unlink()
        held = 0
    with _answer(client, url, held) as response:
        if response.status_code != _PARTIAL:
            held = 0  # the server sends the whole file, whatever was asked
        with part.open("ab" if held else "wb") as file:
            advance(held)
            for chunk in response.iter_raw():
                held += len(chunk)
                if held > size:
                    file.truncate(0)
                    raise SourceFailed(f"{url} sends more than the {size} bytes that the file has")
                if time.monotonic() > deadline:
                    raise SourceFailed(f"{url} took longer than {MAX_SECONDS} s")
                file.write(chunk)
                advance(held)
    if held < size:
        raise httpx.ReadError(f"ended after {held} of {size} bytes")


@contextmanager
def _answer(client: httpx.Client, url: str, held: int) -> Iterator[httpx.Response]:
    """The answer to a request for the bytes from `held` on, redirects followed to https only."""
    for _ in range(MAX_REDIRECTS + 1):
        if not url.startswith("https://"):
            raise SourceFailed(f"{url} is not https")
        headers = {"range": f"bytes={held}-"} if held else {}
        with client.stream("GET", url, headers=headers) as response:
            if response.is_redirect and response.next_request is not None:
                url = str(response.next_request.url)
                continue
            _check(response, url, held)
            yield response
            return
    raise SourceFailed(f"{url} redirects more than {MAX_REDIRECTS} times")


def _check(response: httpx.Response, url: str, held: int) -> None:
    if response.status_code == _NOT_SATISFIABLE:
        raise SourceFailed(f"{url} is shorter than the part that is here")
    if not response.is_success:
        raise SourceFailed(f"{url} answered {response.status_code}")
    if response.status_code == _PARTIAL and not response.headers.get("content-range", "").startswith(f"bytes {held}-"):
        raise SourceFailed(f"{url} sent another range than asked for")


def _held(part: Path) -> int:
    return part.stat().st_size if part.is_file() else 0


def _broken(url: str, error: httpx.HTTPError, held: int, size: int) -> str:
    if held:
        return f"{url} broke off after {held} of {size} bytes; the next pull goes on from there"
    return f"{url} cannot be reached ({type(error).__name__})"


@contextmanager
def alone_with(part: Path) -> Iterator[None]:
    """Hold the lock of a part while it is filled, so that two processes do not write into one another."""
    with part.with_suffix(".lock").open("a") as lock:
        if fcntl is not None:
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
