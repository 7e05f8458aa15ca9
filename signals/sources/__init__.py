"""Where a model's source files come from. Each source gives bytes or says why not; the store checks their hash."""

from __future__ import annotations

from collections.abc import Callable

Advance = Callable[[int], None]
"""Told the number of bytes that are there, as they come."""


class SourceFailed(Exception):  # noqa: N818 - the word of the domain
    """A source could not give the file. The message says why, for the person who reads the warning."""


__all__ = ["Advance", "SourceFailed"]
