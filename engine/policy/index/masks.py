"""For each feature, which terms are still possible at each of its values: one integer, one bit a term."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.policy.index.atoms import Boundary, Members, Steps
from engine.policy.index.forms import Term


@dataclass(frozen=True, slots=True)
class FeatureMasks:
    """What the values of one feature leave of the terms.

    `pieces` has one mask more than there are `boundaries`: below the first, between them, above the last. `members` and
    `other` are for features that are looked up. `silent` are the terms that do not read the feature: where it is
    unknown, they alone can still be true, and every term can still become so.
    """

    silent: int
    boundaries: tuple[Boundary, ...] = ()
    pieces: tuple[int, ...] = ()
    members: Mapping[Any, int] = field(default_factory=dict)
    other: int = 0


def masks_of(terms: Sequence[Term]) -> dict[str, FeatureMasks]:
    """The masks of every feature that a term reads; term n has bit n."""
    steps: dict[str, list[tuple[int, Steps]]] = defaultdict(list)
    members: dict[str, list[tuple[int, Members]]] = defaultdict(list)
    for bit, term in enumerate(terms):
        for atom in term:
            if isinstance(atom, Steps):
                steps[atom.feature].append((bit, atom))
            else:
                members[atom.feature].append((bit, atom))
    every = (1 << len(terms)) - 1
    return {name: _stepped(found, every) for name, found in steps.items()} | {
        name: _looked_up(found, every) for name, found in members.items()
    }


def _silent(bits: Sequence[int], every: int) -> int:
    return every & ~_joined(bits)


def _joined(bits: Sequence[int]) -> int:
    mask = 0
    for bit in bits:
        mask |= 1 << bit
    return mask


def _stepped(found: Sequence[tuple[int, Steps]], every: int) -> FeatureMasks:
    """Sweeps over the boundaries. A term may read the feature more than once: it falls with the first false atom."""
    false: Counter[int] = Counter(bit for bit, atom in found if not atom.first)
    flips: dict[Boundary, list[tuple[int, int]]] = defaultdict(list)
    for bit, atom in found:
        for number, boundary in enumerate(atom.changes):
            falls = atom.first is (number % 2 == 0)
            flips[boundary].append((bit, 1 if falls else -1))
    mask = every & ~_joined([bit for bit, count in false.items() if count])
    boundaries, pieces = [], [mask]
    for boundary in sorted(flips):
        for bit, change in flips[boundary]:
            false[bit] += change
            mask = mask & ~(1 << bit) if false[bit] else mask | 1 << bit
        if mask != pieces[-1]:
            boundaries.append(boundary)
            pieces.append(mask)
    return FeatureMasks(_silent([bit for bit, _ in found], every), tuple(boundaries), tuple(pieces))


def _looked_up(found: Sequence[tuple[int, Members]], every: int) -> FeatureMasks:
    values = {value for _, atom in found for value in atom.truth}
    members = {value: every & ~_joined([bit for bit, atom in found if not _truth(atom, value)]) for value in values}
    other = every & ~_joined([bit for bit, atom in found if not atom.other])
    return FeatureMasks(_silent([bit for bit, _ in found], every), members=members, other=other)


def _truth(atom: Members, value: Any) -> bool:
    return bool(atom.truth.get(value, atom.other))
