"""What counts as an answer of the service: `{"score": 0.97}`, a finite JSON number from 0 to 1. Nothing is mended."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

from acme_liveness.breaker import ServiceFailed


def score_of(body: bytes, content_type: str) -> float:
    """The score; raises `ServiceFailed` for everything else. Members beside `score` are not read."""
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise ServiceFailed("the answer is no JSON")
    try:
        answer = json.loads(body.decode("utf-8"), parse_constant=_refused, object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        raise ServiceFailed("the answer is no JSON") from None
    score = answer.get("score") if isinstance(answer, dict) else None
    if isinstance(score, bool) or not isinstance(score, int | float):
        raise ServiceFailed("the answer has no score")
    if not 0 <= score <= 1 or not math.isfinite(score):
        raise ServiceFailed("the score is not from 0 to 1")
    return float(score)


def _refused(_constant: str) -> NoReturn:
    """Python reads `NaN` and `Infinity`; JSON has neither."""
    raise ValueError


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of two scores nobody can tell which is meant."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError
    return members
