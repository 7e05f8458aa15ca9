"""The device token, and the little that is taken of a browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.contracts import DeviceToken, Evidence
from engine.service.capture.device_tokens import DeviceTokens
from engine.service.runs.history import StoredHistory
from tests.service.conftest import Person, Running, running, telling
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
        for (name,) in connection.exec_driver_sql("SELECT device FROM device UNION SELECT browser FROM browser").all():
            assert len(name) == 64


def test_a_browser_is_known_again(tmp_path: Path) -> None:
    first, second = shown(tmp_path)
    assert first.device is not None
    assert second.device is not None
    assert (first.device.state, second.device.state) == ("valid", "valid")
    assert first.device.device_id == second.device.device_id
    assert first.device.browser_id == second.device.browser_id
    assert len({first.device.device_id, first.device.browser_id}) == 2


def test_history_knows_a_device_after_its_first_evaluation(service: Running) -> None:
    history = StoredHistory(service.services.stores.evaluations, service.services.stores.sightings)
    links, name = service.services.links, "n" * 32
    known = links.device_id("Sandbox", "ada", name)
    assert history.device_seen(known, service.clock.now()) is False
    before = service.clock.now()
    one_evaluation(service, links.device_cookie(name, 1))
    assert history.device_seen(known, service.clock.now()) is True
    assert history.device_seen(known, before) is False
    for environment, customer in (("Production", "ada"), ("Sandbox", "bob")):
        assert history.device_seen(links.device_id(environment, customer, name), service.clock.now()) is False


def one_evaluation(service: Running, cookie: str) -> str:
    """A capture of a browser that comes with this cookie; answers the cookie that took its place."""
    _, token = service.new_capture()
    person = service.browser(token)
    person.client.cookies.set("selfie_device", cookie, path="/api/capture")
    person.submit(person.captured())
    return carried(person)


def carried(person: Person) -> str:
    """The device cookie that a browser has now."""
    return [cookie.value or "" for cookie in person.client.cookies.jar if cookie.name == "selfie_device"][-1]


def tokens(service: Running) -> DeviceTokens:
    """The service's own check."""
    return DeviceTokens(service.services.links, service.services.stores.browsers, service.clock)


def test_one_browser_has_a_name_for_each_customer_and_one_over_all(service: Running) -> None:
    check, cookie = tokens(service).check, service.services.links.device_cookie("n" * 32, 1)
    ada, bob, elsewhere = check(cookie, "Sandbox", "ada"), check(cookie, "Sandbox", "bob"), check(cookie, "Prod", "ada")
    assert ada == check(cookie, "Sandbox", "ada")
    assert len({ada.device_id, bob.device_id, elsewhere.device_id}) == 3
    assert ada.browser_id == bob.browser_id
    assert ada.browser_id != elsewhere.browser_id


def test_every_open_renews_the_token(service: Running) -> None:
    first = one_evaluation(service, service.services.links.device_cookie("n" * 32, 1))
    second = one_evaluation(service, first)
    assert first.startswith(f"2.{'n' * 32}.2.")
    assert second.startswith(f"2.{'n' * 32}.3.")


def test_a_copied_token_is_invalid(tmp_path: Path) -> None:
    """The copy of a browser's token comes after the browser itself went on."""
    device = Telling("device", GOOD["device"])
    with running(tmp_path, {**telling(GOOD), "device": lambda _ports: device}) as service:
        copied = service.services.links.device_cookie("n" * 32, 1)
        mine = one_evaluation(service, one_evaluation(service, copied))
        theirs = one_evaluation(service, copied)
        assert "n" * 32 not in theirs
        one_evaluation(service, mine)
    states = [evidence.device.state for evidence in device.shown if evidence.device]
    assert states == ["valid", "valid", "invalid", "valid"]


def test_a_token_that_is_old_when_a_session_is_reopened_stays_invalid(tmp_path: Path) -> None:
    device = Telling("device", GOOD["device"])
    with running(tmp_path, {**telling(GOOD), "device": lambda _ports: device}) as service:
        old = service.services.links.device_cookie("n" * 32, 1)
        one_evaluation(service, one_evaluation(service, old))
        _, token = service.new_capture()
        person = service.browser(token)
        person.ask("open", {})
        person.client.cookies.set("selfie_device", old, path="/api/capture", domain="selfie.example")
        assert person.submit(person.captured()).status_code == 200
    assert device.shown[-1].device == DeviceToken("invalid", passkey="none")


def test_an_answer_that_was_lost_costs_nothing(service: Running) -> None:
    cookie = service.services.links.device_cookie("n" * 32, 1)
    _, token = service.new_capture()
    person = service.browser(token)
    renewed: list[str] = []
    for _ in range(3):
        person.client.cookies.delete("selfie_device") if renewed else None
        person.client.cookies.set("selfie_device", cookie, path="/api/capture", domain="selfie.example")
        person.ask("open", {})
        renewed.append(carried(person))
    assert [("n" * 32 in value) for value in renewed] == [True, True, False]
    assert renewed[1].startswith(f"2.{'n' * 32}.3.")
    assert tokens(service).state(renewed[0]) == "invalid"
    assert tokens(service).state(renewed[1]) == "valid"


def test_whoever_is_refused_gets_no_token_and_loses_none(service: Running) -> None:
    cookie = service.services.links.device_cookie("n" * 32, 1)
    _, token = service.new_capture()
    service.browser(token).ask("open", {})
    other = service.browser(token)
    other.client.cookies.set("selfie_device", cookie, path="/api/capture")
    for _ in range(3):
        answer = other.ask("open", {})
        assert answer.status_code == 409
        assert "set-cookie" not in answer.headers
    assert tokens(service).renewed(cookie).cookie.startswith(f"2.{'n' * 32}.2.")


def test_a_token_of_the_former_format_is_missing_and_not_forged(service: Running) -> None:
    ring, name = service.services.ring, "n" * 32
    former = f"{name}.{ring.device_mac(name)}"
    assert tokens(service).state(former) == "missing"
    assert tokens(service).state(former[:-1] + ("0" if former[-1] != "0" else "1")) == "invalid"
    assert tokens(service).renewed(former).state == "missing"


@pytest.mark.parametrize(
    "cookie", ["x", ".", "..", "2.", "2.a.1.", "2." + "n" * 32 + ".1." + "0" * 64, "\x00", "ä.ö", "2" * 5000]
)
def test_nobody_else_can_make_a_token(service: Running, cookie: str) -> None:
    assert tokens(service).state(cookie) == "invalid"


@pytest.mark.parametrize("at", [0, 2, 35, 40, -1])
def test_a_changed_token_is_forged(service: Running, at: int) -> None:
    good = service.services.links.device_cookie("n" * 32, 10)
    changed = [*good]
    changed[at] = "3" if changed[at] != "3" else "4"
    assert tokens(service).state(good) == "valid"
    assert tokens(service).state("".join(changed)) == "invalid"


def test_a_forged_token_stays_forged_though_it_is_replaced(tmp_path: Path) -> None:
    first, _ = shown(tmp_path, cookie="forged.0000")
    assert first.device == DeviceToken("invalid", passkey="none")


def test_a_token_that_does_not_come_back_is_missing(tmp_path: Path) -> None:
    first, _ = shown(tmp_path, drop=True)
    assert first.device == DeviceToken("missing", passkey="none")


def test_only_a_short_list_of_headers_is_taken(tmp_path: Path) -> None:
    first, _ = shown(tmp_path)
    assert first.headers == {"user-agent": "Firefox/133"}
    assert set(first.browser) == {"camera", "device", "behavior"}
