"""docs/api.md names every route, every problem code and every label that the service has, and no other."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from fastapi.testclient import TestClient

from engine.service.wire.desk_requests import CONFIRMING, GOOD, OPEN
from tests.service.conftest import KEY, Running

ROOT = Path(__file__).parents[2]
API = ROOT / "docs" / "api.md"
METHODS = "GET|POST|PUT|PATCH|DELETE"


def test_every_problem_code_is_documented() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "engine" / "service").rglob("*.py"))
    given = set(re.findall(r'(?:Problem|BindingRefused)\(\s*\d+,\s*"(\w+)"', source))
    given |= set(re.findall(r'\d+: "(\w+)"', source)) | {"badFrames", "badImage", "policyRefused", "busy"}
    table = API.read_text(encoding="utf-8").partition("## Errors")[2]
    listed = set(re.findall(r"`(\w+)`", "\n".join(line for line in table.splitlines() if line.startswith("| "))))
    assert given == listed


def test_the_first_call_is_answered_when_it_is_sent_as_it_is_shown(service: Running) -> None:
    shown = re.search(r"```sh\n(curl .*?)\n```", API.read_text(encoding="utf-8"), re.DOTALL)
    assert shown is not None
    _, address, *options = shlex.split(shown.group(1).replace("$KEY", KEY))
    headers = dict(each.split(": ", 1) for flag, each in paired(options) if flag == "-H")
    (body,) = (each for flag, each in paired(options) if flag == "-d")
    path = address.removeprefix("http://127.0.0.1:8000")
    answer = TestClient(service.client.app).post(path, content=body, headers=headers)
    assert (answer.status_code, answer.json()["decision"]) == (200, "ACCEPT")


def paired(options: list[str]) -> list[tuple[str, str]]:
    """Each flag with its value."""
    return list(zip(options[::2], options[1::2], strict=True))


def test_every_route_is_documented(service: Running) -> None:
    paths = service.client.get("/api/openapi.json").json()["paths"]
    assert len(paths) > 30
    missing = [path for path in paths if not _is_named(path)]
    assert missing == []


def test_no_route_is_documented_that_is_not_there(service: Running) -> None:
    paths = service.client.get("/api/openapi.json").json()["paths"]
    shapes = {re.sub(r"\{\w+\}", "{}", path): {method.upper() for method in ways} for path, ways in paths.items()}
    for method, path in re.findall(rf"`({METHODS}) (/api/[\w/{{}}]+)", API.read_text(encoding="utf-8")):
        assert method in shapes.get(re.sub(r"\{\w+\}", "{}", path), set()), f"{method} {path}"


def test_every_label_is_documented_with_its_meaning() -> None:
    text = API.read_text(encoding="utf-8")
    for meaning, labels in (("bad", CONFIRMING), ("good", GOOD), ("open", OPEN)):
        rows = [line for line in text.splitlines() if line.startswith("| `") and f"| `{meaning}`" in line]
        assert set(re.findall(r"`(\w+)`", rows[0].split("|")[1])) == labels


def _is_named(path: str) -> bool:
    """With its whole path, or in a section that begins with the path of several as `/rotate` or `| POST open |`."""
    text = re.sub(r"\{\w+\}", "{}", API.read_text(encoding="utf-8"))
    shape = re.sub(r"\{\w+\}", "{}", path)
    if re.search(rf"[` ]{re.escape(shape)}[`? \]]", text):
        return True
    head, _, last = shape.rpartition("/")
    if path.startswith("/api/capture/sessions/"):
        return (
            f"`{last}`" in text
            or re.search(rf"(?:GET|POST) {re.escape(shape.split('sessions/')[1])}`", text) is not None
        )
    return f"`{head}" in text and re.search(rf"`/(?:{{}}/)?{re.escape(last)}`", text) is not None
