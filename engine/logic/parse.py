"""Positioned JSON -> typed tree."""

from __future__ import annotations

from engine.logic.forms import FORMS
from engine.logic.mistakes import Mistakes
from engine.logic.operators import TABLE
from engine.logic.reader import MAX_DEPTH, MAX_LIST, MAX_NODES, Reader
from engine.logic.scope import Scope
from engine.logic.syntax import Node
from engine.logic.tree import Expression

__all__ = ["FORMS", "MAX_DEPTH", "MAX_LIST", "MAX_NODES", "TABLE", "read_condition"]


def read_condition(node: Node, scope: Scope, mistakes: Mistakes) -> Expression:
    """The typed tree of a condition; where `mistakes` grew it is not to be used."""
    return Reader(scope, mistakes, TABLE, FORMS).read(node, 0)
