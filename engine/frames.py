"""One captured image: refused by its header before anything is decoded, decoded once, upright.

The header is read by Pillow, which does not touch the pixels; the pixels are decoded by OpenCV. Both are kept
behind `Frame`, so that every provider sees the same upright BGR array and nobody decodes twice.

A large photo is decoded smaller than it is: no net looks at a face with more than a few hundred pixels, and a burst
of large photos must fit into memory. A JPEG is reduced while it is decoded, which skips most of the work (the first
coefficients of each block are a smaller image); whatever is then still larger is shrunk. `Frame.scale` leads back.
"""

from __future__ import annotations

import hashlib
import io
import threading
import warnings
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]

MAX_FRAME_BYTES = 10 * 1024 * 1024
MAX_FRAME_PIXELS = 40_000_000
MAX_FRAMES = 30
MAX_REQUEST_BYTES = 40 * 1024 * 1024
MAX_LONG_SIDE = 2000
"""A decoded frame is at most this many pixels long, 12 MB, whatever was sent."""
GOOD_LONG_SIDE = 1600
"""A larger frame is decoded to at least this."""

Format = Literal["JPEG", "PNG", "WEBP"]
FORMATS: tuple[Format, ...] = ("JPEG", "PNG", "WEBP")
_ORIENTATION_TAG = 0x0112
_TURNS = {
    3: cv2.ROTATE_180,
    4: cv2.ROTATE_180,
    5: cv2.ROTATE_90_CLOCKWISE,
    6: cv2.ROTATE_90_CLOCKWISE,
    7: cv2.ROTATE_90_COUNTERCLOCKWISE,
    8: cv2.ROTATE_90_COUNTERCLOCKWISE,
}
_MIRRORED = frozenset({2, 4, 5, 7})
_REDUCED = ((8, cv2.IMREAD_REDUCED_COLOR_8), (4, cv2.IMREAD_REDUCED_COLOR_4), (2, cv2.IMREAD_REDUCED_COLOR_2))


class BadFrame(Exception):  # noqa: N818 - the word of the domain
    """An image that cannot be used. `code` is stable; the message is for the person who sent it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Header:
    """What an image says of itself: format, stored size in pixels, EXIF orientation 1..8."""

    format: Format
    width: int
    height: int
    orientation: int


class Frame:
    """One image of the evidence, checked by header, decoded at most once and only when asked.

    Args:
        data: the encoded bytes, JPEG, PNG or WebP, at most 10 MiB and 40 megapixels.
        t_ms: milliseconds since the first frame of the burst.

    Raises:
        BadFrame: not an image of those formats, too large, or cut off.
    """

    __slots__ = ("_halved", "_lock", "_pixels", "data", "header", "t_ms")

    def __init__(self, data: bytes, t_ms: int = 0) -> None:
        self.header = read_header(data)
        self.data = data
        self.t_ms = t_ms
        self._pixels: Pixels | None = None
        self._halved: dict[int, Pixels] = {}
        self._lock = threading.Lock()

    def pixels(self) -> Pixels:
        """The upright image, height × width × 3, BGR, uint8, not writable; at most `MAX_LONG_SIDE` pixels long.

        Raises:
            BadFrame: the header was sound but the content is not.
        """
        with self._lock:
            if self._pixels is None:
                self._pixels = _decode(self.data, self.header)
            return self._pixels

    def halved(self, times: int) -> Pixels:
        """`pixels()` halved `times` times, each pixel the mean of four; not writable, and made at most once.

        A last odd row or column is left out, so that a place in it is exactly the place in `pixels()` over 2^times.

        Raises:
            BadFrame: as `pixels`.
        """
        if not times:
            return self.pixels()
        with self._lock:
            held = self._halved.get(times)
        if held is None:
            held = _half(self.halved(times - 1))
            with self._lock:
                self._halved[times] = held
        return held

    @property
    def scale(self) -> float:
        """Pixels of the image as it was sent for one of `pixels()`, at least 1: positions and lengths times this.

        Raises:
            BadFrame: as `pixels`.
        """
        held: int = max(self.pixels().shape[:2])
        return max(self.header.width, self.header.height) / held

    def release(self) -> None:
        """Forget the decoded pixels, far larger than the encoded ones. Asked for again, they are decoded again."""
        with self._lock:
            self._pixels = None
            self._halved.clear()

    def digest(self) -> str:
        """SHA-256 of the encoded bytes, hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()


