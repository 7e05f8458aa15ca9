"""HTML that cannot be injected into: every text is escaped unless it is already `Html`."""

from __future__ import annotations

from html import escape


class Html(str):
    """Text that is markup already."""

    __slots__ = ()


EMPTY = Html("")


def tag(name: str, *children: str | None, **attributes: str | int | None) -> Html:
    """An element. `class_` is `class`, `data_go` is `data-go`; an attribute or a child that is None is left out."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Html(f"<{name}{written}>{join(*children)}</{name}>")


def join(*children: str | None) -> Html:
    """Children one after the other."""
    return Html("".join(child if isinstance(child, Html) else escape(child) for child in children if child is not None))


def div(class_: str, *children: str | None, **attributes: str | int | None) -> Html:
    return tag("div", *children, class_=class_, **attributes)


def span(class_: str, *children: str | None, **attributes: str | int | None) -> Html:
    return tag("span", *children, class_=class_, **attributes)


def link(href: str, *children: str | None, class_: str | None = None, title: str | None = None) -> Html:
    return tag("a", *children, href=href, class_=class_, title=title)


def prose(text: str) -> Html:
    """A sentence of the service, its symbols in backticks set as code."""
    parts = text.split("`")
    return join(*(tag("code", part) if index % 2 else part for index, part in enumerate(parts)))
