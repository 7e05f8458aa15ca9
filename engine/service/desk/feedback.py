"""Feedback: what turned out to be true, kept beside the evaluation that it is of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from engine.contracts import Clock
from engine.service.desk.answering import is_repeated, retry_of
from engine.service.desk.feedback_csv import Row, Wrong, read_rows, refused, written
from engine.service.wire.answers import page, timestamp
from engine.service.wire.desk_requests import CONFIRMING, GOOD, FeedbackRequest, is_too_late
from engine.service.wire.listing import cursor_of, place_of
from engine.service.wire.problems import Problem
from engine.store.api_keys import ApiKey
from engine.store.database import Database
from engine.store.labels import Label, Labels
from engine.store.outbox import Outbox
from engine.store.retries import Retries

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose labels are wanted."""

    customer_id: str | None
    workflow: str | None
    cursor: str | None
    limit: int


class Feedback:
    """Takes labels, one by one or as a file, and gives them out again."""

    def __init__(self, database: Database, clock: Clock, outbox: Outbox | None = None) -> None:
        self.labels = Labels(database)
        self._database = database
        self._retries = Retries(database)
        self._outbox = outbox or Outbox()
        self._clock = clock

    def put(self, said: FeedbackRequest, key: ApiKey, idempotency_key: str | None) -> Json:
        """Label the evaluation named, or the newest one of this customer and workflow; raises `Problem` 404, 422.

        The same said again changes nothing.
        """
        retry = retry_of(said, "PUT feedback", key, idempotency_key)
        repeated = is_repeated(self._retries, retry)
        now = self._clock.now()
        if said.timestamp is not None and is_too_late(said.timestamp, now):
            raise Problem(422, "badTimestamp", "What is not yet true cannot be known.")
        label = Label(
            environment=key.environment,
            customer_id=said.id,
            workflow=said.workflow,
            eval_id=self._evaluation_of(said, key.environment),
            fraud_label=said.fraud_label,
            told=said.told,
            at=said.timestamp or now,
            by=key.name,
        )
        try:
            with self._database.writing() as connection:
                standing = self.labels.of(connection, [label.eval_id])[label.eval_id]
                same = _same(standing, label, dated=said.timestamp is not None)
                if standing and (repeated or same):
                    return label_answer(same or standing[-1])
                if retry and not repeated:
                    self._retries.keep(connection, retry, label.eval_id, now)
                return label_answer(self._added(connection, [label], now)[0])
        except IntegrityError:  # the same request came twice at once, and the other one was first
            is_repeated(self._retries, retry)
            return self.put(said, key, None)

    def load(self, content: bytes, key: ApiKey) -> Json:
        """Take a whole file or nothing of it; raises `Problem` 422 with every mistake and its line."""
        now = self._clock.now()
        rows, wrong = read_rows(content, now)
        labels, lost = self._labels_of(rows, key, now)
        if wrong or lost:
            raise refused([*wrong, *lost])
        with self._database.writing() as connection:
            standing = self.labels.of(connection, [label.eval_id for label in labels])
            new = list[tuple[Row, Label]]()
            for row, label in zip(rows, labels, strict=True):
                said = standing[label.eval_id]
                if not _same(said, label, dated=row.at is not None, told=False):
                    new.append((row, label))
                    said.append(label)
                    said.sort(key=lambda each: each.at)
            if at_odds := list(_at_odds(new)):
                raise refused(at_odds)
            self._added(connection, [label for _, label in new], now)
        return {"imported": len(new), "unchanged": len(labels) - len(new)}

    def search(self, asked: Asked, key: ApiKey) -> Json:
        """Labels of the key's environment, the newest first."""
        found = self.labels.search(
            key.environment,
            customer_id=asked.customer_id,
            workflow=asked.workflow,
            before=place_of(asked.cursor),
            limit=asked.limit + 1,
        )
        shown = found[: asked.limit]
        more = cursor_of(shown[-1].at, shown[-1].id) if len(found) > asked.limit else None
        return page([label_answer(each) for each in shown], more)

    def table(self, asked: Asked, key: ApiKey) -> Iterator[str]:
        """All of them as CSV, read in parts while it is sent."""
        return written(self._all(asked, key))

    def _all(self, asked: Asked, key: ApiKey) -> Iterator[Label]:
        before = None
        while True:
            some = self.labels.search(
                key.environment,
                customer_id=asked.customer_id,
                workflow=asked.workflow,
                before=before,
                limit=asked.limit,
            )
            yield from some
            if len(some) < asked.limit:
                return
            before = (some[-1].at, some[-1].id)

    def _evaluation_of(self, said: FeedbackRequest, environment: str) -> str:
        subject = (said.id, said.workflow)
        if said.eval_id is None:
            found = self.labels.newest_evaluations(environment, [subject]).get(subject)
        else:
            known = self.labels.subjects(environment, [said.eval_id])
            found = said.eval_id if known.get(said.eval_id) == subject else None
        if found is None:
            raise Problem(404, "evaluationUnknown", "There is no such evaluation of this `id` and workflow.")
        return found

    def _labels_of(self, rows: Sequence[Row], key: ApiKey, now: datetime) -> tuple[list[Label], list[Wrong]]:
        newest = self.labels.newest_evaluations(
            key.environment, {(row.id, row.workflow) for row in rows if not row.eval_id}
        )
        named = self.labels.subjects(key.environment, {row.eval_id for row in rows if row.eval_id})
        labels, lost = [], []
        for row in rows:
            eval_id = _found(row, newest, named)
            if eval_id is None:
                lost.append(Wrong(row.line, "id", "evaluationUnknown", "there is no such evaluation of this workflow"))
            else:
                at = row.at or now
                label = Label(key.environment, row.id, row.workflow, eval_id, row.fraud_label, {}, at, key.name)
                labels.append(label)
        return labels, lost

    def _added(self, connection: Connection, labels: Sequence[Label], now: datetime) -> list[Label]:
        added = self.labels.add(connection, labels)
        for label in sorted(added, key=lambda label: label.eval_id):  # one order: no two imports lock each other
            if label.fraud_label in CONFIRMING:
                self._tell(connection, label, now)
        return added

    def _tell(self, connection: Connection, label: Label, now: datetime) -> None:
        self._outbox.put(
            connection,
            environment=label.environment,
            eval_id=label.eval_id,
            event_type="fraud_confirming",
            at=now,
            data=lambda: label_answer(label),
        )


