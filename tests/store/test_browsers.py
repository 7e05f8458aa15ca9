"""The newest generation of a browser's token: an older one is a copy."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from engine.store.browsers import FORGOTTEN, Browsers
from engine.store.database import Database

NOW = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def browsers(database: Database) -> Browsers:
    """The table."""
    return Browsers(database)


def test_each_return_moves_the_generation_on(browsers: Browsers) -> None:
    assert [browsers.renew("b", number, NOW) for number in (1, 2, 3)] == [2, 3, 4]
    assert browsers.renew("other", 1, NOW) == 2


def test_the_one_before_is_taken_once(browsers: Browsers) -> None:
    """The answer that carried generation 2 was lost: the browser comes with 1 again."""
    assert browsers.renew("b", 1, NOW) == 2
    assert browsers.renew("b", 1, NOW) == 3
    assert browsers.renew("b", 1, NOW) is None
    assert browsers.renew("b", 3, NOW) == 4


def test_two_copies_cannot_take_turns(browsers: Browsers) -> None:
    mine = theirs = 1
    mine = browsers.renew("b", mine, NOW) or 0
    theirs = browsers.renew("b", theirs, NOW) or 0
    assert (mine, theirs) == (2, 3)
    assert browsers.renew("b", mine, NOW) is None
    assert browsers.renew("b", theirs, NOW) == 4


def test_an_old_copy_does_not_harm_the_original(browsers: Browsers) -> None:
    for number in range(1, 5):
        browsers.renew("b", number, NOW)
    for old in (1, 2, 3):
        assert not browsers.takes("b", old)
        assert browsers.renew("b", old, NOW) is None
    assert browsers.takes("b", 5)
    assert browsers.renew("b", 5, NOW) == 6


def test_looking_uses_nothing_up(browsers: Browsers) -> None:
    assert browsers.takes("unknown", 1)
    browsers.renew("b", 1, NOW)
    assert [browsers.takes("b", number) for number in (0, 1, 2)] == [False, True, True]
    browsers.renew("b", 1, NOW)
    assert [browsers.takes("b", number) for number in (1, 2, 3)] == [False, False, True]


def test_a_generation_that_a_restored_database_does_not_know_is_taken(browsers: Browsers) -> None:
    browsers.renew("b", 1, NOW)
    assert browsers.renew("b", 7, NOW) == 8
    assert browsers.renew("b", 2, NOW) is None


def test_browsers_that_do_not_come_back_are_forgotten(browsers: Browsers) -> None:
    browsers.renew("old", 1, NOW - FORGOTTEN - timedelta(seconds=1))
    browsers.renew("b", 1, NOW - FORGOTTEN)
    assert (browsers.prune(NOW), browsers.prune(NOW)) == (1, 0)
    assert browsers.renew("b", 2, NOW) == 3


def test_of_copies_at_once_two_are_taken_at_most(browsers: Browsers) -> None:
    browsers.renew("b", 1, NOW)
    start, answers = threading.Barrier(6), []

    def one() -> None:
        start.wait()
        answers.append(browsers.renew("b", 2, NOW))

    threads = [threading.Thread(target=one) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer for answer in answers if answer) == [3, 4]
