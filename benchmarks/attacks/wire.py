"""What passes between page and service, as one reads and changes it who sits in the page or between the two."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page, Route

from tests.harness.evidence import signed

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class TakeSeen:
    """What the page was given for a take."""

    nonce: str
    key: bytes
    kind: str
    steps: tuple[str, ...]
    neutral: int


Tamper = Callable[[Body, TakeSeen], Body]
"""Another body in place of the one that the page sends with its frames."""


@dataclass
class Wire:
    """Listens to the requests of one page.

    Args:
        tamper: changes the frames' request.
        on_the_way: is called before the frames' request goes on.
        withheld: the frames never reach the service: whoever runs the page keeps them.
    """

    tamper: Tamper | None = None
    on_the_way: Callable[[], None] | None = None
    withheld: bool = False
    take: TakeSeen | None = None
    delivered: Body | None = None
    """The latest request as the page made it."""
    refusal: str | None = None

    def tap(self, page: Page) -> None:
        """Listen from now on."""
        page.route("**/sessions/challenge", self._drawn)
        page.route("**/sessions/frames", self._frames)

    def _drawn(self, route: Route) -> None:
        answer = route.fetch()
        if answer.ok:
            self.take = _take(answer.json()["take"])
        route.fulfill(response=answer)

    def _frames(self, route: Route) -> None:
        body = json.loads(route.request.post_data or "{}")
        self.delivered = body
        if self.withheld:
            self.refusal = "withheld"
            route.abort("connectionreset")
            return
        if self.tamper is not None and self.take is not None:
            body = self.tamper(body, self.take)
        if self.on_the_way is not None:
            self.on_the_way()
        answer = route.fetch(post_data=json.dumps(body))
        self.refusal = None if answer.ok else str(answer.json().get("code", answer.status))
        route.fulfill(response=answer)


def signed_anew(body: Body, take: TakeSeen, frames: Sequence[str], **other: Any) -> Body:
    """The same request with these frames (base64) and a true signature: what can be done with the page's own key."""
    envelope = json.loads(body["envelope"])
    times = [frame["t_ms"] for frame in envelope["frames"]]
    listed = [
        {"sha256": hashlib.sha256(base64.b64decode(frame)).hexdigest(), "t_ms": at}
        for frame, at in zip(frames, times, strict=True)
    ]
    content = {**envelope, "nonce": take.nonce, "frames": listed, **other}
    return {**body, **signed(take.key, content), "frames": list(frames)}


def _take(given: Mapping[str, Any]) -> TakeSeen:
    key, challenge = given["key"], given["challenge"]
    raw = base64.urlsafe_b64decode(key + "=" * (-len(key) % 4))
    return TakeSeen(given["nonce"], raw, challenge["kind"], tuple(challenge["steps"]), given["neutral"])
