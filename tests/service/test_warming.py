"""Providers get ready while the service starts; what cannot get ready costs nobody the start."""

from __future__ import annotations

import threading
from collections.abc import Callable

from engine.contracts import Evidence, ModelUnavailable, Readings, Signal
from engine.service.runs.pipeline import BoundWorkflow
from engine.service.runs.warming import warm_in_background
from engine.workflow.model import Workflow


class Loading:
    """A provider that does `work` when it is asked to get ready, and tells that it was asked."""

    requires: frozenset[str] = frozenset()
    provides: frozenset[str] = frozenset()

    def __init__(self, name: str, work: Callable[[], None]) -> None:
        self.name, self._work = name, work
        self.asked = 0

    def warm(self) -> None:
        self.asked += 1
        self._work()

    def read(self, evidence: Evidence, so_far: Readings) -> Signal:
        return Signal()


class Plain:
    """A provider with nothing to load."""

    name = "plain"
    requires: frozenset[str] = frozenset()
    provides: frozenset[str] = frozenset()

    def read(self, evidence: Evidence, so_far: Readings) -> Signal:
        return Signal()


def absent() -> None:
    raise ModelUnavailable("model `yunet` is not there; run `selfie models pull`")


def broken() -> None:
    raise RuntimeError("out of memory")


def nothing() -> None:
    pass


def bound(*providers: Loading | Plain) -> BoundWorkflow:
    workflow: Workflow = object.__new__(Workflow)  # only its providers are looked at
    return BoundWorkflow(workflow, providers)


def test_each_provider_is_asked_once_and_no_failure_stops_the_others() -> None:
    first, second, last = Loading("first", absent), Loading("second", broken), Loading("last", nothing)
    thread = warm_in_background([bound(first, second, Plain(), last), bound(last, first)])
    thread.join(60)
    assert not thread.is_alive()
    assert [one.asked for one in (first, second, last)] == [1, 1, 1]


def test_the_start_does_not_wait() -> None:
    go = threading.Event()

    def wait() -> None:
        go.wait(60)

    slow = Loading("slow", wait)
    thread = warm_in_background([bound(slow)])
    assert thread.is_alive()
    go.set()
    thread.join(60)
    assert slow.asked == 1
