"""The device token, and the little that is taken of a browser."""

from __future__ import annotations

from pathlib import Path

from engine.contracts import DeviceToken, Evidence
from tests.service.conftest import Running, running
from tests.service.providers import GOOD, Telling


def shown(folder: Path, *, cookie: str | None = None, drop: bool = False) -> tuple[Evidence, Evidence]:
    """The evidence of two captures of one browser; `cookie` is what it sends at first, `drop` what it forgets."""
    device = Telling("device", GOOD["device"])
    factories = {name: lambda _ports, name=name: Telling(name, GOOD[name]) for name in GOOD} | {
        "device": lambda _ports: device
    }
    with running(folder, factories) as service:
        jar = None
        for _ in range(2):
            _, token = service.new_capture()
            person = service.browser(token)
            if jar is not None:
                person.client.cookies = jar
            elif cookie:
                person.client.cookies.set("selfie_device", cookie, path="/api/capture")
            digest = person.captured()
            if drop:
                person.client.cookies.delete("selfie_device")
            person.client.headers["X-Forwarded-For"] = "10.0.0.1"
            assert person.submit(digest).status_code == 200
            jar = person.client.cookies
        assert_only_hashes_are_stored(service)
    return device.shown[0], device.shown[1]


def assert_only_hashes_are_stored(service: Running) -> None:
    with service.services.database.reading() as connection:
        for (name,) in connection.exec_driver_sql("SELECT device FROM device").all():
            assert len(name) == 64


def test_a_browser_is_known_again(tmp_path: Path) -> None:
    first, second = shown(tmp_path)
    assert first.device is not None
    assert second.device is not None
    assert (first.device.state, second.device.state) == ("valid", "valid")
    assert first.device.device_id == second.device.device_id


def test_history_knows_a_device_after_its_first_evaluation(service: Running) -> None:
    from datetime import UTC, datetime

    from engine.service.history import StoredHistory

    history = StoredHistory(service.services.stores.evaluations, service.services.stores.sightings)
    cookie = service.services.links.new_device()
    device = service.services.links.device(cookie, "Sandbox")
    assert device.device_id is not None
    assert history.device_seen(device.device_id, datetime.now(UTC)) is False
    _, token = service.new_capture()
    person = service.browser(token)
    person.client.cookies.set("selfie_device", cookie, path="/api/capture")
    before = datetime.now(UTC)
    person.submit(person.captured())
    assert history.device_seen(device.device_id, datetime.now(UTC)) is True
    assert history.device_seen(device.device_id, before) is False
    other = service.services.links.device(cookie, "Production")
    assert other.device_id != device.device_id


def test_a_forged_token_stays_forged_though_it_is_replaced(tmp_path: Path) -> None:
    first, _ = shown(tmp_path, cookie="forged.0000")
    assert first.device == DeviceToken("invalid")


def test_a_token_that_does_not_come_back_is_missing(tmp_path: Path) -> None:
    first, _ = shown(tmp_path, drop=True)
    assert first.device == DeviceToken("missing")


def test_only_a_short_list_of_headers_is_taken(tmp_path: Path) -> None:
    first, _ = shown(tmp_path)
    assert first.headers == {"user-agent": "Firefox/133"}
    assert first.browser == {
        "webdriver": False,
        "platform": "Linux x86_64",
        "camera": {"label": "front", "width": 640, "height": 480, "facing": None},
    }
