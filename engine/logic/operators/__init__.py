"""The operator table: every operator of the language with all its meanings."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from engine.logic.operator import Operator
from engine.logic.operators import arithmetic, boolean, comparison, iterators, lists, membership, presence, texts, times

_ALL = (
    *comparison.OPERATORS,
    *boolean.OPERATORS,
    *arithmetic.OPERATORS,
    *membership.OPERATORS,
    *presence.OPERATORS,
    *times.OPERATORS,
    *texts.OPERATORS,
    *lists.OPERATORS,
)

TABLE: Mapping[str, tuple[Operator, ...]] = MappingProxyType(
    {name: tuple(o for o in _ALL if o.name == name) for name in dict.fromkeys(o.name for o in _ALL)}
)
"""Name to its meanings, in the order in which they are tried."""

RUNTIME: Mapping[str, Any] = MappingProxyType(
    {**arithmetic.RUNTIME, **comparison.RUNTIME, **times.RUNTIME, **texts.RUNTIME, **lists.RUNTIME, **iterators.RUNTIME}
)
"""Names that generated code may use besides builtins."""
