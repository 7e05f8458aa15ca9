"""`selfie models`: what it prints, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from signals.commands import app
from signals.model_records import read_model_records

NAMES = set(read_model_records())


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No model anywhere, and no network to ask."""
    monkeypatch.setenv("SELFIE_MODEL_CACHE", str(tmp_path))
    monkeypatch.setenv("SELFIE_MODEL_OFFLINE", "1")
    monkeypatch.delenv("SELFIE_MODEL_MIRROR", raising=False)
    return tmp_path


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.stdout


def test_list_names_every_model_with_licence_and_error(empty: Path) -> None:
    code, out = run("list", "--json")
    rows = json.loads(out)["models"]
    assert code == 0
    assert {row["name"] for row in rows} == NAMES
    for row in rows:
        assert row["state"] == "absent"
        assert row["licence"]
        assert row["known_error"]
        assert row["files"]
    assert run("list")[1].count("absent") == len(NAMES)


def test_pull_without_a_way_is_a_finding_with_the_reason(empty: Path) -> None:
    code, out = run("pull", "--json")
    answer = json.loads(out)
    assert code == 1
    assert answer["ready"] == []
    assert set(answer["missing"]) == NAMES
    assert "SELFIE_MODEL_OFFLINE" in answer["missing"]["yunet"]
    code, out = run("pull", "yunet")
    assert code == 1
    assert out.startswith("yunet")
    assert "missing" in out


def test_verify_finds_what_is_absent(empty: Path) -> None:
    code, out = run("verify", "--json", "yunet")
    assert (code, json.loads(out)) == (1, {"models": {"yunet": "absent"}})


def test_an_unknown_name_is_a_usage_error(empty: Path) -> None:
    assert run("pull", "nobody")[0] == 2
    assert run("verify", "nobody")[0] == 2
    assert run("fetch")[0] == 2


@pytest.mark.models
def test_pull_and_verify_with_the_models_there(
    model_cache: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in model_cache.items():
        monkeypatch.setenv(name, value)
    assert run("pull", "yunet", "--json") == (0, '{"ready": ["yunet"], "missing": {}}\n')
    assert run("verify", "yunet", "minifasnet_v2", "minifasnet_v1se", "faceapi_age")[0] == 0


@pytest.mark.models
def test_verify_finds_a_changed_file(
    model_cache: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from signals.model_store import open_store

    good = open_store(model_cache).get("yunet").path
    changed = bytearray(good.read_bytes())
    changed[len(changed) // 2] ^= 1
    (tmp_path / good.name).write_bytes(bytes(changed))
    monkeypatch.setenv("SELFIE_MODEL_CACHE", str(tmp_path))
    code, out = run("verify", "yunet", "--json")
    assert (code, json.loads(out)) == (1, {"models": {"yunet": "changed"}})
