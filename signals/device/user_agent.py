"""What a user agent says: kind of device, system, browser."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import ua_parser
from crawleruseragents import is_crawler

MAX_LENGTH = 512
"""Longer than any browser's; what follows is not read, so that no pattern can be made slow."""

Kind = Literal["desktop", "mobile", "tablet", "other"]
_HANDHELD = frozenset({"Android", "iOS", "Windows Phone", "KaiOS", "Tizen", "HarmonyOS"})
_CHROMIUM = re.compile(r"(?:Chrome|Chromium)/(\d{1,6})")
_DESKTOP = frozenset({"Windows", "Mac OS X", "Linux", "Ubuntu", "Fedora", "Debian", "Chrome OS", "FreeBSD", "OpenBSD"})


@dataclass(frozen=True, slots=True)
class UserAgent:
    """The families that ua-parser names; None where it knows none."""

    kind: Kind
    os: str | None
    browser: str | None
    chromium: str | None
    """Major version of Chromium, which is inside many browsers; None for any other engine."""
    automated: bool
    """A known crawler, library or driver."""


def read_user_agent(headers: Mapping[str, str]) -> UserAgent | None:
    """The request's user agent; None where it sent none."""
    text = headers.get("user-agent", "").strip()[:MAX_LENGTH]
    if not text:
        return None
    found = ua_parser.parse(text)
    os = found.os.family if found.os else None
    return UserAgent(
        kind=_kind(text, os),
        os=os,
        browser=found.user_agent.family if found.user_agent else None,
        chromium=_chromium(text),
        automated=bool(is_crawler(text)),
    )


def _kind(text: str, os: str | None) -> Kind:
    """An Android tablet is an Android without the word Mobile, by the convention of its browsers."""
    if "iPad" in text or "Tablet" in text or (os == "Android" and "Mobile" not in text):
        return "tablet"
    if os in _HANDHELD:
        return "mobile"
    return "desktop" if os in _DESKTOP else "other"


def _chromium(text: str) -> str | None:
    """Chrome on iOS says `CriOS`: it is WebKit."""
    found = _CHROMIUM.search(text)
    return found[1] if found else None
