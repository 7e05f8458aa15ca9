"""Threads for readings: used again, left alone where they hang, and bound to nothing that they have done."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest

from engine.service.process.side_threads import SideThreads

LONG = 30.0


def me() -> tuple[int, str]:
    """Which thread this is."""
    return threading.get_ident(), threading.current_thread().name


@pytest.fixture
def hanging() -> Iterator[threading.Event]:
    """What a hanging reading waits for; set at the end."""
    event = threading.Event()
    yield event
    event.set()


def test_a_thread_that_came_to_an_end_is_used_again_and_bears_the_works_name() -> None:
    threads = SideThreads(2)
    found = [threads.begin(f"reads {number}", me).wait(LONG) for number in range(20)]
    assert len({answer[0][0] for answer in found if answer}) == 1
    assert [answer[0][1] for answer in found if answer] == [f"reads {number}" for number in range(20)]


def test_one_that_hangs_is_left_alone_and_tells_when_it_came_back(hanging: threading.Event) -> None:
    threads, back = SideThreads(2), threading.Event()
    work = threads.begin("hangs", lambda: hanging.wait(LONG))
    assert work.wait(0.05) is None
    work.when_over(back.set)
    other = threads.begin("other", me).wait(LONG)
    assert other is not None
    assert not back.is_set()
    hanging.set()
    assert back.wait(LONG)


def test_work_that_is_over_already_tells_at_once() -> None:
    threads, back = SideThreads(2), threading.Event()
    work = threads.begin("quick", me)
    assert work.wait(LONG) is not None
    for _ in range(1000):  # the answer is there a moment before the end
        if work._is_over:
            break
        threading.Event().wait(0.01)
    work.when_over(back.set)
    assert back.is_set()


def test_more_than_may_wait_end(hanging: threading.Event) -> None:
    threads = SideThreads(2)
    ends = [threading.Event() for _ in range(6)]
    for end in ends:
        threads.begin("waits", lambda: hanging.wait(LONG)).when_over(end.set)
    hanging.set()
    assert all(end.wait(LONG) for end in ends)
    assert len(threads._idle) == 2


def test_a_thread_that_waits_holds_nothing_of_what_it_did() -> None:
    class Picture:
        """Something of a person."""

    threads, picture = SideThreads(2), Picture()
    gone = weakref.ref(picture)

    def read(picture: Picture = picture) -> str:
        return type(picture).__name__

    over = threading.Event()
    work = threads.begin("reads", read)
    work.when_over(over.set)
    assert work.wait(LONG) == ("Picture",)
    assert over.wait(LONG)
    del picture, read, work
    for _ in range(500):
        gc.collect()
        if gone() is None:
            return
        threading.Event().wait(0.01)
    raise AssertionError("a thread that waits still holds it")
