"""Two texts, line by line."""

from __future__ import annotations

from ui.console.parts import diff

OLD = "\n".join(f"line {number}" for number in range(1, 21))
NEW = OLD.replace("line 10", "line ten").replace("line 20", "line 20\nline 21")


def test_changes_stand_with_their_lines_and_context() -> None:
    rows = list(diff.rows(OLD, NEW))
    assert ("removed", 10, None, "line 10") in rows
    assert ("added", None, 10, "line ten") in rows
    assert ("added", None, 21, "line 21") in rows
    assert ("same", 7, 7, "line 7") in rows
    assert not any(text == "line 1" for *_, text in rows)
    assert [kind for kind, *_ in rows].count("gap") == 1


def test_the_same_text_is_said_to_be_the_same() -> None:
    assert list(diff.rows(OLD, OLD)) == []
    assert "are the same text" in diff.view(OLD, OLD, "version 1", "version 2")
