"""Checks content credentials with `c2pa-python`; imported only where that is installed."""

from __future__ import annotations

import io

import c2pa

from engine.frames import Frame
from signals.injection.content_credentials import State

_STATES: dict[str, State] = {"Valid": "valid", "Trusted": "trusted", "Invalid": "invalid"}


def verified(frame: Frame) -> State | None:
    """What the library says of the frame's manifest; `invalid` for one that it cannot read."""
    try:
        with c2pa.Reader(f"image/{frame.header.format.lower()}", io.BytesIO(frame.data)) as reader:
            return _STATES.get(str(reader.get_validation_state()))
    except c2pa.C2paError:
        return "invalid"
