"""Whether what the browser tells in several places agrees: user agent, client hints, languages, the page's script.

A browser cannot prove itself by agreeing; it can only give itself away. So one contradiction is enough, and agreement
is only said where nothing was left out: otherwise a contradiction would vanish with the fact that shows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from signals.device.hints import browser_by_hint, mobile_by_hint, system_by_hint
from signals.device.page import languages_by_page, renderer_by_page, screen_by_page, system_by_page, touch_by_page
from signals.device.user_agent import UserAgent
from signals.facts import Facts


def contradicts_itself(agent: UserAgent | None, headers: Mapping[str, str], told: Facts) -> bool | None:
    """True for any contradiction, None where there is none but a comparison lacked a fact, False otherwise."""
    if agent is None:
        return None
    return either(
        (
            system_by_hint(agent, headers),
            mobile_by_hint(agent, headers),
            browser_by_hint(agent, headers),
            system_by_page(agent, told),
            touch_by_page(agent, told),
            screen_by_page(agent, told),
            renderer_by_page(agent, told),
            languages_by_page(headers, told),
        )
    )


def either(answers: Iterable[bool | None]) -> bool | None:
    """Kleene's or."""
    answers = tuple(answers)
    return True if True in answers else None if None in answers else False
