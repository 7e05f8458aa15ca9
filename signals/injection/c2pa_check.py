"""Checks content credentials with `c2pa-python`; imported only where that is installed."""

from __future__ import annotations

import io
from types import MappingProxyType

import c2pa

from engine.frames import Frame
from signals.injection.credential_state import State

_STATES: MappingProxyType[str, State] = MappingProxyType({"Valid": "valid", "Trusted": "trusted", "Invalid": "invalid"})
_OFFLINE = MappingProxyType({"verify": {"remote_manifest_fetch": False, "ocsp_fetch": False}})
"""A file must not make us ask an address that it names."""


def verified(frame: Frame) -> State | None:
    """What the library says of the frame's manifest, asking nobody; `invalid` for one that it cannot read."""
    kind = f"image/{frame.header.format.lower()}"
    with c2pa.Settings.from_dict(dict(_OFFLINE)) as settings, c2pa.Context(settings) as context:
        try:
            with c2pa.Reader(kind, io.BytesIO(frame.data), context=context) as reader:
                return _STATES.get(str(reader.get_validation_state()))
        except c2pa.C2paError:
            return "invalid"
