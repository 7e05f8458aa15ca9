"""The browser's own word: facts may raise risk and never lower it, and what is missing is unknown."""

from __future__ import annotations

from typing import Any

import pytest

from engine.contracts import DeviceToken, Evidence, Readings, Signal
from signals.device.provider import DeviceProvider
from tests.signals.running import NOW, KnownDevices, StoppedClock

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"
)
PIXEL = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36"
)
TABLET = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.0 Mobile/15E148 Safari/604.1"
)
FIREFOX = "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
EDGE = f"{CHROME} Edg/156.0.0.0"
HEADLESS = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/156.0.0.0 Safari/537.36"
)
BRANDS = '"Chromium";v="156", "Google Chrome";v="156", "Not/A)Brand";v="24"'


def read(
    agent: str | None = CHROME, *, hints: dict[str, str] | None = None, token: DeviceToken | None = None, **browser: Any
) -> Signal:
    headers = {**({"user-agent": agent} if agent is not None else {}), **(hints or {})}
    evidence = Evidence("capture", headers=headers, browser=browser, device=token)
    return DeviceProvider(StoppedClock(), KnownDevices(frozenset({"known"}))).read(evidence, Readings())


@pytest.mark.parametrize(
    ("agent", "kind", "os", "browser"),
    [
        (CHROME, "desktop", "Windows", "Chrome"),
        (PIXEL, "mobile", "Android", "Chrome Mobile"),
        (TABLET, "tablet", "Android", "Chrome"),
        (IPHONE, "mobile", "iOS", "Mobile Safari"),
        (FIREFOX, "desktop", "Ubuntu", "Firefox"),
        (EDGE, "desktop", "Windows", "Edge"),
        ("SomethingNew/1.0", "other", None, None),
        (None, None, None, None),
        ("   ", None, None, None),
    ],
)
def test_kind_system_and_browser(agent: str | None, kind: str | None, os: str | None, browser: str | None) -> None:
    features = read(agent).features
    assert (features["device.kind"], features["device.os"], features["device.browser"]) == (kind, os, browser)


@pytest.mark.parametrize(
    ("agent", "browser", "expected"),
    [
        (CHROME, {"webdriver": False}, False),
        (CHROME, {"webdriver": True}, True),
        (CHROME, {}, None),
        (CHROME, {"webdriver": None}, None),
        (CHROME, {"webdriver": "false"}, None),
        (CHROME, {"webdriver": 0}, None),
        (None, {"webdriver": False}, None),
        (None, {"webdriver": True}, True),
        (HEADLESS, {"webdriver": False}, True),
        (HEADLESS, {}, True),
        ("curl/8.5", {"webdriver": False}, True),
        ("python-requests/2.32", {}, True),
    ],
)
def test_automation_is_said_by_either_and_denied_only_by_both(
    agent: str | None, browser: dict[str, Any], expected: bool | None
) -> None:
    assert read(agent, **browser).features["device.bot_detected"] is expected


HINTS = {"sec-ch-ua": BRANDS, "sec-ch-ua-mobile": "?0", "sec-ch-ua-platform": '"Windows"'}
PHONE_HINTS = {"sec-ch-ua": BRANDS, "sec-ch-ua-mobile": "?1", "sec-ch-ua-platform": '"Android"'}


@pytest.mark.parametrize(
    ("agent", "hints", "platform", "expected"),
    [
        (CHROME, HINTS, "Win32", False),
        (CHROME, {}, "Win32", False),
        (CHROME, {}, None, None),
        (None, HINTS, "Win32", None),
        (CHROME, {**HINTS, "sec-ch-ua-platform": '"Linux"'}, None, True),
        (CHROME, {**HINTS, "sec-ch-ua-mobile": "?1"}, None, True),
        (CHROME, {**HINTS, "sec-ch-ua": BRANDS.replace("156", "120")}, None, True),
        (CHROME, HINTS, "Linux x86_64", True),
        (CHROME, {**HINTS, "sec-ch-ua-platform": '"Fuchsia"'}, None, False),
        (PIXEL, PHONE_HINTS, "Linux armv81", False),
        (PIXEL, PHONE_HINTS, "Win32", True),
        (PIXEL, {**PHONE_HINTS, "sec-ch-ua-platform": '"Windows"'}, None, True),
        (TABLET, {**PHONE_HINTS, "sec-ch-ua-mobile": "?0"}, "Linux armv81", False),
        (IPHONE, {}, "iPhone", False),
        (IPHONE, {}, "MacIntel", False),
        (IPHONE, {}, "Linux x86_64", True),
        (IPHONE, {"sec-ch-ua": BRANDS}, "iPhone", True),
        (FIREFOX, {}, "Linux x86_64", False),
        (FIREFOX, {"sec-ch-ua": BRANDS}, "Linux x86_64", True),
        (EDGE, HINTS, "Win32", False),
        (CHROME, {"sec-ch-ua": "x" * 100_000}, 7, None),
    ],
)
def test_contradictions(agent: str | None, hints: dict[str, str], platform: object, expected: bool | None) -> None:
    browser = {} if platform is None else {"platform": platform}
    assert read(agent, hints=hints, **browser).features["device.ua_ch_mismatch"] is expected


@pytest.mark.parametrize(
    ("token", "state", "seen"),
    [
        (DeviceToken("valid", "known"), "valid", True),
        (DeviceToken("valid", "new"), "valid", False),
        (DeviceToken("valid"), "valid", None),
        (DeviceToken("missing"), "missing", None),
        (DeviceToken("invalid", "known"), "invalid", None),
        (None, None, None),
    ],
)
def test_only_a_valid_token_names_a_device(token: DeviceToken | None, state: str | None, seen: bool | None) -> None:
    features = read(token=token).features
    assert (features["device.token"], features["device.seen_before"]) == (state, seen)


def test_the_history_is_asked_for_what_came_before_now() -> None:
    history = KnownDevices()
    evidence = Evidence("capture", device=DeviceToken("valid", "a"))
    DeviceProvider(StoppedClock(), history).read(evidence, Readings())
    assert history.asked == [("a", NOW)]


class _Broken:
    def device_seen(self, device_id: str, before: object) -> bool | None:
        raise OSError("the store is away")


def test_a_history_that_fails_is_a_failed_provider() -> None:
    evidence = Evidence("capture", headers={"user-agent": CHROME}, device=DeviceToken("valid", "a"))
    signal = DeviceProvider(StoppedClock(), _Broken()).read(evidence, Readings())
    assert signal.failure is not None
    assert signal.failure.cause == "provider"
    assert not signal.features


@pytest.mark.parametrize("kind", ["still", "features"])
def test_without_a_browser_there_is_nothing_to_read(kind: Any) -> None:
    signal = DeviceProvider(StoppedClock(), KnownDevices()).read(Evidence(kind), Readings())
    assert signal.failure is not None
    assert signal.failure.cause == "evidence"


def test_a_hostile_user_agent_is_read_quickly_and_stays_short() -> None:
    for agent in ("Mozilla/" * 100_000, "(" * 50_000, "a" * 1_000_000, 'x"; DROP TABLE\n\r\0'):
        features = read(agent).features
        for name in ("device.os", "device.browser"):
            assert features[name] is None or len(str(features[name])) <= 512
