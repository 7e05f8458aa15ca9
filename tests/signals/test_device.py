"""The browser's own word: facts may raise risk and never lower it, and what is missing is unknown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.contracts import DeviceToken, Evidence, PasskeyResult, Readings, Sighting, Signal
from engine.features import FeatureRecord, read_catalogue
from signals.device.provider import DeviceProvider, build
from tests.conftest import ROOT
from tests.signals.remembered import Left, Remembered, remembering, sightings
from tests.signals.running import NOW, StoppedClock

CATALOGUE = read_catalogue((ROOT / "policies" / "features.yaml").read_text(), "features.yaml")
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


HINTS = {
    "sec-ch-ua": BRANDS,
    "sec-ch-ua-mobile": "?0",
    "sec-ch-ua-platform": '"Windows"',
    "accept-language": "de-DE,de;q=0.9",
}
PHONE_HINTS = {**HINTS, "sec-ch-ua-mobile": "?1", "sec-ch-ua-platform": '"Android"'}
LANGUAGE = {"accept-language": "de-DE,de;q=0.9"}
NVIDIA = "ANGLE (NVIDIA, NVIDIA GeForce RTX 3060 Direct3D11 vs_5_0 ps_5_0, D3D11)"
PC = {
    "webdriver": False,
    "bot": False,
    "platform": "Win32",
    "languages": ["de-DE", "en"],
    "touch_points": 0,
    "screen": {"width": 1920, "height": 1080, "ratio": 1, "depth": 24},
    "renderer": NVIDIA,
    "fingerprint": "ab" * 16,
}
SMALL = {"width": 412, "height": 915, "ratio": 2.6, "depth": 24}
PHONE = {**PC, "platform": "Linux armv81", "touch_points": 5, "screen": SMALL, "renderer": "Adreno (TM) 740"}
APPLE = {**PHONE, "platform": "iPhone", "renderer": "Apple GPU"}
AUTOMATED_HINTS = {
    "sec-ch-ua": '"Not:A-Brand";v="8", "Chromium";v="156"',
    "sec-ch-ua-mobile": "?0",
    "sec-ch-ua-platform": '"Linux"',
    "accept-language": "en-US,en;q=0.9",
}
AUTOMATED = {
    **PC,
    "webdriver": True,
    "platform": "Linux x86_64",
    "languages": ["en-US", "en"],
    "screen": {"width": 1280, "height": 720, "ratio": 1, "depth": 24},
    "renderer": "ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero) (0x0000C0DE)), SwiftShader driver)",
}
LINUX_PC = {**PC, "platform": "Linux x86_64", "renderer": "Mesa Intel(R) UHD Graphics 620 (KBL GT2), or similar"}


def read(
    agent: str | None = CHROME,
    told: Mapping[str, Any] = PC,
    *,
    hints: Mapping[str, str] = HINTS,
    token: DeviceToken | None = None,
    tested: bool = False,
    left: Sequence[Left] = (),
) -> Signal:
    headers = {**({"user-agent": agent} if agent is not None else {}), **hints}
    evidence = Evidence("capture", headers=headers, browser={"device": told}, device=token, scope="Sandbox")
    history = Remembered(left, known=frozenset({"known"}))
    return DeviceProvider(StoppedClock(), history, tested=tested).read(evidence, Readings())


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
    ("agent", "told", "expected"),
    [
        (CHROME, {"webdriver": False, "bot": False}, False),
        (CHROME, {"webdriver": True, "bot": False}, True),
        (CHROME, {"webdriver": False, "bot": True}, True),
        (CHROME, {"bot": True}, True),
        (CHROME, {"bot": False}, None),
        (CHROME, {"webdriver": False}, None),
        (CHROME, {"webdriver": False, "bot": None}, None),
        (CHROME, {}, None),
        (CHROME, {"webdriver": "false", "bot": False}, None),
        (CHROME, {"webdriver": 0, "bot": False}, None),
        (None, {"webdriver": False, "bot": False}, None),
        (None, {"webdriver": True}, True),
        (HEADLESS, {"webdriver": False, "bot": False}, True),
        (HEADLESS, {}, True),
        ("curl/8.5", {"webdriver": False, "bot": False}, True),
        ("python-requests/2.32", {}, True),
    ],
)
def test_automation_is_said_by_any_and_denied_only_by_all(
    agent: str | None, told: dict[str, Any], expected: bool | None
) -> None:
    features = read(agent, told).features
    assert features["device.bot_detected"] is expected
    driven = told.get("webdriver")
    assert features["device.webdriver"] is (driven if isinstance(driven, bool) else None)


@pytest.mark.parametrize(
    ("renderer", "expected"),
    [
        (NVIDIA, False),
        ("Adreno (TM) 740", False),
        ("Apple GPU", False),
        ("ANGLE (Apple, ANGLE Metal Renderer: Apple M1, Unspecified Version)", False),
        ("ANGLE (AMD, AMD Radeon RX 580 (radeonsi polaris10 LLVM 15.0.7), OpenGL 4.6)", False),
        ("Mali-G78", False),
        ("PowerVR Rogue GE8320", False),
        ("Samsung Xclipse 920", False),
        ("Mesa Intel(R) UHD Graphics 620 (KBL GT2), or similar", False),
        ("ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero) (0x0000C0DE)), SwiftShader driver)", True),
        ("Google SwiftShader", True),
        ("llvmpipe (LLVM 15.0.7, 256 bits)", True),
        ("ANGLE (Microsoft, Microsoft Basic Render Driver Direct3D11 vs_5_0 ps_5_0, D3D11)", True),
        ("VirtualBox Graphics Adapter", True),
        ("ANGLE (VMware, VMware SVGA 3D Direct3D11 vs_5_0 ps_5_0, D3D11)", True),
        ("SVGA3D; build: RELEASE; LLVM;", True),
        ("virgl (Mesa DRI Intel)", True),
        ("Parallels Display Adapter (WDDM)", True),
        ("Apple Paravirtual device", True),
        ("Android Emulator OpenGL ES Translator (NVIDIA GeForce RTX 3050 Laptop GPU/PCIe/SSE2)", True),
        ("Subsystem OpenGL ES Translator", True),
        ("ANGLE (0x05404C42, Parallels Display Adapter (WDDM) (0x00000000) Direct3D11 vs_5_0 ps_5_0, D3D11)", True),
        ("ANGLE (AMD, RENOIR(renoir LLVM 15.0.7), OpenGL 4.6)", False),
        ("ANGLE (freedreno, FD618, OpenGL ES 3.2)", False),
        ("", None),
        ("  ", None),
        (None, None),
        (7, None),
    ],
)
def test_a_renderer_is_a_chip_or_none(renderer: object, expected: bool | None) -> None:
    assert read(told={**PC, "renderer": renderer}).features["device.software_renderer"] is expected


TELLS = ("device.bot_detected", "device.webdriver", "device.software_renderer")


def test_under_the_switch_the_tells_of_automation_are_absent_and_unknown_stays_unknown() -> None:
    driven = {**PC, "webdriver": True, "bot": True, "renderer": "Google SwiftShader"}
    assert [read(HEADLESS, driven).features[name] for name in TELLS] == [True, True, True]
    assert [read(HEADLESS, driven, tested=True).features[name] for name in TELLS] == [False, False, False]
    assert [read(told={}, tested=True).features[name] for name in TELLS] == [None, None, None]
    assert read(told={**PC, "platform": "Linux"}, tested=True).features["device.ua_ch_mismatch"] is True


@pytest.mark.parametrize(("setting", "found"), [("1", False), ("0", True), ("", True), ("true", True), (None, True)])
def test_the_switch_is_off_unless_it_is_1(setting: str | None, found: bool) -> None:
    provider = build(remembering(settings={} if setting is None else {"SELFIE_TEST_CAMERA": setting}))
    evidence = Evidence("capture", browser={"device": {"webdriver": True}})
    assert provider.read(evidence, Readings()).features["device.webdriver"] is found


def without(facts: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if name not in names}


@pytest.mark.parametrize(
    ("agent", "hints", "told", "expected"),
    [
        (CHROME, HINTS, PC, False),
        (EDGE, HINTS, PC, False),
        (PIXEL, PHONE_HINTS, PHONE, False),
        (TABLET, {**PHONE_HINTS, "sec-ch-ua-mobile": "?0"}, PHONE, False),
        (IPHONE, LANGUAGE, APPLE, False),
        (IPHONE, LANGUAGE, {**APPLE, "platform": "MacIntel"}, False),
        (FIREFOX, LANGUAGE, LINUX_PC, False),
        (PIXEL, PHONE_HINTS, {**PHONE, "screen": {"width": 411.4, "height": 914.3}}, False),
        (CHROME, HINTS, {**PC, "screen": {"width": float("nan"), "height": 900}}, None),
        (CHROME, HINTS, {**PC, "touch_points": 10}, False),  # a laptop with a touch screen
        (HEADLESS, AUTOMATED_HINTS, AUTOMATED, False),  # as Chromium 156 on a server says it, word for word
        # what is left out
        (None, HINTS, PC, None),
        (CHROME, LANGUAGE, PC, None),
        (CHROME, HINTS, {}, None),
        *[(CHROME, without(HINTS, name), PC, None) for name in HINTS],
        *[
            (CHROME, HINTS, without(PC, name), None)
            for name in ("platform", "languages", "touch_points", "screen", "renderer")
        ],
        (CHROME, {**HINTS, "sec-ch-ua-platform": '"Fuchsia"'}, PC, None),
        # the request against itself
        (CHROME, {**HINTS, "sec-ch-ua-platform": '"Linux"'}, PC, True),
        (CHROME, {**HINTS, "sec-ch-ua-mobile": "?1"}, PC, True),
        (CHROME, {**HINTS, "sec-ch-ua": BRANDS.replace("156", "120")}, PC, True),
        (EDGE, {**HINTS, "sec-ch-ua": BRANDS.replace("156", "120")}, {}, True),
        (PIXEL, {**PHONE_HINTS, "sec-ch-ua-platform": '"Windows"'}, PHONE, True),
        (IPHONE, HINTS, APPLE, True),
        (FIREFOX, HINTS, LINUX_PC, True),
        # the request against the page
        (CHROME, HINTS, {**PC, "platform": "Linux x86_64"}, True),
        (PIXEL, PHONE_HINTS, {**PHONE, "platform": "Win32"}, True),
        (IPHONE, LANGUAGE, {**APPLE, "platform": "Linux x86_64"}, True),
        (PIXEL, PHONE_HINTS, {**PHONE, "touch_points": 0}, True),
        (CHROME, HINTS, {**PC, "touch_points": -1}, True),
        (PIXEL, PHONE_HINTS, {**PHONE, "screen": PC["screen"]}, False),  # a screen of 1080 may be a phone's
        (PIXEL, PHONE_HINTS, {**PHONE, "screen": {"width": 2560, "height": 1440}}, True),
        (CHROME, HINTS, {**PC, "screen": {"width": 0, "height": 0}}, True),
        (CHROME, HINTS, {**PC, "screen": {"width": 10**40, "height": 900}}, True),
        (PIXEL, PHONE_HINTS, {**PHONE, "renderer": NVIDIA}, True),
        (IPHONE, LANGUAGE, {**APPLE, "renderer": "Adreno (TM) 740"}, True),
        (CHROME, HINTS, {**PC, "renderer": "ANGLE (Apple, ANGLE Metal Renderer: Apple M1)"}, True),
        (CHROME, HINTS, {**PC, "languages": ["fr-FR", "fr"]}, True),
        (CHROME, {**HINTS, "accept-language": "en-US"}, PC, False),
        # garbage
        (CHROME, {"sec-ch-ua": "x" * 100_000}, {"platform": 7, "screen": "large", "languages": [1]}, None),
        (CHROME, HINTS, {**PC, "screen": {"width": "1", "height": True}}, None),
        (CHROME, HINTS, {**PC, "languages": ["", "??"]}, None),
    ],
)
def test_contradictions(agent: str | None, hints: dict[str, str], told: dict[str, Any], expected: bool | None) -> None:
    assert read(agent, told, hints=hints).features["device.ua_ch_mismatch"] is expected


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


TOLD_ALWAYS: dict[str, dict[str, Any]] = {
    "camera": {"label": "", "listed": True, "settings": {}, "track": "MediaStreamTrack", "native": False},
    "device": {"webdriver": False, "platform": "", "timezone": "UTC", "renderer": None},
    "behavior": {"untrusted_events": 0, "focus_losses": 0},
}


def missing(browser: Mapping[str, object]) -> object:
    signal = DeviceProvider(StoppedClock(), Remembered()).read(Evidence("capture", browser=browser), Readings())
    return signal.features["device.facts_missing"]


def test_facts_that_our_page_always_tells_are_missed_one_by_one() -> None:
    """Nothing told is told too: the page says null where WebGL names no renderer."""
    assert missing(TOLD_ALWAYS) == 0
    for part, told in TOLD_ALWAYS.items():
        for name in told:
            assert missing({**TOLD_ALWAYS, part: without(told, name)}) == 1
        assert missing(without(TOLD_ALWAYS, part)) == len(told)
        assert missing({**TOLD_ALWAYS, part: "nothing"}) == len(told)
    assert missing({}) == 11


@pytest.mark.parametrize("result", [None, *get_args(PasskeyResult)])
def test_a_passkey_is_what_the_service_found(result: PasskeyResult | None) -> None:
    signal = read(token=DeviceToken("missing", passkey=result))
    assert signal.features["device.passkey"] == result
    FeatureRecord(signal.features, CATALOGUE)
    assert read(token=None).features["device.passkey"] is None


def test_the_history_is_asked_for_what_came_before_now() -> None:
    history = Remembered()
    evidence = Evidence("capture", device=DeviceToken("valid", "a"))
    DeviceProvider(StoppedClock(), history).read(evidence, Readings())
    assert history.asked == [("a", NOW)]


COUNTED = ("device.fingerprint_sessions_24h", "device.refusals_24h")
MINE = DeviceToken("valid", "with this customer", "b-1")
SCOPE = Evidence("capture", scope="Sandbox")


def test_a_browser_is_counted_by_its_token_and_by_its_print() -> None:
    by_token, by_print = sightings(SCOPE, "device", "b-1"), sightings(SCOPE, "print", "ab" * 16)
    more = [Left("print", "ab" * 16, scope="Sandbox")] * 4
    for left, expected in (
        (by_token, (3, 2)),
        (by_print, (3, 0)),
        ([*by_token, *by_print, *more], (7, 2)),
        ([], (0, 0)),
    ):
        signal = read(token=MINE, left=left)
        assert tuple(signal.features[name] for name in COUNTED) == expected
    assert signal.sightings == (Sighting("device", "b-1"), Sighting("print", "ab" * 16))


@pytest.mark.parametrize(
    "token", [None, DeviceToken("missing"), DeviceToken("invalid", "x", "b-1"), DeviceToken("valid")]
)
def test_without_a_valid_token_nothing_was_counted(token: DeviceToken | None) -> None:
    signal = read(token=token, left=sightings(SCOPE, "device", "b-1"))
    assert [signal.features[name] for name in COUNTED] == [None, None]
    assert [seen.kind for seen in signal.sightings] == ["print"]


@pytest.mark.parametrize("told", [None, "", "not hex", "ab", 7, "AB" * 200])
def test_without_a_print_the_sessions_are_unknown(told: object) -> None:
    signal = read(told={**PC, "fingerprint": told}, token=MINE)
    assert [signal.features[name] for name in COUNTED] == [None, 0]
    assert [seen.kind for seen in signal.sightings] == ["device"]


def test_a_print_is_the_same_in_capitals() -> None:
    signal = read(told={**PC, "fingerprint": "AB" * 16}, token=MINE, left=sightings(SCOPE, "print", "ab" * 16))
    assert signal.features[COUNTED[0]] == 3


class _Broken(Remembered):
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
    signal = DeviceProvider(StoppedClock(), Remembered()).read(Evidence(kind), Readings())
    assert signal.failure is not None
    assert signal.failure.cause == "evidence"


def test_a_hostile_user_agent_is_read_quickly_and_stays_short() -> None:
    for agent in ("Mozilla/" * 100_000, "(" * 50_000, "a" * 1_000_000, 'x"; DROP TABLE\n\r\0'):
        features = read(agent).features
        for name in ("device.os", "device.browser"):
            assert features[name] is None or len(str(features[name])) <= 512


RAISING = (*TELLS, "device.ua_ch_mismatch")
_NUMBERS = st.one_of(st.integers(), st.floats(), st.none(), st.booleans())
_GARBAGE = st.recursive(
    st.one_of(_NUMBERS, st.text()), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=5
)
_TOLD = st.fixed_dictionaries(
    {},
    optional={
        "webdriver": st.sampled_from([True, False]) | _GARBAGE,
        "bot": st.sampled_from([True, False, None]) | _GARBAGE,
        "platform": st.sampled_from(["Win32", "Linux x86_64", "iPhone", "MacIntel"]) | _GARBAGE,
        "languages": st.lists(st.sampled_from(["de", "fr-FR", "en"])) | _GARBAGE,
        "touch_points": st.sampled_from([0, 5, -1]) | _GARBAGE,
        "screen": st.fixed_dictionaries({}, optional={"width": st.integers() | _GARBAGE, "height": st.integers()})
        | _GARBAGE,
        "renderer": st.sampled_from([NVIDIA, "Google SwiftShader", "Apple GPU"]) | _GARBAGE,
        "fingerprint": st.sampled_from(["ab" * 16, "cd" * 16]) | _GARBAGE,
    },
)
_AGENTS = st.sampled_from(
    [(CHROME, HINTS), (PIXEL, PHONE_HINTS), (IPHONE, LANGUAGE), (FIREFOX, LANGUAGE), (HEADLESS, HINTS), (None, {})]
)


@given(_AGENTS, _TOLD, st.data())
def test_leaving_facts_out_never_lowers_a_risk(
    browser: tuple[str | None, dict[str, str]], told: dict[str, Any], data: st.DataObject
) -> None:
    left = [*sightings(SCOPE, "print", "ab" * 16), *sightings(SCOPE, "device", "b-1")[:1]]
    agent, hints = browser
    kept = data.draw(st.sets(st.sampled_from(sorted(told)))) if told else set()
    whole = read(agent, told, hints=hints, token=MINE, left=left)
    part = read(agent, {name: told[name] for name in kept}, hints=hints, token=MINE, left=left)
    for signal in (whole, part):
        assert signal.failure is None
        FeatureRecord(signal.features, CATALOGUE)
    for name in RAISING:
        if whole.features[name] is not False:
            assert part.features[name] is not False
    before, after = whole.features[COUNTED[0]], part.features[COUNTED[0]]
    assert after is None or after == before


@given(st.dictionaries(st.text(), _GARBAGE), _GARBAGE)
def test_garbage_is_read_as_nothing(told: dict[str, Any], instead: object) -> None:
    for browser in ({"device": told}, {"device": instead}, told):
        evidence = Evidence("capture", headers={"user-agent": CHROME}, browser=browser)
        signal = DeviceProvider(StoppedClock(), Remembered()).read(evidence, Readings())
        assert signal.failure is None
        assert signal.features["device.bot_detected"] is None
