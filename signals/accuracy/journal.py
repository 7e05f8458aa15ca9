"""What was read already, kept so that a measurement that was broken off goes on where it stopped."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from engine.contracts import ModelUnavailable
from signals.accuracy.presentations import Reading


class Journal:
    """Readings by the SHA-256 of what was shown, one JSON line each. No image is kept.

    A reading counts only for the same providers' code (the file's name) and the same model files (its own line).

    Args:
        folder: of all journals; made where it is missing.
        fingerprint: of the providers' code.
        model_sha256: the digest of a model as it is now; raises `ModelUnavailable`.
    """

    def __init__(self, folder: Path, fingerprint: str, model_sha256: Callable[[str], str]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"{fingerprint[:16]}.jsonl"
        self._now: dict[str, str] = {}
        self._model_sha256 = model_sha256
        self._readings: dict[str, Reading] = {}
        if self.path.exists():
            for line in self.path.read_text(encoding="utf-8").splitlines():
                self._remember(line)

    def get(self, shown: str) -> Reading | None:
        """The reading of that content, where it still holds."""
        return self._readings.get(shown)

    def put(self, shown: str, reading: Reading) -> None:
        """Keep a reading. One with a broken provider is not kept: the next run tries again."""
        if reading.broken:
            return
        line = json.dumps({"shown": shown, **asdict(reading)}, separators=(",", ":"))
        with self.path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")

    def _remember(self, line: str) -> None:
        try:
            entry = json.loads(line)
            shown = entry.pop("shown")
            reading = Reading(**{**entry, "broken": tuple(entry["broken"])})
        except (ValueError, KeyError, TypeError):
            return  # the line that was being written when the run was broken off
        if all(self._is_current(name, sha256) for used in reading.models.values() for name, sha256 in used.items()):
            self._readings[shown] = reading

    def _is_current(self, name: str, sha256: str) -> bool:
        if name not in self._now:
            try:
                self._now[name] = self._model_sha256(name)
            except ModelUnavailable:
                self._now[name] = ""
        return self._now[name] == sha256
