"""Operators whose operands are not all conditions: names, units, times that are written out."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from engine.logic.forms.iterators import of_iterator
from engine.logic.forms.lookup import read_lookup
from engine.logic.forms.names import of_names, read_missing_some, read_param, read_var
from engine.logic.forms.times import read_shift, read_time
from engine.logic.operators.iterators import ITERATORS
from engine.logic.reader import Form

FORMS: Mapping[str, Form] = MappingProxyType(
    {
        "var": read_var,
        "param": read_param,
        "missing": of_names("missing"),
        "present": of_names("present"),
        "missing_some": read_missing_some,
        "lookup": read_lookup,
        "time": read_time,
        "shift": read_shift,
        **{name: of_iterator(iterator) for name, iterator in ITERATORS.items()},
    }
)
"""Operator to what reads its operands."""
