"""A camera that answers: a canvas stream in place of the camera, lit by what the page shows, as a face before it is.

It stands in for a person in the tests of the pages and for an attacker in the benchmark of attacks. It draws a film or
one moving portrait with the noise of a sensor, and lets the page's flash light the face more than what is behind it.
Without `mask_tells` it is as easy to tell from a camera as it is in truth: a canvas track without a name.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

Box = tuple[float, float, float, float]
"""Left, top, width, height as shares of the picture."""

PICTURES = ("*.jpg", "*.jpeg", "*.png")


def responder_script(
    film: Path | Sequence[bytes],
    *,
    face: Box,
    follows: bool | Sequence[str] = True,
    screen_to_ambient: float = 0.12,
    background: float = 0.3,
    sway_px: float = 0.0,
    noise: float = 2.0,
    fps: float = 30.0,
    mask_tells: bool = False,
) -> str:
    """A script for `page.add_init_script` that puts this film in place of the camera.

    Args:
        film: a folder of pictures in the order of their names, or the encoded pictures; all of one size. Played at
            `fps`, over and over. Their number is bounded by memory: a second of 640×480 takes 37 MB.
        face: where the face is; the flash lights it fully, with soft edges.
        follows: True: the colour that the page shows now; False: none; colours as `#rrggbb`: these, one for each
            step that the page shows, as a recording of another session has.
        screen_to_ambient: the screen's light over the room's on the face, at full white.
        background: how much of the screen's light reaches what is not the face, as a share; 1 tints the whole picture.
        sway_px: how far the head moves, in pixels; what is behind it moves by a third. For a film of one picture.
        noise: standard deviation of the sensor's noise, in levels of 255, new in each picture.
        mask_tells: hide what tells a canvas and an automated browser, as `masking_script` does.
    """
    config = {
        "film": [base64.b64encode(picture).decode() for picture in _pictures(film)],
        "face": face,
        "follows": follows if isinstance(follows, bool) else list(follows),
        "ratio": screen_to_ambient,
        "background": background,
        "sway": sway_px,
        "noise": noise,
        "fps": fps,
    }
    camera = _source("responder.js").replace("__CONFIG__", json.dumps(config))
    return camera + (masking_script() if mask_tells else "")


@cache
def masking_script() -> str:
    """A script that hides the tells of the harness: camera label, canvas track, replaced functions, automation.

    After the script of a responder where both are used; alone for Chromium's own test camera.
    """
    return _source("masking.js")


def _pictures(film: Path | Sequence[bytes]) -> list[bytes]:
    if isinstance(film, Path):
        found = sorted(path for pattern in PICTURES for path in film.glob(pattern))
        assert found, f"{film} has no pictures"
        return [path.read_bytes() for path in found]
    assert film, "a film has at least one picture"
    return list(film)


def _source(name: str) -> str:
    return (Path(__file__).parent / name).read_text(encoding="utf-8")
