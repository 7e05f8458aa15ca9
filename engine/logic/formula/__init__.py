"""The SMT reading of conditions: every value a term, and whether it is known.

What is proved of a formula holds of every record. A counterexample is only one when the policy itself confirms it,
since a formula may allow more than doubles and strings do. Only what proves or compares policies needs z3, which takes
a third of a second to import, so the table of operators names its functions instead of importing them.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any


def in_formulas(family: str, name: str, *given: Any) -> Callable[..., Any]:
    """The function of an operator in one of the modules here, imported when it is first called.

    `given` come before the operands. A strict operator's function gets the values of known operands, and gives a value,
    or a `Term` where it may be unknown. Any other operator's gets `Term`s and gives one.
    """

    def read(*operands: Any) -> Any:
        function: Callable[..., Any] = getattr(import_module(f"engine.logic.formula.{family}"), name)
        return function(*given, *operands)

    return read
