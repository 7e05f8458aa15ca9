"""Sets of plain pictures, made for the tests."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np

from signals.accuracy.pipeline import PipelineSpec
from tests.signals.accuracy import lamp


def picture(file: Path, grey: int, mark: int = 0) -> None:
    """A PNG of one grey; `mark` sets one pixel, so that two of the same grey are different files."""
    image = np.full((40, 40, 3), grey, np.uint8)
    image[0, 0] = mark
    file.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(file), image)


def folder_of(
    folder: Path, rows: Mapping[str, tuple[str, int]], header: str = "file,label,attack,subject,clip"
) -> Path:
    """A set: for each file its other cells and its grey."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [header]
    for mark, (file, (cells, grey)) in enumerate(rows.items()):
        picture(folder / file, grey, mark)
        lines.append(f"{file},{cells}")
    (folder / "labels.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def spec(**settings: str) -> PipelineSpec:
    """The lamp's providers."""
    return PipelineSpec(lamp.SPEC, lamp.STORE, settings)


LIVE = {f"live{i}.png": (f"live,,p{i % 4},c{i % 4}", 200 + i) for i in range(8)}
PRINTS = {f"print{i}.png": (f"spoof,print,p{i % 4},d{i % 4}", 40 + i) for i in range(8)}
REPLAYS = {f"replay{i}.png": (f"spoof,replay,p{i % 4},e{i % 4}", 120 + 20 * i) for i in range(4)}
EVERYTHING = {**LIVE, **PRINTS, **REPLAYS}
