"""Who uses the service while its processes are killed: callers who never give up, a receiver of webhooks, a witness."""

from __future__ import annotations

import json
import random
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

from tests.durable.serving import KEY

NOW = "2026-05-01T10:00:00Z"
HEADERS = {"Authorization": f"Bearer {KEY}"}
GIVE_UP_SECONDS = 120.0


class Receiver:
    """Remembers every webhook as it came; refuses some, by chance, after it has read them."""

    def __init__(self, seed: int, refuses: float = 0.05) -> None:
        self.heard: list[tuple[str, bytes]] = []
        self._chance = random.Random(seed)
        self._refuses = refuses
        self._lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                body = self.rfile.read(length)
                if len(body) < length:  # its sender was killed: nothing came
                    self.close_connection = True
                    return
                self.send_response(outer._answer(self.headers["webhook-id"], body))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                """Nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/in"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def _answer(self, event_id: str, body: bytes) -> int:
        with self._lock:
            self.heard.append((event_id, body))
            return 500 if self._chance.random() < self._refuses else 204

    def close(self) -> None:
        """No more."""
        self._server.shutdown()
        self._server.server_close()

    def bodies(self) -> dict[str, set[bytes]]:
        """Event to every body with which it came."""
        found: dict[str, set[bytes]] = defaultdict(set)
        for event_id, body in list(self.heard):
            found[event_id].add(body)
        return found

    def told_of(self) -> dict[str, list[dict[str, Any]]]:
        """Evaluation to its events, each once, in the order of their first arrival."""
        seen: set[str] = set()
        found: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for event_id, body in list(self.heard):
            if event_id not in seen:
                seen.add(event_id)
                told = json.loads(body)
                found[told["data"]["eval_id"]].append(told)
        return found


@dataclass
class Seen:
    """What the witness saw of each evaluation that had ended: nothing of it may ever change."""

    ends: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)

    def look(self, answer: dict[str, Any]) -> bool:
        """Whether it has ended; remembers how."""
        if answer["eval_status"] != "evaluation_completed":
            if answer["eval_id"] in self.ends:
                self.changed.append(f"{answer['eval_id']} is open again")
            return False
        end = (answer["decision"], answer["decision_at"], answer["score"], answer["status"], tuple(answer["tags"]))
        before = self.ends.setdefault(answer["eval_id"], end)
        if before != end:
            self.changed.append(f"{answer['eval_id']}: {before} became {end}")
        return True


class Callers:
    """Begin evaluations and answer for documents, again and again until they are heard: by the same idempotency key."""

    def __init__(self, urls: Sequence[str], seed: int) -> None:
        self._urls = list(urls)
        self._chance = random.Random(seed)
        self._http = httpx.Client(headers=HEADERS, timeout=10, verify=False)  # noqa: S501 - plain HTTP
        self.begun: dict[str, str] = {}
        """Evaluation to its workflow."""
        self.seen = Seen()
        self.when_nobody_answers: Callable[[], None] = lambda: None

    def close(self) -> None:
        """Nobody calls any more."""
        self._http.close()

    def endpoint(self, url: str) -> None:
        """Add the receiver's address."""
        self.ask(
            "POST", "/api/webhooks/endpoints", {"url": url, "events": [], "description": ""}, "endpoint", (200, 201)
        )

    def begin(self, number: int, workflow: str | None = None) -> str:
        """One evaluation, of this workflow or of whichever chance says."""
        workflow = workflow or self._chance.choice(("selfie_features", "soon", "soon", "papers", "papers", "papers"))
        features = {"age.predicted": self._chance.choice((15.0, 21.0, 44.0)) if workflow != "papers" else 21.0}
        body = {"id": f"c{number}", "timestamp": NOW, "workflow": workflow, "data": {"features": features}}
        answer = self.ask("POST", "/api/evaluation", body, f"begin-{number}", (200, 201))
        eval_id = str(answer["eval_id"])
        self.begun[eval_id] = workflow
        self.seen.look(answer)
        return eval_id

    def answer_for(self, eval_id: str) -> None:
        """Say what a document says; that it is too late, or said already, is an answer too."""
        body = {"timestamp": NOW, "data": {"features": {"document.age": self._chance.choice((15, 30))}}}
        self.ask("PATCH", f"/api/evaluation/{eval_id}", body, f"answer-{eval_id}", (200, 201, 409))

    def open(self) -> list[str]:
        """Evaluations that have not ended, as far as the witness knows."""
        return [eval_id for eval_id in self.begun if eval_id not in self.seen.ends]

    def look(self, eval_id: str) -> bool:
        """Whether it has ended."""
        return self.seen.look(self.ask("GET", f"/api/evaluation/{eval_id}", None, None, (200,)))

    def ask(self, method: str, path: str, body: Any, key: str | None, good: tuple[int, ...]) -> Any:
        """Ask whoever is there until the answer is good. A refusal (4xx) that was not expected is a failure."""
        deadline = time.monotonic() + GIVE_UP_SECONDS
        headers = {"Idempotency-Key": key} if key else {}
        while time.monotonic() < deadline:
            url = self._chance.choice(self._urls)
            try:
                answer = self._http.request(method, url + path, json=body, headers=headers)
            except httpx.TransportError:
                self.when_nobody_answers()
                time.sleep(0.05)
                continue
            if answer.status_code in good:
                return answer.json()
            assert answer.status_code >= 500, f"{method} {path}: {answer.status_code} {answer.text}"
            assert answer.headers["content-type"] == "application/problem+json", answer.text
            time.sleep(0.05)
        raise AssertionError(f"{method} {path} was never answered")
