"""A workflow as its file says it: which evidence, and the steps from it to an outcome.

A file without `steps` names providers and policies only; it has the steps `capture` (where it waits for one),
`signals`, `policy` and `end`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.contracts import EvidenceKind
from engine.workflow.steps import Asked, Capture, Decide, End, Shadow, Signals, Step

__all__ = ["DEFAULT_STRATEGY", "Asked", "Workflow", "plain_steps"]

DEFAULT_STRATEGY = "standard"


@dataclass(frozen=True, slots=True)
class Workflow:
    """One checked workflow file. Immutable; `sha256` identifies its text."""

    name: str
    title: str
    evidence: EvidenceKind
    steps: Mapping[str, Step]
    """By id, in the file's order; a run begins with the first."""
    strategy: str
    accepts_features: bool
    text: str
    sha256: str
    challenge: Mapping[str, Asked] = field(default_factory=dict)
    """What each strategy asks; one that is not here asks nothing."""
    keep_frames: int = 0
    """Hours for which the frames are kept after the decision, 0..8760."""
    device_binding: bool = False
    """Whether the person is offered a passkey."""
    is_plain: bool = True
    """Whether the file has no `steps` of its own."""

    @property
    def version(self) -> str:
        """A short name of this very text; two texts never share it by accident."""
        return self.sha256[:12]

    @property
    def first(self) -> str:
        """The step with which a run begins."""
        return next(iter(self.steps))

    @property
    def providers(self) -> tuple[str, ...]:
        """Of all its steps, each once."""
        return tuple(dict.fromkeys(n for s in self.steps.values() if isinstance(s, Signals) for n in s.providers))

    @property
    def policies(self) -> tuple[str, ...]:
        """Those that may decide, each once."""
        return tuple(dict.fromkeys(n for s in self.steps.values() if isinstance(s, Decide) for n in s.policies))

    @property
    def candidates(self) -> tuple[str, ...]:
        """Policies that only look on, each once."""
        return tuple(dict.fromkeys(n for s in self.steps.values() if isinstance(s, Shadow) for n in s.policies))

    def asked(self, strategy: str) -> Asked:
        """What this strategy asks of the person."""
        return self.challenge.get(strategy, "none")


def plain_steps(evidence: EvidenceKind, providers: tuple[str, ...], policies: tuple[str, ...]) -> dict[str, Step]:
    """The steps of a file that has none of its own."""
    steps: list[Step] = [
        Signals("signals", next="policy", providers=providers),
        Decide("policy", next="end", policies=policies),
        End("end"),
    ]
    if evidence == "capture":
        steps.insert(0, Capture("capture", next="signals"))
    return {step.id: step for step in steps}
