"""docs/api.md names every problem code that the service gives, and no other."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_problem_code_is_documented() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "engine" / "service").glob("*.py"))
    given = set(re.findall(r'(?:Problem|BindingRefused)\(\s*\d+,\s*"(\w+)"', source))
    given |= set(re.findall(r'\d+: "(\w+)"', source)) | {"badFrames", "badImage", "policyRefused", "busy"}
    table = (ROOT / "docs" / "api.md").read_text(encoding="utf-8").partition("## Errors")[2]
    listed = set(re.findall(r"`(\w+)`", "\n".join(line for line in table.splitlines() if line.startswith("| "))))
    assert given == listed
