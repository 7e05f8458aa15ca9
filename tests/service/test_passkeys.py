"""Passkeys: for one take, this site and this customer only; they inform, and open no door."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from engine.service.capture.passkeys import PasskeyBinding
from engine.service.capture.relying_party import RelyingParty, challenge_of, relying_party
from engine.service.runs.erasing import Erasing
from engine.store.erased import Erased
from tests.harness.authenticator import Authenticator, unpadded
from tests.service.conftest import NOW, Person, Running, running, telling
from tests.service.providers import GOOD, Telling

WORKFLOW = """
workflow: bound
title: A capture that offers a passkey
evidence: capture
providers: [face, device]
policies: [easy]
device_binding: true
"""
POLICY = """
policy: easy
title: Accepts everybody but a machine
strategies: {standard: {}}
unknown: review
otherwise: accept
rules:
  - {id: automated, when: {"==": [{var: device.bot_detected}, true]}, then: review, reason: R1401}
"""


@dataclass
class Site:
    """The application with a workflow that offers passkeys, and what its device provider was shown."""

    service: Running
    device: Telling

    def captured(self, customer: str = "ada") -> tuple[Person, str]:
        """A person whose frames are there, and their digest."""
        body = {"id": customer, "timestamp": NOW, "workflow": "bound", "data": {}}
        answer = self.service.client.post("/api/evaluation", json=body)
        data = answer.json()["data_enrichments"][0]["response"]["data"]
        person = self.service.browser(data["docvTransactionToken"])
        return person, person.captured()

    def seen(self) -> str | None:
        """What the last evaluation was told of a passkey."""
        device = self.device.shown[-1].device
        assert device is not None
        return device.passkey

    def evaluated(self, key: Authenticator | None, customer: str = "ada") -> str | None:
        """A whole evaluation with this key, or with none; what the providers were told."""
        person, digest = self.captured(customer)
        if key:
            answered(person, key)
        assert person.submit(digest).status_code == 200
        return self.seen()


def options(person: Person) -> Any:
    """What the authenticator is asked."""
    return person.ask("passkey/options", {"nonce": person.take.nonce})


def answered(person: Person, key: Authenticator, **client: Any) -> str:
    """Ask, and answer with this key; what the service says of it."""
    asked = options(person).json()["passkey"]
    made = (key.create if asked["ceremony"] == "register" else key.get)(asked["publicKey"], **client)
    answer = person.ask("passkey", {"nonce": person.take.nonce, "credential": made})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["passkey"])


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """The application; it accepts whoever comes."""
    own = tmp_path / "own"
    (own / "workflows").mkdir(parents=True)
    (own / "workflows" / "bound.yaml").write_text(WORKFLOW)
    (own / "easy.yaml").write_text(POLICY)
    device = Telling("device", GOOD["device"])
    factories = {**telling(GOOD), "device": lambda _ports: device}
    with running(tmp_path, factories, policies=own) as service:
        yield Site(service, device)


def test_a_key_is_made_first_and_verified_later(site: Site) -> None:
    key = Authenticator()
    assert [site.evaluated(key) for _ in range(3)] == ["registered", "verified", "verified"]
    assert site.evaluated(None) == "none"
    assert site.evaluated(Authenticator(), customer="bob") == "registered"


def test_what_the_authenticator_is_asked(site: Site) -> None:
    person, digest = site.captured()
    asked = options(person).json()["passkey"]
    public = asked["publicKey"]
    assert (asked["ceremony"], public["rp"]["id"], public["attestation"]) == ("register", "selfie.example", "none")
    assert public["challenge"] == unpadded(challenge_of(person.take.nonce, digest))
    assert "ada" not in str(public)
    key = Authenticator()
    answered(person, key)
    person.submit(digest)
    again, _ = site.captured()
    asked = options(again).json()["passkey"]
    assert asked["ceremony"] == "verify"
    assert [each["id"] for each in asked["publicKey"]["allowCredentials"]] == [unpadded(key.credential)]


def test_an_authenticator_that_does_not_count_is_taken(site: Site) -> None:
    key = Authenticator(counts=False)
    assert [site.evaluated(key) for _ in range(3)] == ["registered", "verified", "verified"]


def test_a_counter_that_does_not_grow_is_a_copied_key(site: Site) -> None:
    key = Authenticator()
    site.evaluated(key)
    copied = replace(key)
    assert site.evaluated(key) == "verified"
    assert site.evaluated(copied) == "failed"


Wrong = Callable[[Authenticator], Authenticator]
WRONG: dict[str, Wrong] = {
    "another key": lambda key: replace(key, key=Authenticator().key),
    "another credential": lambda key: replace(key, credential=secrets.token_bytes(32)),
    "another site": lambda key: replace(key, site="evil.example"),
    "another origin": lambda key: replace(key, origin="https://evil.example"),
    "nobody was there": lambda key: replace(key, flags=0),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_assertion_fails_and_is_told(site: Site, wrong: str) -> None:
    key = Authenticator()
    site.evaluated(key)
    assert site.evaluated(WRONG[wrong](key)) == "failed"
    assert site.evaluated(key) == "verified"


@pytest.mark.parametrize("wrong", ["another site", "another origin", "nobody was there"])
def test_a_wrong_registration_fails_and_makes_no_key(site: Site, wrong: str) -> None:
    assert site.evaluated(WRONG[wrong](Authenticator())) == "failed"
    assert site.evaluated(Authenticator()) == "registered"


@pytest.mark.parametrize("client", [{"challenge": unpadded(bytes(32))}, {"type": "webauthn.other"}, {"origin": "null"}])
def test_an_answer_to_something_else_fails(site: Site, client: dict[str, str]) -> None:
    key = Authenticator()
    site.evaluated(key)
    person, digest = site.captured()
    assert answered(person, key, **client) == "failed"
    assert answered(person, key) == "failed", "a session in which one was wrong stays so"
    person.submit(digest)
    assert site.seen() == "failed"


def test_an_answer_of_another_session_fails(site: Site) -> None:
    key = Authenticator()
    site.evaluated(key)
    first, _ = site.captured()
    stolen = key.get(options(first).json()["passkey"]["publicKey"])
    second, _ = site.captured()
    answer = second.ask("passkey", {"nonce": second.take.nonce, "credential": stolen})
    assert answer.json()["passkey"] == "failed"


def test_the_same_answer_again_is_answered_the_same(site: Site) -> None:
    person, digest = site.captured()
    made = Authenticator().create(options(person).json()["passkey"]["publicKey"])
    said = [person.ask("passkey", {"nonce": person.take.nonce, "credential": made}).json() for _ in range(2)]
    assert said[0] == said[1]
    assert said[0]["passkey"] == "registered"
    person.submit(digest)
    assert site.seen() == "registered"


def test_a_passkey_stands_for_its_take_only(site: Site) -> None:
    key = Authenticator()
    person, _ = site.captured()
    assert answered(person, key) == "registered"
    former = person.take.nonce
    digest = person.frames().json()["digest"]
    assert person.ask("passkey/options", {"nonce": former}).json()["code"] == "evidenceReplayed"
    person.submit(digest)
    assert site.seen() == "none"
    assert site.evaluated(key) == "registered", "the key of the former take was not kept"


def test_a_key_counts_only_if_its_evaluation_was_accepted(site: Site) -> None:
    site.device.features = {**GOOD["device"], "device.bot_detected": True}
    assert site.evaluated(Authenticator()) == "registered"
    site.device.features = GOOD["device"]
    mine = Authenticator()
    assert [site.evaluated(mine) for _ in range(2)] == ["registered", "verified"]


def test_a_key_that_was_made_meanwhile_needs_new_options(site: Site) -> None:
    slow, _ = site.captured()
    made = Authenticator().create(options(slow).json()["passkey"]["publicKey"])
    site.evaluated(Authenticator())
    answer = slow.ask("passkey", {"nonce": slow.take.nonce, "credential": made})
    assert (answer.status_code, answer.json()["code"]) == (409, "passkeyChanged")


def test_a_key_goes_with_the_last_evaluation_of_its_customer_that_is_erased(site: Site) -> None:
    service, key = site.service, Authenticator("selfie.example")
    for customer in ("ada", "bob"):
        assert site.evaluated(key if customer == "ada" else Authenticator("selfie.example"), customer) == "registered"
    assert site.evaluated(key) == "verified"
    erasing = Erasing(service.services.stores, service.clock, Erased(service.data / "keys"))
    ids = [each["eval_id"] for each in service.client.get("/api/evaluation").json()["items"] if each["id"] == "ada"]
    owner, known = service.services.links.passkey_owner, service.services.stores.passkeys
    for eval_id, is_kept in zip(ids, (True, False), strict=True):
        assert erasing.erase(eval_id)
        assert (known.of(owner("Sandbox", "ada")) is not None) is is_kept
    assert known.of(owner("Sandbox", "bob"))


def test_it_is_offered_only_where_the_workflow_says_so(site: Site) -> None:
    _, token = site.service.new_capture()
    person = site.service.browser(token)
    assert person.ask("open", {}).json()["device_binding"] is False
    digest = person.captured()
    assert (options(person).status_code, options(person).json()["code"]) == (409, "passkeyNotOffered")
    person.submit(digest)
    assert site.seen() == "none"


def test_it_comes_after_the_frames_and_before_the_end(site: Site) -> None:
    person, digest = site.captured()
    nonce = person.take.nonce
    person.draw()
    assert person.ask("passkey/options", {"nonce": person.take.nonce}).json()["code"] == "framesNeeded"
    assert person.ask("passkey/options", {"nonce": nonce}).json()["code"] == "framesNeeded"
    digest = person.frames().json()["digest"]
    stranger = site.service.browser(person.client.headers["authorization"].removeprefix("Bearer "))
    stranger._take = person.take
    assert options(stranger).json()["code"] == "sessionElsewhere"
    person.submit(digest)
    assert options(person).json()["code"] == "sessionUsed"


@pytest.mark.parametrize(
    "change",
    [
        {"id": ""},
        {"id": 5},
        {"rawId": "ä"},
        {"type": "password"},
        {"response": {}},
        {"response": {"clientDataJSON": "x" * 20_000}},
        {"response": None},
    ],
)
def test_what_is_no_credential_is_refused(site: Site, change: dict[str, Any]) -> None:
    person, digest = site.captured()
    made = Authenticator().create(options(person).json()["passkey"]["publicKey"]) | change
    answer = person.ask("passkey", {"nonce": person.take.nonce, "credential": made})
    assert answer.status_code == 422
    person.submit(digest)
    assert site.seen() == "none"


@pytest.mark.parametrize("garbage", [b"\xa0", b"\xff" * 40, b"\x9f" * 12_000, b"{}", b"\xbf\x61a" * 3000])
@pytest.mark.parametrize("part", ["clientDataJSON", "attestationObject"])
def test_garbage_inside_a_credential_fails(site: Site, part: str, garbage: bytes) -> None:
    person, _ = site.captured()
    made = Authenticator().create(options(person).json()["passkey"]["publicKey"])
    made["response"][part] = unpadded(garbage)[:16_000]
    answer = person.ask("passkey", {"nonce": person.take.nonce, "credential": made})
    assert (answer.status_code, answer.json()["passkey"]) == (200, "failed")


def test_tables_hold_no_name_of_the_customer(site: Site) -> None:
    site.evaluated(Authenticator(), customer="customer-4711")
    with site.service.services.database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM passkey").all()
        assert connection.exec_driver_sql("SELECT * FROM passkey_use").all() == []
    assert len(rows) == 1
    assert "4711" not in str(rows)


@pytest.mark.parametrize(
    ("public", "expected"),
    [
        ("https://selfie.example", RelyingParty("selfie.example", "https://selfie.example")),
        ("https://Selfie.Example:443", RelyingParty("selfie.example", "https://selfie.example")),
        ("https://selfie.example:8443", RelyingParty("selfie.example", "https://selfie.example:8443")),
        ("http://localhost:8000", RelyingParty("localhost", "http://localhost:8000")),
        ("http://selfie.example", None),
        ("http://127.0.0.1:8000", None),
        ("https://192.168.1.7:8000", None),
        ("https://[::1]:8000", None),
    ],
)
def test_the_site_is_our_public_address(public: str, expected: RelyingParty | None) -> None:
    assert relying_party(public) == expected


def test_it_is_not_offered_at_an_address_without_a_name(site: Site) -> None:
    binding = site.service.services.capturing.passkeys
    assert isinstance(binding, PasskeyBinding)
    binding._site = None
    person, _ = site.captured()
    assert options(person).json()["code"] == "passkeyNotOffered"
    assert person.ask("open", {}).json()["device_binding"] is False
