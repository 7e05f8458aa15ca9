"""The list of evaluations as the API gives it: a page, and the place where the next one begins."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from engine.service.wire.answers import page
from engine.service.wire.problems import Problem
from engine.store.evaluations import Evaluation
from engine.store.listing import Listing, Search

Json = dict[str, Any]
Place = tuple[datetime, str]
PAGE = 50
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def listed(listing: Listing, wanted: Search, shown: Callable[[list[Evaluation]], list[Json]]) -> Json:
    """A part of the list; one more than is shown is asked for, to know whether there is a next part."""
    found = listing.search(replace(wanted, limit=wanted.limit + 1))
    some = found[: wanted.limit]
    more = len(found) > wanted.limit
    last = some[-1].started if some else None
    return page(shown(some), cursor_of(last.started_at, last.eval_id) if more and last else None)


def cursor_of(at: datetime, identity: str) -> str:
    """The place after this entry, as text that means nothing to anybody else."""
    place = json.dumps([at.isoformat(), identity]).encode()
    return base64.urlsafe_b64encode(place).decode().rstrip("=")


def place_of(cursor: str | None) -> Place | None:
    """The place of a cursor; raises `Problem` 422."""
    if cursor is None:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        at, identity = json.loads(base64.urlsafe_b64decode(padded))
        place = datetime.fromisoformat(at)
        if place.tzinfo is None or not _ID.fullmatch(identity):
            raise ValueError("not a place")
        return place.astimezone(UTC), identity
    except (binascii.Error, ValueError, TypeError, AttributeError, OverflowError, RecursionError) as broken:
        raise Problem(422, "badCursor", "The cursor is none that was given out.") from broken
