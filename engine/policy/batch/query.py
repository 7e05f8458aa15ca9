"""A policy as one query: for each row its id, the fate of every rule in a few integers, and which features it lacks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any

import ibis
import ibis.expr.datatypes as dt
from ibis.expr import types as ir

from engine.features import Catalogue
from engine.logic.columns import NotInColumns
from engine.logic.columns.lowering import ColumnLowering, bind, with_stages
from engine.logic.columns.values import constant, truth
from engine.logic.tree import names_read
from engine.policy.batch.values import as_computed, checked_columns, doubtful
from engine.policy.checked import CheckedPolicy
from engine.policy.names import type_of_feature

RULES_A_WORD = 31
"""Two bits a rule in a signed 64-bit integer: true, and unknown."""
FEATURES_A_WORD = 62

ROW, DOUBTFUL, SCORE = "row", "doubtful", "score"


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked of the engine, and what it cannot answer.

    The table has `row`, `doubtful`, `rules_0` …, `lacks_0` …, `score` where there is one, and the features that rules
    outside read, each as `given_<n>` with n its place in `features`.
    """

    table: ir.Table
    doubtful: ir.Table
    """The rows that the columns do not judge: `row`, and every feature that the table has, as `given_<n>`."""
    features: tuple[str, ...]
    """What the policy reads, in the order of the bits of `lacks`."""
    absent: tuple[str, ...]
    """Of those what the table has no column for."""
    outside: Mapping[int, str]
    """The numbers of the rules that only the compiled Python works out, with what columns cannot do."""
    score_outside: str
    """Why the score is worked out by the compiled Python; empty where it is a column or there is none."""
    needed: tuple[str, ...]
    """The features that come with the rows: because of what is outside, and lists, which engines cannot judge."""


def given_column(features: Sequence[str], name: str) -> str:
    """Where a feature stands as it was given. Names of features may hold dots, which some engines split at."""
    return f"given_{features.index(name)}"


def _computed_column(features: Sequence[str], name: str) -> str:
    return f"value_{features.index(name)}"


def write_query(policy: CheckedPolicy, table: ir.Table, row_id: str, catalogue: Catalogue, engine: str) -> Query:
    """The query of a policy of one strategy over a table. Raises `BadTable`."""
    features = tuple(sorted(policy.reads()))
    given = checked_columns(table, list(features), catalogue, row_id)
    own = {given_column(features, name): column for name, column in given.items()}
    named = {_computed_column(features, name): as_computed(catalogue[name], column) for name, column in given.items()}
    base = table.select(**{ROW: table[row_id], DOUBTFUL: doubtful(given, catalogue)}, **own, **named)
    types = {name: type_of_feature(catalogue[name]) for name in features}
    typed = {name: _computed_column(features, name) for name, column in given.items() if not column.type().is_null()}
    (parameters,) = policy.strategies.values()
    lowering = ColumnLowering(parameters, typed, types, engine=engine)
    for made in policy.definitions:
        lowering.derive(made.name, made.expression)
    conditions, outside = _fates(policy, lowering)
    score, score_outside = _score(policy, lowering)
    lists = [name for name in given if catalogue[name].type == "list"]  # only the catalogue can judge their members
    needed = sorted({*_needed(policy, outside, score_outside), *lists} & given.keys())
    staged = with_stages(base, lowering.stages)
    lacking = [staged[given_column(features, name)] if name in given else None for name in features]
    answers = {
        **_words("rules", _bound(conditions, staged), RULES_A_WORD, _fate),
        **_words("lacks", lacking, FEATURES_A_WORD, _lacks),
        **({SCORE: bind([score], staged)[0]} if score is not None else {}),
        **{column: staged[column] for column in (given_column(features, name) for name in needed)},
    }
    return Query(
        table=staged.select(ROW, DOUBTFUL, **answers),
        doubtful=base.filter(base[DOUBTFUL]).select(ROW, *own),
        features=features,
        absent=tuple(name for name in features if name not in given),
        outside=outside,
        score_outside=score_outside,
        needed=tuple(needed),
    )


def _fates(policy: CheckedPolicy, lowering: ColumnLowering) -> tuple[list[Any], dict[int, str]]:
    """The condition of each rule, None where it is unknown in every row; and the rules that columns cannot work out."""
    conditions: list[Any] = []
    outside: dict[int, str] = {}
    for number, rule in enumerate(policy.rules):
        try:
            conditions.append(_truth(lowering.column(rule.condition)))
        except NotInColumns as reason:
            outside[number] = str(reason)
            conditions.append(constant(False))
    return conditions, outside


def _truth(condition: Any) -> Any:
    return None if condition is None else truth(condition)


def _bound(values: Sequence[Any], table: ir.Table) -> list[Any]:
    return [None if value is None else bind([value], table)[0] for value in values]


def _fate(condition: Any, place: int) -> Any:
    """4^place where the condition is true, twice that where it is unknown, else 0."""
    true, unknown = (ibis.literal(bit << 2 * place, dt.int64) for bit in (1, 2))
    if condition is None:
        return unknown
    return ibis.cases((condition, true), (condition.isnull(), unknown), else_=ibis.literal(0, dt.int64))


def _score(policy: CheckedPolicy, lowering: ColumnLowering) -> tuple[Any, str]:
    if not policy.score:
        return None, ""
    try:
        value = lowering.named(policy.score)
    except NotInColumns as reason:
        return None, str(reason)
    return (ibis.null(dt.float64) if value is None else value), ""


def _needed(policy: CheckedPolicy, outside: Mapping[int, str], score_outside: str) -> frozenset[str]:
    read = [names_read(policy.rules[number].condition) for number in outside]
    read += [names_read(made.expression) for made in policy.definitions if score_outside and made.name == policy.score]
    return frozenset().union(*read)


def _lacks(column: Any, place: int) -> Any:
    """2^place where the feature is unknown; None is a feature without a column."""
    bit = ibis.literal(1 << place, dt.int64)
    return bit if column is None else column.isnull().cast(dt.int64) * bit


def _words(name: str, digits: Sequence[Any], size: int, digit: Callable[[Any, int], Any]) -> dict[str, Any]:
    """Integers that hold `size` digits each, the first in the lowest place."""
    parts = [digits[start : start + size] for start in range(0, len(digits), size)]
    return {
        f"{name}_{number}": reduce(add, (digit(value, place) for place, value in enumerate(part)))
        for number, part in enumerate(parts)
    }
