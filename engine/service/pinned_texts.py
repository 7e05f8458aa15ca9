"""The texts that an evaluation was decided by: its workflow, its policies, the packs that they looked up."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from engine.store.database import Database
from engine.store.evaluations import Evaluation
from engine.store.pack_texts import PackTexts
from engine.store.policy_versions import PolicyVersions
from engine.store.tables import workflow_text


class PinnedTexts:
    """Finds them by what the evaluation names."""

    def __init__(self, database: Database, versions: PolicyVersions) -> None:
        self._database = database
        self._versions = versions
        self._packs = PackTexts(database)

    def of(self, evaluation: Evaluation) -> Iterator[tuple[str, bytes]]:
        """Name and text of each, once. Of a list only its digest is known, in the trace: its text is nowhere kept."""
        workflow = self._workflow(evaluation.started.workflow_sha256)
        if workflow is not None:
            yield "workflow.yaml", workflow.encode()
        entries = evaluation.ended.policies if evaluation.ended else []
        for name, version in dict.fromkeys((entry["policy"], entry["version"]) for entry in entries):
            found = self._versions.get(name, version)
            if found is not None:
                yield f"policies/{name}-{version}.yaml", found.text.encode()
        registers = {pair for entry in entries for pair in entry.get("registers", {}).items()}
        for name, digest in sorted(registers):
            text = self._packs.get(digest)
            if text is not None:
                yield f"packs/{name}-{digest[:12]}.yaml", text.encode()

    def _workflow(self, sha256: str) -> str | None:
        with self._database.reading() as connection:
            found: str | None = connection.scalar(select(workflow_text.c.text).where(workflow_text.c.sha256 == sha256))
        return found
