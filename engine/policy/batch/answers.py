"""From the fates of the rules to decisions, a batch of rows at a time: the same as `effects.decision`, on bits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from engine.contracts import SEVERITY
from engine.policy.batch.query import FEATURES_A_WORD, RULES_A_WORD
from engine.policy.batch.spelling import Words, spelled, without_repeats
from engine.policy.checked import CheckedPolicy
from engine.policy.effects import Effect, effect
from engine.policy.reasons import RULE_UNKNOWN

OUTCOMES = ("accept", "review", "reject")
_INFORMS = -1


@dataclass(frozen=True, slots=True)
class Bits:
    """A mask and a label for each bit, word by word."""

    masks: tuple[np.uint64, ...]
    labels: tuple[NDArray[np.int16], ...]


class Answers:
    """What follows from the bits of the rules of a policy (that of one strategy), and of the features that it reads."""

    def __init__(self, policy: CheckedPolicy, features: Sequence[str]) -> None:
        self._otherwise, self._undecidable = SEVERITY[policy.otherwise], SEVERITY[policy.unknown]
        effects = [effect(rule, unknown) for rule in policy.rules for unknown in (False, True)]
        self._count = -(-len(policy.rules) // RULES_A_WORD)
        codes = list(dict.fromkeys([RULE_UNKNOWN, *(e.reason for e in effects)]))
        self._codes, self._unknown_code = pa.array(codes, pa.string()), codes.index(RULE_UNKNOWN)
        self._rules = pa.array([rule.id for rule in policy.rules], pa.string())
        self._features = pa.array(features, pa.string())
        self._masks = {level: self._mask(effects, level) for level in (_INFORMS, 0, 1, 2)}
        self._code_labels = self._labels([codes.index(e.reason) for e in effects])
        self._rule_labels = self._labels([place // 2 for place in range(len(effects))])
        self._feature_labels = tuple(
            np.arange(start, min(start + FEATURES_A_WORD, len(features)), dtype=np.int16)
            for start in range(0, len(features), FEATURES_A_WORD)
        )
        self._alike = self._repeated(effects)
        self._required = self._feature_mask(features, policy.requires)

    def _words(self, bits: Sequence[int]) -> tuple[np.uint64, ...]:
        """The bits as masks, word by word."""
        size = 2 * RULES_A_WORD
        found = [0] * self._count
        for bit in bits:
            found[bit // size] |= 1 << bit % size
        return tuple(np.uint64(word) for word in found)

    def _mask(self, effects: Sequence[Effect], level: int) -> tuple[np.uint64, ...]:
        """The bits of effects of one severity. That an informing rule is unknown is no effect."""
        return self._words([n for n, e in enumerate(effects) if e.severity == level and (e.outcome or n % 2 == 0)])

    def _labels(self, labels: Sequence[int]) -> tuple[NDArray[np.int16], ...]:
        size = 2 * RULES_A_WORD
        return tuple(np.asarray(labels[start : start + size], np.int16) for start in range(0, len(labels), size))

    def _repeated(self, effects: Sequence[Effect]) -> list[tuple[np.uint64, ...]]:
        """For each code that several effects have: its bits among the deciding words, then among the informing."""
        found = []
        for code in dict.fromkeys(e.reason for e in effects):
            deciding = [n for n, e in enumerate(effects) if e.reason == code and e.outcome]
            informing = [n for n, e in enumerate(effects) if e.reason == code and not e.outcome and n % 2 == 0]
            if len(deciding) + len(informing) > 1:
                found.append((*self._words(deciding), *self._words(informing)))
        return found

    def _feature_mask(self, features: Sequence[str], names: Sequence[str]) -> tuple[np.uint64, ...]:
        places = [features.index(name) for name in names]
        words = [0] * -(-len(features) // FEATURES_A_WORD)
        for place in places:
            words[place // FEATURES_A_WORD] |= 1 << place % FEATURES_A_WORD
        return tuple(np.uint64(word) for word in words)

    def of(self, rules: Words, lacks: Words, details: bool) -> dict[str, Any]:
        """Columns of the answer: `decision` and `reasons`; with `details` also `rules` and `unknown`."""
        size = len(lacks[0]) if lacks else len(rules[0])
        undecidable = _any(lacks, self._required, size)
        if undecidable.any():
            rules = [np.where(undecidable, np.uint64(0), word) for word in rules]
        hits = {level: _any(rules, self._masks[level], size) for level in (2, 1, 0)}
        severity = np.select([hits[2], hits[1], hits[0]], [2, 1, 0], self._otherwise).astype(np.int8)
        severity[undecidable] = self._undecidable
        decided = hits[2] | hits[1] | hits[0]
        found = {
            "decision": _outcomes(severity),
            "reasons": self._reasons(rules, severity, decided, undecidable),
        }
        if details:
            fired = [word & self._fired(k) for k, word in enumerate(rules)]
            found["rules"] = spelled(fired, self._rule_labels, self._rules) if fired else _empty(size)
            found["unknown"] = spelled(lacks, self._feature_labels, self._features) if lacks else _empty(size)
        return found

    def score(self, values: pa.Array, lacks: Words) -> pa.Array:
        """The total of each row as a whole number; there is none where no rule was asked."""
        asked = ~_any(lacks, self._required, len(values))
        return pc.if_else(pa.array(asked), pc.cast(pc.trunc(values), pa.int64()), pa.scalar(None, pa.int64()))

    def _fired(self, k: int) -> np.uint64:
        return np.uint64(np.bitwise_or.reduce([masks[k] for masks in self._masks.values()]))

    def _reasons(self, rules: Words, severity: NDArray[np.int8], decided: Any, undecidable: Any) -> pa.ListArray:
        """Codes of the effects of the severity that won, then of those that inform, each once."""
        deciding, informing = [], []
        for k, word in enumerate(rules):
            of_level = np.array([self._masks[level][k] for level in (0, 1, 2)])
            deciding.append(np.where(decided, word & of_level[severity], np.uint64(0)))
            informing.append(word & self._masks[_INFORMS][k])
        words, labels = [*deciding, *informing], [*self._code_labels, *self._code_labels]
        without_repeats(words, self._alike)
        if undecidable.any():
            words.append(undecidable.astype(np.uint64))
            labels.append(np.array([self._unknown_code], np.int16))
        return spelled(words, labels, self._codes) if words else _empty(len(severity))


def _any(words: Words, masks: Sequence[np.uint64], size: int) -> NDArray[np.bool_]:
    """Rows that have a bit of the masks."""
    found = np.zeros(size, np.bool_)
    for word, mask in zip(words, masks, strict=True):
        if mask:
            found |= (word & mask) != 0
    return found


def _outcomes(severity: NDArray[np.int8]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(severity), pa.array(OUTCOMES))


def _empty(size: int) -> pa.ListArray:
    nothing = pa.DictionaryArray.from_arrays(pa.array([], pa.int16()), pa.array([], pa.string()))
    return pa.ListArray.from_arrays(pa.array(np.zeros(size + 1, np.int32)), nothing)
