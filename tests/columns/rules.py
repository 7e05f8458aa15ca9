"""Random rules that columns can be asked: all but lists as features, iterators, and texts and times that are made."""

from __future__ import annotations

import dataclasses
from typing import Any

from hypothesis import strategies as st

from tests.logic.grammar import Draw
from tests.logic.rules import FEATURES, VOCABULARY, WAYS

OUTSIDE = frozenset({"map", "filter", "reduce", "all", "none", "some", "merge", "cat", "substr", "time", "shift"})
LISTS = frozenset({"numbers", "booleans", "times", "strings"})
VOCABULARY_OF_COLUMNS = dataclasses.replace(
    VOCABULARY,
    names={
        kind: tuple(name for name in names if name in FEATURES)
        for kind, names in VOCABULARY.names.items()
        if kind not in LISTS
    },
)


def _ways() -> dict[str, dict[str, list[Any]]]:
    found: dict[str, dict[str, list[Any]]] = {}
    for kind, by_name in WAYS.items():
        for name, ways in by_name.items():
            whole = kind not in LISTS or name in {"missing", "missing_some"}
            kept = [way for way in ways if whole and not LISTS.intersection(way)]
            if kept and name not in OUTSIDE:
                found.setdefault(kind, {})[name] = kept
    return found


WAYS_OF_COLUMNS = _ways()


def column_rules(depth: int = 3) -> st.SearchStrategy[Any]:
    """Rules up to `depth` operators deep."""
    return st.randoms(use_true_random=False).map(
        lambda random: Draw(random, WAYS_OF_COLUMNS, VOCABULARY_OF_COLUMNS).rule("any", depth)
    )


def column_uses_of(name: str) -> st.SearchStrategy[Any]:
    """Calls of one operator over leaves."""
    return st.randoms(use_true_random=False).map(
        lambda random: Draw(random, WAYS_OF_COLUMNS, VOCABULARY_OF_COLUMNS).use(name)
    )
