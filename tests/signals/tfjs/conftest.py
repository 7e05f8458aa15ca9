"""TensorFlow.js for the tests of this folder."""

from __future__ import annotations

import pytest

from tests.signals.tfjs.reference import NotThere, Reference, installed


@pytest.fixture(scope="session")
def tfjs() -> Reference:
    """TensorFlow.js under Node; where it cannot be had the test is reported as not run."""
    try:
        return installed()
    except NotThere as missing:
        pytest.skip(f"not run, because {missing}")
