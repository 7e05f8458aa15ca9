"""Whether the frames can be those of the camera that the page told of: their size, and how fast they came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.frames import Frame

Size = tuple[float, float]
MAX = 1e6
LONG_SIDE = 1280
"""The page makes a larger picture smaller, to this long side."""
SLACK_PX = 2
SLACK_RATE = 1.25
"""Frames may come this much faster than the camera's rate: clocks are coarse, and a rate is nominal."""


def frames_misfit(frames: Sequence[Frame], camera: Mapping[str, object]) -> bool | None:
    """True where a frame's size or the burst's rate cannot be; False where all was told and fits; else None."""
    settings = camera.get("settings")
    said = settings if isinstance(settings, Mapping) else {}
    sizes = [size_of(camera), size_of(said)]
    answers = [_sizes_differ(frames), *(_not_of(frames, size) for size in sizes), _too_fast(frames, said)]
    if True in answers:
        return True
    return None if None in answers else False


def size_of(facts: Mapping[str, object]) -> Size | None:
    """Width and height in pixels; None where either is missing or no positive number."""
    width, height = positive(facts.get("width")), positive(facts.get("height"))
    return (width, height) if width and height else None


def positive(value: object) -> float | None:
    """The value as a number above nought and below `MAX`; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < MAX:
        return None
    return float(value)


def _sizes_differ(frames: Sequence[Frame]) -> bool | None:
    """Frames of one burst have one size; a phone that is turned swaps its sides."""
    return len({tuple(sorted(_sides(frame))) for frame in frames}) > 1 if frames else None


def _not_of(frames: Sequence[Frame], video: Size | None) -> bool | None:
    """Whether a frame is not the video at its own size, or made smaller to the page's long side."""
    if video is None or not frames:
        return None
    scale = min(1.0, LONG_SIDE / max(video))
    wanted = sorted(side * scale for side in video)
    return any(_far(sorted(_sides(frame)), wanted) for frame in frames)


def _far(sides: Sequence[float], wanted: Sequence[float]) -> bool:
    return any(abs(side - other) > SLACK_PX for side, other in zip(sides, wanted, strict=True))


def _sides(frame: Frame) -> Size:
    return float(frame.header.width), float(frame.header.height)


def _too_fast(frames: Sequence[Frame], settings: Mapping[str, object]) -> bool | None:
    """Each frame is a new picture of the camera, so no burst is faster than the camera's rate."""
    rate = positive(settings.get("frameRate"))
    if rate is None or len(frames) < 2:
        return None
    seconds = (frames[-1].t_ms - frames[0].t_ms) / 1000
    return (len(frames) - 1) > seconds * rate * SLACK_RATE
