"""What columns cannot work out: the compiled Python of those rules alone, over the rows of a batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from engine.features import BadRecord, Catalogue, FeatureRecord
from engine.logic.lowering import Lowering, compiled
from engine.policy.batch.query import ROW, RULES_A_WORD, Query, given_column
from engine.policy.batch.values import BadTable
from engine.policy.checked import CheckedPolicy

Word = NDArray[np.uint64]


def records(
    batch: pa.RecordBatch, features: Sequence[str], names: Sequence[str]
) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Each row's id, and its values of the features by name."""
    ids = batch.column(ROW).to_pylist()
    columns = [batch.column(given_column(features, name)).to_pylist() for name in names]
    values = zip(*columns, strict=True) if columns else iter(() for _ in ids)
    return ((row, dict(zip(names, each, strict=True))) for row, each in zip(ids, values, strict=True))


class Outside:
    """The rules of a query that columns cannot work out, and its score where they cannot."""

    def __init__(self, policy: CheckedPolicy, query: Query, catalogue: Catalogue) -> None:
        self._query, self._catalogue = query, catalogue
        self._program = _program(policy, query)

    def add(self, batch: pa.RecordBatch, rules: list[Word]) -> pa.Array | None:
        """Put the fates of the rules into their places in `rules`; answers the score, if it is worked out here.

        Raises `BadTable` for a value that the catalogue refuses.
        """
        made = [self._program(get) for get in self._readers(batch)]
        for place, number in enumerate(self._query.outside):
            digits = np.fromiter((_digit(values[place]) for values in made), np.uint64, len(made))
            rules[number // RULES_A_WORD] |= digits << np.uint64(2 * (number % RULES_A_WORD))
        return pa.array([values[-1] for values in made], pa.float64()) if self._query.score_outside else None

    def _readers(self, batch: pa.RecordBatch) -> Iterator[Callable[..., Any]]:
        for row, record in records(batch, self._query.features, self._query.needed):
            try:
                yield FeatureRecord(record, self._catalogue).get
            except BadRecord as refused:
                raise BadTable(f"row {row!r}: {refused}") from None


def _digit(value: bool | None) -> int:
    return 2 if value is None else int(bool(value))


def _program(policy: CheckedPolicy, query: Query) -> Callable[..., Sequence[Any]]:
    """A function from a record's `get` to the values of the conditions outside, and of the score."""
    (parameters,) = policy.strategies.values()
    lowering = Lowering(parameters)
    for made in policy.definitions:
        lowering.derive(made.name, made.expression)
    wanted = [lowering.lower(policy.rules[number].condition).code for number in query.outside]
    score = lowering.derived[policy.score].code if query.score_outside else "None"
    lines = [*lowering.lines, f"return ({', '.join([*wanted, score])},)"]
    return compiled("outside", "get", lines, lowering.constants)
