"""What the signals read of each species: from the least to the most, so that thresholds can be held against them."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.attacks.species import SPECIES
from benchmarks.attacks.tally import Result

FEATURES = (
    "liveness.flash_corr",
    "liveness.flash_amplitude",
    "liveness.flash_bg_ratio",
    "liveness.face_continuity",
    "injection.duplicate_frame_ratio",
    "injection.loop_ratio",
    "injection.revisit_min_ratio",
    "liveness.motion_px",
    "liveness.nonplanar_motion_px",
)
ASKED = {"flash": "standard", "no challenge": "lenient"}


def readings(results: Sequence[Result]) -> list[list[str]]:
    """A row for each species and challenge, of masked sessions; the first row is the head."""
    rows = [["species", "asked", "sessions", *(f"`{name}`" for name in FEATURES)]]
    for one in SPECIES:
        for asked, strategy in ASKED.items():
            cell = [found for found in results if found.species == one.name and found.strategy == strategy]
            read = [found for found in cell if found.masked and found.features]
            if read:
                rows.append([one.title, asked, str(len(read)), *(_range(read, name) for name in FEATURES)])
    return rows


def _range(results: Sequence[Result], name: str) -> str:
    """From the least to the most, and how many were unknown."""
    found = [result.features.get(name) for result in results]
    known = sorted(float(value) for value in found if value is not None)
    unknown = f"unknown {len(found) - len(known)}" if len(known) < len(found) else ""
    if not known:
        return unknown
    ends = dict.fromkeys(f"{value:.2f}" for value in (known[0], known[-1]))
    return ", ".join(part for part in (" to ".join(ends), unknown) if part)
