"""What the browser sends can raise a doubt and never settle one: over the providers that read it and the policies."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.contracts import SEVERITY, Binding, DeviceToken, Evidence, Outcome, Ports, Readings, SignalProvider
from engine.frames import Frame
from engine.service.runs.pipeline import NoHistory, SystemClock
from engine.service.wiring import NoModels
from signals.behavior.provider import build as behavior
from signals.device.provider import build as device
from signals.history.provider import build as history
from signals.injection.provider import build as injection
from signals.network.provider import build as network
from tests.policy.shipped import cases_of, shipped
from tests.signals.injection.captures import CAMERA, FIREFOX, LIVE

STRATEGIES = ("lenient", "standard", "strict")
POLICIES = ("selfie_capture", "digital_intelligence")
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"
HEADERS = {
    "user-agent": AGENT,
    "accept-language": "en-GB,en;q=0.9",
    "sec-ch-ua": '"Chromium";v="156", "Not_A Brand";v="8"',
    "sec-ch-ua-mobile": "?0",
    "sec-ch-ua-platform": '"Linux"',
}
DEVICE: dict[str, Any] = {
    "webdriver": False,
    "bot": False,
    "bot_kind": None,
    "platform": "Linux x86_64",
    "languages": ["en-GB", "en"],
    "timezone": "Europe/London",
    "screen": {"width": 1280, "height": 800, "ratio": 1, "depth": 24},
    "cores": 8,
    "memory": 8,
    "touch_points": 0,
    "renderer": "ANGLE (Intel, Mesa Intel(R) UHD Graphics 620 (KBL GT2), OpenGL 4.6)",
    "vendor": "Google Inc. (Intel)",
    "fingerprint": "0123456789abcdef0123456789abcdef",
}
BEHAVIOR: dict[str, Any] = {
    "completion_ms": 30_000,
    "events": 14,
    "untrusted_events": 0,
    "retakes": 0,
    "focus_losses": 0,
    "pointer": ["mouse"],
}
HONEST: dict[str, dict[str, Any]] = {
    "headers": HEADERS,
    "camera": dict(CAMERA),
    "device": DEVICE,
    "behavior": BEHAVIOR,
}
ALWAYS = {
    "headers": ("user-agent",),
    "camera": ("label", "listed", "settings", "track", "native"),
    "device": ("webdriver", "platform", "timezone", "renderer"),
    "behavior": ("untrusted_events", "focus_losses"),
}
"""What our own page, and every browser, always sends."""
BAD: dict[str, dict[str, list[Any]]] = {
    "headers": {
        "user-agent": ["HeadlessChrome/156", "curl/8.5", FIREFOX, ""],
        "sec-ch-ua-platform": ['"Windows"', '"Android"', "nonsense"],
        "sec-ch-ua-mobile": ["?1"],
        "sec-ch-ua": ['"Chromium";v="99"', ""],
        "accept-language": ["xx", "fr-FR"],
    },
    "camera": {
        "label": ["OBS Virtual Camera", "/home/ada/film.y4m", "fake_device_0", ""],
        "listed": [False],
        "devices": [[], ["Another"]],
        "track": ["CanvasCaptureMediaStreamTrack"],
        "native": [False],
        "capture_time": [False],
        "pixel_format": ["BGRA"],
        "capabilities": [{}],
        "settings": [{}, {"width": 1, "height": 1, "frameRate": 0.1}],
        "width": [9999],
        "height": [1],
    },
    "device": {
        "webdriver": [True],
        "bot": [True],
        "bot_kind": ["headless_chrome"],
        "platform": ["Win32", "iPhone"],
        "languages": [["ja"], []],
        "timezone": ["Asia/Tokyo", "Nowhere/At_All"],
        "screen": [{"width": 1, "height": 1}, {}],
        "cores": [0],
        "touch_points": [10],
        "renderer": ["Google SwiftShader", "llvmpipe (LLVM 15.0.7, 256 bits)"],
        "fingerprint": ["zz"],
    },
    "behavior": {
        "untrusted_events": [1, 10**9],
        "focus_losses": [100],
        "retakes": [50],
        "events": [0],
        "completion_ms": [1],
    },
}
Facts = dict[str, dict[str, Any]]
TOLD = {
    "injection.virtual_camera_label",
    "injection.track_inconsistency_count",
    "injection.frame_settings_mismatch",
}
"""What the injection provider reads of the page's word and not of the frames."""


@cache
def providers() -> tuple[SignalProvider, ...]:
    ports = Ports(SystemClock(), NoHistory(), {}, NoModels())
    return tuple(build(ports) for build in (injection, device, behavior, network, history))


def evidence_of(facts: Facts, token: DeviceToken | None, frames: tuple[Frame, ...] = LIVE[:2]) -> Evidence:
    return Evidence(
        kind="capture",
        frames=frames,
        headers=facts.get("headers", {}),
        browser={part: told for part, told in facts.items() if part != "headers"},
        device=token,
        binding=Binding(True, True, 9_000, 30_000),
        customer="ada",
        address="192.168.1.7",
        scope="Sandbox",
    )


VALID = DeviceToken("valid", "d" * 64, "b" * 64, passkey="none")


def features_of(facts: Facts, token: DeviceToken | None = VALID) -> dict[str, Any]:
    """What the providers read, over a record in which everything that they do not read is fine."""
    found: dict[str, Any] = {}
    evidence = evidence_of(facts, token)
    for provider in providers():
        signal = provider.read(evidence, Readings())
        assert signal.failure is None, (provider.name, signal.failure)
        found |= dict.fromkeys(provider.provides) | dict(signal.features)
    return found | {name: value for name, value in _of_frames().items() if name not in TOLD}


