"""The commands as a shell runs them."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import typer
from typer.testing import CliRunner

from engine.commands import db, evaluate, keys, run
from engine.service.settings import read_settings
from engine.service.wiring import NoModels, open_services
from tests.harness.server import free_port, running_service
from tests.service.conftest import PORTRAIT
from tests.service.test_bad_input import bomb, picture

SELFIE = str(Path(sys.executable).with_name("selfie"))


def selfie(folder: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run `selfie` in a folder of its own."""
    ours = {"SELFIE_DATA": str(folder / "data"), "SELFIE_MODEL_OFFLINE": "1", **env}
    return subprocess.run(  # noqa: S603 - our own program beside this Python
        [SELFIE, *arguments],
        check=False,
        cwd=folder,
        env={**os.environ, **ours},
        capture_output=True,
        text=True,
        timeout=240,
    )


@pytest.mark.models
def test_evaluate_answers_each_image_in_order_and_goes_on_after_a_bad_one(tmp_path: Path) -> None:
    (tmp_path / "text.jpg").write_text("no picture")
    (tmp_path / "bomb.png").write_bytes(bomb())
    (tmp_path / "cut.jpg").write_bytes(PORTRAIT.read_bytes()[:20_000])
    (tmp_path / "dot.png").write_bytes(picture("PNG", (1, 1)))
    shutil.copy(PORTRAIT, tmp_path / "portrait.jpg")
    names = ["text.jpg", "portrait.jpg", "bomb.png", "nowhere.jpg", ".", "cut.jpg", "dot.png"]
    done = selfie(tmp_path, "evaluate", "--json", *names)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["image"] for line in lines] == names
    assert all(set(line) == {"image", "selfieIntelligence", "features", "error"} for line in lines)
    by_name: dict[str, Any] = {line["image"]: line for line in lines}
    for name in ("text.jpg", "bomb.png", "nowhere.jpg", ".", "cut.jpg"):
        assert by_name[name]["error"]
        assert by_name[name]["selfieIntelligence"] is None
    said = by_name["portrait.jpg"]
    assert said["error"] is None
    assert 25 <= said["selfieIntelligence"]["signals"]["selfie"]["predictedAge"] <= 60
    assert said["features"]["face.count"] == 1
    assert by_name["dot.png"]["selfieIntelligence"]["decision"]["value"] == "reject"
    assert by_name["dot.png"]["selfieIntelligence"]["reasonCodes"][0] == "R857"
    assert done.returncode == 1
    assert not (tmp_path / "data").exists()
    table = selfie(tmp_path, "evaluate", "--strategy", "lenient", "portrait.jpg")
    assert table.returncode == 0
    assert "portrait.jpg" in table.stdout


