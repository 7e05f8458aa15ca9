"""JSON pointers (RFC 6901)."""

from __future__ import annotations

import re

PATTERN = r"(/([^~/]|~[01])*)*"
_POINTER = re.compile(PATTERN)


def is_pointer(text: str) -> bool:
    """Whether a text is a pointer; the empty one points at the whole."""
    return _POINTER.fullmatch(text) is not None
