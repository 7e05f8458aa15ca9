"""Whatever a file holds, the reader tells mistakes and never breaks; what it takes, a run can walk to its end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.diagnostics import errors
from engine.workflow.drawing import graph_of, svg_of, text_of
from engine.workflow.read import check_workflow, read_workflow
from engine.workflow.reading.addresses import problem_of_link, problem_of_url
from engine.workflow.reading.durations import duration_of, shown
from engine.workflow.reading.pointers import is_pointer
from engine.workflow.ways import Ways
from tests.policy.test_schema import value_of
from tests.workflow.test_broken_steps import KNOWN as ALL_KNOWN
from tests.workflow.test_cases import GATE

EVERYTHING = Path(__file__).parent / "data" / "everything.yaml"
WHOLE: dict[str, Any] = value_of(EVERYTHING.read_text(encoding="utf-8"))
KEYS = sorted({key for step in WHOLE["steps"] for key in step} | set(WHOLE) | {"nothing"})
NAMED = [*KEYS, "var", "<", "=="]
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 200) | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "read", "done", "10m", "reject", "age.predicted", "workflow.decision", "/a/b", "x" * 3000])
    | st.sampled_from(["https://a.example/{eval_id}", "http://127.0.0.1/", "{}", "capture", "link", "é\x00", "-"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMED), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip


def places(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    inner = list(pairs)
    return [here, *(place for key, part in inner for place in places(part, (*here, key)))]


KNOWN = {name: known for name, known in ALL_KNOWN.items() if name != "reads"}
PLACES = places(WHOLE)[1:]


def changed(value: Any, place: tuple[Any, ...], junk: Any) -> Any:
    """A copy with something else at a place."""
    key, *rest = place
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    copy[key] = changed(copy[key], tuple(rest), junk) if rest else junk
    return copy


def told(document: Any) -> tuple[str, bool]:
    """A document as text, and whether it is good."""
    text = json.dumps(document)
    found = check_workflow(text, source="x", **KNOWN)
    assert all(1 <= each.location.line <= 1 and each.message for each in found)
    return text, not errors(found)


def test_everything_is_good() -> None:
    """What is broken below was whole before, and has every kind of step."""
    assert told(WHOLE)[1]


@settings(max_examples=100, deadline=None)
@given(place=st.sampled_from(PLACES), junk=JUNK)
def test_junk_anywhere(place: tuple[Any, ...], junk: Any) -> None:
    never_breaks(place, junk)


@pytest.mark.soak
@settings(max_examples=1000, deadline=None)
@given(place=st.sampled_from(PLACES), junk=JUNK)
def test_junk_anywhere_for_long(place: tuple[Any, ...], junk: Any) -> None:
    never_breaks(place, junk)


def never_breaks(place: tuple[Any, ...], junk: Any) -> None:
    """What is told has a place; what is good can be drawn, and every step of it is reached."""
    text, good = told(changed(WHOLE, place, junk))
    if good:
        workflow = read_workflow(text, source="x", **KNOWN)
        assert graph_of(workflow)["nodes"]
        assert svg_of(workflow).endswith("</svg>\n")
        assert text_of(workflow)
        assert set(workflow.steps) == Ways(workflow.steps).reached([workflow.first])


@settings(max_examples=60, deadline=None)
@given(order=st.permutations(range(len(WHOLE["steps"]))), left=st.integers(1, len(WHOLE["steps"])))
def test_steps_in_any_order(order: list[int], left: int) -> None:
    told({**WHOLE, "steps": [WHOLE["steps"][number] for number in order[:left]]})


@pytest.mark.parametrize("text", [GATE[:cut] for cut in range(0, len(GATE), 41)], ids=range(0, len(GATE), 41))
def test_a_file_that_was_cut_off(text: str) -> None:
    check_workflow(text, source="x", **KNOWN)


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://risk.example.com/score?a=b", True),
        ("https://risk.example.com:8443/score", True),
        ("http://127.0.0.1:9000/score", True),
        ("http://localhost/score", True),
        ("http://risk.example.com/score", False),
        ("http://127.0.0.1.example.com/", False),
        ("https://me@risk.example.com/", False),
        ("https://risk.example.com/#x", False),
        ("https://{market}.example.com/", False),
        ("https://risk.example.com/{eval_id}", False),
        ("https://risk example.com/", False),
        ("https://risk.example.com\\@evil.example/", False),
        ("https:///score", False),
        ("https://", False),
        ("ftp://risk.example.com/", False),
        ("//risk.example.com/", False),
        ("https://risk.example.com:0/", False),
        ("https://risk.example.com:99999/", False),
        ("https://[::1", False),
        ("https://-risk.example.com/", False),
        ("https://risk..example.com/", False),
        ("https://" + "a" * 2000 + ".com/", False),
        ("https://risk.example.com/\n", False),
    ],
)
def test_addresses(url: str, good: bool) -> None:
    assert (problem_of_url(url) == "") == good


@pytest.mark.parametrize(
    ("link", "good"),
    [
        ("https://d.example.com/check?ref={eval_id}", True),
        ("https://d.example.com/{eval_id}/start", True),
        ("https://d.example.com?ref={eval_id}", True),
        ("https://{eval_id}.example.com/", False),
        ("https://d.example.com/check", False),
        ("https://d.example.com/{eval_id}?who={customer}", False),
        ("http://d.example.com/{eval_id}", False),
        ("javascript:alert({eval_id})", False),
        ("https://d.example.com/#{eval_id}", False),
    ],
)
def test_links(link: str, good: bool) -> None:
    assert (problem_of_link(link) == "") == good


@pytest.mark.parametrize("text", ["90s", "10m", "24h", "7d", "1s", "36h", "3d", "90m"])
def test_lengths_of_time_are_shown_as_they_are_written(text: str) -> None:
    length = duration_of(text)
    assert length is not None
    assert duration_of(shown(length)) == length


@pytest.mark.parametrize("text", ["", "0s", "1", "s", "1.5h", "-1h", "1 h", "1w", "99999999d", "١h", "1h\n"])
def test_what_is_no_length_of_time(text: str) -> None:
    assert duration_of(text) is None


@pytest.mark.parametrize(
    ("text", "good"),
    [("", True), ("/", True), ("/a/b", True), ("/a~0b/~1", True), ("a", False), ("/~", False), ("/~2", False)],
)
def test_pointers(text: str, good: bool) -> None:
    assert is_pointer(text) == good
