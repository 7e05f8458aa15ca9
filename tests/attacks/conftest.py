"""One stage for the sessions that `make test` runs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks.attacks.clips import portrait
from benchmarks.attacks.stage import Stage, open_stage


@pytest.fixture(scope="session")
def stage(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The real service and a browser; the only clip is the portrait, which every checkout has."""
    with open_stage(tmp_path_factory.mktemp("attacks"), chromium, [portrait()]) as opened:
        yield opened
