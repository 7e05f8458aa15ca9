"""Which engine a browser says it is: what its camera tracks and its encoder look like depends on that alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

Engine = Literal["chromium", "gecko", "webkit"]
MAX_LENGTH = 512
_IOS = re.compile(r"iPhone|iPad|iPod")
_ENGINES: tuple[tuple[Engine, re.Pattern[str]], ...] = (
    ("chromium", re.compile(r"\b(?:Headless)?Chrom(?:e|ium)/\d")),
    ("gecko", re.compile(r"\bGecko/\d.*\bFirefox/\d")),
    ("webkit", re.compile(r"\bAppleWebKit/\d.*\bVersion/\d.*\bSafari/\d")),
)
_HANDHELD = re.compile(r"iPhone|iPad|iPod|Android|Mobile")


def engine_of(headers: Mapping[str, str]) -> Engine | None:
    """The engine by the user agent; None where it names none, or the client hints name another.

    Every browser of iOS is WebKit, whatever its name.
    """
    agent = headers.get("user-agent", "")[:MAX_LENGTH]
    named: Engine | None = "webkit" if _IOS.search(agent) else _first(agent)
    hinted = '"Chromium"' in headers.get("sec-ch-ua", "")[:MAX_LENGTH]
    return None if hinted and named != "chromium" else named


def _first(agent: str) -> Engine | None:
    return next((engine for engine, pattern in _ENGINES if pattern.search(agent)), None)


def handheld(headers: Mapping[str, str]) -> bool:
    """Whether the browser says that it runs on a phone or tablet, by user agent or client hint."""
    agent = headers.get("user-agent", "")[:MAX_LENGTH]
    return headers.get("sec-ch-ua-mobile", "").strip() == "?1" or bool(_HANDHELD.search(agent))
