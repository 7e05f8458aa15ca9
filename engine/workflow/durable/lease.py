"""Who is at work: each process beats, and one that went silent is noticed by the others.

Silence is counted in looks, not in seconds: a beat that did not change between looks that all worked. So no clock that
jumps can make a living process look dead, and neither can a database that was away for everybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Beat:
    """What is known of a process: its last beat, of which only a change means anything, and whether it has left."""

    at: str
    has_left: bool


class Register(Protocol):
    """The list of processes. Every method is one transaction."""

    def enter(self, executor_id: str) -> None:
        """Begin to beat."""
        ...

    def beat(self, executor_id: str) -> None:
        """Beat once more; one that was taken for dead is at work again."""
        ...

    def leave(self, executor_id: str) -> None:
        """Stop: what it carried may be taken over at once."""
        ...

    def all(self) -> Mapping[str, Beat]:
        """Everybody who is at work, or left something behind."""
        ...

    def claim(self, executor_id: str, seen: Beat) -> bool:
        """Take over what a process left; True for one of all who try with the same beat. It counts as left."""
        ...

    def forget(self, executor_id: str) -> None:
        """Nothing of it is left to take over."""
        ...


@dataclass
class Watch:
    """Counts for how many looks each beat has stayed the same.

    Args:
        looks: after so many a process at work is taken for dead.
        looks_of_left: after so many one that has left is; its work may just be on its way to somebody.
    """

    looks: int
    looks_of_left: int = 1
    _seen: dict[str, tuple[Beat, int]] = field(default_factory=dict)

    def silent(self, beats: Mapping[str, Beat]) -> list[str]:
        """Who is to be taken over, after one more look."""
        former, self._seen = self._seen, {}
        for executor_id, beat in beats.items():
            before, count = former.get(executor_id, (beat, -1))
            self._seen[executor_id] = (beat, count + 1 if before == beat else 0)
        return [
            executor_id
            for executor_id, (beat, count) in self._seen.items()
            if count >= (self.looks_of_left if beat.has_left else self.looks)
        ]

    def start_over(self) -> None:
        """After a look that failed: nobody's silence means anything."""
        self._seen = {}
