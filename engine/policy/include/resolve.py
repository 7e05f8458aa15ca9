"""A document with all that it includes, as one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from engine.diagnostics import Refused
from engine.logic.mistakes import Mistakes, quoted
from engine.logic.syntax import Entries, Items, Node, Scalar
from engine.policy.document import MAX_BYTES, Document, read_document
from engine.policy.include.flat import flat
from engine.policy.include.library import Library, NotThere, included
from engine.policy.include.merge import merged
from engine.policy.parts import Parts
from engine.policy.sections import SECTIONS

INCLUDE, RULESET = "include", "ruleset"
MAX_DEPTH, MAX_FILES = 5, 50
_SHARED = ("parameters", *(section.key for section in SECTIONS))
"""What a rule set may have, and what is put together from several documents."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A policy's document with what it includes.

    `text` says all of it by itself: it is the document's own where nothing is included. `texts` are those that were
    read, by what mistakes call them.
    """

    document: Document
    text: str
    texts: Mapping[str, str]


def whole(document: Document, library: Library | None, mistakes: Mistakes) -> Whole | None:
    """Put a policy together; None where it is no policy. What cannot be included is noted and left out."""
    root = document.root
    if root.get(RULESET) is not None and root.get("policy") is None:
        message = "this is a rule set, which decides nothing by itself"
        mistakes.add("rule-set", message, root.location, "check a policy that includes it")
        return None
    if root.get(INCLUDE) is None:
        return Whole(document, document.text, {document.source: document.text})
    reading = _Reading(library, mistakes, {document.source: document.text})
    before = len(mistakes.found)
    together = replace(document, root=reading.put_together(root, ()))
    text = flat(together.root)
    if len(mistakes.found) == before and len(text.encode()) > MAX_BYTES:
        message = f"a policy with all that it includes has at most {MAX_BYTES} bytes"
        mistakes.add("too-large", message, root.location)
    return Whole(together, text, reading.texts)


@dataclass(slots=True)
class _Reading:
    library: Library | None
    mistakes: Mistakes
    texts: dict[str, str]
    done: dict[str, Entries | None] = field(default_factory=dict)
    """Rule sets that are in already, with what they include: one that is included on two ways is there once."""

    def put_together(self, root: Entries, way: tuple[str, ...]) -> Entries:
        """The document with all that it includes. `way` are the names that led here."""
        names = self._names(root)
        before = [each for name in names if (each := self.done.get(str(name.value))) is not None]
        sets = [each for each in (self._rule_set(name, way) for name in names) if each is not None]
        own = {str(key.value): (key, node) for key, node in root.pairs if key.value != INCLUDE}
        pairs: list[tuple[Scalar, Node]] = []
        for key in _in_order(sets, own):
            nodes = [node for each in sets if (node := each.get(key)) is not None]
            mine = own.get(key)
            if key not in _SHARED:
                pairs.append(own[key])
            else:
                at = mine[0] if mine else Scalar(key, nodes[0].location)
                elsewhere = [node for each in before if (node := each.get(key)) is not None]
                pairs.append((at, merged(key, nodes, mine[1] if mine else None, elsewhere, self.mistakes)))
        return Entries(tuple(pairs), root.location)

    def _names(self, root: Entries) -> list[Scalar]:
        node = root.get(INCLUDE)
        if node is None:
            return []
        parts = Parts(self.mistakes)
        if not isinstance(node, Items):
            parts.wrong(node, "`include`", "a list of names of rule sets", "`include: [common/faces.yaml]`")
            return []
        if not node.members:
            self.mistakes.add("empty-list", "`include` is empty", node.location, "leave it out")
        if len(node.members) > MAX_FILES:
            self.mistakes.add("too-long", f"a policy includes at most {MAX_FILES} rule sets", node.location)
            return []
        names = []
        for member in node.members:
            if isinstance(member, Scalar) and isinstance(member.value, str):
                names.append(member)
            else:
                parts.wrong(member, "what is included", "the name of a rule set")
        if self.library is None:
            message = "`include` is not possible here: a text that is stored stands alone"
            hint = "`selfie policy flatten FILE` writes the policy with all that it includes"
            self.mistakes.add("include-not-here", message, node.location, hint)
            return []
        return names

    def _rule_set(self, name: Scalar, way: tuple[str, ...]) -> Entries | None:
        """A rule set with what it includes itself; None where it cannot be had, or is there already."""
        text = str(name.value)
        if text in way:
            circle = " → ".join(map(quoted, (*way[way.index(text) :], text)))
            self._refuse("include-circle", f"rule sets include each other: {circle}", name, "take one of them out")
        elif len(way) >= MAX_DEPTH:
            self._refuse("too-deep", f"rule sets include each other at most {MAX_DEPTH} deep", name)
        elif text not in self.done and len(self.done) >= MAX_FILES:
            self._refuse("too-long", f"a policy includes at most {MAX_FILES} rule sets", name)
        elif text not in self.done:
            self.done[text] = None
            document = self._document(text, name)
            self.done[text] = self.put_together(document.root, (*way, text)) if document else None
            return self.done[text]
        return None

    def _document(self, name: str, at: Scalar) -> Document | None:
        assert self.library is not None  # noqa: S101 - `_names` answers none without
        try:
            text, source = included(self.library, name), self.library.source(name)
        except NotThere as error:
            self._refuse("not-included", f"rule set {quoted(name)} {error}", at, error.hint)
            return None
        except Refused as refused:
            self.mistakes.found.extend(refused.diagnostics)
            return None
        self.texts[source] = text
        document = read_document(text, source, self.mistakes)
        return document if document and self._is_a_rule_set(document) else None

    def _is_a_rule_set(self, document: Document) -> bool:
        """Whether it is one, be it with mistakes; a policy is none."""
        root, parts = document.root, Parts(self.mistakes)
        if root.get("policy") is not None:
            hint = "move what both need into a file with `ruleset: name`"
            self.mistakes.add("not-a-rule-set", "a policy cannot be included", root.location, hint)
        elif root.get(RULESET) is None:
            self.mistakes.add("missing-key", "key `ruleset` is missing", root.location, "`ruleset: faces`")
        else:
            parts.text(root.get(RULESET), RULESET)
            parts.text(root.get("title"), "title")
            parts.keys(root, (RULESET, "title", INCLUDE, *_SHARED), "a rule set")
        return root.get("policy") is None

    def _refuse(self, code: str, message: str, at: Scalar, hint: str = "") -> None:
        self.mistakes.add(code, message, at.location, hint)


def _in_order(sets: Iterable[Entries], own: Mapping[str, object]) -> list[str]:
    """The keys of the whole: those that only rule sets have stand first, then the document's own in its order."""
    shared = (str(key.value) for each in sets for key, _ in each.pairs)
    shared = (key for key in shared if key in _SHARED and key not in own)
    return [*dict.fromkeys(shared), *own]
