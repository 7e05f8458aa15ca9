"""What people typed never becomes markup."""

from __future__ import annotations

from ui.console.markup import Html, div, join, link, prose, tag
from ui.console.parts import diff

EVIL = """<img src=x onerror="alert('1')">"""


def test_text_is_escaped_and_markup_is_not() -> None:
    assert tag("b", EVIL, Html("<i></i>"), None) == (
        "<b>&lt;img src=x onerror=&quot;alert(&#x27;1&#x27;)&quot;&gt;<i></i></b>"
    )


def test_an_attribute_cannot_be_left() -> None:
    assert link('?q="><script>', "x", title=EVIL).count("<") == 2


def test_symbols_in_backticks_are_code_and_still_escaped() -> None:
    assert prose("feature `<a>` is < 1") == "feature <code>&lt;a&gt;</code> is &lt; 1"


def test_a_compared_text_is_escaped() -> None:
    assert "<img" not in diff.view("a", EVIL, "old", "new")


def test_joining_keeps_the_kind() -> None:
    assert isinstance(join("a", div("x", "b")), Html)
