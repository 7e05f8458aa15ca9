"""The reason codes that a policy may give."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from engine.diagnostics import Refused
from engine.logic.mistakes import Mistakes, quoted
from engine.logic.syntax import Entries, Items, Node, Scalar
from engine.policy.document import read_document

RULE_UNKNOWN = "R1001"
"""A rule could not be decided."""

_CODE = re.compile(r"[IR][0-9]{3,4}")
_FORM = "`I` or `R` and three or four digits"
_TEXTS = ("title", "family", "description", "person")


@dataclass(frozen=True, slots=True)
class Reason:
    """One code: `I…` informs, `R…` is a risk."""

    code: str
    title: str
    family: str
    description: str
    person: str
    """What the person in front of the camera can do."""
    features: tuple[str, ...] = ()


class Reasons(Mapping[str, Reason]):
    """All reasons by code."""

    def __init__(self, reasons: Iterable[Reason]) -> None:
        self._reasons = MappingProxyType({reason.code: reason for reason in reasons})

    def __getitem__(self, code: str) -> Reason:
        return self._reasons[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._reasons)

    def __len__(self) -> int:
        return len(self._reasons)


def read_reasons(text: str, source: str, *, prefixes: Sequence[str] = ("",)) -> Reasons:
    """Parse the list of codes; raises `Refused` with every mistake.

    Args:
        prefixes: what each code starts with, one of them; a vendor's has the vendor's name and a hyphen.
    """
    mistakes = Mistakes()
    document = read_document(text, source, mistakes)
    pairs = document.root.pairs if document else ()
    reasons = [_reason(key, node, mistakes, prefixes) for key, node in pairs]
    if mistakes.found:
        raise Refused(mistakes.found, text)
    return Reasons(reason for reason in reasons if reason is not None)


def _reason(key: Scalar, node: Node, mistakes: Mistakes, prefixes: Sequence[str]) -> Reason | None:
    code = str(key.value)
    if not any(code.startswith(prefix) and _CODE.fullmatch(code.removeprefix(prefix)) for prefix in prefixes):
        vendors = " or ".join(f"`{prefix}`" for prefix in prefixes if prefix)
        hint = f"{vendors}, then {_FORM}" if vendors else _FORM
        mistakes.add("bad-reason", f"{quoted(code)} is no code", key.location, hint)
    if not isinstance(node, Entries):
        mistakes.add("bad-reason", f"reason {quoted(code)} is not a mapping", node.location)
        return None
    for name, value in node.pairs:
        if name.value not in {*_TEXTS, "features"}:
            mistakes.add("unknown-key", f"key {quoted(name.value)} does not exist", name.location)
        elif name.value != "features" and not (isinstance(value, Scalar) and isinstance(value.value, str)):
            mistakes.add("bad-reason", f"{quoted(name.value)} of {quoted(code)} is not a string", value.location)
    for text in _TEXTS:
        if node.get(text) is None:
            mistakes.add("bad-reason", f"reason {quoted(code)} lacks {quoted(text)}", key.location)
    texts = {text: _string(node.get(text)) for text in _TEXTS}
    features = node.get("features")
    named = features.members if isinstance(features, Items) else ()
    return Reason(code=code, **texts, features=tuple(_string(member) for member in named))


def _string(node: Node | None) -> str:
    return node.value if isinstance(node, Scalar) and isinstance(node.value, str) else ""
