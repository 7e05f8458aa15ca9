"""Tells of a camera track that is none: facts, told by the page, that cannot be those of a camera.

Each tell looks at one fact and answers True (it gives the track away), False (it does not) or None (the page did not
tell). What a page leaves out never counts as harmless: without a tell the count is known only if nothing is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from signals.injection.camera_fit import positive
from signals.injection.engines import Engine, engine_of, handheld
from signals.injection.labels import folded

Facts = Mapping[str, object]
PAINTED = frozenset({"BGRA", "BGRX", "RGBA", "RGBX"})
"""Pixel formats of what was drawn. Chromium's cameras deliver I420 or NV12."""
CAMERA_TRACK = "MediaStreamTrack"
MAX_COUNT = 20


@dataclass(frozen=True, slots=True)
class Told:
    """The page's facts of the camera, and what the request's headers say of the browser."""

    camera: Facts
    engine: Engine | None
    handheld: bool


Tell = Callable[[Told], bool | None]


def inconsistencies(camera: Facts, headers: Mapping[str, str]) -> tuple[int, bool]:
    """How many tells there are, 0..20, and whether every fact that is needed was told."""
    told = Told(camera, engine_of(headers), handheld(headers))
    answers = [tell(told) for tell in (*TELLS, *(CHROMIUM_TELLS if told.engine in {"chromium", None} else ()))]
    return min(MAX_COUNT, answers.count(True)), None not in answers


def _not_a_camera_track(told: Told) -> bool | None:
    """A canvas, a screen or a generator has a class of its own."""
    name = told.camera.get("track")
    return name != CAMERA_TRACK if isinstance(name, str) else None


def _not_listed(told: Told) -> bool | None:
    """The page did not find the track among the devices, or its name is not among the names that it sent."""
    listed, label, devices = (told.camera.get(name) for name in ("listed", "label", "devices"))
    if listed is False or (_named(label) and isinstance(devices, list | tuple) and _lacks(devices, str(label))):
        return True
    return False if listed is True and isinstance(devices, list | tuple) else None


def _named(label: object) -> bool:
    return isinstance(label, str) and bool(folded(label))


def _lacks(devices: Sequence[object], label: str) -> bool:
    return folded(label) not in {folded(device) for device in devices if isinstance(device, str)}


def _replaced_functions(told: Told) -> bool | None:
    native = told.camera.get("native")
    return not native if isinstance(native, bool) else None


def _settings_of_no_camera(told: Told) -> bool | None:
    """A camera has a size and a rate; that of a phone faces somewhere."""
    settings = told.camera.get("settings")
    if not isinstance(settings, Mapping):
        return None
    faces = isinstance(settings.get("facingMode"), str) and bool(settings["facingMode"])
    sized = all(positive(settings.get(name)) for name in ("width", "height", "frameRate"))
    return not sized or (told.handheld and not faces)


def _no_capture_time(told: Told) -> bool | None:
    """Chromium knows when a camera's picture was taken, and not of one that was drawn."""
    known = told.camera.get("capture_time")
    return _of_chromium(told, not known if isinstance(known, bool) else None)


def _painted(told: Told) -> bool | None:
    """None, told as such, is a frame that lies in the graphics card: no tell."""
    if "pixel_format" not in told.camera:
        return None
    return _of_chromium(told, _is_painted(told.camera["pixel_format"]))


def _is_painted(pixel_format: object) -> bool:
    return isinstance(pixel_format, str) and pixel_format in PAINTED


def _no_capabilities(told: Told) -> bool | None:
    """Chromium knows how large a camera's pictures can be."""
    if "capabilities" not in told.camera:
        return None
    capabilities = told.camera["capabilities"]
    return _of_chromium(told, not isinstance(capabilities, Mapping) or not capabilities)


def _of_chromium(told: Told, answer: bool | None) -> bool | None:
    """A tell of Chromium alone: of a browser that does not say what it is, nothing is known."""
    return answer if told.engine == "chromium" else None


TELLS: tuple[Tell, ...] = (_not_a_camera_track, _not_listed, _replaced_functions, _settings_of_no_camera)
CHROMIUM_TELLS: tuple[Tell, ...] = (_no_capture_time, _painted, _no_capabilities)
