"""The model store gives what models.yaml says, or says why not: never another model, never the network in `get`."""

from __future__ import annotations

import hashlib
import multiprocessing
from pathlib import Path

import numpy as np
import onnx
import pytest

from engine.contracts import ModelUnavailable
from signals.convert import model_digest
from signals.convert.tiny_xception import build_tiny_xception
from signals.model_records import HttpsSource, Licence, ModelRecord, SourceFile
from signals.model_store import CachedModels, open_store
from tests.signals import tiny_weights

MODEL = build_tiny_xception(tiny_weights.tiny_xception(), 32)
OTHER = build_tiny_xception(tiny_weights.tiny_xception(seed=1), 32)
NOWHERE = "https://127.0.0.1:9/model.onnx"
"""Port 9 of this machine: refuses at once."""


def record(content: bytes = MODEL, *, digest: str | None = None, url: str = NOWHERE) -> ModelRecord:
    file = SourceFile(
        name="tiny.onnx",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        sources=[HttpsSource(https=url)],
    )
    return ModelRecord(
        title="Tiny",
        licence=Licence(name="CC0-1.0", holder="nobody", url="https://example.org"),
        converter="none",
        digest=digest or model_digest(content),
        input="image",
        output="age",
        known_error="total",
        files=[file],
    )


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    """A mirror that has the file under another name, deep inside, beside a file of the same size."""
    folder = tmp_path / "mirror" / "deep"
    folder.mkdir(parents=True)
    (folder / "a-same-size.bin").write_bytes(bytes(len(MODEL)))
    (folder / "what-was-it-called").write_bytes(MODEL)
    return tmp_path / "mirror"


def store(tmp_path: Path, mirror: Path | None, *, offline: bool = False, digest: str | None = None) -> CachedModels:
    return CachedModels({"tiny": record(digest=digest)}, tmp_path / "cache", mirror, offline=offline)


def test_a_model_comes_from_the_mirror_by_its_hash(tmp_path: Path, mirror: Path) -> None:
    models = store(tmp_path, mirror)
    assert models.state("tiny") == "absent"
    assert models.ensure(progress=False) == {}
    found = models.get("tiny")
    assert found.sha256 == model_digest(MODEL) == model_digest(found.path.read_bytes())


def test_get_never_fetches(tmp_path: Path, mirror: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"is not there; run `selfie models pull`"):
        store(tmp_path, mirror).get("tiny")
    assert not (tmp_path / "cache").exists()


def test_an_unknown_name_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="there is no model `other`"):
        store(tmp_path, None).get("other")


@pytest.mark.parametrize("offline", [False, True])
def test_what_cannot_be_had_is_a_warning_with_the_way_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, offline: bool
) -> None:
    reasons = store(tmp_path, tmp_path / "nowhere", offline=offline).ensure(progress=False)
    assert set(reasons) == {"tiny"}
    assert "is no folder" in reasons["tiny"]
    assert ("SELFIE_MODEL_OFFLINE" in reasons["tiny"]) is offline
    assert ("127.0.0.1" in reasons["tiny"]) is not offline
    assert "selfie models pull" in caplog.text
    assert "SELFIE_MODEL_MIRROR" in caplog.text


def test_a_file_with_another_hash_is_never_taken(tmp_path: Path, mirror: Path) -> None:
    (mirror / "deep" / "what-was-it-called").write_bytes(OTHER)
    assert len(OTHER) == len(MODEL)
    assert "no file with the sha256" in store(tmp_path, mirror).ensure(progress=False)["tiny"]


def test_a_conversion_that_gives_another_model_is_never_taken(tmp_path: Path, mirror: Path) -> None:
    models = store(tmp_path, mirror, digest="0" * 64)
    assert "conversion gave another model" in models.ensure(progress=False)["tiny"]
    assert models.state("tiny") == "absent"


def _tampered(content: bytes) -> bytes:
    model = onnx.load_from_string(content)
    bias = next(tensor for tensor in model.graph.initializer if tensor.name == "fc/age/bias")
    bias.raw_data = (np.frombuffer(bias.raw_data, np.float32) + 10).tobytes()
    return bytes(model.SerializeToString())


@pytest.mark.parametrize("content", [_tampered(MODEL), OTHER, MODEL[:-9], b"", bytes(100)])
def test_a_changed_file_in_the_cache_is_found_and_made_again(tmp_path: Path, mirror: Path, content: bytes) -> None:
    models = store(tmp_path, mirror)
    models.ensure(progress=False)
    models.path("tiny").write_bytes(content)
    assert models.state("tiny") == "changed"
    with pytest.raises(ModelUnavailable, match="not what it should be"):
        models.get("tiny")
    assert models.ensure(progress=False) == {}
    assert models.path("tiny").read_bytes() == MODEL


def test_the_kept_source_is_checked_again_and_serves_offline(tmp_path: Path, mirror: Path) -> None:
    store(tmp_path, mirror).ensure(progress=False)
    alone = store(tmp_path, None, offline=True)
    alone.path("tiny").unlink()
    assert alone.ensure(progress=False) == {}
    (kept,) = (tmp_path / "cache" / "sources").iterdir()
    kept.write_bytes(OTHER)
    alone.path("tiny").unlink()
    assert "tiny" in alone.ensure(progress=False)


def test_a_folder_that_cannot_be_written_is_a_reason(tmp_path: Path, mirror: Path) -> None:
    (tmp_path / "cache").write_text("a file stands where the folder should be")
    assert "tiny" in store(tmp_path, mirror).ensure(progress=False)


def _ensure_many_times(folder: Path, mirror: Path) -> None:
    models = store(folder, mirror)
    for _ in range(10):
        models.path("tiny").unlink(missing_ok=True)
        assert models.ensure(progress=False) == {}


def test_two_processes_at_once_leave_whole_files(tmp_path: Path, mirror: Path) -> None:
    """A reader meets the whole file or none, whoever is writing."""
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_ensure_many_times, args=(tmp_path, mirror)) for _ in range(2)]
    for writer in writers:
        writer.start()
    models, states = store(tmp_path, mirror), set()
    while any(writer.is_alive() for writer in writers):
        states.add(models.state("tiny"))
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    assert states <= {"ready", "absent"}
    assert models.state("tiny") == "ready"
    assert not [path for path in tmp_path.rglob(".*") if path.is_file()]


def test_settings_name_the_folders(tmp_path: Path) -> None:
    models = open_store({"SELFIE_MODEL_CACHE": str(tmp_path / "here")})
    assert all(models.path(name).parent == tmp_path / "here" for name in models.records)
    assert set(models.records) >= {"yunet", "minifasnet_v2", "minifasnet_v1se", "faceapi_age"}


@pytest.mark.models
def test_the_shipped_models_are_verified(model_cache: dict[str, str]) -> None:
    models = open_store(model_cache)
    for name, wanted in models.records.items():
        assert models.get(name).sha256 == wanted.digest