@cache
def _of_frames() -> Mapping[str, Any]:
    """What the injection provider reads of a whole burst. Its encoder is no browser's, which is not asked here."""
    signal = providers()[0].read(evidence_of(HONEST, VALID, LIVE), Readings())
    return {**signal.features, "injection.encoder_fingerprint_match": True}


@cache
def _fine() -> Mapping[str, Any]:
    record: dict[str, Any] = {}
    for policy in POLICIES:
        record |= dict(next(case for case in cases_of(policy) if case.expect["decision"] == "accept").given)
    return record


def outcomes(features: Mapping[str, Any]) -> Iterator[tuple[str, str, Outcome]]:
    record = {**_fine(), **features}
    for name in POLICIES:
        policy = shipped(name)
        for strategy in STRATEGIES:
            known = {feature: record.get(feature) for feature in policy.reads}
            yield name, strategy, policy.decide(known, strategy).outcome


def worst(facts: Facts, token: DeviceToken | None = VALID) -> dict[str, Outcome]:
    """By strategy, over both policies, as a workflow does it."""
    found: dict[str, Outcome] = dict.fromkeys(STRATEGIES, "accept")
    for _, strategy, outcome in outcomes(features_of(facts, token)):
        if SEVERITY[outcome] > SEVERITY[found[strategy]]:
            found[strategy] = outcome
    return found


def places(facts: Facts) -> list[tuple[str, str]]:
    return [(part, name) for part, told in facts.items() for name in told]


def without(facts: Facts, removed: set[tuple[str, str]], parts: set[str]) -> Facts:
    return {
        part: {name: value for name, value in told.items() if (part, name) not in removed}
        for part, told in facts.items()
        if part not in parts
    }


def test_an_honest_browser_is_accepted() -> None:
    """Without it all that follows would hold of nothing."""
    refused = [one for one in outcomes(features_of(HONEST)) if one[2] != "accept"]
    assert not refused, (refused, features_of(HONEST))


@pytest.mark.parametrize(("part", "name"), [(part, name) for part, names in ALWAYS.items() for name in names])
def test_what_a_page_always_sends_is_missed(part: str, name: str) -> None:
    """Under every strategy at least a review."""
    assert set(worst(without(HONEST, {(part, name)}, set())).values()) <= {"review", "reject"}


@pytest.mark.parametrize("part", [*HONEST])
def test_a_whole_part_is_missed(part: str) -> None:
    assert set(worst(without(HONEST, set(), {part})).values()) <= {"review", "reject"}


@pytest.mark.parametrize(
    "token", [None, DeviceToken("missing", passkey="none"), DeviceToken("invalid", passkey="none")]
)
def test_a_token_that_is_not_there_is_missed(token: DeviceToken | None) -> None:
    assert set(worst(HONEST, token).values()) <= {"review", "reject"}


@st.composite
def told(draw: st.DrawFn) -> Facts:
    """What a browser tells, some of it bad or nonsense."""
    facts = copy.deepcopy(HONEST)
    for part, bad in BAD.items():
        for name in draw(st.lists(st.sampled_from(sorted(bad)), max_size=2, unique=True)):
            facts[part][name] = draw(st.sampled_from(bad[name]))
    return facts


@settings(max_examples=30, deadline=None, suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large))
@given(data=st.data())
def test_leaving_facts_out_never_helps(data: st.DataObject) -> None:
    """What is not accepted with them is not accepted without some of them."""
    _never_helps(data)


@pytest.mark.soak
@settings(max_examples=200, deadline=None, suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large))
@given(data=st.data())
def test_leaving_facts_out_never_helps_for_long(data: st.DataObject) -> None:
    """The same, many times."""
    _never_helps(data)


def _never_helps(data: st.DataObject) -> None:
    facts = data.draw(told())
    removed = set(data.draw(st.lists(st.sampled_from(places(facts)), min_size=1, max_size=6, unique=True)))
    parts = set(data.draw(st.lists(st.sampled_from(sorted(HONEST)), max_size=1)))
    before, after = worst(facts), worst(without(facts, removed, parts))
    for strategy in STRATEGIES:
        assert before[strategy] == "accept" or after[strategy] != "accept", (strategy, facts, removed, parts)


def test_every_single_fact_and_what_is_bad_of_it() -> None:
    """Each bad value, then the same without it: of those that are refused none is accepted without the fact."""
    for part, bad in BAD.items():
        for name, values in bad.items():
            missing = worst(without(HONEST, {(part, name)}, set()))
            for value in values:
                facts = copy.deepcopy(HONEST)
                facts[part][name] = value
                for strategy, outcome in worst(facts).items():
                    assert outcome == "accept" or missing[strategy] != "accept", (part, name, value, strategy)


def test_a_history_that_cannot_tell_is_no_accept() -> None:
    class Silent(NoHistory):
        def counts(self, *_: Any, **__: Any) -> None:
            return None

        def recall(self, *_: Any, **__: Any) -> None:
            return None

    ports = Ports(SystemClock(), Silent(), {}, NoModels())
    found: dict[str, Any] = {}
    for build in (injection, device, behavior, network, history):
        provider = build(ports)
        signal = provider.read(replace(evidence_of(HONEST, VALID)), Readings())
        found |= dict.fromkeys(provider.provides) | dict(signal.features)
    assert {outcome for _, strategy, outcome in outcomes(found) if strategy == "standard"} <= {"review", "reject"}
