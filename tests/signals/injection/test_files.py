"""What the files themselves tell: encoder, metadata, an earlier saving, content credentials."""

from __future__ import annotations

import io
import zlib
from importlib.util import find_spec

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms, PngImagePlugin

from engine.frames import Frame
from signals.injection.double_jpeg import saved_again
from signals.injection.encoder import encoder_marks
from signals.injection.jpeg import SOS, segments, tables
from tests.signals.injection.captures import CHROME, FIREFOX, IPHONE, PIXEL, SAFARI, capture, feature, jpeg, living

PICTURE = living(1)[0]
PLAIN = jpeg(PICTURE)


def with_segment(marker: int, body: bytes, data: bytes = PLAIN) -> bytes:
    """The JPEG with a segment put in after its start."""
    return data[:2] + bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2) + body + data[2:]


def of(data: bytes, name: str, **options: str) -> object:
    return feature(capture((Frame(data), Frame(data, 120)), **options), name)  # type: ignore[arg-type]


def test_segments_end_with_the_scan() -> None:
    found = segments(PLAIN)
    assert found[-1].marker == SOS
    chosen = tables(found)
    assert chosen is not None
    assert chosen.sampling == ((2, 2), (1, 1), (1, 1))
    assert chosen.quantisation[0][:3] == (3, 2, 2)


@pytest.mark.parametrize("cut", [0, 1, 2, 3, 4, 20, 21, 100, 300])
def test_a_jpeg_that_is_cut_off_is_read_as_far_as_it_goes(cut: int) -> None:
    assert len(segments(PLAIN[:cut])) <= len(segments(PLAIN))


def test_thousands_of_segments_are_not_all_read() -> None:
    assert len(segments(b"\xff\xd8" + b"\xff\xfe\x00\x02" * 100_000)) == 256


def test_another_encoder_is_not_chromium_s() -> None:
    assert of(PLAIN, "encoder_fingerprint_match", agent=CHROME) is False
    assert of(PLAIN, "encoder_fingerprint_match", agent=PIXEL) is False


@pytest.mark.parametrize("agent", [FIREFOX, SAFARI, IPHONE, "SomethingNew/1.0"])
def test_an_engine_whose_marks_nobody_knows_is_unknown(agent: str) -> None:
    assert of(PLAIN, "encoder_fingerprint_match", agent=agent) is None


@pytest.mark.parametrize("extension", [".png", ".webp"])
def test_what_is_no_jpeg_did_not_come_through_our_page(extension: str) -> None:
    data = cv2.imencode(extension, PICTURE)[1].tobytes()
    assert of(data, "encoder_fingerprint_match", agent=FIREFOX) is False


def test_marks_do_not_depend_on_the_picture() -> None:
    assert encoder_marks(PLAIN) == encoder_marks(jpeg(living(1, 7, (200, 300))[0]))
    assert encoder_marks(PLAIN) != encoder_marks(jpeg(PICTURE, 91))


def exif(tags: dict[int, object]) -> bytes:
    written = Image.Exif()
    for tag, value in tags.items():
        written[tag] = value
    return written.tobytes()


def photoshop(*blocks: tuple[int, bytes]) -> bytes:
    return b"Photoshop 3.0\0" + b"".join(
        b"8BIM" + number.to_bytes(2) + b"\0\0" + len(data).to_bytes(4) + data + b"\0" * (len(data) % 2)
        for number, data in blocks
    )


def profile(name: bytes) -> bytes:
    return b"ICC_PROFILE\0\1\1" + b"\0" * 80 + name


