"""Which evaluations were erased, outside of the database: a restored backup knows nothing of erasures after it.

The list lies beside the keys, which are backed up apart, and holds ids only.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

_EVAL_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Erased:
    """A file with one id a line; lines are only ever added."""

    def __init__(self, keys: Path) -> None:
        self._file = keys / "erased"

    def add(self, eval_id: str) -> None:
        """Remember an erasure, before it is done: doing it twice does no harm, forgetting it does."""
        self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(self._file, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600), "w") as file:
            file.write(f"{eval_id}\n")
            file.flush()
            os.fsync(file.fileno())

    def all(self) -> list[str]:
        """Every id, each once; a line that was cut off is no id."""
        if not self._file.is_file():
            return []
        return [found for found in dict.fromkeys(self._file.read_text().splitlines()) if _EVAL_ID.fullmatch(found)]
