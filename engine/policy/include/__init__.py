"""Rule sets that policies share: `include: [common/faces.yaml]`."""

from __future__ import annotations

from engine.policy.include.library import FolderLibrary, Library, NotThere
from engine.policy.include.resolve import Whole, whole

__all__ = ["FolderLibrary", "Library", "NotThere", "Whole", "whole"]
