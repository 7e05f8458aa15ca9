"""Whatever stands under `tables` and `scorecards`, and whatever is in a sheet: told, never a crash."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.diagnostics import Refused, errors
from engine.policy import check_policy, shipped_catalogue, shipped_reasons
from engine.policy.tables.exchange import as_yaml, read_sheet
from tests.tables.test_workbooks import GOOD, packed

WORDS = """first any unknown accept review R845 t p score.s age.predicted device.token x..y {p} __import__('os')"""
KEYS = """id title when then reason on_unknown hit inputs rows points bands start from below answer t s param var"""
words = st.sampled_from([*WORDS.split(), "< 18", "[1, 2)", "\"\n'", "a" * 300, ""])
numbers = st.one_of(st.integers(-200, 200), st.floats(-1e308, 1e308))
leaves = st.one_of(st.none(), st.booleans(), numbers, words, st.text(max_size=5))
keys = st.sampled_from(KEYS.split())
values = st.recursive(leaves, lambda v: st.lists(v, max_size=4) | st.dictionaries(keys, v, max_size=5), max_leaves=25)


def check(text: str) -> tuple[Any, ...]:
    """What is said of a policy."""
    return check_policy(text, source="p", catalogue=shipped_catalogue(), reasons=shipped_reasons())


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(values, values, values, values)
def test_any_shape_is_told(table: Any, row: Any, card: Any, entry: Any) -> None:
    """By a mistake with a place, or it is good."""
    shaped = {
        "hit": "first",
        "inputs": ["age.predicted"],
        "rows": [row, {"when": [entry], "then": table, "reason": card}],
    }
    carded = {"points": [entry, {"when": row, "points": card}], "bands": [card, {"from": entry, "then": table}]}
    for each in ({"t": shaped, "u": table, "v": row}, table):
        for cards in ({"s": carded, "r": card}, card):
            found = check(json.dumps({"policy": "p", "tables": each, "scorecards": cards}))
            assert all(mistake.location.line >= 1 and mistake.message for mistake in found)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_a_sheet_or_are_refused(content: bytes) -> None:
    """Also where they begin as a sheet does."""
    for start in (b"", b"table,t\nhit,all\nrow,x,then,reason\n", b"PK\x03\x04", GOOD[:400]):
        with suppress(Refused):
            as_yaml(read_sheet(start + content, "s"))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=30))
def test_any_damage_to_a_workbook_is_told(place: int, junk: bytes) -> None:
    """Inside its parts, where the archive is whole."""

    def damaged(name: str, part: bytes) -> bytes:
        at = place % max(1, len(part))
        return part[:at] + junk + part[at + len(junk) :] if name.endswith((".xml", ".rels")) else part

    with suppress(Refused):
        as_yaml(read_sheet(packed(GOOD, damaged), "s.xlsx"))


LONG: dict[str, Any] = {
    "rows": {"hit": "first", "inputs": ["age.predicted"], "rows": [{"when": ["< 3"], "reason": "R845"}] * 2001},
    "values": {"hit": "all", "inputs": ["device.os"], "rows": [{"when": [", ".join(f"v{n}" for n in range(20_000))]}]},
    "listed": {"hit": "all", "inputs": ["device.os"], "rows": [{"when": [[f"v{n}" for n in range(20_000)]]}]},
    "inputs": {"hit": "all", "inputs": ["device.os"] * 5_000, "rows": [{"when": ["x"] * 5_000}]},
    "signs": {"hit": "all", "inputs": ["age.predicted"], "rows": [{"when": ["<" * 400_000]}]},
    "quotes": {"hit": "all", "inputs": ["device.os"], "rows": [{"when": ['"' * 400_001]}]},
    "sums": {"hit": "all", "inputs": ["age.predicted"], "rows": [{"when": ["{a} + " * 100_000]}]},
    "backslashes": {"hit": "all", "inputs": ["device.os"], "rows": [{"when": ['"' + "\\" * 200_001]}]},
}


@pytest.mark.parametrize("name", LONG)
def test_what_is_long_is_refused_soon(name: str) -> None:
    """No cell takes longer than its length."""
    started = time.process_time()
    assert errors(check(json.dumps({"policy": "p", "tables": {"t": LONG[name]}})))
    assert time.process_time() - started < 5
