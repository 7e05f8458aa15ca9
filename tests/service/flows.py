"""Workflows with steps of their own for the tests of the service, and the policies that they name."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from engine.store.tables import outcome, run, webhook_event
from tests.service.conftest import NOW, Running, running
from tests.service.providers import GOOD, Telling

POLICY = """
policy: {name}
title: Accepts from an age on, and asks a person about whoever is near it
parameters:
  least: {{title: Accept from, unit: years, range: [0, 120]}}
strategies:
  lenient: {{least: {lenient}}}
  standard: {{least: {standard}}}
  strict: {{least: {strict}}}
requires: [age.predicted]
unknown: review
otherwise: accept
rules:
  - {{id: child, when: {{"<": [{{var: age.predicted}}, 18]}}, then: reject, reason: R845}}
  - {{id: near, when: {{"<": [{{var: age.predicted}}, {{param: least}}]}}, then: review, reason: R1301}}
"""
PAPERS = """
policy: papers
title: Decides by a document
strategies: {lenient: {}, standard: {}, strict: {}}
requires: [document.age]
unknown: review
otherwise: accept
rules:
  - {id: child, when: {"<": [{var: document.age}, 18]}, then: reject, reason: R845}
"""
POLICIES = {
    "near": POLICY.format(name="near", lenient=18, standard=25, strict=21),
    "stricter": POLICY.format(name="stricter", lenient=40, standard=40, strict=40),
    "papers": PAPERS,
}
FLOWS = {
    "later": """
workflow: later
title: Decides, waits ten minutes, and ends
evidence: features
accepts_features: true
steps:
  - {id: decide, step: policy, policies: [near]}
  - {id: mark, step: set, computed: {margin: {"-": [{var: age.predicted}, 18]}}, tags: [waited], score: {"+": [40, 2]}}
  - {id: pause, step: wait, for: 10m}
  - {id: tell, step: webhook, event: decision_update}
  - {id: done, step: end}
""",
    "at_once": """
workflow: at_once
title: Decides at once, with a candidate beside it
evidence: features
accepts_features: true
steps:
  - {id: decide, step: policy, policies: [near]}
  - {id: beside, step: shadow, policies: [stricter]}
  - {id: route, step: branch, on: decision, cases: {accept: done, reject: done, review: desk}}
  - {id: desk, step: review, queue: ages, priority: 2, due: 24h}
  - {id: done, step: end}
""",
    "papers_needed": """
workflow: papers_needed
title: Asks somebody outside where the age is near the bound
evidence: features
accepts_features: true
steps:
  - {id: decide, step: policy, policies: [near]}
  - {id: route, step: branch, on: decision, cases: {accept: done, reject: done, review: document}}
  - id: document
    step: step_up
    by: link
    link: "https://documents.example.com/check?ref={eval_id}"
    takes: [document.age, document.verified]
    within: 24h
    next: by_document
    exhausted: desk
    on_error: desk
  - {id: by_document, step: policy, policies: [papers], next: done}
  - {id: desk, step: review, queue: documents, next: done}
  - {id: done, step: end}
""",
    "twice": """
workflow: twice
title: Asks for another selfie where the first was not enough
evidence: capture
challenge: {lenient: none, standard: none, strict: turn}
steps:
  - {id: selfie, step: capture, on_error: desk}
  - {id: read, step: signals, providers: [face, age]}
  - {id: decide, step: policy, policies: [near]}
  - {id: route, step: branch, on: decision, cases: {accept: done, reject: done, review: again}}
  - {id: again, step: step_up, by: capture, strategy: strict, most: 1, next: read, exhausted: desk, on_error: desk}
  - {id: desk, step: review, queue: selfies, next: done}
  - {id: done, step: end}
""",
    "document_after": """
workflow: document_after
title: A selfie, then a document
evidence: capture
steps:
  - {id: selfie, step: capture, on_error: desk}
  - {id: read, step: signals, providers: [face, age]}
  - {id: decide, step: policy, policies: [near]}
  - {id: document, step: step_up, by: link, link: "https://documents.example.com/{eval_id}", takes: [document.age],
     next: by_document, on_error: desk, exhausted: desk}
  - {id: by_document, step: policy, policies: [papers], next: done}
  - {id: desk, step: review, queue: documents, next: done}
  - {id: done, step: end}
""",
    "asking": """
workflow: asking
title: Asks a service outside
evidence: features
accepts_features: true
steps:
  - id: ask
    step: http
    url: "http://127.0.0.1:{port}/risk"
    send: {market: {var: context.market}}
    response: {risk.score: /score}
    timeout: 2s
    retries: 0
    on_error: desk
  - {id: decide, step: policy, policies: [near], next: done}
  - {id: desk, step: review, queue: risks, next: done}
  - {id: done, step: end}
""",
}


def written(folder: Path, port: int = 9, **other: str) -> Path:
    """The texts as a folder of an operator's own; `other` replaces or adds workflows."""
    own = folder / "own"
    (own / "workflows").mkdir(parents=True, exist_ok=True)
    for name, text in POLICIES.items():
        (own / f"{name}.yaml").write_text(text)
    for name, text in {**FLOWS, **other}.items():
        (own / "workflows" / f"{name}.yaml").write_text(text.replace("{port}", str(port)))
    return own


@contextmanager
def flowing(folder: Path, age: Telling | None = None, port: int = 9, **settings: Any) -> Iterator[Running]:
    """The application with these workflows; `age` is the provider that reads ages of selfies."""
    told = age or Telling("age", GOOD["age"])

    def telling(name: str, features: Mapping[str, Any]) -> Any:
        return lambda _ports: Telling(name, features)

    factories = {name: telling(name, features) for name, features in GOOD.items()} | {"age": lambda _ports: told}
    with running(folder, factories, policies=written(folder, port), **settings) as service:
        yield service


@contextmanager
def answering(said: Mapping[str, Any]) -> Iterator[int]:
    """A service outside that always says the same; its port."""

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.dumps(said).encode()
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()


def begun(service: Running, workflow: str, age: float | None = None, customer: str = "ada", **options: Any) -> Any:
    """`POST /api/evaluation` with an age, where the workflow takes features."""
    features = {} if age is None else {"features": {"age.predicted": age}}
    body = {"id": customer, "timestamp": NOW, "workflow": workflow, "data": {**features, **options.pop("data", {})}}
    return service.client.post("/api/evaluation", json=body, **options)


def patched(service: Running, eval_id: str, features: Mapping[str, Any], **options: Any) -> Any:
    """`PATCH` one evaluation."""
    body = {"timestamp": NOW, "data": {"features": dict(features)}, **options.pop("more", {})}
    return service.client.patch(f"/api/evaluation/{eval_id}", json=body, **options)


def outcomes(service: Running, eval_id: str) -> int:
    """Rows of outcomes of one evaluation."""
    query = select(func.count()).select_from(outcome).where(outcome.c.eval_id == eval_id)
    with service.services.database.reading() as connection:
        return connection.scalars(query).one()


def events(service: Running, eval_id: str) -> list[str]:
    """Types of the webhook events of one evaluation, in their order."""
    query = select(webhook_event.c.event_type).where(webhook_event.c.eval_id == eval_id)
    with service.services.database.reading() as connection:
        return list(connection.scalars(query.order_by(webhook_event.c.seq)))


def run_row(service: Running, eval_id: str) -> Any:
    """The row of a run."""
    with service.services.database.reading() as connection:
        return connection.execute(select(run).where(run.c.eval_id == eval_id)).one_or_none()