def label_answer(label: Label) -> Json:
    """One label."""
    return {
        "label_id": label.id,
        "id": label.customer_id,
        "workflow": label.workflow,
        "eval_id": label.eval_id,
        "fraud_label": label.fraud_label,
        "meaning": meaning_of(label.fraud_label),
        "timestamp": timestamp(label.at),
        "by": label.by,
        "source": label.told.get("source"),
        "note": label.told.get("note"),
    }


def meaning_of(fraud_label: str) -> str:
    """Whether the person should have passed: `good`, `bad`, or `open` where that is not known yet."""
    return "good" if fraud_label in GOOD else "bad" if fraud_label in CONFIRMING else "open"


def _same(standing: Sequence[Label], label: Label, *, dated: bool, told: bool = True) -> Label | None:
    """The label that says this already: with a time any of that time, without one only the newest.

    Args:
        standing: those of its evaluation, the newest last.
        told: whether what was said beside it counts; a table says nothing beside.
    """
    for each in standing if dated else standing[-1:]:
        alike = each.fraud_label == label.fraud_label and (not told or dict(each.told) == dict(label.told))
        if alike and (not dated or each.at == label.at):
            return each
    return None


def _at_odds(new: Sequence[tuple[Row, Label]]) -> Iterator[Wrong]:
    """Lines that say of one evaluation at one time what an earlier line says otherwise: neither would be the newest."""
    first: dict[tuple[str, datetime], tuple[int, str]] = {}
    for row, label in new:
        line, said = first.setdefault((label.eval_id, label.at), (row.line, label.fraud_label))
        if said != label.fraud_label:
            why = f"line {line} says something else of the same evaluation and time"
            yield Wrong(row.line, "fraud_label", "contradiction", why)


def _found(row: Row, newest: Mapping[tuple[str, str], str], named: Mapping[str, tuple[str, str]]) -> str | None:
    subject = (row.id, row.workflow)
    if row.eval_id:
        return row.eval_id if named.get(row.eval_id) == subject else None
    return newest.get(subject)
