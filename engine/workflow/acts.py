"""What a walk needs of the world, and nothing else: evidence, policies, services outside, other workflows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from engine.contracts import Value
from engine.workflow.model import Workflow
from engine.workflow.run import PinnedPolicy
from engine.workflow.signals import SignalRun
from engine.workflow.steps import Http, Signals


class FetchFailed(Exception):  # noqa: N818 - the word of the domain
    """An outside service gave nothing that can be used. The message holds neither what was sent nor what was said."""


class Acts(Protocol):
    """What steps need of the world. Each is called at most once for a step of a walk."""

    def read(self, step: Signals, so_far: Mapping[str, Value | None]) -> SignalRun:
        """Ask the providers of a step about the evidence that is there."""
        ...

    def policies(self, names: Sequence[str], pins: Mapping[str, int]) -> Sequence[PinnedPolicy]:
        """These policies, in the versions that are pinned, and the live one where none is."""
        ...

    def fetch(self, step: Http, sent: Mapping[str, Any]) -> Any:
        """The JSON answer of an outside service; raises `FetchFailed`."""
        ...

    def candidate(self, name: str) -> Workflow | None:
        """A workflow that only looks on; None where there is none any more."""
        ...
