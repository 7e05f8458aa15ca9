"""A frame is refused by its header before anything is decoded, and decoded once, upright."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from engine.frames import GOOD_LONG_SIDE, MAX_FRAME_BYTES, MAX_LONG_SIDE, BadFrame, Frame


def encoded(kind: str = "JPEG", size: tuple[int, int] = (40, 20), **options: object) -> bytes:
    """A picture that is red on its left and blue on its right half."""
    pixels = np.zeros((size[1], size[0], 3), np.uint8)
    pixels[:, : size[0] // 2, 0] = 255
    pixels[:, size[0] // 2 :, 2] = 255
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind, **options)  # type: ignore[arg-type]
    return buffer.getvalue()


def png_claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header promises a large image: a decompression bomb."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_each_format_decodes_to_bgr(kind: str) -> None:
    pixels = Frame(encoded(kind)).pixels()
    assert pixels.shape == (20, 40, 3)
    assert pixels[10, 5, 2] > 200
    assert pixels[10, 5, 0] < 60


def test_pixels_are_decoded_once_and_cannot_be_written() -> None:
    frame = Frame(encoded())
    assert frame.pixels() is frame.pixels()
    with pytest.raises(ValueError, match="read-only"):
        frame.pixels()[0, 0, 0] = 1


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_undone_as_pillow_does(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded("PNG", exif=exif)
    from PIL import ImageOps

    expected = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))))[:, :, ::-1]
    assert np.array_equal(Frame(data).pixels(), expected)


BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "empty-image"),
    "text": (lambda: b"this is no image", "not-an-image"),
    "gif": (lambda: encoded("GIF"), "not-an-image"),
    "truncated jpeg": (lambda: encoded(size=(400, 400))[:-100], "image-truncated"),
    "truncated png": (lambda: encoded("PNG", (400, 400))[:-20], "image-truncated"),
    "truncated webp": (lambda: encoded("WEBP", (400, 400))[:-20], "image-truncated"),
    "bomb": (lambda: png_claiming(50_000, 50_000), "too-many-pixels"),
    "just over the bound": (lambda: png_claiming(40_000, 1_001), "too-many-pixels"),
    "too many bytes": (lambda: encoded() + b"\0" * MAX_FRAME_BYTES, "image-too-large"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_images_are_refused_by_name(name: str) -> None:
    make, code = BAD[name]
    with pytest.raises(BadFrame) as refused:
        Frame(make())
    assert refused.value.code == code


def test_sound_header_with_broken_content_is_refused_when_decoded() -> None:
    frame = Frame(png_claiming(100, 100))
    with pytest.raises(BadFrame):
        frame.pixels()


def test_one_pixel_is_an_image() -> None:
    assert Frame(encoded("PNG", (1, 1))).pixels().shape == (1, 1, 3)


def held(kind: str, size: tuple[int, int], **options: object) -> tuple[int, int, float]:
    """Width, height and scale of what a frame of this size holds."""
    frame = Frame(encoded(kind, size, **options))
    height, width, _ = frame.pixels().shape
    return width, height, frame.scale


@pytest.mark.parametrize(
    ("kind", "size", "expected"),
    [
        ("JPEG", (2000, 1500), (2000, 1500, 1.0)),
        ("JPEG", (4000, 3000), (2000, 1500, 2.0)),
        ("JPEG", (3000, 4000), (1500, 2000, 2.0)),
        ("JPEG", (6400, 100), (1600, 25, 4.0)),
        ("JPEG", (2400, 1200), (1600, 800, 1.5)),
        ("PNG", (2000, 10), (2000, 10, 1.0)),
        ("PNG", (4000, 1000), (1600, 400, 2.5)),
        ("WEBP", (3200, 800), (1600, 400, 2.0)),
        ("PNG", (40_000, 1), (1600, 1, 25.0)),
    ],
)
def test_a_large_photo_is_held_smaller(kind: str, size: tuple[int, int], expected: tuple[int, int, float]) -> None:
    assert held(kind, size) == expected


@pytest.mark.parametrize("width", [2001, 3199, 3200, 3201, 6399, 6400, 12_801])
def test_what_is_held_is_neither_too_large_nor_too_small(width: int) -> None:
    kept, _, scale = held("JPEG", (width, 64))
    assert GOOD_LONG_SIDE <= kept <= MAX_LONG_SIDE
    assert scale == pytest.approx(width / kept)


def test_a_large_photo_is_turned_after_it_was_reduced() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the stored left side is the upright top
    frame = Frame(encoded("JPEG", (4000, 2000), exif=exif))
    pixels = frame.pixels()
    assert pixels.shape == (2000, 1000, 3)
    assert frame.scale == 2
    assert pixels[100, 500, 2] > 200  # red above
    assert pixels[-100, 500, 0] > 200  # blue below


def test_released_pixels_are_decoded_again() -> None:
    frame = Frame(encoded())
    first = frame.pixels()
    frame.release()
    again = frame.pixels()
    assert again is not first
    assert np.array_equal(again, first)
