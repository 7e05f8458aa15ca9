"""What is asked in front of the camera: shown as drawn, delivered as shown, with another way for everybody."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.capture.steps import CAMERA_READY, at, press, shoot, to_camera, trouble
from tests.harness.browser import DESKTOP, PHONE, at_rest, chromium_with, page_of, screenshot
from tests.harness.camera import WEBCAM, portrait, portrait_face
from tests.harness.responder import responder_script
from tests.harness.server import Service, running_service

pytestmark = pytest.mark.browser

WATCH_THE_FLASH = """
window.colours = [];
new MutationObserver(() => {
  const flash = document.querySelector("[data-flash]");
  const colour = flash && getComputedStyle(flash).backgroundColor;
  if (colour && flash.style.backgroundColor && window.colours.at(-1) !== colour) window.colours.push(colour);
}).observe(document, {subtree: true, childList: true, attributes: true, attributeFilter: ["style"]});
"""
FOLLOWS = 0.5
"""On a busy machine the responder's canvas is late: what does not follow at all lies around 0."""
MOVING: dict[str, Any] = {"reduced_motion": "no-preference"}
ALWAYS_TOLD = {
    "camera": {"label", "listed", "settings", "track", "native"},
    "device": {"webdriver", "platform", "timezone", "renderer"},
    "behavior": {"untrusted_events", "focus_losses"},
}
"""Facts that give at least review where they are missing."""


@dataclass(frozen=True, slots=True)
class Burst:
    """A take as the service drew it, and what came back for it."""

    take: dict[str, Any]
    sent: dict[str, Any]

    @property
    def envelope(self) -> Any:
        return json.loads(self.sent["envelope"])

    @property
    def frames(self) -> list[bytes]:
        return [base64.b64decode(frame) for frame in self.sent["frames"]]

    @property
    def times(self) -> list[int]:
        return [frame["t_ms"] for frame in self.envelope["frames"]]

    @property
    def shown(self) -> list[int]:
        times: list[int] = self.envelope["challenge"]["shown_ms"]
        return times


