"""Conditions of a workflow: the language of policies, over features, `workflow.*` and `computed.*`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from engine.contracts import SEVERITY, Value
from engine.diagnostics import Diagnostic
from engine.features import MAX_INTEGER, Catalogue, Feature, FeatureType
from engine.logic.explain import text
from engine.logic.hints import truth_meant
from engine.logic.lowering import Lowering, compiled
from engine.logic.mistakes import Mistakes
from engine.logic.parse import read_condition
from engine.logic.scope import Scope, TypedNames
from engine.logic.syntax import Entries, Items, Node
from engine.logic.tree import Expression, names_read
from engine.logic.types import BOOLEAN, MIXED, NULL, NUMBER, STRING, TIME, UNKNOWN, Type, is_list, phrase
from engine.policy.constants import condition_depends_on_the_record
from engine.policy.names import type_of_feature
from engine.policy.parameters import DEFAULT_STRATEGY
from engine.policy.ranges import constants_are_possible
from engine.workflow.steps import DECISION, PASS, SCORE, Record

MOST_PASSES = 100
OF_THE_RUN = (
    Feature(DECISION, "enum", "Decision", "The decision as it stands.", "workflow", values=tuple(SEVERITY)),
    Feature(SCORE, "number", "Score", "The score as it stands.", "workflow", low=-MAX_INTEGER, high=MAX_INTEGER),
    Feature(PASS, "integer", "Pass", "1 before any step up.", "workflow", low=1, high=MOST_PASSES),
)
"""What conditions may read besides features."""
_OF_POLICIES = {"unknown-parameter": "parameters", "unknown-register": "packs and lists"}
_FEATURE_TYPES: Mapping[Type, FeatureType] = {
    NUMBER: "number",
    BOOLEAN: "boolean",
    STRING: "string",
    TIME: "time",
}


@dataclass(frozen=True, slots=True)
class TypedCondition:
    """A checked expression, ready to be asked. Equal where it says the same in the same place."""

    logic: Any
    type: Type
    expression: Expression
    reads: frozenset[str]
    program: Callable[[Callable[..., Any]], Value | None] = field(compare=False)

    def value(self, record: Record) -> Value | None:
        """What it says of a record; None is unknown."""
        return self.program(record.get)

    def __str__(self) -> str:
        """As a person writes it on paper: `age.predicted < 25`."""
        return text(self.expression)


@dataclass(frozen=True, slots=True)
class Names:
    """What the conditions of one workflow may name."""

    catalogue: Catalogue
    """The features, and what the run and its `set` steps tell."""

    def with_computed(self, types: Mapping[str, Type]) -> Names:
        """These and computed values; `types` by whole name."""
        made = [_computed(name, type_) for name, type_ in types.items()]
        return Names(Catalogue([*self.catalogue.values(), *made]))

    def scope(self) -> Scope:
        """As the language wants it."""
        return Scope(TypedNames({name: type_of_feature(f) for name, f in self.catalogue.items()}), TypedNames({}))


def names_of(catalogue: Catalogue) -> Names:
    """The features, the decision, the score and the number of the pass."""
    return Names(Catalogue([*catalogue.values(), *OF_THE_RUN]))


def read_when(node: Node, names: Names, mistakes: Mistakes) -> TypedCondition | None:
    """A condition of a branch: true or false, and not the same for every record. None where it is none."""
    expression = _typed(node, names, mistakes)
    if expression is None:
        return None
    if expression.type not in {BOOLEAN, UNKNOWN}:
        message = f"`when` must be a boolean, not {phrase(expression.type)}"
        mistakes.add("type-mismatch", message, expression.location, truth_meant(expression))
        return None
    before = len(mistakes.found)
    condition_depends_on_the_record(expression, mistakes)
    _constants_are_possible(expression, names, mistakes)
    return _compiled(node, expression) if len(mistakes.found) == before else None


def read_value(node: Node, names: Names, mistakes: Mistakes, wanted: Type | None = None) -> TypedCondition | None:
    """Something that is worked out: of one type, which is `wanted` where that is given. None where it is not."""
    expression = _typed(node, names, mistakes)
    if expression is None:
        return None
    expected = phrase(wanted) if wanted else "a value of one type"
    member = expression.type.member if is_list(expression.type) else expression.type
    if member not in _FEATURE_TYPES or (wanted and expression.type != wanted):
        given = "a list of several types" if member == MIXED else phrase(expression.type)
        message = f"this must be {expected}, not {'null' if expression.type == NULL else given}"
        mistakes.add("type-mismatch", message, expression.location)
        return None
    before = len(mistakes.found)
    _constants_are_possible(expression, names, mistakes)
    return _compiled(node, expression) if len(mistakes.found) == before else None


def plain(node: Node) -> Any:
    """What was written, as JSON."""
    if isinstance(node, Entries):
        return {str(key.value): plain(value) for key, value in node.pairs}
    return [plain(member) for member in node.members] if isinstance(node, Items) else node.value


def _typed(node: Node, names: Names, mistakes: Mistakes) -> Expression | None:
    before = len(mistakes.found)
    expression = read_condition(node, names.scope(), mistakes)
    if len(mistakes.found) == before:
        return expression
    mistakes.found[before:] = map(_as_of_a_workflow, mistakes.found[before:])
    return None


def _as_of_a_workflow(found: Diagnostic) -> Diagnostic:
    """What only policies have is no misspelt name here: it says where it can be had."""
    what = _OF_POLICIES.get(found.code)
    if what is None:
        return found
    message = f"a condition of a workflow has no {what}"
    return replace(
        found, message=message, hint="write the value itself, or let a policy decide and branch `on: decision`"
    )


def _constants_are_possible(expression: Expression, names: Names, mistakes: Mistakes) -> None:
    constants_are_possible(expression, names.catalogue, {DEFAULT_STRATEGY: {}}, mistakes)


def _compiled(node: Node, expression: Expression) -> TypedCondition:
    lowering = Lowering({})
    answer = lowering.lower(expression)
    program = compiled("value", "get", [*lowering.lines, f"return {answer.code}"], lowering.constants)
    return TypedCondition(plain(node), expression.type, expression, names_read(expression), program)


def _computed(name: str, type_: Type) -> Feature:
    title, meaning = name.rpartition(".")[2], "A value that the workflow works out."
    if type_.member is not None:
        return Feature(name, "list", title, meaning, "workflow", of=_FEATURE_TYPES[type_.member])
    return Feature(name, _FEATURE_TYPES[type_], title, meaning, "workflow")
