"""Numbers beyond 2^53 decide as they are explained, also beside a feature that is unknown."""

from __future__ import annotations

import math

import pytest

from tests.policy.test_law import policy_of


@pytest.mark.parametrize("threshold", [2**53, 1e16, 1e308, -1e16])
@pytest.mark.parametrize("sign", ["<", "<=", ">", ">=", "=="])
def test_both_readings_agree(sign: str, threshold: float) -> None:
    """On the threshold and one double beside it. Found by comparing proofs with decisions."""
    policy = policy_of([({sign: [{"var": "n2"}, threshold]}, "reject", None), ({"var": "b0"}, "reject", None)])
    assert policy is not None
    for value in (threshold, math.nextafter(threshold, math.inf), math.nextafter(threshold, -math.inf)):
        for record in ({"n2": float(value)}, {"n2": float(value), "b0": False}):
            assert policy.decide(record) == policy.explain(record).decision
