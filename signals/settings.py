"""Settings that signals read from the `SELFIE_*` environment, as text."""

from __future__ import annotations

from collections.abc import Mapping

import cv2

ONNX_THREADS = "SELFIE_ONNX_THREADS"
OPENCV_THREADS = "SELFIE_OPENCV_THREADS"
MAX_THREADS = 64


def thread_count(settings: Mapping[str, str], name: str) -> int:
    """Threads that one call may use, 1 where nothing is set; raises `ValueError` for what is no such number."""
    text = settings.get(name, "").strip() or "1"
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= MAX_THREADS:
        raise ValueError(f"{name} must be a whole number from 1 to {MAX_THREADS}, not `{text[:40]}`")
    return int(text)


def bound_opencv(settings: Mapping[str, str]) -> None:
    """OpenCV's threads belong to the process, so every provider that uses it sets the same bound."""
    cv2.setNumThreads(thread_count(settings, OPENCV_THREADS))
