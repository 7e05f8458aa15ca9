"""What the README promises is there: its targets, its commands, its pictures, its links, and the answer it prints."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text()
SELFIE = str(Path(sys.executable).parent / "selfie")


def blocks(language: str) -> list[str]:
    """The fenced blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


COMMANDS = [line.split("  #")[0].strip() for block in blocks("sh") for line in block.splitlines() if line.strip()]


def test_every_make_target_exists() -> None:
    named = {command.split()[1] for command in COMMANDS if command.startswith("make ")}
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {"run", "test"} <= named <= targets


@pytest.mark.parametrize("command", sorted({c for c in COMMANDS if ".venv/bin/selfie" in c}))
def test_every_command_is_one_of_ours(command: str) -> None:
    words = [word for word in command.split(".venv/bin/selfie", 1)[1].split() if re.fullmatch(r"[a-z]+", word)]
    path = words[: 2 if words[0] in {"policy", "models", "keys", "db"} else 1]
    done = subprocess.run([SELFIE, *path, "--help"], capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr
    offered = set(re.findall(r"--[a-z-]+", done.stdout))
    assert set(re.findall(r"--[a-z-]+", command)) <= offered


@pytest.mark.parametrize("link", sorted(set(re.findall(r"(?:\]\(|src=\")(?!https?:|#)([^)\"#]+)", README))))
def test_every_link_leads_to_a_file(link: str) -> None:
    assert (ROOT / link).exists()


@pytest.mark.models
def test_the_printed_answer_is_the_answer() -> None:
    """The README's first JSON block is what the command above it prints, byte for byte in content."""
    command = [SELFIE, "evaluate", "--json", "examples/astronaut.jpg"]
    env = {**os.environ, "COLUMNS": "200"}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, env=env)  # noqa: S603
    printed = json.loads(done.stdout)
    assert json.loads(blocks("json")[0]) == {"selfieIntelligence": printed["selfieIntelligence"]}


@pytest.mark.parametrize("block", blocks("console"))
def test_a_shown_command_prints_what_is_shown(block: str) -> None:
    command, _, shown = block.partition("\n")
    asked = [SELFIE, *command.removeprefix("$ selfie ").split()]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.rstrip() == shown.rstrip()
