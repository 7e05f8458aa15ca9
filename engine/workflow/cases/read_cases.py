"""From the text of a cases file to cases, or to every mistake in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from engine.diagnostics import Refused
from engine.features import Catalogue
from engine.logic.mistakes import Mistakes, did_you_mean, quoted
from engine.logic.syntax import Entries, Items, Node
from engine.policy.document import read_document
from engine.times import BadTime, canonical_time
from engine.workflow.cases.case import EXPECTATIONS, FAILS, LATE, NOT_CAPTURED, Case, Shown
from engine.workflow.conditions import plain
from engine.workflow.head import names_in
from engine.workflow.model import Workflow
from engine.workflow.reading.answers import OWN
from engine.workflow.reading.written import word_of
from engine.workflow.steps import Http, Split, Step, StepUp

START = datetime(2026, 11, 23, 12, tzinfo=UTC)
_FILE_KEYS = ("workflow", "base", "cases")
_CASE_KEYS = ("id", "strategy", "at", "captures", "answers", "http", "parts", "expect")


def read_cases(text: str, source: str, workflow: Workflow, catalogue: Catalogue) -> tuple[Case, ...]:
    """All cases of a file; raises `Refused` with every mistake. Each selfie adds to the file's `base`."""
    mistakes = Mistakes()
    document = read_document(text, source, mistakes)
    cases: tuple[Case, ...] = ()
    if document:
        cases = _Reader(workflow, catalogue, mistakes).cases(document.root)
    if mistakes.found:
        raise Refused(mistakes.found, text)
    return cases


