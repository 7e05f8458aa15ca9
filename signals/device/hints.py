"""The user agent against the client hints of the same request.

Each comparison answers True where the two contradict each other, False where they agree or where this browser sends no
such hint, None where a hint is missing that it does send, or says nothing that is known.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from signals.device.user_agent import UserAgent

MAX_HINT = 512
LINUX = frozenset({"Linux", "Ubuntu", "Fedora", "Debian", "FreeBSD", "OpenBSD"})
_HINTED = {
    "android": frozenset({"Android"}),
    "chrome os": frozenset({"Chrome OS"}),
    "chromium os": frozenset({"Chrome OS"}),
    "harmonyos": frozenset({"HarmonyOS", "Android"}),
    "ios": frozenset({"iOS"}),
    "linux": LINUX,
    "macos": frozenset({"Mac OS X"}),
    "windows": frozenset({"Windows"}),
}
"""Systems that a user agent may name beside each value of `sec-ch-ua-platform`."""
_BRAND = re.compile(r'"([^"]{1,64})"\s*;\s*v="(\d{1,6})')


def system_by_hint(agent: UserAgent, headers: Mapping[str, str]) -> bool | None:
    """`sec-ch-ua-platform`."""
    hinted = headers.get("sec-ch-ua-platform", "")[:MAX_HINT].strip().strip('"').lower()
    if not hinted:
        return _silent(agent)
    allowed = _HINTED.get(hinted)
    return None if allowed is None or agent.os is None else agent.os not in allowed


def mobile_by_hint(agent: UserAgent, headers: Mapping[str, str]) -> bool | None:
    """`?1` is a phone. A tablet may say either."""
    hinted = headers.get("sec-ch-ua-mobile", "").strip()
    if hinted not in {"?0", "?1"}:
        return _silent(agent)
    return agent.kind in {"desktop", "mobile"} and (hinted == "?1") != (agent.kind == "mobile")


def browser_by_hint(agent: UserAgent, headers: Mapping[str, str]) -> bool | None:
    """Only Chromium sends brands, and its version there is that of the user agent."""
    brands: dict[str, str] = dict(_BRAND.findall(headers.get("sec-ch-ua", "")[:MAX_HINT]))
    if not brands:
        return _silent(agent)
    if agent.chromium is None:
        return True
    named = brands.get("Chromium")
    return None if named is None else named != agent.chromium


def _silent(agent: UserAgent) -> bool | None:
    """What a missing hint says: nothing in a browser that never sends one; in Chromium it was left out."""
    return False if agent.chromium is None else None
