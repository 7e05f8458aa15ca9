"""The request against what the page's script told.

Each comparison answers True where the two contradict each other, False where they agree or where there is nothing to
compare in such a browser, None where the page left the fact out, or told nothing that is known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from signals.device.hints import LINUX
from signals.device.user_agent import UserAgent
from signals.facts import Facts

_APPLE = frozenset({"Mac OS X", "iOS"})
_NAVIGATOR = (
    ("win", frozenset({"Windows"})),
    ("mac", _APPLE),  # an iPad that asks for desktop pages says MacIntel
    ("iphone", frozenset({"iOS"})),
    ("ipad", _APPLE),
    ("linux", LINUX | {"Android", "Chrome OS", "HarmonyOS", "KaiOS", "Tizen"}),
    ("android", frozenset({"Android"})),
    ("freebsd", LINUX),
    ("openbsd", LINUX),
)
"""Systems beside the beginning of `navigator.platform`."""
_DRAWN_ON = (("direct3d", frozenset({"Windows"})), ("metal renderer", _APPLE))
"""Systems that have the graphics interface which a WebGL renderer names."""
_LANGUAGE = re.compile(r"\s*([a-z]{2,8})(?=[-_,;\s]|$)", re.IGNORECASE)
MAX_SIDE = 32_768
"""CSS pixels; no screen is larger, and none has a side of nothing."""
MAX_PHONE_SIDE = 1100
"""CSS pixels of a phone's shorter side; an unfolded one has about 900."""


def system_by_page(agent: UserAgent, told: Facts) -> bool | None:
    """`navigator.platform`."""
    platform = told.text("platform")
    if platform is None or agent.os is None:
        return None
    for beginning, allowed in _NAVIGATOR:
        if platform.lower().startswith(beginning):
            return agent.os not in allowed
    return None


def touch_by_page(agent: UserAgent, told: Facts) -> bool | None:
    """A phone and a tablet have a touch screen. A computer may have one."""
    points = told.whole("touch_points")
    if points is None:
        return None
    return points < 0 or (points == 0 and agent.kind in {"mobile", "tablet"})


def screen_by_page(agent: UserAgent, told: Facts) -> bool | None:
    """A phone has no computer's screen. What a computer may have is anything that can be."""
    screen = told.part("screen") or Facts()
    width, height = screen.number("width"), screen.number("height")
    if width is None or height is None:
        return None
    if not (1 <= width <= MAX_SIDE and 1 <= height <= MAX_SIDE):
        return True
    return agent.kind == "mobile" and min(width, height) > MAX_PHONE_SIDE


def renderer_by_page(agent: UserAgent, told: Facts) -> bool | None:
    """The system must have the graphics that WebGL names; on iOS every browser's are Apple's."""
    renderer = (told.text("renderer") or "").lower()
    if not renderer or agent.os is None:
        return None
    if any(text in renderer and agent.os not in allowed for text, allowed in _DRAWN_ON):
        return True
    return agent.os == "iOS" and "apple" not in renderer


def languages_by_page(headers: Mapping[str, str], told: Facts) -> bool | None:
    """The first language that the request prefers is one of the page's; regions are not compared."""
    asked, known = _languages([headers.get("accept-language", "")]), _languages(told.texts("languages") or ())
    return asked.isdisjoint(known) if asked and known else None


def _languages(texts: Iterable[str]) -> frozenset[str]:
    found = (_LANGUAGE.match(text[:64]) for text in texts)
    return frozenset(match[1].lower() for match in found if match)