@dataclass(frozen=True, slots=True)
class _Reader:
    workflow: Workflow
    catalogue: Catalogue
    mistakes: Mistakes

    def cases(self, root: Entries) -> tuple[Case, ...]:
        self._keys(root, _FILE_KEYS)
        named = root.get("workflow")
        if named is not None and word_of(named) != self.workflow.name:
            self.mistakes.add("wrong-name", f"these cases are for {quoted(self.workflow.name)}", named.location)
        base, nodes = root.get("base"), root.get("cases")
        common = self._features(base) if base is not None else {}
        if not isinstance(nodes, Items) or not nodes.members:
            self.mistakes.add("no-cases", "`cases` is a list of at least one case", root.location)
            return ()
        read = [case for node in nodes.members if (case := self._case(node, common)) is not None]
        first: dict[str, int] = {}
        for case in read:
            if case.id in first:
                message, hint = f"case {quoted(case.id)} is given twice", f"first in line {first[case.id]}"
                self.mistakes.add("duplicate-case", message, case.location, hint)
            first.setdefault(case.id, case.location.line)
        return tuple(read)

    def _case(self, node: Node, base: Mapping[str, Any]) -> Case | None:
        identity = word_of(node.get("id")) if isinstance(node, Entries) else None
        if not isinstance(node, Entries) or not identity:
            self.mistakes.add("missing-key", "a case is a mapping with an `id`", node.location)
            return None
        self._keys(node, _CASE_KEYS)
        expect = node.get("expect")
        if not isinstance(expect, Entries) or not expect.pairs:
            hint = "`expect: {decision: accept}`"
            self.mistakes.add("no-expectation", f"case {quoted(identity)} expects nothing", node.location, hint)
            return None
        self._keys(expect, EXPECTATIONS)
        self._way_exists(expect.get("way"))
        captures = node.get("captures")
        shown = captures.members if isinstance(captures, Items) else (captures,)
        return Case(
            id=identity,
            strategy=word_of(node.get("strategy")),
            at=self._at(node.get("at")),
            captures=tuple(self._shown(one, base) for one in shown),
            answers={name: self._answers(value) for name, value in self._by_step(node.get("answers"), StepUp)},
            http={
                name: None if word_of(value) == FAILS else plain(value)
                for name, value in self._by_step(node.get("http"), Http)
            },
            parts={name: str(plain(value)) for name, value in self._by_step(node.get("parts"), Split)},
            expect={str(key.value): plain(value) for key, value in expect.pairs},
            location=node.location,
        )

    def _shown(self, node: Node | None, base: Mapping[str, Any]) -> Shown:
        word = word_of(node)
        if node is None:
            return Shown(base)
        if word in NOT_CAPTURED:
            return Shown(missing=word)
        if not isinstance(node, Entries):
            message = "what a selfie shows is a mapping of features, or why it does not come"
            self.mistakes.add("wrong-type", message, node.location, f"one of {', '.join(NOT_CAPTURED)}")
            return Shown(base)
        return Shown({**base, **self._features(node)}, self._fails(node.get(FAILS)))

    def _fails(self, node: Node | None) -> tuple[str, ...]:
        if node is None:
            return ()
        names, known = names_in(node), self.workflow.providers
        if names is None:
            self.mistakes.add("wrong-type", f"`{FAILS}` is a list of providers", node.location)
        for name in (name for name in names or () if name not in known):
            message = f"the workflow asks no provider {quoted(name)}"
            self.mistakes.add("unknown-provider", message, node.location, did_you_mean(name, known))
        return names or ()

    def _features(self, node: Node) -> dict[str, Any]:
        """Features that a provider of the workflow gives, or the caller; the day and time are the case's `at`."""
        if not isinstance(node, Entries):
            self.mistakes.add("wrong-type", "a record is a mapping of features to values", node.location)
            return {}
        found: dict[str, Any] = {}
        for key, value in node.pairs:
            name = str(key.value)
            if name == FAILS:
                continue
            given = plain(value)
            problem = self.catalogue.problems({name: given}).get(name)
            if problem:
                hint = did_you_mean(name, self.catalogue) if name not in self.catalogue else ""
                self.mistakes.add("bad-feature", f"feature {quoted(name)} {problem}", key.location, hint)
            elif not self.workflow.accepts_features and self.catalogue[name].provider not in (
                *self.workflow.providers,
                OWN,
            ):
                message = f"no provider of the workflow gives {quoted(name)}"
                self.mistakes.add("bad-feature", message, key.location, "an answer gives it, or nobody does")
            found[name] = given
        return found

    def _answers(self, node: Node) -> tuple[Mapping[str, Any] | None, ...]:
        nodes = node.members if isinstance(node, Items) else (node,)
        found: list[Mapping[str, Any] | None] = []
        for one in nodes:
            answer = plain(one)
            problems = self.catalogue.problems(answer) if isinstance(answer, dict) else {}
            for name, problem in problems.items():
                self.mistakes.add("bad-feature", f"feature {quoted(name)} {problem}", one.location)
            if not isinstance(answer, dict) and answer != LATE:
                message = f"an answer is a mapping of features, or `{LATE}`"
                self.mistakes.add("wrong-type", message, one.location)
            found.append(answer if isinstance(answer, dict) and not problems else None)
        return tuple(found)

    def _by_step(self, node: Node | None, kind: type[Step]) -> list[tuple[str, Node]]:
        """The pairs of a mapping of steps of a kind."""
        if node is None:
            return []
        if not isinstance(node, Entries):
            self.mistakes.add("wrong-type", "this is a mapping of steps", node.location)
            return []
        known = [name for name, step in self.workflow.steps.items() if isinstance(step, kind)]
        for key, _ in node.pairs:
            if key.value not in known:
                message = f"there is no such step {quoted(key.value)} that this could be for"
                self.mistakes.add("unknown-target", message, key.location, did_you_mean(str(key.value), known))
        return [(str(key.value), value) for key, value in node.pairs if key.value in known]

    def _way_exists(self, node: Node | None) -> None:
        for member in node.members if isinstance(node, Items) else ():
            name = word_of(member)
            if name not in self.workflow.steps:
                hint = did_you_mean(name or "", self.workflow.steps)
                self.mistakes.add("unknown-target", f"there is no step {quoted(name)}", member.location, hint)

    def _at(self, node: Node | None) -> datetime:
        text = word_of(node)
        if node is None:
            return START
        try:
            return datetime.fromisoformat(canonical_time(text or "")).astimezone(UTC)
        except BadTime as bad:
            self.mistakes.add("bad-time", f"`at` {bad}", node.location, "`2026-11-23T12:00:00Z`")
            return START

    def _keys(self, node: Entries, known: tuple[str, ...]) -> None:
        for key, _ in node.pairs:
            if key.value not in known:
                hint = did_you_mean(str(key.value), known)
                self.mistakes.add("unknown-key", f"key {quoted(key.value)} does not exist here", key.location, hint)
