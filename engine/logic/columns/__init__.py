"""The reading of conditions as columns of a table: Ibis expressions that DuckDB, Polars and Spark work out.

NULL is unknown. Numbers are doubles, times and strings are text. Only what decides whole tables needs ibis, which takes
a second to import, so the table of operators names its functions instead of importing them.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any


class NotInColumns(Exception):  # noqa: N818 - the word of the domain
    """A condition that columns cannot work out; the message says what of it, as a phrase."""


def in_columns(family: str, name: str, *given: Any) -> Callable[..., Any]:
    """The function of an operator in one of the modules here, imported when it is first called.

    `given` come before the operands. A strict operator's function must give NULL where an operand is NULL; an operand
    that is unknown in every row is None, and a strict operator is not asked then.
    """

    def read(*operands: Any) -> Any:
        function: Callable[..., Any] = getattr(import_module(f"engine.logic.columns.{family}"), name)
        return function(*given, *operands)

    return read
