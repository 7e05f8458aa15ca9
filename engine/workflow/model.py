"""A workflow as its file says it: which evidence, which providers read it, which policies decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from engine.contracts import EvidenceKind

DEFAULT_STRATEGY = "standard"
Asked = Literal["none", "flash", "turn"]
"""What a person is asked to do in front of the camera."""


@dataclass(frozen=True, slots=True)
class Workflow:
    """One checked workflow file. Immutable; `sha256` identifies its text."""

    name: str
    title: str
    evidence: EvidenceKind
    providers: tuple[str, ...]
    policies: tuple[str, ...]
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

    @property
    def version(self) -> str:
        """A short name of this very text; two texts never share it by accident."""
        return self.sha256[:12]

    def asked(self, strategy: str) -> Asked:
        """What this strategy asks of the person."""
        return self.challenge.get(strategy, "none")
