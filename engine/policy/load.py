"""Files: the one place of the policy core that reads them."""

from __future__ import annotations

from pathlib import Path

from engine.diagnostics import Diagnostic, Location, Refused
from engine.policy.compiled import CompiledPolicy
from engine.policy.document import MAX_BYTES
from engine.policy.read import read_policy
from engine.policy.shipped import shipped_catalogue, shipped_reasons


def read_text(path: Path) -> str:
    """The text of a file, of which no more than can be a policy is read. Raises `Refused` and `OSError`."""
    with path.open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise Refused([Diagnostic("too-large", f"a file has at most {MAX_BYTES} bytes", Location(str(path)))])
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Refused([Diagnostic("bad-text", "the file is not UTF-8", Location(str(path), line))]) from None


def load_policy(path: str | Path) -> CompiledPolicy:
    """Read a policy file with the shipped catalogue and reasons.

    Raises `Refused` with every mistake, and `OSError` where the file cannot be read.
    """
    text = read_text(Path(path))
    return read_policy(text, source=str(path), catalogue=shipped_catalogue(), reasons=shipped_reasons())
