"""A model card as HTML: Markdown with tables, its plots set in as pictures, what must not be trusted set off."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Collection, Mapping
from functools import partial
from typing import Any, cast
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from ui.console import links
from ui.console.markup import Html, div, tag

_HEADING = re.compile(r"\A\s*# .+\n+")


def render(markdown: str, pictures: Mapping[str, str], known: Collection[str]) -> Html:
    """The card without its title, its first paragraph set off.

    `pictures`: SVG by file name; `known`: names of the cards that can be linked to. HTML in the text is shown as text.
    A picture that is not in `pictures` is its description, so no page asks another host; a link into the project's
    files is its words alone, since they are not served.
    """
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    rules = cast("dict[str, Any]", cast("RendererHTML", parser.renderer).rules)  # typed as methods, called as functions
    rules |= {
        "image": partial(_image, pictures),
        "link_open": partial(_link, known),
        "table_open": lambda *_: '<div class="si-wide" tabindex="0"><table>',
        "table_close": lambda *_: "</table></div>",
    }
    warning, _, rest = _HEADING.sub("", markdown).partition("\n\n")
    kind = "warn" if warning.startswith("Do not") else "info"
    notice = div(f"si-notice si-{kind}", div("", Html(parser.render(warning))), role="note")
    return div("si-card", notice, Html(parser.render(rest)))


def _image(pictures: Mapping[str, str], tokens: list[Token], at: int, *_: object) -> str:
    token = tokens[at]
    svg = pictures.get(str(token.attrs.get("src", "")))
    if svg is None:
        return tag("em", token.content)
    source = "data:image/svg+xml;base64," + b64encode(svg.encode()).decode()
    return tag("span", Html(tag("img", src=source, alt=token.content).removesuffix("</img>")), class_="si-plot")


def _link(known: Collection[str], tokens: list[Token], at: int, *_: object) -> str:
    href = str(tokens[at].attrs.get("href", ""))
    name = href.removesuffix(".md")
    if name in known:
        href = links.model(name)
    elif urlsplit(href).scheme not in {"http", "https"}:
        return "<a>"
    return tag("a", href=href).removesuffix("</a>")
