"""What was read a moment ago is taken again, and nothing older, and never that nothing was there."""

from __future__ import annotations

from engine.store.brief import Brief


class Hand:
    """A clock that stands until a test moves it."""

    at = 0.0

    def __call__(self) -> float:
        return self.at


def test_an_answer_is_kept_for_its_moment_and_no_longer() -> None:
    clock, asked = Hand(), []
    brief: Brief[str, int] = Brief(1.0, 10, clock)

    def find() -> int:
        asked.append(clock.at)
        return len(asked)

    assert [brief.get("a", find), brief.get("a", find)] == [1, 1]
    clock.at = 0.99
    assert brief.get("a", find) == 1
    clock.at = 1.0
    assert brief.get("a", find) == 2
    brief.forget()
    assert brief.get("a", find) == 3


def test_what_is_not_there_is_asked_again_and_what_is_gone_is_forgotten() -> None:
    clock = Hand()
    brief: Brief[str, str] = Brief(1.0, 10, clock)
    assert brief.get("a", lambda: None) is None
    assert brief.get("a", lambda: "made") == "made"
    clock.at = 2.0
    assert brief.get("a", lambda: None) is None
    clock.at = 2.5
    assert brief.get("a", lambda: "again") == "again"


def test_it_never_grows_beyond_its_bound() -> None:
    brief: Brief[int, int] = Brief(1.0, 3, Hand())
    for number in range(100):
        brief.get(number, lambda: 1)
        assert len(brief._kept) <= 3
