"""Selfie Intelligence's engine: policies that decide over features."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.policy import CompiledPolicy

__all__ = ["load_policy"]


def load_policy(path: str | Path) -> CompiledPolicy:
    """Read a policy file with the shipped catalogue and reasons. Raises `Refused` with every mistake, and `OSError`."""
    # Imported here: every module of the engine imports this package first, and most need no policy.
    from engine.policy import read_policy, shipped_catalogue, shipped_reasons  # noqa: PLC0415

    text = Path(path).read_bytes().decode("utf-8")
    return read_policy(text, source=str(path), catalogue=shipped_catalogue(), reasons=shipped_reasons())
