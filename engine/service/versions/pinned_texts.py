"""The texts that an evaluation was decided by: its workflow, its policies, the packs that they looked up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.store.database import Database
from engine.store.evaluations import Evaluation, Evaluations
from engine.store.pack_texts import PackTexts
from engine.store.policy_versions import PolicyVersions


class PinnedTexts:
    """Finds them by what the evaluation names."""

    def __init__(self, database: Database, evaluations: Evaluations, versions: PolicyVersions) -> None:
        self._evaluations = evaluations
        self._versions = versions
        self._packs = PackTexts(database)

    def of(self, evaluation: Evaluation) -> Iterator[tuple[str, bytes]]:
        """Name and text of each, once. Of a list only its digest is known, in the trace: its text is nowhere kept."""
        workflow = self._evaluations.workflow_text(evaluation.started.workflow_sha256)
        if workflow is not None:
            yield "workflow.yaml", workflow.encode()
        entries = list(_decided(evaluation))
        for name, version in dict.fromkeys((entry["policy"], entry["version"]) for entry in entries):
            found = self._versions.get(name, version)
            if found is not None:
                yield f"policies/{name}-{version}.yaml", found.text.encode()
        registers = {pair for entry in entries for pair in entry.get("registers", {}).items()}
        for name, digest in sorted(registers):
            text = self._packs.get(digest)
            if text is not None:
                yield f"packs/{name}-{digest[:12]}.yaml", text.encode()


def _decided(evaluation: Evaluation) -> Iterator[Mapping[str, Any]]:
    """What decided in every pass, the last one first."""
    if evaluation.ended is None:
        return
    yield from evaluation.ended.policies
    for earlier in (evaluation.ended.route or {}).get("earlier", ()):
        yield from earlier["policies"]
