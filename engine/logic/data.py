"""Nested data, as JSONLogic has it: names are paths, types are those of the values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engine.logic.paths import ABSENT, follow
from engine.logic.strict_json import BadJson
from engine.logic.types import Type, type_of

MAX_LIST = 10_000


class Data:
    """The data of one rule. Every name exists: what is not there is unknown. Raises `BadJson` for a list too long."""

    def __init__(self, data: Any) -> None:
        self._data = data
        self._types: dict[str, Type] = {}

    def get(self, name: str, default: Any = None) -> Any:
        """The value at a dotted path; `default` where the path leads nowhere. A null that is there stays null."""
        value = self._lookup(name)
        return default if value is ABSENT else value

    def type_of(self, name: str) -> Type:
        """The type of what is there; of lists that of all their members."""
        if name not in self._types:
            value = self.get(name)
            if isinstance(value, list) and len(value) > MAX_LIST:
                raise BadJson("too-long", f"a list has at most {MAX_LIST} members")
            self._types[name] = type_of(value)
        return self._types[name]

    def known(self) -> Iterable[str]:
        """Nothing to suggest: no name is wrong."""
        return ()

    def _lookup(self, name: str) -> Any:
        return follow(self._data, name.split(".") if name else ())
