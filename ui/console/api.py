"""The service's HTTP API, as the console uses it. Every call raises `Problem` with words that a person can read."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

Json = dict[str, Any]

PATIENCE = httpx.Timeout(30.0, connect=3.0)
"""Seconds. A selfie that is tried may wait for a free model; a service on the same machine connects at once."""


class Problem(Exception):  # noqa: N818 - the word of RFC 9457
    """What the service answered instead, or that it did not answer (`status` 0)."""

    def __init__(self, status: int, code: str, title: str, detail: str = "", errors: list[Json] | None = None) -> None:
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail
        self.errors = errors or []
        super().__init__(f"{status} {code}: {title}")


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list; `cursor` leads to the next part, None at the end."""

    items: list[Json]
    cursor: str | None


class Api:
    """One connection pool to one service. Safe to share between the threads of several people."""

    def __init__(self, url: str, key: str) -> None:
        headers = {"Authorization": f"Bearer {key}"}
        self._client = httpx.Client(base_url=url, headers=headers, timeout=PATIENCE, trust_env=False)

    def close(self) -> None:
        """Give back the connections."""
        self._client.close()

    def evaluations(self, *, limit: int, **filters: str | None) -> Page:
        """The newest evaluations; filters `cursor`, `decision`, `workflow`, `q`, where empty means any."""
        return self._page("/api/evaluation", limit, filters)

    def evaluation(self, eval_id: str) -> Json:
        return self._ask("GET", f"/api/evaluation/{_part(eval_id)}")

    def trace(self, eval_id: str) -> Json:
        return self._ask("GET", f"/api/evaluation/{_part(eval_id)}/trace")

    def evaluate(self, body: Mapping[str, object]) -> Json:
        return self._ask("POST", "/api/evaluation", json=body)

    def workflows(self) -> list[Json]:
        return self._items("/api/workflows")

    def workflow(self, name: str) -> Json:
        """One workflow with its `text` and its `graph`: `nodes` (id, step, title) and `edges` (from, edge, to)."""
        return self._ask("GET", f"/api/workflows/{_part(name)}")

    def counts(self, name: str, since: str | None) -> Json:
        """How often each edge of the version in use was taken: `items` of step, edge, n; since when it is in use; and
        how many `others` went by other versions. `since` is a time, None all times."""
        return self._ask("GET", f"/api/workflows/{_part(name)}/counts", params={"since": since} if since else None)

    def waiting(self, *, limit: int, **filters: str | None) -> Page:
        """What waits, what goes on first first; filters `cursor`, `workflow` and `for`, where empty means any."""
        return self._page("/api/waiting", limit, filters)

    def shadows(self) -> list[Json]:
        """Every candidate that looked on."""
        return self._items("/api/shadows")

    def shadow(self, candidate: str, since: str | None = None, strategy: str | None = None) -> Json:
        """A candidate beside the live decisions: n, agreements and the table of both; of all strategies for None."""
        wanted = {name: value for name, value in (("since", since), ("strategy", strategy)) if value}
        return self._ask("GET", f"/api/shadows/{_part(candidate)}", params=wanted)

    def endpoints(self) -> list[Json]:
        return self._items("/api/webhooks/endpoints")

    def add_endpoint(self, url: str, events: list[str], description: str) -> Json:
        """The new endpoint with its `secret`, which is told this once; no events means all."""
        body = {"url": url, "events": events, "description": description}
        return self._ask("POST", "/api/webhooks/endpoints", json=body)

    def remove_endpoint(self, endpoint: str) -> None:
        self._ask("DELETE", f"/api/webhooks/endpoints/{_part(endpoint)}")

    def rotate_secret(self, endpoint: str) -> Json:
        """The new `secret`, told this once; the former one signs beside it for a while."""
        return self._ask("POST", f"/api/webhooks/endpoints/{_part(endpoint)}/rotate")

    def enable_endpoint(self, endpoint: str) -> Json:
        """Send again to an endpoint that was stopped because its receiver said that it is gone."""
        return self._ask("POST", f"/api/webhooks/endpoints/{_part(endpoint)}/enable")

    def test_endpoint(self, endpoint: str) -> Json:
        """What the receiver answered to a signed test event."""
        return self._ask("POST", f"/api/webhooks/endpoints/{_part(endpoint)}/test")

    def replay_dead(self, endpoint: str) -> Json:
        """Every dead letter of one endpoint waits again."""
        return self._ask("POST", f"/api/webhooks/endpoints/{_part(endpoint)}/replay")

    def deliveries(self, *, limit: int, **filters: str | None) -> Page:
        """Deliveries, newest first; filters `cursor`, `state`, `endpoint_id`, `eval_id`, where empty means any."""
        return self._page("/api/webhooks/deliveries", limit, filters)

    def replay(self, event: str, endpoint: str) -> Json:
        """One delivery waits again, with the same id and the same bytes."""
        return self._ask("POST", f"/api/webhooks/deliveries/{_part(event)}/replay", json={"endpoint_id": endpoint})

    def features(self) -> list[Json]:
        return self._items("/api/features")

    def reasons(self) -> list[Json]:
        return self._items("/api/reasons")

    def models(self) -> list[Json]:
        return self._items("/api/models")

    def card(self, name: str) -> Json:
        return self._ask("GET", f"/api/models/{_part(name)}/card")

    def missing_models(self) -> dict[str, str]:
        """Each model file that the service lacks, and why; empty where all are there."""
        missing: dict[str, str] = self._ask("GET", "/readyz")["models"]
        return missing

    def policies(self) -> list[Json]:
        return self._items("/api/policies")

    def policy(self, name: str) -> Json:
        return self._ask("GET", f"/api/policies/{_part(name)}")

    def version(self, name: str, number: int) -> Json:
        return self._ask("GET", f"/api/policies/{_part(name)}/versions/{number}")

    def check(self, name: str, text: str) -> Json:
        """Diagnostics, strategies and the features that `text` reads; nothing is stored."""
        return self._ask("POST", "/api/policies/check", json={"text": text, "name": name})

    def try_record(self, text: str, strategy: str, features: Mapping[str, object]) -> Json:
        return self._ask("POST", "/api/policies/try", json={"text": text, "strategy": strategy, "features": features})

    def try_selfie(self, text: str, strategy: str, image: bytes) -> Json:
        selfie = {"image": base64.b64encode(image).decode()}
        return self._ask("POST", "/api/policies/try", json={"text": text, "strategy": strategy, "selfie": selfie})

    def save(self, name: str, text: str, base_version: int, note: str) -> Json:
        """Store `text` as the next version; 409 where `base_version` is not the newest, 422 where it has errors."""
        body = {"text": text, "base_version": base_version, **({"note": note} if note else {})}
        return self._ask("POST", f"/api/policies/{_part(name)}/versions", json=body)

    def _items(self, path: str, params: Mapping[str, str] | None = None) -> list[Json]:
        items: list[Json] = self._ask("GET", path, params=params)["items"]
        return items

    def _page(self, path: str, limit: int, filters: Mapping[str, str | None]) -> Page:
        wanted = {name: value for name, value in filters.items() if value}
        answer = self._ask("GET", path, params={"limit": limit, **wanted})
        return Page(answer["items"], answer["next_cursor"])

    def _ask(self, method: str, path: str, **request: Any) -> Json:
        try:
            response = self._client.request(method, path, **request)
        except httpx.TransportError as error:
            raise Problem(0, "unreachable", "The service does not answer", str(error)) from error
        body = {} if response.status_code == 204 else _json(response)
        if response.is_success and body is not None:
            return body
        raise _problem(response.status_code, body or {})


def _part(text: str) -> str:
    """One part of a path: a name from the address bar must not reach another route."""
    return quote(text, safe="")


def _json(response: httpx.Response) -> Json | None:
    try:
        body = response.json()
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _problem(status: int, body: Json) -> Problem:
    return Problem(
        status,
        str(body.get("code", "")),
        str(body.get("title") or "The service gave no answer that can be read"),
        str(body.get("detail") or ""),
        body.get("errors"),
    )
