"""Which version of each policy is live, compiled once."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from engine.diagnostics import Refused
from engine.features import Catalogue
from engine.policy import CompiledPolicy, Reasons, read_policy
from engine.policy.registers import Shelf
from engine.service.problems import Problem
from engine.store.policy_versions import PolicyVersion, PolicyVersions
from engine.workflow.run import PinnedPolicy


class PolicyBook:
    """Policies as the database has them. The newest version that passes the check is live.

    A version's text never changes, so what it compiles to is kept for good.
    """

    def __init__(self, versions: PolicyVersions, catalogue: Catalogue, reasons: Reasons, shelf: Shelf) -> None:
        self.versions = versions
        self.shelf = shelf
        self._catalogue = catalogue
        self._reasons = reasons
        self._compiled: dict[tuple[str, int], CompiledPolicy | None] = {}
        self._lock = threading.Lock()

    def live(self, names: Sequence[str]) -> list[PinnedPolicy]:
        """The live version of each, in the order given; raises `Problem` 503 where none passes."""
        newest = self.versions.newest_numbers()
        return [self._live(name, newest.get(name, 0)) for name in names]

    def strategies(self) -> dict[str, tuple[str, ...]]:
        """Every policy that has a live version, with its strategies."""
        found = {}
        for name, number in self.versions.newest_numbers().items():
            live = self._newest_that_passes(name, number)
            if live is not None:
                found[name] = tuple(live.policy.strategies)
        return found

    def live_version(self, name: str) -> int | None:
        """The number of the live version."""
        live = self._newest_that_passes(name, self.versions.newest_numbers().get(name, 0))
        return None if live is None else live.version

    def compiled(self, name: str, version: int) -> CompiledPolicy | None:
        """One version, compiled; None where it does not pass or does not exist."""
        key = (name, version)
        if key not in self._compiled:
            found = self.versions.get(name, version)
            compiled = None if found is None else self._compile(found)
            if found is not None:
                with self._lock:
                    self._compiled[key] = compiled
            return compiled
        return self._compiled[key]

    def read(self, text: str, source: str) -> CompiledPolicy:
        """Compile a text that is stored nowhere; raises `Refused`."""
        return read_policy(text, source=source, catalogue=self._catalogue, reasons=self._reasons, shelf=self.shelf)

    def _live(self, name: str, newest: int) -> PinnedPolicy:
        live = self._newest_that_passes(name, newest)
        if live is None:
            raise Problem(503, "policyUnavailable", f"No version of policy `{name}` passes the check.")
        return live

    def _newest_that_passes(self, name: str, newest: int) -> PinnedPolicy | None:
        for version in range(newest, 0, -1):
            compiled = self.compiled(name, version)
            if compiled is not None:
                return PinnedPolicy(compiled, version)
        return None

    def _compile(self, version: PolicyVersion) -> CompiledPolicy | None:
        try:
            return self.read(version.text, f"policies/{version.name}.yaml")
        except Refused:
            return None
