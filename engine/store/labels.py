"""Labels: what turned out to be true of an evaluation. Only ever added; the newest one of an evaluation counts."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, and_, insert, or_, select

from engine.store.database import Database
from engine.store.tables import evaluation
from engine.store.tables import label as table

CHUNK = 200
"""Rows asked for in one statement."""
Subject = tuple[str, str]
"""A customer's `id` and a workflow."""


@dataclass(frozen=True, slots=True)
class Label:
    """One label. `told` is what the caller said beside it."""

    environment: str
    customer_id: str
    workflow: str
    eval_id: str
    fraud_label: str
    told: Mapping[str, Any]
    at: datetime
    by: str
    id: str = ""

    @property
    def content(self) -> tuple[Any, ...]:
        """What makes it say the same as another one, whoever said it."""
        return self.eval_id, self.fraud_label, dict(self.told), self.at


class Labels:
    """The table of labels, and the look-ups that find what a label is of."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def newest_evaluations(self, environment: str, subjects: Iterable[Subject]) -> dict[Subject, str]:
        """The newest evaluation of each customer and workflow, where there is one that was not erased."""
        customers: dict[str, set[str]] = {}
        for customer, workflow in subjects:
            customers.setdefault(workflow, set()).add(customer)
        newest: dict[Subject, tuple[datetime, str]] = {}
        asked = evaluation.c
        # One workflow at a time and not sorted: so each customer is found by the index of customers.
        for workflow, chosen in customers.items():
            for some in _chunks(chosen):
                query = select(asked.customer_id, asked.started_at, asked.eval_id).where(
                    asked.environment == environment,
                    asked.workflow == workflow,
                    asked.customer_id.in_(some),
                    asked.erased_at.is_(None),
                )
                with self._database.reading() as connection:
                    for row in connection.execute(query):
                        place, subject = (row.started_at, row.eval_id), (row.customer_id, workflow)
                        newest[subject] = max(place, newest.get(subject, place))
        return {subject: eval_id for subject, (_, eval_id) in newest.items()}

    def subjects(self, environment: str, eval_ids: Iterable[str]) -> dict[str, Subject]:
        """Whose evaluations of which workflow these are, where they are of this environment and were not erased."""
        found: dict[str, Subject] = {}
        asked = evaluation.c
        for some in _chunks(set(eval_ids)):
            query = select(asked.eval_id, asked.customer_id, asked.workflow)
            query = query.where(asked.erased_at.is_(None), asked.environment == environment, asked.eval_id.in_(some))
            with self._database.reading() as connection:
                found |= {row.eval_id: (row.customer_id, row.workflow) for row in connection.execute(query)}
        return found

    def of(self, connection: Connection, eval_ids: Iterable[str]) -> dict[str, list[Label]]:
        """All labels of each of these evaluations, the newest last."""
        found: dict[str, list[Label]] = {eval_id: [] for eval_id in eval_ids}
        for some in _chunks(set(found)):
            query = select(table).where(table.c.eval_id.in_(some)).order_by(table.c.at, table.c.id)
            for row in connection.execute(query):
                found[row.eval_id].append(_label(row))
        return found

    def add(self, connection: Connection, labels: Sequence[Label]) -> list[Label]:
        """Insert labels; answers them with their ids."""
        made = [replace(each, id=str(uuid.uuid4())) for each in labels]
        if made:
            connection.execute(insert(table), [_row(each) for each in made])
        return made

    def search(
        self,
        environment: str,
        *,
        customer_id: str | None = None,
        workflow: str | None = None,
        before: tuple[datetime, str] | None = None,
        limit: int = 50,
    ) -> list[Label]:
        """Labels, newest first, after the place `before`."""
        query = select(table).where(table.c.environment == environment)
        if customer_id is not None:
            query = query.where(table.c.customer_id == customer_id)
        if workflow is not None:
            query = query.where(table.c.workflow == workflow)
        if before is not None:
            at, label_id = before
            query = query.where(or_(table.c.at < at, and_(table.c.at == at, table.c.id < label_id)))
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(table.c.at.desc(), table.c.id.desc()).limit(limit))
            return [_label(row) for row in rows]


def _chunks(values: Iterable[Any]) -> Iterator[list[Any]]:
    rest = iter(values)
    while some := list(islice(rest, CHUNK)):
        yield some


def _row(label: Label) -> dict[str, Any]:
    return {name: getattr(label, name) for name in Label.__dataclass_fields__}


def _label(row: Row[Any]) -> Label:
    return Label(*(getattr(row, name) for name in Label.__dataclass_fields__))