@pytest.fixture(scope="module")
def lenient_of_cameras(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service with the switch that lets test cameras pass."""
    with running_service(tmp_path_factory.mktemp("switched"), SELFIE_TEST_CAMERA="1") as running:
        yield running


@pytest.fixture(scope="module")
def bare_browser(chromium: str) -> Iterator[Browser]:
    """A browser without any camera of its own: the responder stands in for it."""
    with chromium_with(chromium) as launched:
        yield launched


def answering(page: Page) -> None:
    """Sit a person in front of the page, whose face the screen lights."""
    page.add_init_script(responder_script([portrait(WEBCAM)], face=portrait_face(WEBCAM), sway_px=3))


def taken(page: Page) -> Burst:
    """Press the shutter; the take that was drawn and what was delivered for it."""
    with page.expect_response("**/sessions/challenge") as drawn, page.expect_request("**/sessions/frames") as sent:
        shoot(page)
    return Burst(drawn.value.json()["take"], json.loads(sent.value.post_data or ""))


def signed(take: dict[str, Any], sent: dict[str, Any]) -> bool:
    """Whether the envelope is signed with the take's key."""
    key = base64.urlsafe_b64decode(take["key"] + "=" * (-len(take["key"]) % 4))
    mac = hmac.new(key, sent["envelope"].encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(mac, sent["mac"])


def rgb(colour: str) -> str:
    """`#rrggbb` as a browser tells it."""
    return "rgb({}, {}, {})".format(*bytes.fromhex(colour[1:]))


def face_colour(jpeg: bytes) -> list[float]:
    """The mean colour of the middle of the face, red first."""
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    height, width = picture.shape[:2]
    x, y, wide, high = portrait_face(WEBCAM)
    part = picture[int((y + 0.3 * high) * height) : int((y + 0.7 * high) * height), int((x + 0.2 * wide) * width) :]
    blue, green, red = part[:, : int(0.6 * wide * width)].reshape(-1, 3).mean(axis=0)
    return [red, green, blue]


def test_a_flash_is_shown_as_drawn_and_delivered_as_shown(bare_browser: Browser, service: Service) -> None:
    _, link = service.new_capture(strategy="standard")
    with page_of(bare_browser, DESKTOP) as page:
        answering(page)
        page.add_init_script(WATCH_THE_FLASH)
        to_camera(page, link, "flash")
        burst = taken(page)
        assert page.evaluate("window.colours") == [rgb(colour) for colour in burst.take["challenge"]["steps"]]
    assert signed(burst.take, burst.sent)
    assert [hashlib.sha256(frame).hexdigest() for frame in burst.frames] == [
        frame["sha256"] for frame in burst.envelope["frames"]
    ]
    follows_the_screen(burst)
    ends = [*burst.shown[1:], 1_000_000]
    within = [sum(start < time < end for time in burst.times) for start, end in zip(burst.shown, ends, strict=True)]
    assert within == [2] * 8
    assert sum(time < burst.shown[0] for time in burst.times) == 8
    assert len(burst.frames) == 24


def follows_the_screen(burst: Burst) -> None:
    """What the responder is for: each channel of the face follows that of the screen."""
    screen = np.array([list(bytes.fromhex(colour[1:])) for colour in burst.take["challenge"]["steps"]], float)
    faces = np.array([face_colour(frame) for frame in burst.frames[8:]]).reshape(8, 2, 3).mean(axis=1)
    for channel in range(3):
        assert np.corrcoef(screen[:, channel], faces[:, channel])[0, 1] > FOLLOWS


def test_bona_fide_goes_through_under_the_switch(bare_browser: Browser, lenient_of_cameras: Service) -> None:
    """Nothing of the binding and of the challenge is wrong; the switch is loud in the log."""
    service = lenient_of_cameras
    eval_id, link = service.new_capture(strategy="standard")
    with page_of(bare_browser, PHONE) as page:
        answering(page)
        to_camera(page, link, "flash")
        screenshot(page, "capture-phone-before-the-flash")
        press(page, "capture")
        page.locator("[data-flash]").wait_for()
        page.wait_for_timeout(600)
        screenshot(page, "capture-phone-flash")
        at(page, "preview")
        press(page, "submit")
        at(page, "confirmation")
    features = read_features(service, eval_id)
    assert features["injection.nonce_valid"] is True
    assert features["injection.payload_digest_match"] is True
    assert features["liveness.challenge"] == "flash"
    assert features["liveness.flash_corr"] > FOLLOWS
    assert "SELFIE_TEST_CAMERA" in service.log.read_text()


def read_features(service: Service, eval_id: str) -> dict[str, Any]:
    """The features of an evaluation by name."""
    features: dict[str, Any] = service.ask("GET", f"/api/evaluation/{eval_id}/trace")["features"]
    return features


def test_what_the_page_always_tells_is_there(browser: Browser, service: Service) -> None:
    _, link = service.new_capture()
    with page_of(browser, DESKTOP) as page:
        to_camera(page, link)
        burst = taken(page)
        with page.expect_request("**/sessions/submit") as sent:
            press(page, "submit")
            at(page, "confirmation")
    submitted = json.loads(sent.value.post_data or "")
    assert signed(burst.take, submitted)
    told = {**burst.envelope, **json.loads(submitted["envelope"])}
    for part, names in ALWAYS_TOLD.items():
        assert names <= {name for name, value in told[part].items() if value is not None}, part
    assert told["camera"]["track"] == "MediaStreamTrack"
    assert told["camera"]["native"] is True
    assert told["camera"]["listed"] is True
    assert told["device"]["bot"] is True
    assert told["device"]["fingerprint"]
    assert told["behavior"]["untrusted_events"] == 0
    assert "webcam" in told["camera"]["label"]


def test_a_canvas_in_place_of_the_camera_is_told(bare_browser: Browser, service: Service) -> None:
    _, link = service.new_capture()
    with page_of(bare_browser, DESKTOP) as page:
        answering(page)
        to_camera(page, link)
        camera = taken(page).envelope["camera"]
    assert camera["track"] == "CanvasCaptureMediaStreamTrack"
    assert [camera["native"], camera["listed"], camera["capture_time"], camera["pixel_format"]] == [
        False,
        False,
        False,
        "BGRA",
    ]


WINDOWS = [(1280, 800), (768, 1024), (568, 320), (320, 568), (390, 844)]
INSIDE = """
() => {
  const [picture, oval, arrow] = ["video", ".stage .oval", ".arrow"].map((name) =>
    document.querySelector(name).getBoundingClientRect());
  const inside = (box) => box.left >= picture.left && box.right <= picture.right && box.width > 0;
  const middle = (picture.left + picture.right) / 2;
  return inside(oval) && inside(arrow) && (arrow.right < middle || arrow.left > middle);
}
"""


def beside_the_face(page: Page, place: tuple[int, int]) -> bool:
    """Whether oval and arrow lie within the live picture of a window of this size, the arrow on one side of it."""
    width, height = place
    page.set_viewport_size({"width": width, "height": height})
    page.locator(".arrow").evaluate("(arrow) => (arrow.style.animation = 'none')")
    return bool(page.evaluate(INSIDE))


@pytest.mark.parametrize("size", [PHONE, pytest.param(DESKTOP, marks=pytest.mark.soak)], ids=["phone", "desktop"])
def test_a_head_turn_instead_of_the_flash(browser: Browser, service: Service, size: dict[str, Any]) -> None:
    """Chosen with the consent; a head that does not follow does not hold the page up."""
    _, link = service.new_capture(strategy="standard")
    with page_of(browser, size, **MOVING) as page:
        page.goto(link)
        press(page, "continue")
        at_rest(page)
        name = f"capture-{size['viewport']['width']}"
        expect(page.locator("[data-action=flash]")).to_have_attribute("aria-pressed", "true")
        press(page, "turn")
        expect(page.locator("[data-action=turn]")).to_have_attribute("aria-pressed", "true")
        screenshot(page, f"{name}-consent-turn")
        press(page, "agree")
        page.locator(CAMERA_READY).wait_for()
        with page.expect_response("**/sessions/challenge") as drawn, page.expect_request("**/sessions/frames") as sent:
            press(page, "capture")
            page.locator("[data-turn]").wait_for()
            screenshot(page, f"{name}-turn")
            assert [place for place in WINDOWS if not beside_the_face(page, place)] == []
            assert page.locator("[data-flash]").count() == 0
            at(page, "preview")
        burst = Burst(drawn.value.json()["take"], json.loads(sent.value.post_data or ""))
    assert burst.take["challenge"]["kind"] == burst.envelope["challenge"]["kind"] == "turn"
    assert len(burst.shown) == 3
    assert len(burst.frames) == 24
    assert burst.times[-1] >= burst.shown[-1] + 1_000


def test_neither_is_possible_and_never_an_accept(browser: Browser, lenient_of_cameras: Service) -> None:
    service = lenient_of_cameras
    eval_id, link = service.new_capture(strategy="standard")
    with page_of(browser, PHONE) as page:
        to_camera(page, link, "flash")
        press(page, "neither")
        expect(page.get_by_text("A person will look at the selfie")).to_be_visible()
        burst = taken(page)
        press(page, "submit")
        at(page, "confirmation")
    assert burst.take["challenge"]["kind"] == "declined"
    assert len(burst.frames) == 12
    assert burst.shown == []
    assert service.evaluation(eval_id)["decision"] != "ACCEPT"
    assert read_features(service, eval_id)["liveness.challenge"] == "declined"


def test_who_wants_less_motion_is_not_flashed_at(browser: Browser, service: Service) -> None:
    _, link = service.new_capture(strategy="standard")
    with page_of(browser, PHONE, reduced_motion="reduce") as page:
        to_camera(page, link)
        expect(page.locator("[data-action=turn]")).to_have_attribute("aria-pressed", "true")
        with page.expect_request("**/sessions/challenge") as asked:
            press(page, "capture")
        assert asked.value.post_data_json == {"choice": "turn"}


def test_the_warning_stands_before_the_flash_twice(browser: Browser, service: Service) -> None:
    _, link = service.new_capture(strategy="standard")
    with page_of(browser, PHONE, **MOVING) as page:
        page.goto(link)
        press(page, "continue")
        expect(page.get_by_text("photosensitive epilepsy")).to_be_in_viewport()
        press(page, "agree")
        page.locator(CAMERA_READY).wait_for()
        expect(page.get_by_text("The screen changes colour")).to_be_in_viewport()


def test_nothing_is_drawn_before_the_shutter(browser: Browser, service: Service) -> None:
    _, link = service.new_capture()
    asked: list[str] = []
    with page_of(browser, PHONE) as page:
        page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
        to_camera(page, link)
        assert "challenge" not in asked
        shoot(page)
        press(page, "retake")
        page.locator(CAMERA_READY).wait_for()
        assert asked.count("challenge") == 1


def test_the_libraries_come_after_consent(browser: Browser, service: Service) -> None:
    _, link = service.new_capture()
    asked: list[str] = []
    with page_of(browser, PHONE) as page:
        page.on("request", lambda request: asked.append(request.url))
        page.goto(link)
        press(page, "continue")
        at(page, "consent")
        assert not [url for url in asked if "botd" in url or "thumbmark" in url]
        press(page, "agree")
        page.locator(CAMERA_READY).wait_for()
        page.wait_for_function(
            "() => performance.getEntriesByType('resource').some(({name}) => name.includes('thumbmark'))"
        )


def test_a_network_lost_at_the_shutter_goes_back_to_the_camera(browser: Browser, service: Service) -> None:
    _, link = service.new_capture()
    with page_of(browser, PHONE) as page:
        to_camera(page, link)
        page.context.set_offline(True)
        press(page, "capture")
        assert trouble(page) == "networkLost"
        page.context.set_offline(False)
        page.locator(CAMERA_READY).wait_for()
        shoot(page)


@pytest.mark.parametrize("size", [PHONE, pytest.param(DESKTOP, marks=pytest.mark.soak)], ids=["phone", "desktop"])
def test_a_take_that_came_too_late_is_taken_again_by_itself(
    browser: Browser, service: Service, size: dict[str, Any]
) -> None:
    eval_id, link = service.new_capture()

    def age(route: Route) -> None:
        database = service.log.parent / "data" / "selfie.sqlite3"
        with sqlite3.connect(database, timeout=10) as connection:
            connection.execute(
                "UPDATE capture_session SET drawn_at = '2020-01-01 00:00:00.000000' WHERE eval_id = ?", (eval_id,)
            )
        route.continue_()

    with page_of(browser, size) as page:
        page.route("**/sessions/frames", age, times=1)
        to_camera(page, link)
        with page.expect_response("**/sessions/frames") as refused:
            press(page, "capture")
        assert refused.value.status == 410
        expect(page.locator(".hint", has_text="We take it once more")).to_be_visible()
        with page.expect_response("**/sessions/frames") as taken_again:
            at(page, "preview")
        assert taken_again.value.status == 200
        press(page, "submit")
        at(page, "confirmation")


def test_evidence_that_was_altered_on_its_way_is_taken_again(browser: Browser, service: Service) -> None:
    _, link = service.new_capture()

    def alter(route: Route) -> None:
        sent = json.loads(route.request.post_data or "")
        sent["frames"][3] = sent["frames"][4]
        route.continue_(post_data=json.dumps(sent))

    with page_of(browser, PHONE) as page:
        page.route("**/sessions/frames", alter, times=1)
        to_camera(page, link)
        with page.expect_response("**/sessions/frames") as refused:
            press(page, "capture")
        assert refused.value.json()["code"] == "evidenceAltered"
        assert trouble(page) == "badFrames"
        press(page, "retry")
        page.locator(CAMERA_READY).wait_for()
        shoot(page)
        press(page, "submit")
        at(page, "confirmation")
