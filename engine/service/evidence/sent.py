"""From what was sent to evidence: base64 to frames, each refused by its header before anything decodes it."""

from __future__ import annotations

import binascii
import hashlib
import re
from collections.abc import Mapping, Sequence

from starlette.requests import Request

from engine.contracts import Evidence, Value
from engine.features import Catalogue
from engine.frames import MAX_FRAME_BYTES, MAX_FRAMES, BadFrame, Frame
from engine.service.wire.problems import Problem
from engine.service.wire.requests import PRINTABLE, Context, Data, Selfie, TimedImage
from engine.workflow.model import Workflow

HEADERS = ("user-agent", "accept-language", "sec-ch-ua", "sec-ch-ua-mobile", "sec-ch-ua-platform")
"""All that is taken of a browser's request headers."""

MAX_HEADER = 1024
_MAX_BASE64 = 4 * (MAX_FRAME_BYTES // 3 + 2)
CODES = {
    "empty-image": "emptyImage",
    "image-too-large": "imageTooLarge",
    "not-an-image": "notAnImage",
    "too-many-pixels": "tooManyPixels",
    "image-truncated": "imageTruncated",
    "not-base64": "notBase64",
}


def evidence_of(workflow: Workflow, data: Data, catalogue: Catalogue) -> Evidence:
    """What a server sent as evidence; raises `Problem` where it does not fit the workflow."""
    _must_fit(workflow, data)
    context: dict[str, Value | None] = context_of(data.context)
    if workflow.evidence == "features":
        given = caller_features(data.features or {}, catalogue)
        return Evidence(kind="features", given=given, context=context)
    given = caller_features(data.features or {}, catalogue)
    frames = () if data.selfie is None else frames_of(data.selfie)
    return Evidence(kind=workflow.evidence, frames=frames, given=given, context=context)


def _must_fit(workflow: Workflow, data: Data) -> None:
    if workflow.evidence == "still" and data.selfie is None:
        raise Problem(422, "selfieNeeded", "This workflow reads `data.selfie`.")
    if workflow.evidence != "still" and data.selfie is not None:
        raise Problem(422, "selfieNotAccepted", "This workflow does not take `data.selfie`.")
    if workflow.evidence == "features" and data.features is None:
        raise Problem(422, "featuresNeeded", "This workflow reads `data.features`.")
    if not workflow.accepts_features and data.features is not None:
        raise Problem(422, "featuresNotAccepted", "This workflow does not take `data.features`.")


def context_of(context: Context) -> dict[str, Value | None]:
    """The `context.*` features."""
    return {"context.market": context.market, "context.product": context.product}


def caller_features(given: Mapping[str, Value | None], catalogue: Catalogue) -> dict[str, Value | None]:
    """The caller's own signals, checked; raises `Problem` with everything that is wrong."""
    problems = catalogue.problems(given)
    problems |= {name: "has control characters" for name, value in given.items() if _is_unprintable(value)}
    problems |= {
        name: "is set by the evaluation itself"
        for name in given
        if name in catalogue and catalogue[name].provider == "evaluation"
    }
    if problems:
        errors = [{"at": name[:64], "message": problem} for name, problem in sorted(problems.items())]
        raise Problem(422, "badFeatures", "The features are not as the catalogue says.", errors=errors)
    return dict(given)


def _is_unprintable(value: object) -> bool:
    if isinstance(value, list):
        return any(map(_is_unprintable, value))
    return isinstance(value, str) and re.fullmatch(PRINTABLE, value) is None


def frames_of(selfie: Selfie) -> tuple[Frame, ...]:
    """The frames of a selfie; raises `Problem` 422."""
    if selfie.image is not None:
        return (_frame(selfie.image, 0, "selfie.image", "badImage"),)
    return timed_frames(selfie.frames or (), "badImage")


def timed_frames(images: Sequence[TimedImage], code: str) -> tuple[Frame, ...]:
    """Frames in their order, times not running backwards."""
    if not images or len(images) > MAX_FRAMES:
        raise Problem(422, code, f"From 1 to {MAX_FRAMES} frames are taken.")
    times = [image.t_ms for image in images]
    if times != sorted(times):
        raise Problem(422, code, "The frames' times run backwards.")
    return tuple(_frame(image.image, image.t_ms, f"frames.{at}", code) for at, image in enumerate(images))


def _frame(text: str, t_ms: int, at: str, code: str) -> Frame:
    return frame_of(image_bytes(text, at, code), t_ms, at, code)


def frame_of(data: bytes, t_ms: int, at: str, code: str) -> Frame:
    """A frame, checked by its header; raises `Problem` 422 with this code and place."""
    try:
        return Frame(data, t_ms)
    except BadFrame as bad:
        raise _bad_frame(bad, at, code) from bad


def image_bytes(text: str, at: str, code: str) -> bytes:
    """The bytes of base64 text; raises `Problem` 422 with this code and place."""
    try:
        return _decoded(text)
    except BadFrame as bad:
        raise _bad_frame(bad, at, code) from bad


def _bad_frame(bad: BadFrame, at: str, code: str) -> Problem:
    message = str(bad)
    error = {"at": at, "code": CODES.get(bad.code, bad.code), "message": message}
    return Problem(422, code, f"{message[:1].upper()}{message[1:]}.", errors=[error])


def _decoded(text: str) -> bytes:
    """The bytes of base64 text, refused before it is decoded where it is too long, or is none."""
    if len(text) > _MAX_BASE64:
        raise BadFrame("image-too-large", f"the image has more than {MAX_FRAME_BYTES} bytes")
    if text.startswith("data:"):
        raise BadFrame("not-base64", "the image is a data URI; only what stands after its comma is base64")
    if len(text) % 4:
        raise BadFrame("not-base64", "the image is not base64")
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except (binascii.Error, ValueError) as broken:
        raise BadFrame("not-base64", "the image is not base64") from broken


def digest_of(frames: Sequence[Frame]) -> str | None:
    """SHA-256 over the frames' own SHA-256 (32 bytes each), in their order; None without frames."""
    if not frames:
        return None
    return hashlib.sha256(b"".join(bytes.fromhex(frame.digest()) for frame in frames)).hexdigest()


def kept_headers(request: Request) -> dict[str, str]:
    """The short list of headers that signal providers may read, each cut to a bound."""
    return {name: request.headers[name][:MAX_HEADER] for name in HEADERS if name in request.headers}
