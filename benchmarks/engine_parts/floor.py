"""What no policy in Python can do without: a call that reads every feature of a record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.engine_parts.policies import FEATURES


def reading() -> Callable[[dict[str, Any]], None]:
    """A function that reads each feature into a local by the dict's own `get`, and does nothing with it."""
    lines = "".join(f"    v{number} = get({feature.name!r})\n" for number, feature in enumerate(FEATURES))
    scope: dict[str, Any] = {}
    exec(f"def read(record):\n    get = record.get\n{lines}", scope)  # noqa: S102 - names of our own
    made: Callable[[dict[str, Any]], None] = scope["read"]
    return made
