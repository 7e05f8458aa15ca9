"""From a workflow's text to a checked workflow, or to every mistake in it."""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Collection, Iterator, Mapping

from engine.contracts import EvidenceKind
from engine.diagnostics import Diagnostic, Refused
from engine.workflow.document import Document, Entry, read_document
from engine.workflow.model import DEFAULT_STRATEGY, Workflow

KINDS: tuple[EvidenceKind, ...] = ("capture", "still", "features")
REQUIRED = ("workflow", "title", "evidence", "providers", "policies")
OPTIONAL = ("strategy", "accepts_features")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


def read_workflow(
    text: str, *, source: str, providers: Collection[str], policies: Mapping[str, Collection[str]]
) -> Workflow:
    """Parse and check one workflow.

    Args:
        providers: names of the providers that are installed.
        policies: names of the policies, each with its strategies.

    Raises:
        Refused: with every mistake found.
    """
    document = read_document(text, source)
    mistakes = [*document.mistakes, *_mistakes(document, providers, policies)]
    if mistakes:
        raise Refused(mistakes, text)
    return _build(document, text)


def _mistakes(
    document: Document, providers: Collection[str], policies: Mapping[str, Collection[str]]
) -> Iterator[Diagnostic]:
    if document.mistakes and not document.entries:
        return
    yield from _keys_must_be_known(document)
    yield from _values_must_have_their_type(document)
    yield from _members_must_exist(document, "providers", "unknown-provider", providers)
    yield from _members_must_exist(document, "policies", "unknown-policy", policies)
    yield from _strategy_must_exist(document, policies)
    yield from _evidence_must_fit(document)


def _keys_must_be_known(document: Document) -> Iterator[Diagnostic]:
    for key, where in document.keys.items():
        if key not in REQUIRED + OPTIONAL:
            hint = _suggestion(key, REQUIRED + OPTIONAL)
            yield Diagnostic("unknown-key", f"a workflow has no key `{key}`", where, hint)
    for key in REQUIRED:
        if key not in document.entries:
            where = next(iter(document.keys.values()))
            yield Diagnostic("missing-key", f"the workflow lacks `{key}`", where)


def _values_must_have_their_type(document: Document) -> Iterator[Diagnostic]:
    for key, entry in document.entries.items():
        problem = _type_problem(key, entry)
        if problem:
            yield Diagnostic("wrong-type", f"`{key}` {problem}", entry.where)


def _type_problem(key: str, entry: Entry) -> str | None:
    value = entry.value
    if key in {"providers", "policies"}:
        return _list_problem(key, value)
    if key == "accepts_features":
        return None if isinstance(value, bool) else "is true or false"
    if key == "workflow" and not (isinstance(value, str) and _NAME.fullmatch(value)):
        return "is a name of lower-case letters, digits and underscores"
    if key in {"title", "strategy", "evidence"} and not (isinstance(value, str) and value.strip()):
        return "is a text"
    return None


def _list_problem(key: str, value: object) -> str | None:
    if not isinstance(value, list) or not all(isinstance(member, str) for member in value):
        return "is a list of names"
    if len(set(value)) < len(value):
        return "names something twice"
    return "names at least one policy" if key == "policies" and not value else None


def _members_must_exist(document: Document, key: str, code: str, known: Collection[str]) -> Iterator[Diagnostic]:
    entry = document.entries.get(key)
    if entry is None or not isinstance(entry.value, list):
        return
    word = key.removesuffix("s").replace("policie", "policy")
    for member, where in zip(entry.value, entry.items, strict=True):
        if isinstance(member, str) and member not in known:
            yield Diagnostic(code, f"{word} `{member}` does not exist", where, _suggestion(member, known))


def _strategy_must_exist(document: Document, policies: Mapping[str, Collection[str]]) -> Iterator[Diagnostic]:
    entry, named = document.entries.get("strategy"), document.entries.get("policies")
    if entry is None or named is None or not isinstance(entry.value, str) or not isinstance(named.value, list):
        return
    for policy in named.value:
        if policy in policies and entry.value not in policies[policy]:
            message = f"policy `{policy}` has no strategy `{entry.value}`"
            yield Diagnostic("unknown-strategy", message, entry.where, _suggestion(entry.value, policies[policy]))


def _evidence_must_fit(document: Document) -> Iterator[Diagnostic]:
    entry = document.entries.get("evidence")
    if entry is None or not isinstance(entry.value, str):
        return
    if entry.value not in KINDS:
        hint = _suggestion(entry.value, KINDS) or f"one of {', '.join(KINDS)}"
        yield Diagnostic("unknown-evidence", f"evidence `{entry.value}` does not exist", entry.where, hint)
    accepts = document.entries.get("accepts_features")
    if entry.value == "features" and (accepts is None or accepts.value is not True):
        message = "evidence `features` needs `accepts_features: true`"
        yield Diagnostic("features-not-accepted", message, entry.where)


def _suggestion(word: str, known: Collection[str]) -> str:
    close = difflib.get_close_matches(word, sorted(known), n=1)
    return f"did you mean `{close[0]}`?" if close else ""


def _build(document: Document, text: str) -> Workflow:
    value = {key: entry.value for key, entry in document.entries.items()}
    kind = next(kind for kind in KINDS if kind == value["evidence"])
    return Workflow(
        name=str(value["workflow"]),
        title=str(value["title"]),
        evidence=kind,
        providers=_names(value["providers"]),
        policies=_names(value["policies"]),
        strategy=str(value.get("strategy", DEFAULT_STRATEGY)),
        accepts_features=value.get("accepts_features") is True,
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )


def _names(value: object) -> tuple[str, ...]:
    return tuple(str(member) for member in value) if isinstance(value, list) else ()
