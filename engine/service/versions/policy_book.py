"""Which version of each policy is live, compiled once."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence

from engine.diagnostics import Refused
from engine.features import Catalogue
from engine.policy import CompiledPolicy, Reasons, read_policy
from engine.policy.registers import Shelf
from engine.service.wire.problems import Problem
from engine.store.pack_texts import PackTexts
from engine.store.policy_versions import PolicyVersion, PolicyVersions
from engine.workflow.run import PinnedPolicy


class PolicyBook:
    """Policies as the database has them. The newest version that passes the check is live.

    A version's text never changes, so what it compiles to is kept for good.
    """

    def __init__(
        self, versions: PolicyVersions, catalogue: Catalogue, reasons: Reasons, shelf: Shelf, packs: PackTexts
    ) -> None:
        self.versions = versions
        self.shelf = shelf
        self._packs = packs
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

    def as_decided(self, name: str, version: int, registers: Mapping[str, str]) -> CompiledPolicy | None:
        """One version over the packs and lists of these digests; None where one of them is not to be had any more."""
        compiled = self.compiled(name, version)
        if compiled is not None and compiled.registers == registers:
            return compiled
        found = self.versions.get(name, version)
        texts = {pack: text for pack, digest in registers.items() if (text := self._packs.get(digest)) is not None}
        if found is None or not texts:
            return None
        earlier = self._compile(found, self.shelf.with_packs(texts))
        return earlier if earlier is not None and earlier.registers == registers else None

    def read(self, text: str, source: str, shelf: Shelf | None = None) -> CompiledPolicy:
        """Compile a text that is stored nowhere, over today's packs and lists unless others are given.

        Raises `Refused`.
        """
        shelf = shelf or self.shelf
        return read_policy(text, source=source, catalogue=self._catalogue, reasons=self._reasons, shelf=shelf)

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

    def _compile(self, version: PolicyVersion, shelf: Shelf | None = None) -> CompiledPolicy | None:
        try:
            return self.read(version.text, f"policies/{version.name}.yaml", shelf)
        except Refused:
            return None
