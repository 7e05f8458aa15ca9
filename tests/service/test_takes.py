"""What a take asks: drawn anew each time, by strategy and by what the person can do, in colours that harm nobody."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from engine.service.evidence.takes import COLOURS, FEWEST_COLOURS, FLASH_STEP_MS, FLASH_STEPS, TURNS, draw, kind_for
from tests.service.conftest import NOW, Person, Running, running


def luminance(colour: str) -> float:
    """Relative luminance, 0..1, by WCAG 2."""
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_no_change_of_colour_is_a_flash() -> None:
    """WCAG 2.3.1: a general flash changes luminance by .1, a red one comes from or goes to a saturated red."""
    assert max(abs(luminance(one) - luminance(two)) for one, two in combinations(COLOURS, 2)) < 0.1
    for colour in COLOURS:
        red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
        assert red / (red + green + blue) < 0.8
    assert 1000 / FLASH_STEP_MS < 3


def test_colours_are_told_apart() -> None:
    """A channel differs by at least 20 of 255 between any two: what the face throws back must differ as well."""
    for one, two in combinations(COLOURS, 2):
        assert max(abs(int(one[at : at + 2], 16) - int(two[at : at + 2], 16)) for at in (1, 3, 5)) >= 20


@given(some.lists(some.integers(0, 5), min_size=FLASH_STEPS, max_size=FLASH_STEPS))
def test_every_flash_has_different_neighbours_and_four_colours(picks: list[int]) -> None:
    left = iter(picks)

    def choose(members: Sequence[Any]) -> Any:
        return members[next(left) % len(members)]

    steps = draw("flash", choose).steps
    assert len(steps) == FLASH_STEPS
    assert all(one != two for one, two in pairwise(steps))
    assert len(set(steps)) >= FEWEST_COLOURS
    assert set(steps) <= set(COLOURS)


def test_turns_are_three_and_not_all_equal() -> None:
    assert len(TURNS) == 6
    assert {draw("turn").steps for _ in range(200)} == set(TURNS)
    assert all(len(steps) == 3 and set(steps) == {"left", "right"} for steps in TURNS)


def test_challenges_are_drawn_from_many() -> None:
    assert len({draw("flash").steps for _ in range(200)}) > 190


@pytest.mark.parametrize(
    ("asked", "choice", "kind"),
    [
        ("none", None, "none"),
        ("none", "flash", "none"),
        ("none", "neither", "none"),
        ("flash", None, "flash"),
        ("flash", "flash", "flash"),
        ("flash", "turn", "turn"),
        ("flash", "neither", "declined"),
        ("turn", None, "turn"),
        ("turn", "flash", "flash"),
    ],
)
def test_the_choice_counts_where_something_is_asked(asked: Any, choice: Any, kind: str) -> None:
    assert kind_for(asked, choice) == kind
    assert bool(draw(kind_for(asked, choice)).steps) == (kind in {"flash", "turn"})


@pytest.fixture
def strict(service: Running) -> Person:
    """A person with a link of strategy `strict` who has agreed."""
    return consented(service, "strict")


def consented(service: Running, strategy: str) -> Person:
    body = {"id": "ada", "timestamp": NOW, "workflow": "selfie_intelligence", "data": {"strategy": strategy}}
    waiting = service.client.post("/api/evaluation", json=body).json()
    person = service.browser(waiting["data_enrichments"][0]["response"]["data"]["docvTransactionToken"])
    person.consent()
    return person


@pytest.mark.parametrize(
    ("strategy", "choice", "kind", "frames", "neutral", "steps"),
    [
        ("lenient", None, "none", 12, 12, 0),
        ("lenient", "turn", "none", 12, 12, 0),
        ("strict", None, "flash", 24, 8, 8),
        ("strict", "turn", "turn", 24, 8, 3),
        ("strict", "neither", "declined", 12, 12, 0),
    ],
)
def test_a_take_says_all_that_the_page_needs(
    service: Running, strategy: str, choice: str | None, kind: str, frames: int, neutral: int, steps: int
) -> None:
    person = consented(service, strategy)
    asked = person.ask("open", {}).json()["capture"]
    assert (asked["challenge"], asked["frames"]) == (("none", 12) if strategy == "lenient" else ("flash", 24))
    answer = person.draw(choice).json()
    assert set(answer) == {"state", "expires_at", "bound", "take"}
    take = answer["take"]
    assert set(take) == {"nonce", "key", "expires_at", "frames", "neutral", "interval_ms", "challenge"}
    assert (take["frames"], take["neutral"], take["interval_ms"]) == (frames, neutral, 120)
    assert set(take["challenge"]) == {"kind", "steps", "step_ms"}
    assert (take["challenge"]["kind"], len(take["challenge"]["steps"])) == (kind, steps)
    assert take["expires_at"] < answer["expires_at"]


def test_nothing_is_drawn_before_consent(service: Running) -> None:
    person = service.browser(service.new_capture()[1])
    person.ask("open", {})
    answer = person.draw()
    assert (answer.status_code, answer.json()["code"]) == (409, "consentNeeded")


def test_a_person_who_chooses_anew_gets_a_new_take(strict: Person) -> None:
    strict.draw("flash")
    former = strict.take
    strict.draw("turn")
    assert strict.take.nonce != former.nonce
    assert strict.take.key != former.key
    assert strict.frames().status_code == 200


def test_a_draw_deletes_the_former_frames(service: Running, portrait: bytes) -> None:
    person = consented(service, "strict")
    person.frames([portrait])
    assert [path for path in (service.data / "blobs").rglob("*") if path.is_file()]
    assert person.draw().json()["state"] == "consented"
    assert not [path for path in (service.data / "blobs").rglob("*") if path.is_file()]


def test_the_draw_can_be_fixed(tmp_path: Path) -> None:
    with running(tmp_path) as service:
        service.services.capturing.takes._choose = lambda members: members[-1]
        person = consented(service, "strict")
        person.draw("turn")
        assert person.take.steps == ("right", "right", "left")
        person.draw("flash")
        assert person.take.steps[:2] == (COLOURS[-1], COLOURS[-2])


def test_twenty_four_large_frames_fit(service: Running) -> None:
    """24 noisy pictures of 1280×960 as the page encodes them, about 20 MiB of the 40 that a request may have."""
    import cv2
    import numpy as np

    noise = np.random.default_rng(7).normal(128, 50, (960, 1280, 3)).clip(0, 255).astype(np.uint8)
    image = cv2.imencode(".jpg", cv2.GaussianBlur(noise, (3, 3), 0), [cv2.IMWRITE_JPEG_QUALITY, 92])[1].tobytes()
    assert 500_000 < len(image) < 1_000_000
    person = consented(service, "strict")
    answer = person.frames([image + bytes([at]) + b"\xff\xd9" for at in range(24)])
    assert answer.status_code == 200
    assert person.submit(answer.json()["digest"]).json()["state"] == "submitted"