def test_evaluate_without_models_accepts_nothing(tmp_path: Path) -> None:
    nowhere = {"SELFIE_MODEL_CACHE": str(tmp_path / "empty"), "SELFIE_MODEL_MIRROR": ""}
    done = selfie(tmp_path, "evaluate", "--json", str(PORTRAIT), **nowhere)
    line = json.loads(done.stdout)
    assert line["selfieIntelligence"]["decision"]["value"] == "review"
    assert {"I856", "R1002"} <= set(line["selfieIntelligence"]["reasonCodes"])
    assert "selfie models pull" in line["error"]
    assert "yunet" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("--workflow", "nope", "a.jpg"),
        ("--workflow", "selfie_intelligence", "a.jpg"),
        ("--strategy", "nope", "a.jpg"),
        (),
        ("--nope",),
    ],
)
def test_evaluate_wrongly_used(tmp_path: Path, arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SELFIE_MODEL_CACHE", str(tmp_path / "empty"))
    monkeypatch.setenv("SELFIE_MODEL_OFFLINE", "1")
    app = typer.Typer()
    evaluate.mount(app)
    done = CliRunner().invoke(app, list(arguments))
    assert done.exit_code == 2
    assert done.stderr
    assert isinstance(done.exception, SystemExit)


def test_keys_and_database(tmp_path: Path) -> None:
    first = json.loads(selfie(tmp_path, "db", "upgrade", "--json").stdout)
    app, env = typer.Typer(), {"SELFIE_DATA": str(tmp_path / "data")}
    db.mount(app)
    keys.mount(app)
    again = json.loads(CliRunner().invoke(app, ["db", "upgrade", "--json"], env=env).stdout)
    assert first["before"] is None
    assert again == {"before": first["after"], "after": first["after"]}
    create = ["keys", "create", "--environment", "Production", "--name", "shop", "--json"]
    made = CliRunner().invoke(app, create, env=env)
    key = json.loads(made.stdout)
    assert key["key"].startswith("sk_production_")
    stored = b"".join(file.read_bytes() for file in (tmp_path / "data").glob("selfie.sqlite3*"))
    assert key["key"].encode() not in stored
    with sqlite3.connect(tmp_path / "data" / "selfie.sqlite3") as connection:
        rows = connection.execute("SELECT name, environment, edits_policies FROM api_key").fetchall()
    connection.close()
    assert rows == [("shop", "Production", 0)]
    wrong = CliRunner().invoke(app, ["keys", "create", "--environment", "Test", "--name", "x"])
    assert (wrong.exit_code, wrong.stdout) == (2, "")


@pytest.mark.parametrize(
    ("arguments", "env", "word"),
    [
        ((), {"SELFIE_PORT": "many"}, "SELFIE_PORT"),
        (("--host", "0.0.0.0"), {"SELFIE_SIGN_IN": "off"}, "loopback"),  # noqa: S104 - refused is what is shown
        (("--host", "host.invalid"), {}, "cannot listen"),
    ],
)
def test_run_refuses_wrong_settings(
    tmp_path: Path, arguments: tuple[str, ...], env: dict[str, str], word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SELFIE_DATA", str(tmp_path / "data"))
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(run, "configure_log", lambda _settings: None)  # the log belongs to the process
    app = typer.Typer()
    run.mount(app)
    done = CliRunner().invoke(app, list(arguments))
    assert done.exit_code == 2, done.stderr
    assert word in done.stderr
    assert isinstance(done.exception, SystemExit)


def test_run_serves_everything_on_one_port_and_keeps_its_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nothing = {"SELFIE_MODEL_OFFLINE": "1", "SELFIE_MODEL_CACHE": str(tmp_path / "empty")}
    with running_service(tmp_path, SELFIE_SANDBOX_KEY="", **nothing) as started:
        key = (tmp_path / "data" / "sandbox.key").read_text()
        service = replace(started, key=key)
        with httpx.Client(base_url=service.url, timeout=60) as client:
            assert client.get("/").headers["location"] == "/console/"
            assert client.get("/console/").status_code == 401
            token = service.console_link.rpartition("#")[2]
            assert client.post("/signin", data={"token": token}).status_code == 303
            page = client.get("/console/")
        assert page.status_code == 200
        assert "streamlit" in page.text.lower()
        eval_id, link = service.new_capture()
        assert link.startswith(f"{service.url}/capture/#")
        assert service.evaluation(eval_id)["eval_status"] == "evaluation_paused"
        log = service.log.read_text()
    assert link.rpartition("#")[2] not in log
    assert log.count(key) == 1, "shown once, when it was made"
    assert '"GET ' not in log
    again = open_services(read_settings(data=tmp_path / "data"), models=NoModels(), environment={})
    kept = run.sandbox_key(again)
    again.close()
    assert kept == run.SandboxKey(key, is_new=False)
    run._announce(again.settings, kept, {}, as_json=False)
    assert key not in capsys.readouterr().out


def test_run_with_https_makes_a_certificate_that_names_its_host(tmp_path: Path) -> None:
    import ssl
    import time

    port = free_port()
    env = {
        "SELFIE_DATA": str(tmp_path / "data"),
        "SELFIE_MODEL_OFFLINE": "1",
        "SELFIE_PUBLIC_URL": f"https://localhost:{port}",
    }
    program = subprocess.Popen(  # noqa: S603 - our own program beside this Python
        [SELFIE, "run", "--https", "--host", "127.0.0.1", "--port", str(port)],
        env={**os.environ, **env},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=tmp_path,
    )
    try:
        certificate = tmp_path / "data" / "tls" / "certificate.pem"
        deadline, answer = time.monotonic() + 180, None
        while answer is None and time.monotonic() < deadline:
            assert program.poll() is None
            try:
                trusted = ssl.create_default_context(cafile=str(certificate))
                answer = httpx.get(f"https://localhost:{port}/readyz", verify=trusted)
            except (OSError, httpx.TransportError):
                time.sleep(0.2)
        assert answer is not None
        assert answer.json()["status"] == "ready"
        key = (tmp_path / "data" / "tls" / "key.pem").stat()
        assert key.st_mode & 0o777 == 0o600
        secret = (tmp_path / "data" / "sandbox.key").read_text()
        body = {"id": "a", "timestamp": "2026-05-01T10:00:00Z", "workflow": "selfie_intelligence", "data": {}}
        made = httpx.post(
            f"https://localhost:{port}/api/evaluation",
            json=body,
            headers={"Authorization": f"Bearer {secret}"},
            verify=trusted,
            timeout=60,
        )
        link = made.json()["data_enrichments"][0]["response"]["data"]["url"]
        assert link.startswith(f"https://localhost:{port}/capture/#")
    finally:
        program.terminate()
        program.wait(120)
