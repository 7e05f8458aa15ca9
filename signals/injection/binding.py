"""What the service itself found about the evidence's way here. None of it is the browser's word."""

from __future__ import annotations

from itertools import pairwise

from engine.contracts import Binding, Evidence, Value

NONCE_VALID = "injection.nonce_valid"
DIGEST_MATCH = "injection.payload_digest_match"
NONCE_AGE = "injection.nonce_age_ms"
TIMES = "injection.timestamp_monotonic"
REFUSED = "injection.refused_count"
FEATURES = frozenset({NONCE_VALID, DIGEST_MATCH, NONCE_AGE, TIMES, REFUSED})

MAX_AGE_MS = 1_000_000_000
MAX_REFUSED = 1000
CLOCK_GRAIN_MS = 100
"""A browser that hides its clock counts in steps of 100 ms."""


def read_binding(evidence: Evidence) -> dict[str, Value | None]:
    """The features of the binding; all unknown where the evidence has none.

    The age of the nonce is in ms by the service's clock. A negative age cannot be and is unknown.
    """
    binding = evidence.binding
    if binding is None:
        return dict.fromkeys(FEATURES)
    return {
        NONCE_VALID: binding.nonce_valid,
        DIGEST_MATCH: binding.payload_digest_match,
        NONCE_AGE: min(binding.nonce_age_ms, MAX_AGE_MS) if binding.nonce_age_ms >= 0 else None,
        TIMES: times_make_sense(evidence, binding),
        REFUSED: min(max(0, binding.refused), MAX_REFUSED),
    }


def times_make_sense(evidence: Evidence, binding: Binding) -> bool | None:
    """Whether each frame came after the one before, and the burst began after its nonce was given.

    The frames' times are the page's word; the time since the nonce is the service's.
    """
    times = [frame.t_ms for frame in evidence.frames]
    if not times:
        return None
    grow = all(before < after for before, after in pairwise(times))
    return grow and times[-1] - times[0] <= binding.nonce_age_ms + CLOCK_GRAIN_MS
