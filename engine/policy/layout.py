"""How an answer of generated code is laid out: one integer, so that it is made, kept and looked up cheaply."""

from __future__ import annotations

from dataclasses import dataclass

Answer = int
"""Rule n is true: bit n. It is unknown and decides on that: bit `rules + n`. The k-th feature by name is unknown: bit
`2 * rules + k`. A required feature is unknown, so no rule was asked: the bit above all."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The bits of an answer for so many rules, and for the features that are read, sorted."""

    rules: int
    features: tuple[str, ...]

    def true(self, rule: int) -> int:
        """The bit of a rule that is true."""
        return 1 << rule

    def unsure(self, rule: int) -> int:
        """The bit of a rule that is unknown."""
        return 1 << self.rules + rule

    @property
    def unknown(self) -> int:
        """How far the features' bits are shifted."""
        return 2 * self.rules

    @property
    def undecidable(self) -> int:
        """The bit that says that a required feature is unknown."""
        return 1 << self.unknown + len(self.features)

    def unknown_names(self, answer: Answer) -> tuple[str, ...]:
        """The names of the features that are unknown, sorted."""
        bits = answer >> self.unknown & (1 << len(self.features)) - 1
        return tuple([self.features[number] for number in numbers(bits)]) if bits else ()


def numbers(bits: int) -> list[int]:
    """The numbers of the bits that are set, from the lowest."""
    found = []
    while bits:
        highest = bits.bit_length() - 1
        found.append(highest)
        bits ^= 1 << highest
    found.reverse()
    return found