def read_header(data: bytes) -> Header:
    """The header of an image, without decoding it; raises `BadFrame` for what may not be decoded."""
    if not data:
        raise BadFrame("empty-image", "the image is empty")
    if len(data) > MAX_FRAME_BYTES:
        raise BadFrame("image-too-large", f"the image has {len(data)} bytes, at most {MAX_FRAME_BYTES} are taken")
    kind, width, height, exif = _open(data)
    if width * height > MAX_FRAME_PIXELS:
        raise BadFrame("too-many-pixels", f"the image has {width}×{height} pixels, at most 40 megapixels are taken")
    if not _ends_well(data, kind):
        raise BadFrame("image-truncated", "the image is cut off")
    return Header(kind, width, height, _orientation(exif))


def _open(data: bytes) -> tuple[Format, int, int, bytes]:
    """Format, width, height and raw EXIF. `Image.getexif` is not used: on a PNG it decodes the pixels."""
    if data[:4] == b"RIFF" and not _ends_well(data, "WEBP"):
        raise BadFrame("image-truncated", "the image is cut off")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of bombs; our own bound refuses them
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                return _format(str(image.format)), *image.size, image.info.get("exif", b"")
    except Image.DecompressionBombError as bomb:
        raise BadFrame("too-many-pixels", "the image has more than 40 megapixels") from bomb
    except Exception as broken:  # Pillow raises a dozen types for broken headers; each means the same here
        raise BadFrame("not-an-image", "the file is not a JPEG, PNG or WebP image") from broken


def _orientation(raw: bytes) -> int:
    """The EXIF orientation 1..8; 1 where there is none or it cannot be read."""
    exif = Image.Exif()
    try:
        exif.load(raw)
        orientation = exif.get(_ORIENTATION_TAG, 1)
    except Exception:  # a broken EXIF block says nothing; the image is taken as it is stored
        return 1
    return orientation if isinstance(orientation, int) and 1 <= orientation <= 8 else 1


def _format(kind: str) -> Format:
    for known in FORMATS:
        if kind == known:
            return known
    raise BadFrame("not-an-image", "the file is not a JPEG, PNG or WebP image")


def _ends_well(data: bytes, kind: Format) -> bool:
    """Whether the end mark of the format is there; OpenCV fills what is missing with grey and says nothing."""
    if kind == "JPEG":
        return data.rfind(b"\xff\xd9", max(2, len(data) - 64 * 1024)) > 0
    if kind == "PNG":
        return b"IEND" in data[-64 * 1024 :]
    return len(data) >= int.from_bytes(data[4:8], "little") + 8


def _decode(data: bytes, header: Header) -> Pixels:
    buffer = np.frombuffer(data, np.uint8)
    try:
        image = cv2.imdecode(buffer, _reading(header) | cv2.IMREAD_IGNORE_ORIENTATION)
    except cv2.error as broken:
        raise BadFrame("not-an-image", "the image cannot be decoded") from broken
    if image is None:
        raise BadFrame("not-an-image", "the image cannot be decoded")
    upright = _upright(_bounded(np.asarray(image, np.uint8)), header.orientation)
    upright.setflags(write=False)
    return upright


def _reading(header: Header) -> int:
    """How to decode: a JPEG by the largest factor that leaves `GOOD_LONG_SIDE`. Other formats cannot be reduced."""
    if header.format == "JPEG":
        for factor, flag in _REDUCED:
            if max(header.width, header.height) >= factor * GOOD_LONG_SIDE:
                return flag
    return cv2.IMREAD_COLOR


def _bounded(image: Pixels) -> Pixels:
    """The image, shrunk to `GOOD_LONG_SIDE` where it is longer than `MAX_LONG_SIDE`."""
    height, width = image.shape[:2]
    if max(height, width) <= MAX_LONG_SIDE:
        return image
    factor = GOOD_LONG_SIDE / max(height, width)
    size = max(1, round(width * factor)), max(1, round(height * factor))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def _half(image: Pixels) -> Pixels:
    """Half as wide and high; a side of one pixel stays."""
    width, height = (max(1, side // 2) for side in (image.shape[1], image.shape[0]))
    even = image[: 2 * height, : 2 * width]
    half = np.asarray(cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    half.setflags(write=False)
    return half


def _upright(image: Pixels, orientation: int) -> Pixels:
    """Undo the EXIF orientation: first the turn, then the mirror (EXIF 2.32, tag 0x0112)."""
    if orientation in _TURNS:
        image = np.asarray(cv2.rotate(image, _TURNS[orientation]), np.uint8)
    if orientation in _MIRRORED:
        image = np.asarray(cv2.flip(image, 1), np.uint8)
    return np.ascontiguousarray(image)
