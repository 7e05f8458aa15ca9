"""The circuit breaker: opens after failures in a row, lets one probe through, closes after a good answer."""

from __future__ import annotations

import pytest
from acme_liveness.breaker import CircuitBreaker, CircuitOpen, ServiceFailed


class Watch:
    """A clock that stands still until told."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def breaker(watch: Watch) -> CircuitBreaker:
    return CircuitBreaker(failures=2, seconds=10, clock=watch)


def fail(breaker: CircuitBreaker) -> None:
    """One question that the service does not answer."""
    with pytest.raises(ServiceFailed), breaker.asking():
        raise ServiceFailed


def answer(breaker: CircuitBreaker) -> None:
    """One question that it answers."""
    with breaker.asking():
        pass


def is_open(breaker: CircuitBreaker) -> bool:
    """Whether a question is turned away."""
    try:
        answer(breaker)
    except CircuitOpen:
        return True
    return False


def test_only_failures_in_a_row_open_it(breaker: CircuitBreaker) -> None:
    for _ in range(3):
        fail(breaker)
        answer(breaker)
    fail(breaker)
    fail(breaker)
    assert is_open(breaker)


def test_another_exception_says_nothing_of_the_service(breaker: CircuitBreaker) -> None:
    fail(breaker)
    for _ in range(5):
        with pytest.raises(KeyError), breaker.asking():
            raise KeyError
    fail(breaker)
    assert is_open(breaker)


def test_after_a_while_one_may_try_and_the_others_wait(breaker: CircuitBreaker, watch: Watch) -> None:
    fail(breaker)
    fail(breaker)
    watch.now += 9.9
    assert is_open(breaker)
    watch.now += 0.1
    with breaker.asking():
        assert is_open(breaker)
    assert not is_open(breaker)


def test_a_probe_that_fails_opens_it_for_as_long_again(breaker: CircuitBreaker, watch: Watch) -> None:
    fail(breaker)
    fail(breaker)
    watch.now += 10
    fail(breaker)
    watch.now += 9.9
    assert is_open(breaker)
    watch.now += 0.1
    assert not is_open(breaker)


def test_a_probe_that_ends_otherwise_leaves_the_next_one_to_try(breaker: CircuitBreaker, watch: Watch) -> None:
    fail(breaker)
    fail(breaker)
    watch.now += 10
    with pytest.raises(KeyboardInterrupt), breaker.asking():
        raise KeyboardInterrupt
    assert not is_open(breaker)
