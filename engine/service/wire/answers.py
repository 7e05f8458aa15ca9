"""What integrators read: the answer of an evaluation, built from what is stored and from nothing else."""

from __future__ import annotations

import base64
import io
import math
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import segno

from engine.contracts import Outcome, most_severe
from engine.store.evaluations import Ended, Evaluation, Started
from engine.workflow.outcome import score_of
from engine.workflow.run import PROVIDER_FAILED
from engine.workflow.state import Run, WaitsFor

DIGITAL = "digital_intelligence"
"""The policy whose decision has a place of its own in the answer."""

_WORKFLOWS = uuid.uuid5(uuid.NAMESPACE_URL, "selfie-intelligence/workflows")

Json = dict[str, Any]
AWAITS: Mapping[WaitsFor, str] = {"capture": "awaiting_capture", "outside": "awaiting_outside", "time": "waiting"}
"""What an evaluation waits for, to its `sub_status`."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """The link that an evaluation waits for; with the session's token where it is that of a capture."""

    url: str
    token: str | None = None


def timestamp(at: datetime) -> str:
    """RFC 3339 in UTC, to the microsecond."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def workflow_id(name: str) -> str:
    """The same for one name everywhere."""
    return str(uuid.uuid5(_WORKFLOWS, name))


def answer(evaluation: Evaluation, link: Waiting | None = None) -> Json:
    """The object of the contract. `link` is where the person goes on, while the evaluation waits for that."""
    started, ended = evaluation.started, evaluation.ended
    told = _of_run(evaluation)
    return {
        "id": started.customer_id,
        "eval_id": started.eval_id,
        "workflow": started.workflow,
        "workflow_id": workflow_id(started.workflow),
        "workflow_version": started.workflow_sha256[:12],
        "eval_source": "API",
        "eval_status": "evaluation_completed" if ended else "evaluation_paused",
        "decision": (ended.outcome if ended else "review").upper(),
        "decision_at": timestamp(ended.decided_at) if ended else None,
        "score": told["score"],
        "status": _status(ended),
        "sub_status": ended.sub_status if ended else _awaits(evaluation.run),
        "eval_start_time": timestamp(started.started_at),
        "eval_end_time": timestamp(ended.decided_at) if ended else None,
        "tags": told["tags"],
        "notes": "",
        "review_queues": told["review_queues"],
        "computed": told["computed"],
        "environment_name": started.environment,
        "data_enrichments": _enrichments(evaluation, link),
        "selfieIntelligence": selfie_intelligence(ended, _strategy(evaluation)) if ended else None,
    }


def _awaits(run: Run | None) -> str:
    """What it waits for; before there were runs that was always a capture."""
    return AWAITS[run.waits.reason if run and run.waits else "capture"]


def _strategy(evaluation: Evaluation) -> str:
    """The one that decided: a step up may have asked for a stricter one than the evaluation began with."""
    route = evaluation.ended.route if evaluation.ended else None
    return str(route["strategy"]) if route else evaluation.started.strategy


def _of_run(evaluation: Evaluation) -> Json:
    """What steps of the workflow set; without any, the score of the first policy that has a scorecard."""
    ended, run = evaluation.ended, evaluation.run
    if ended is None:
        return {
            "score": score_of(run) if run else None,
            "tags": list(run.tags) if run else [],
            "review_queues": [],
            "computed": dict(run.computed) if run else {},
        }
    route = ended.route or {}
    queued = route.get("queued")
    first = next((entry["score"] for entry in ended.policies if "score" in entry), None)
    return {
        "score": route["score"] if route.get("scored") else first,
        "tags": list(route.get("tags", ())),
        "review_queues": [queued["queue"]] if queued and ended.outcome == "review" else [],
        "computed": dict(route.get("computed", {})),
    }


def _status(ended: Ended | None) -> str:
    if ended is None:
        return "ON_HOLD"
    return "OPEN" if ended.outcome == "review" else "CLOSED"


def selfie_intelligence(ended: Ended, strategy: str) -> Json:
    """The object that integrators route on. The digital policy is left out where the workflow does not name it."""
    digital = [entry for entry in ended.policies if entry["policy"] == DIGITAL]
    said: Json = {
        "decision": {"strategy": strategy, "value": ended.outcome},
        "reasonCodes": _reason_codes(ended),
    }
    if digital:
        decision = {"strategy": digital[0]["strategy"], "value": digital[0]["outcome"]}
        said["digitalIntelligence"] = {"decision": decision, "reasonCodes": digital[0]["reasons"]}
    return {**said, "signals": {"selfie": {"predictedAge": _completed_years(ended.features.get("age.predicted"))}}}


def _reason_codes(ended: Ended) -> list[str]:
    """Codes of the policies on the selfie; those of the digital one go first where only it asked for the outcome."""
    selfie = [entry for entry in ended.policies if entry["policy"] != DIGITAL]
    digital = [entry for entry in ended.policies if entry["policy"] == DIGITAL]
    outcomes: list[Outcome] = [entry["outcome"] for entry in selfie]
    entries = selfie
    if digital and (not selfie or most_severe(outcomes) != most_severe([*outcomes, digital[0]["outcome"]])):
        entries = [*digital, *selfie]
    codes = [code for entry in entries for code in entry["reasons"]]
    if any(failure["cause"] == "provider" for failure in ended.failures):
        codes.append(PROVIDER_FAILED)
    return list(dict.fromkeys(codes))


def _completed_years(age: object) -> int | None:
    return math.floor(age) if isinstance(age, int | float) and not isinstance(age, bool) else None


def _enrichments(evaluation: Evaluation, link: Waiting | None) -> list[Json]:
    started, ended, found = evaluation.started, evaluation.ended, []
    outside = evaluation.run is not None and _awaits(evaluation.run) == "awaiting_outside"
    if started.evidence_kind == "capture" or (link and link.token):
        data: Json = {"eventId": started.eval_id}
        waits = ended is None and not outside
        if waits and link:
            data |= {"docvTransactionToken": link.token, "url": link.url, "qrCode": qr_code(link.url)}
        found.append(_enrichment("Capture App", "/capture/", 201 if waits else 200, {"data": data}))
    if outside and link and evaluation.run and evaluation.run.waits:
        found.append(_outside(started, evaluation.run.waits.step, link.url))
    if ended is not None:
        said = {"selfieIntelligence": selfie_intelligence(ended, _strategy(evaluation))}
        errors = [failure["reason"] for failure in ended.failures if failure["cause"] == "provider"]
        found.append(_enrichment("Selfie Intelligence", "/api/evaluation", 200, said, "; ".join(errors) or None))
    return found


def _outside(started: Started, step: str, url: str) -> Json:
    """Where the person is sent, and where the answer is awaited from."""
    address = urlsplit(url)
    told = _enrichment(step, address.path, 201, {"data": {"eventId": started.eval_id, "url": url}})
    return {**told, "enrichment_provider": address.hostname or ""}


def _enrichment(name: str, endpoint: str, status: int, response: Mapping[str, Any], error: str | None = None) -> Json:
    return {
        "enrichment_name": name,
        "enrichment_provider": "selfie-intelligence",
        "enrichment_endpoint": endpoint,
        "status_code": status,
        "request": {},
        "response": dict(response),
        "is_source_cache": False,
        "total_attempts": 1,
        "error": error,
    }


def qr_code(link: str) -> str:
    """The link as a data URI of an SVG."""
    picture = io.BytesIO()
    segno.make(link, error="m", micro=False).save(picture, kind="svg", scale=4, border=2, xmldecl=False)
    return f"data:image/svg+xml;base64,{base64.b64encode(picture.getvalue()).decode()}"


def page(items: Sequence[Json], cursor: str | None) -> Json:
    """One part of a list."""
    return {"items": list(items), "next_cursor": cursor}
