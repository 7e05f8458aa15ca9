"""Entity tags (RFC 9110): which very answer somebody has read, so that nobody overwrites what they have not seen."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from engine.service.wire.problems import Problem

_LISTED = re.compile(r'\s*(W/)?("[\x21\x23-\x7e\x80-\xff]*")\s*(?:,|$)')


def entity_tag(answer: Mapping[str, Any]) -> str:
    """Of an answer as it is sent: it changes with anything in it."""
    text = json.dumps(answer, sort_keys=True, separators=(",", ":"))
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def must_match(if_match: str | None, present: str) -> None:
    """Raises `Problem` 412 where an `If-Match` header does not name the present answer; one that is not there does."""
    if if_match is not None and if_match.strip() != "*" and present not in _strong_tags(if_match):
        raise stale()


def stale() -> Problem:
    """412: what was read is no longer so."""
    return Problem(412, "preconditionFailed", "The evaluation is no longer as it was read; read it again.")


def _strong_tags(header: str) -> set[str]:
    """The tags of a list. A weak one never matches; of what is no list nothing does."""
    tags, end = set(), 0
    for found in _LISTED.finditer(header):
        if found.start() != end:
            return set()
        end = found.end()
        if not found.group(1):
            tags.add(found.group(2))
    return tags if end == len(header) else set()
