"""Whether what the browser tells in several places agrees: user agent, client hints, the page's script.

Each comparison answers True where the two contradict each other, False where they agree, None where one of them
says nothing. A browser cannot prove itself by agreeing; it can only give itself away.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from signals.device.user_agent import UserAgent

MAX_HINT = 512
_LINUX = frozenset({"Linux", "Ubuntu", "Fedora", "Debian", "FreeBSD", "OpenBSD"})
_HINTED = {
    "android": frozenset({"Android"}),
    "chrome os": frozenset({"Chrome OS"}),
    "chromium os": frozenset({"Chrome OS"}),
    "ios": frozenset({"iOS"}),
    "linux": _LINUX,
    "macos": frozenset({"Mac OS X"}),
    "windows": frozenset({"Windows"}),
}
"""Systems that a user agent may name beside each value of `sec-ch-ua-platform`."""
_NAVIGATOR = (
    ("win", frozenset({"Windows"})),
    ("mac", frozenset({"Mac OS X", "iOS"})),  # an iPad that asks for desktop pages says MacIntel
    ("iphone", frozenset({"iOS"})),
    ("ipad", frozenset({"iOS", "Mac OS X"})),
    ("linux", _LINUX | {"Android", "Chrome OS"}),
    ("android", frozenset({"Android"})),
)
"""Systems beside the beginning of `navigator.platform`."""
_NOT_CHROMIUM = frozenset({"Firefox", "Firefox Mobile", "Safari", "Mobile Safari", "IE"})
_BRAND = re.compile(r'"([^"]{1,64})"\s*;\s*v="(\d{1,6})')


def contradicts_itself(
    agent: UserAgent | None, headers: Mapping[str, str], browser: Mapping[str, object]
) -> bool | None:
    """True for any contradiction, False where something could be compared and agreed, None where nothing could."""
    if agent is None:
        return None
    answers = [
        _system_by_hint(agent, headers),
        _mobile_by_hint(agent, headers),
        _browser_by_hint(agent, headers),
        _system_by_page(agent, browser),
    ]
    known = [answer for answer in answers if answer is not None]
    return any(known) if known else None


def _system_by_hint(agent: UserAgent, headers: Mapping[str, str]) -> bool | None:
    hinted = headers.get("sec-ch-ua-platform", "")[:MAX_HINT].strip().strip('"').lower()
    allowed = _HINTED.get(hinted)
    return None if allowed is None or agent.os is None else agent.os not in allowed


def _mobile_by_hint(agent: UserAgent, headers: Mapping[str, str]) -> bool | None:
    """`?1` is a phone. A tablet may say either."""
    hinted = headers.get("sec-ch-ua-mobile", "").strip()
    if hinted not in {"?0", "?1"} or agent.kind not in {"desktop", "mobile"}:
        return None
    return (hinted == "?1") != (agent.kind == "mobile")


def _browser_by_hint(agent: UserAgent, headers: Mapping[str, str]) -> bool | None:
    """Only Chromium sends brands, and its version there is that of a Chrome's user agent."""
    brands: dict[str, str] = dict(_BRAND.findall(headers.get("sec-ch-ua", "")[:MAX_HINT]))
    if not brands or agent.browser is None:
        return None
    if agent.browser in _NOT_CHROMIUM:
        return True
    chromium = brands.get("Chromium")
    if chromium is None or not agent.browser.startswith("Chrome"):
        return None
    return chromium != agent.browser_major


def _system_by_page(agent: UserAgent, browser: Mapping[str, object]) -> bool | None:
    told = browser.get("platform")
    if not isinstance(told, str) or agent.os is None:
        return None
    for beginning, allowed in _NAVIGATOR:
        if told.lower().startswith(beginning):
            return agent.os not in allowed
    return None