NO_CAPTION = bytes.fromhex("d41d8cd98f00b204e9800998ecf8427e")
FOREIGN = {
    "comment": with_segment(0xFE, b"Lavc60.31.102"),
    "xmp": with_segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta/>"),
    "maker": with_segment(0xE1, exif({0x010F: "Canon"})),
    "program": with_segment(0xE1, exif({0x0131: "GIMP 3"})),
    "time": with_segment(0xE1, exif({0x0132: "2026:01:01 00:00:00"})),
    "broken exif": with_segment(0xE1, b"Exif\0\0MM\0*\xff\xff\xff\xff"),
    "caption": with_segment(0xED, photoshop((0x0404, b"\x1c\x02\x05\x00\x01a"), (0x0425, NO_CAPTION))),
    "other block": with_segment(0xED, photoshop((0x03ED, b"\0" * 16))),
    "broken block": with_segment(0xED, b"Photoshop 3.0\0" + b"MeSa\x04\x04\0\0\0\0\0\0"),
    "long block": with_segment(0xED, photoshop((0x0425, NO_CAPTION + b"text"))),
    "adobe": with_segment(0xEE, b"Adobe\0d\0\0\0\0\1"),
    "printer's colours": with_segment(0xE2, profile(b"Adobe RGB (1998)")),
    "several pictures": with_segment(0xE2, b"MPF\0MM\0*"),
    "unknown": with_segment(0xE5, b"anything"),
}
HARMLESS = {
    "plain": PLAIN,
    "srgb": with_segment(
        0xE2, b"ICC_PROFILE\0\1\1" + ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    ),
    "display p3": with_segment(0xE2, profile("Display P3".encode("utf-16-be"))),
    "apple": with_segment(
        0xE1,
        exif({0x0112: 1, 0x8769: {0xA001: 1, 0xA002: 320, 0xA003: 240}}),
        with_segment(0xED, photoshop((0x0404, b""), (0x0425, NO_CAPTION))),
    ),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_what_no_canvas_writes(name: str) -> None:
    assert of(FOREIGN[name], "editor_metadata") is True


@pytest.mark.parametrize("name", HARMLESS)
def test_what_a_canvas_may_write(name: str) -> None:
    assert of(HARMLESS[name], "editor_metadata") is False


def test_texts_in_a_png_are_no_canvas_s() -> None:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Software", "GIMP")
    written = io.BytesIO()
    Image.fromarray(PICTURE).save(written, "PNG", pnginfo=texts)
    assert of(written.getvalue(), "editor_metadata") is True


NATURAL = living(1, 3, (640, 480))[0]


@pytest.mark.parametrize("quality", [60, 75, 85])
def test_what_was_saved_before_shows(quality: int) -> None:
    before = cv2.imdecode(np.frombuffer(jpeg(NATURAL, quality), np.uint8), cv2.IMREAD_COLOR)
    score = saved_again(Frame(jpeg(np.asarray(before, np.uint8))))
    assert score is not None
    assert score > 0.1


def test_what_was_saved_once_does_not() -> None:
    score = saved_again(Frame(jpeg(NATURAL)))
    assert score is not None
    assert score < 0.05


def test_small_and_other_pictures_are_not_measured() -> None:
    assert saved_again(Frame(jpeg(NATURAL[:64, :64]))) is None
    assert saved_again(Frame(cv2.imencode(".png", NATURAL)[1].tobytes())) is None


def jumbf(content: bytes = b"c2pa") -> bytes:
    box = (16 + len(content)).to_bytes(4) + b"jumb" + b"\0" * 4 + b"jumd" + content
    return b"JP\0\1\0\0\0\1" + box


def with_chunk(name: bytes, body: bytes) -> bytes:
    """A PNG with a chunk after its header."""
    png = cv2.imencode(".png", PICTURE)[1].tobytes()
    return png[:33] + len(body).to_bytes(4) + name + body + zlib.crc32(name + body).to_bytes(4) + png[33:]


def test_no_credentials_are_absent_and_mean_nothing() -> None:
    assert of(PLAIN, "c2pa_state") == "absent"


@pytest.mark.skipif(find_spec("c2pa") is not None, reason="c2pa-python is installed")
@pytest.mark.parametrize(
    "data",
    [
        with_segment(0xEB, jumbf()),
        with_chunk(b"caBX", jumbf()),
    ],
)
def test_credentials_that_nobody_checks_are_unknown(data: bytes) -> None:
    assert of(data, "c2pa_state") is None


@pytest.mark.browser
def test_the_browser_s_own_canvas_matches(chromium: str) -> None:
    import base64

    from playwright.sync_api import sync_playwright

    draw = """async ([w, h, q]) => {
      const c = document.createElement('canvas'); c.width = w; c.height = h;
      const x = c.getContext('2d', {alpha: false});
      for (let i = 0; i < 400; i++) {
        x.fillStyle = `hsl(${i * 37} 60% ${30 + i % 50}%)`;
        x.fillRect(i * 53 % w, i * 31 % h, 50, 30);
      }
      const b = await new Promise(done => c.toBlob(done, 'image/jpeg', q));
      return btoa(Array.from(new Uint8Array(await b.arrayBuffer()), v => String.fromCharCode(v)).join(''));
    }"""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        agent = page.evaluate("navigator.userAgent")
        ours = [base64.b64decode(page.evaluate(draw, [w, h, 0.92])) for w, h in ((640, 480), (720, 1280), (33, 47))]
        coarser = base64.b64decode(page.evaluate(draw, [640, 480, 0.8]))
        browser.close()
    for data in ours:
        assert of(data, "encoder_fingerprint_match", agent=agent) is True
        assert of(data, "editor_metadata") is False
    assert of(coarser, "encoder_fingerprint_match", agent=agent) is False
