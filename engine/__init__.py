"""Selfie Intelligence's engine: policies that decide over features."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.policy.load import load_policy

__all__ = ["load_policy"]


def __getattr__(name: str) -> Any:
    """Found when asked for: every module of the engine imports this package first, and most need no policy."""
    if name != "load_policy":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from engine.policy.load import load_policy  # noqa: PLC0415

    return load_policy
