"""How sure a share is that was counted."""

from __future__ import annotations

from math import sqrt

_Z = 1.959963984540054
"""Of 95 %, two-sided."""


def wilson(hits: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share, by Wilson (1927): sensible for small n, and for shares near 0 and 1.

    Nothing is known of no trials: (0, 1).
    """
    if n == 0:
        return 0.0, 1.0
    part, spread = hits / n, _Z * _Z / n
    middle = part + spread / 2
    reach = _Z * sqrt(part * (1 - part) / n + spread / (4 * n))
    return max(0.0, (middle - reach) / (1 + spread)), min(1.0, (middle + reach) / (1 + spread))
