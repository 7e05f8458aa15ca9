"""A workflow as its file says it: which evidence, which providers read it, which policies decide."""

from __future__ import annotations

from dataclasses import dataclass

from engine.contracts import EvidenceKind

DEFAULT_STRATEGY = "standard"


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

    @property
    def version(self) -> str:
        """A short name of this very text; two texts never share it by accident."""
        return self.sha256[:12]
