"""A still, a loop and a replayed request through the real page are stopped; a face that answers the flash is not."""

from __future__ import annotations

import pytest

from benchmarks.attacks import deliveries, films
from benchmarks.attacks.clips import portrait
from benchmarks.attacks.session import Outcome
from benchmarks.attacks.stage import Stage
from benchmarks.attacks.staging import played

pytestmark = [pytest.mark.browser, pytest.mark.models]

SEED = 1


def test_a_masked_still_is_rejected_as_equal_frames(stage: Stage) -> None:
    stage.forget()
    found = played(films.still)(stage, portrait(), SEED, "lenient", True)
    assert found.ending == "reject"
    assert "R1821" in found.reasons
    assert found.features["injection.track_inconsistency_count"] == 0, "the mask hides the harness"


@pytest.mark.soak
def test_a_loop_is_never_accepted_and_its_file_is_told_by_name(stage: Stage) -> None:
    stage.forget()
    found = played(films.loop)(stage, portrait(), SEED, "lenient", False)
    assert found.ending in {"review", "reject"}
    assert found.features["injection.virtual_camera_label"] is True


@pytest.mark.soak
def test_a_face_that_answers_the_flash_passes_and_its_request_does_not_pass_again(stage: Stage) -> None:
    stage.forget()
    first: list[Outcome] = []
    again = deliveries.replayed(stage, portrait(), SEED, "standard", False, first=first.append)
    (genuine,) = first
    assert genuine.features["liveness.flash_corr"] > 0.8
    assert genuine.features["injection.track_inconsistency_count"] == 0
    assert "I1840" in genuine.reasons
    assert again == Outcome("refused", ("evidenceReplayed",))
