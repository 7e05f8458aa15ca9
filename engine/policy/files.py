"""Reading a text from a file, with bounds."""

from __future__ import annotations

from pathlib import Path

from engine.diagnostics import Diagnostic, Location, Refused
from engine.policy.document import MAX_BYTES


def read_text(path: Path, source: str | None = None) -> str:
    """The text of a file, of which no more than can be a policy is read. Raises `Refused` and `OSError`.

    Args:
        source: what mistakes call the file; its path unless given.
    """
    source = str(path) if source is None else source
    with path.open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise Refused([Diagnostic("too-large", f"a file has at most {MAX_BYTES} bytes", Location(source))])
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Refused([Diagnostic("bad-text", "the file is not UTF-8", Location(source, line))]) from None
