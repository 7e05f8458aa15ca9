"""A split is sticky, within its percentage, and moves nobody whom it need not move."""

from __future__ import annotations

from collections import Counter
from math import sqrt

import pytest

from engine.workflow.flow import Began, begin
from engine.workflow.steps import Decide, End, Part, Split
from engine.workflow.walking.split import BUCKETS, bucket_of
from tests.workflow.walks import NOW, OWN, Bounds, World, steps_of, walker, way

PEOPLE = 100_000


def parts(**percents: float) -> tuple[Part, ...]:
    """Parts in this order."""
    return tuple(Part(name, percent, "decide") for name, percent in percents.items())


def part_of(customer: str, split: Split) -> str:
    """The part that a walk takes."""
    world = World(book={"age": Bounds("age")})
    workflow = steps_of(split, Decide("decide", policies=("age",)), End("done"))
    run = walker(workflow, world, customer).walk(begin(workflow, "standard", {}, OWN, ()), Began(), NOW)
    return way(run)[0].partition(":")[2]


def test_the_same_person_takes_the_same_part() -> None:
    split = Split("trial", parts=parts(a=50, b=50), salt="s")
    once = {customer: part_of(customer, split) for customer in map(str, range(40))}
    assert set(once.values()) == {"a", "b"}
    assert all(part_of(customer, split) == part for customer, part in once.items())


@pytest.mark.parametrize(
    "percents", [{"a": 90.0, "b": 10.0}, {"a": 0.01, "b": 99.99}, {"a": 33.34, "b": 33.33, "c": 33.33}]
)
def test_parts_have_their_percentage(percents: dict[str, float]) -> None:
    """Of 100,000 people each part's share lies within 5 standard deviations: by chance it fails once in 1.7 million."""
    bounds = {}
    low = 0.0
    for name, percent in percents.items():
        bounds[name] = (round(low * 100), round((low + percent) * 100))
        low += percent
    found: Counter[str] = Counter()
    for number in range(PEOPLE):
        bucket = bucket_of("age_gate trial", "Production", f"customer-{number}")
        found[next(name for name, (first, end) in bounds.items() if first <= bucket < end)] += 1
    for name, percent in percents.items():
        share = percent / 100
        assert abs(found[name] - PEOPLE * share) <= 5 * sqrt(PEOPLE * share * (1 - share))


def test_a_walk_goes_by_the_bucket() -> None:
    split = Split("trial", parts=parts(a=0, b=25, c=74.99, d=0.01), salt="s")
    for customer in map(str, range(60)):
        bucket = bucket_of("s", "Sandbox", customer)
        assert part_of(customer, split) == ("b" if bucket < 2500 else "c" if bucket < 9999 else "d")


def test_a_part_ends_where_the_next_begins() -> None:
    split = Split("trial", parts=parts(a=25, b=75), salt="s")
    at = {bucket_of("s", "Sandbox", str(number)): str(number) for number in range(60_000)}
    assert [part_of(at[bucket], split) for bucket in (0, 2499, 2500, 9999)] == ["a", "a", "b", "b"]


def test_a_percent_that_moves_moves_that_share_and_nobody_else() -> None:
    before = Split("trial", parts=parts(a=90, b=10), salt="s")
    after = Split("trial", parts=parts(a=80, b=20), salt="s")
    people = [str(number) for number in range(200)]
    moved = [each for each in people if part_of(each, before) != part_of(each, after)]
    assert all(8000 <= bucket_of("s", "Sandbox", each) < 9000 for each in moved)
    assert {part_of(each, before) for each in moved} == {"a"}
    assert abs(len(moved) - 20) <= 5 * sqrt(200 * 0.1 * 0.9)


def test_salt_and_environment_draw_anew() -> None:
    """Another salt is another draw: what the two say agrees as often as chance does."""
    people = [f"customer-{number}" for number in range(10_000)]
    for other in (("t", "Sandbox"), ("s", "Production")):
        agree = sum((bucket_of("s", "Sandbox", p) < 5000) == (bucket_of(*other, p) < 5000) for p in people)
        assert abs(agree - 5000) <= 5 * sqrt(10_000 * 0.25)


@pytest.mark.parametrize(
    ("one", "other"),
    [(("a", "b", "c"), ("ab", "", "c")), (("a", "b,c", ""), ("a", "b", "c")), (('a"', "b", "c"), ("a", '"b', "c"))],
)
def test_what_it_is_drawn_by_is_written_without_doubt(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    assert bucket_of(*one) != bucket_of(*other)


@pytest.mark.parametrize("customer", ["", "\ud800", "ß", "x" * 256])
def test_every_customer_has_a_bucket(customer: str) -> None:
    assert 0 <= bucket_of("s", "Sandbox", customer) < BUCKETS


def test_a_bucket_never_changes() -> None:
    """By the SHA-256 of `["age_gate trial", "Production", "customer-1"]`; another would send everybody elsewhere."""
    assert bucket_of("age_gate trial", "Production", "customer-1") == 0xFC91052C1E7E8524 % 10_000
