"""Every kind of bad input has a clear answer: none is accepted, none is a 500, nothing stored is lost."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from engine.service.wire.problems import MEDIA_TYPE
from tests.service.conftest import KEY, NOW, PORTRAIT, PRODUCTION_KEY, Running, as_base64, running


def picture(kind: str = "JPEG", size: tuple[int, int] = (64, 48)) -> bytes:
    """A grey picture."""
    buffer = BytesIO()
    Image.new("RGB", size, (90, 90, 90)).save(buffer, kind)
    return buffer.getvalue()


def bomb() -> bytes:
    """A PNG of a hundred bytes that promises 10 gigapixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


BAD_IMAGES = {
    "empty": (b"", "emptyImage"),
    "truncated JPEG": (PORTRAIT.read_bytes()[:20_000], "imageTruncated"),
    "decompression bomb": (bomb(), "tooManyPixels"),
    "GIF": (picture("GIF"), "notAnImage"),
    "text named .jpg": (b"this is no picture\n" * 20, "notAnImage"),
    "too many bytes": (picture() + b"\0" * (10 * 2**20) + b"\xff\xd9", "imageTooLarge"),
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One application for all bad input: each kind also meets what the kinds before it have left."""
    with running(tmp_path_factory.mktemp("bad"), rate_limit="off") as started:
        started.post("selfie_features", {"features": {"face.count": 1}})
        yield started


@pytest.fixture(autouse=True)
def nothing_is_lost(service: Running) -> Iterator[None]:
    """What was stored before bad input is there after it, unchanged, and nothing was added by it."""
    (kept,) = service.client.get("/api/evaluation").json()["items"]
    yield
    listed = service.client.get("/api/evaluation").json()["items"]
    assert listed == [kept]
    assert service.evaluation(kept["eval_id"]) == kept


def assert_refused(answer: Any, status: int, code: str) -> dict[str, Any]:
    """A problem document with this code, and nothing of a decision."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, MEDIA_TYPE), answer.text
    problem: dict[str, Any] = answer.json()
    assert problem["code"] == code, problem
    assert problem["status"] == status
    assert "decision" not in problem
    return problem


@pytest.mark.parametrize("name", BAD_IMAGES)
def test_bad_images_are_refused_with_their_reason(service: Running, name: str) -> None:
    data, reason = BAD_IMAGES[name]
    for selfie in ({"image": as_base64(data)}, {"frames": [{"image": as_base64(data), "t_ms": 0}]}):
        problem = assert_refused(service.post("selfie_image", {"selfie": selfie}), 422, "badImage")
        assert problem["errors"][0]["code"] == reason


@pytest.mark.parametrize("text", ["not base64!", "QUJD=", "a", "data:image/jpeg;base64,/9j/", "\N{SNOWMAN}"])
def test_base64_that_is_none(service: Running, text: str) -> None:
    problem = assert_refused(service.post("selfie_image", {"selfie": {"image": text}}), 422, "badImage")
    assert problem["errors"][0]["code"] == "notBase64"
    assert len(text) < 2 or text not in json.dumps(problem)


@pytest.mark.parametrize("frames", [[], [{"image": as_base64(picture()), "t_ms": 0}] * 31])
def test_too_few_and_too_many_frames(service: Running, frames: list[Any]) -> None:
    assert_refused(service.post("selfie_image", {"selfie": {"frames": frames}}), 422, "badRequest")


def test_times_that_run_backwards(service: Running) -> None:
    frames = [{"image": as_base64(picture()), "t_ms": at} for at in (10, 5)]
    assert_refused(service.post("selfie_image", {"selfie": {"frames": frames}}), 422, "badImage")


def test_an_unknown_workflow(service: Running) -> None:
    problem = assert_refused(service.post("selfie_inteligence", {}), 422, "unknownWorkflow")
    assert "selfie_intelligence" in problem["detail"]


def test_an_unknown_strategy(service: Running) -> None:
    data = {"features": {"face.count": 1}, "strategy": "generous"}
    assert_refused(service.post("selfie_features", data), 422, "unknownStrategy")


@pytest.mark.parametrize(
    ("workflow", "data", "code"),
    [
        ("selfie_image", {}, "selfieNeeded"),
        ("selfie_features", {}, "featuresNeeded"),
        ("selfie_image", {"selfie": {"image": "AA=="}, "features": {}}, "featuresNotAccepted"),
        ("selfie_intelligence", {"features": {"face.count": 1}}, "featuresNotAccepted"),
        ("selfie_intelligence", {"selfie": {"image": "AA=="}}, "selfieNotAccepted"),
        ("selfie_features", {"features": {}, "selfie": {"image": "AA=="}}, "selfieNotAccepted"),
        ("selfie_image", {"selfie": {}}, "badRequest"),
        ("selfie_image", {"selfie": {"image": "AA==", "frames": []}}, "badRequest"),
    ],
)
def test_evidence_must_fit_the_workflow(service: Running, workflow: str, data: dict[str, Any], code: str) -> None:
    assert_refused(service.post(workflow, data), 422, code)


@pytest.mark.parametrize(
    "features",
    [
        {"face.cuont": 1},
        {"face.count": "1"},
        {"face.count": 1.5},
        {"face.count": True},
        {"liveness.passive_score": 1.01},
        {"age.predicted": 10**400},
        {"capture.kind": "capture"},
        {"context.market": "DE"},
    ],
)
def test_features_that_cannot_be(service: Running, features: dict[str, Any]) -> None:
    problem = assert_refused(service.post("selfie_features", {"features": features}), 422, "badFeatures")
    assert problem["errors"][0]["at"] == next(iter(features))


def test_numbers_that_are_none(service: Running) -> None:
    for number in ("NaN", "Infinity", "1e999"):
        data = f'{{"features": {{"age.predicted": {number}}}}}'
        body = f'{{"id": "a", "timestamp": "{NOW}", "workflow": "selfie_features", "data": {data}}}'
        answer = service.client.post("/api/evaluation", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code in {400, 422}, answer.text
        assert answer.headers["content-type"] == MEDIA_TYPE


@pytest.mark.parametrize(
    "change",
    [
        {"surprise": 1},
        {"timestamp": 1767225600},
        {"timestamp": "yesterday"},
        {"timestamp": "2026-01-01T00:00:00"},
        {"timestamp": "2026-13-01T00:00:00Z"},
        {"id": ""},
        {"id": "a\nb"},
        {"id": "x" * 257},
        {"id": 7},
        {"workflow": None},
        {"data": []},
        {"data": {"selfy": {}}},
        {"data": {"individual": {"favourite_colour": "blue"}}},
        {"data": {"context": {"market": "germany"}}},
    ],
)
def test_a_body_that_is_not_the_contract(service: Running, change: dict[str, Any]) -> None:
    body = {"id": "ada", "timestamp": NOW, "workflow": "selfie_features", "data": {"features": {}}} | change
    assert_refused(service.client.post("/api/evaluation", json=body), 422, "badRequest")


@pytest.mark.parametrize("field", ["id", "timestamp", "workflow", "data"])
def test_a_field_that_is_missing(service: Running, field: str) -> None:
    body = {"id": "ada", "timestamp": NOW, "workflow": "selfie_features", "data": {"features": {}}}
    del body[field]
    problem = assert_refused(service.client.post("/api/evaluation", json=body), 422, "badRequest")
    assert problem["errors"][0]["at"] == f"body.{field}"


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"null", b"[1]", b'"text"', b"\xff\xfe", b'{"id": "\xed\xa0\x80"}', b"{'id': 1}", b"9" * 5000],
)
def test_a_body_that_is_no_json_object(service: Running, body: bytes) -> None:
    answer = service.client.post("/api/evaluation", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in {400, 422}, answer.text
    assert answer.headers["content-type"] == MEDIA_TYPE


@pytest.mark.parametrize(
    "text", ['"\\ud800"', '"\\u0000"', '"\\udfff x"'], ids=["half a pair", "a nul", "the other half"]
)
@pytest.mark.parametrize("place", ["id", "workflow", "feature", "product", "strategy", "extra", "image"])
def test_strings_that_no_answer_can_carry(service: Running, place: str, text: str) -> None:
    data = '{"features": {}}'
    parts = {"id": '"ada"', "workflow": '"selfie_features"'}
    match place:
        case "feature":
            data = f'{{"features": {{{text}: 1}}}}'
        case "product":
            data = f'{{"features": {{}}, "context": {{"product": {text}}}}}'
        case "strategy":
            data = f'{{"features": {{}}, "strategy": {text}}}'
        case "extra":
            data = f"{{{text}: 1}}"
        case "image":
            parts["workflow"], data = '"selfie_image"', f'{{"selfie": {{"image": {text}}}}}'
        case _:
            parts[place] = text
    body = f'{{"id": {parts["id"]}, "timestamp": "{NOW}", "workflow": {parts["workflow"]}, "data": {data}}}'
    answer = service.client.post("/api/evaluation", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in {400, 422}, answer.text


@pytest.mark.parametrize(
    "shape", ["[" * 100_000 + "]" * 100_000, '{"a":' * 100_000 + "1" + "}" * 100_000, "[" * 100_000]
)
def test_json_nested_100_000_deep(service: Running, shape: str) -> None:
    answer = service.client.post("/api/evaluation", content=shape, headers={"Content-Type": "application/json"})
    assert_refused(answer, 400, "tooDeep")


def test_a_deep_field_that_is_dropped(service: Running) -> None:
    deep: Any = 1
    for _ in range(100):
        deep = [deep]
    body = {"id": "a", "timestamp": NOW, "workflow": "selfie_features", "data": {"features": {}, "custom": deep}}
    assert_refused(service.client.post("/api/evaluation", json=body), 400, "tooDeep")


@pytest.mark.parametrize(
    "header",
    [None, "Bearer wrong", f"Bearer {KEY}x", f"Basic {KEY}", "Bearer ", f"bearer{KEY}", "Bearer " + "x" * 5000],
)
def test_a_wrong_key(service: Running, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    client = service.client
    del client.headers["Authorization"]
    try:
        for answer in (
            client.post("/api/evaluation", json={}, headers=headers),
            client.get("/api/evaluation", headers=headers),
            client.get("/api/evaluation/x/trace", headers=headers),
            client.get("/api/policies", headers=headers),
            client.get("/api/features", headers=headers),
        ):
            assert_refused(answer, 401, "unauthorized")
            assert answer.headers["www-authenticate"] == "Bearer"
    finally:
        client.headers["Authorization"] = f"Bearer {KEY}"


def test_another_environment_sees_nothing(service: Running) -> None:
    kept = service.client.get("/api/evaluation").json()["items"][0]["eval_id"]
    other = {"Authorization": f"Bearer {PRODUCTION_KEY}"}
    for path in (f"/api/evaluation/{kept}", f"/api/evaluation/{kept}/trace"):
        assert_refused(service.client.get(path, headers=other), 404, "evaluationUnknown")
    assert service.client.get("/api/evaluation", headers=other).json()["items"] == []


@pytest.mark.parametrize("path", ["/api/evaluation/nope", "/api/evaluation/%00", "/api/evaluation/%F0%9F%98%80/trace"])
def test_an_evaluation_that_is_not_there(service: Running, path: str) -> None:
    assert_refused(service.client.get(path), 404, "evaluationUnknown")


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=x", "limit=999", "cursor=x", "cursor=bnVsbA", "decision=maybe", "status=open", "q=%00"]
)
def test_a_list_that_cannot_be(service: Running, query: str) -> None:
    assert service.client.get(f"/api/evaluation?{query}").status_code == 422


@pytest.mark.parametrize("path", ["/nope", "/api", "/api/evaluation/", "/api/evaluation/a/b", "/healthz/", "/webhooks"])
def test_an_address_without_anything(service: Running, path: str) -> None:
    assert_refused(service.client.get(path), 404, "notFound")


def test_a_method_that_is_not_there(service: Running) -> None:
    assert_refused(service.client.delete("/api/evaluation/x"), 405, "methodNotAllowed")
