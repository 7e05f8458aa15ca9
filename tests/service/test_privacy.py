"""What is told of a person is nowhere but where docs/privacy.md says: every column, file and line is searched."""

from __future__ import annotations

import json
import logging
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import structlog
from PIL import Image
from sqlalchemy import insert, select

from engine.contracts import Evidence, Readings, Sighting, Signal
from engine.service.settings import Settings
from engine.service.telemetry.logs import configure_log
from engine.store.data_keys import SqlKeyStore, frame_key
from engine.store.tables import metadata, policy_version
from engine.workflow.providers import installed_factories
from tests.harness.authenticator import Authenticator
from tests.harness.evidence import CAMERA, DEVICE
from tests.harness.leaks import Secrets, leaks
from tests.service.conftest import KEY, NOW, Person, Running, as_base64, running
from tests.service.flows import answering
from tests.service.providers import Telling

DOCS = Path(__file__).parents[2] / "docs" / "privacy.md"
TABLES = [*metadata.sorted_tables, frame_key]
ALLOWED = {
    "feature": {"outcome.features", "outcome.route", "run.state"},
    "customer": {"evaluation.customer_id", "label.customer_id", "webhook_event.body"},
    "notes": {"case_state.notes", "case_event.changed", "label.told", "webhook_event.body"},
}
"""Where a secret of this name may stand; docs/privacy.md must say so too."""
WORDS = {"feature": "features", "customer": "customer", "notes": "notes"}
WORKFLOW = """
workflow: searched
title: A capture that keeps its frames for an hour
evidence: capture
providers: [face, age, injection, device, behavior, history]
policies: [easy]
device_binding: true
keep_frames: 1
"""
STILL = """
workflow: searched_still
title: A still
evidence: still
providers: [face, age]
policies: [easy]
"""
STEPS = """
workflow: searched_steps
title: A selfie, a candidate, a service outside, another selfie, and a document
evidence: capture
steps:
  - {id: selfie, step: capture, on_error: desk}
  - {id: read, step: signals, providers: [face, age]}
  - {id: ask, step: http, url: "http://127.0.0.1:PORT/risk", send: {age: {var: age.predicted}},
     response: {risk.score: /score}, timeout: 2s, retries: 0, on_error: decide}
  - {id: decide, step: policy, policies: [easy]}
  - {id: beside, step: shadow, policies: [selfie_quality]}
  - {id: mark, step: set, computed: {adult: {">": [{var: age.predicted}, 18]}}, tags: [seen]}
  - {id: again, step: step_up, by: capture, most: 1, next: read, exhausted: papers, on_error: desk}
  - {id: papers, step: step_up, by: link, link: "https://documents.example.com/{eval_id}", takes: [document.age],
     next: last, exhausted: desk, on_error: desk}
  - {id: last, step: policy, policies: [easy]}
  - {id: desk, step: review, queue: searched}
  - {id: done, step: end}
"""
POLICY = """
policy: easy
title: Accepts whoever has one face
strategies: {standard: {}}
unknown: review
otherwise: accept
rules:
  - {id: no-face, when: {"==": [{var: face.count}, 0]}, then: reject, reason: R857}
"""
FACE = {"face.count": 1, "face.eye_distance": 123.45678901, "face.edge_distance": 0.37219485}
AGE = {"age.predicted": 31.41592653, "age.lower": 27.18281828, "age.upper": 41.42135623}
OUTSIDE = {"document.age": 61.80339887, "risk.score": 0.57721566}
ADDRESS = "2001:db8:4711:815:a1b2:c3d4:e5f6:789a"


class Measuring(Telling):
    """Measures something of a face and leaves what is known again, or raises with all that it was shown."""

    def read(self, evidence: Evidence, so_far: Readings) -> Signal:
        """What was measured."""
        if evidence.customer == "customer-who-breaks-it":
            raise RuntimeError(f"{evidence} {evidence.frames[0].data!r} {AGE}")
        first, address = evidence.frames[0], evidence.address or ""
        seen = (Sighting("address", address, address.encode()), Sighting("frame", first.digest(), first.data[:256]))
        return Signal(features=self.features, sightings=seen)


@dataclass
class Searched:
    """The application, and everything that must not be found."""

    service: Running
    secrets: Secrets
    people: list[Person] = field(default_factory=list)

    def capture(self, customer: str, workflow: str = "searched") -> Person:
        """A person of this customer, with consent given."""
        self.secrets.word("customer", customer)
        body = {"id": customer, "timestamp": NOW, "workflow": workflow, "data": {}}
        data = self.service.client.post("/api/evaluation", json=body).json()["data_enrichments"][0]["response"]["data"]
        token = data["docvTransactionToken"]
        person = self.service.browser(token)
        person.client._transport.client = (ADDRESS, 50_000)  # type: ignore[attr-defined]
        person.client.headers["user-agent"] = "Mozilla/5.0 (X11; Leaky 4711) Firefox/133.0"
        person.client.headers["x-forwarded-for"] = "198.51.100.147"
        self.secrets.word("link", token)
        self.people.append(person)
        person.ask("open", {})
        person.consent()
        return person

    def burst(self, person: Person) -> dict[str, Any]:
        """Pictures that nobody else has."""
        person.draw()
        self.secrets.word("nonce", person.take.nonce)
        self.secrets.word("key of a take", person.take.key)
        pictures = [picture() for _ in range(3)]
        for number, data in enumerate(pictures):
            self.secrets.picture(f"frame {number} of person {len(self.people)}", data)
        camera = {**CAMERA, "label": "Leaky Cam 4711", "devices": ["Leaky Cam 4711", "Leaky Mic 815"]}
        return person.burst(pictures, camera=camera)

    def device(self) -> dict[str, Any]:
        """What the page tells of the device."""
        renderer = "ANGLE (Leaky Renderer 4711)"
        return {**DEVICE, "fingerprint": "1eafc0de4711815f", "renderer": renderer, "timezone": "Antarctica/Troll"}

    def places(self) -> dict[str, list[bytes]]:
        """Every column, and every file of the data folder but the settings' own keys."""
        database = self.service.services.database
        keys = self.service.services.stores.keys
        assert isinstance(keys, SqlKeyStore)
        found: dict[str, list[bytes]] = {}
        for table in TABLES:
            with (keys._database if table is frame_key else database).reading() as connection:
                for row in connection.execute(select(table)).mappings():
                    for name, value in row.items():
                        found.setdefault(f"{table.name}.{name}", []).append(as_bytes(value))
        for path in self.service.data.rglob("*"):
            if path.is_file() and not path.name.startswith("selfie.sqlite3"):
                found[str(path.relative_to(self.service.data))] = [path.read_bytes()]
        return found

    def found(self, log: str = "") -> set[tuple[str, str]]:
        """Secrets that are somewhere they may not be."""
        cookies = {cookie.value or "" for each in self.people for cookie in each.client.cookies.jar}
        self.secrets.word("cookie", *cookies, *(part for each in cookies for part in each.split(".") if len(part) > 20))
        return leaks(self.secrets, {**self.places(), "log": [log.encode()]}, ALLOWED)


def picture() -> bytes:
    """A JPEG of noise."""
    noise = np.frombuffer(secrets.token_bytes(320 * 240 * 3), np.uint8).reshape(240, 320, 3)
    made = BytesIO()
    Image.fromarray(noise).save(made, "JPEG", quality=92)
    return made.getvalue()


def as_bytes(value: object) -> bytes:
    """A column's value as it is written."""
    if isinstance(value, bytes):
        return value
    return (json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else str(value)).encode()


@contextmanager
def searched(folder: Path) -> Iterator[Searched]:
    """The application with the shipped providers, except for those that need a model; it carries what waits."""
    with answering({"score": OUTSIDE["risk.score"]}) as port, opened(folder, port) as all_of:
        yield all_of


@contextmanager
def opened(folder: Path, port: int) -> Iterator[Searched]:
    """The same, with a service outside at this port."""
    own = folder / "own"
    (own / "workflows").mkdir(parents=True)
    texts = {"searched": WORKFLOW, "searched_still": STILL, "searched_steps": STEPS.replace("PORT", str(port))}
    for name, text in {**{f"workflows/{name}": text for name, text in texts.items()}, "easy": POLICY}.items():
        (own / f"{name}.yaml").write_text(text)
    shipped = installed_factories()
    factories = {name: shipped[name] for name in ("injection", "device", "behavior", "history")}

    def measuring(name: str, features: Mapping[str, Any]) -> Any:
        return lambda _ports: Measuring(name, features)

    known = {name: factory for name, factory in shipped.items() if name not in factories}
    outside = {"http_hosts": (f"127.0.0.1:{port}",), "private_hosts": ("127.0.0.1",)}
    measured = {"face": measuring("face", FACE), "age": measuring("age", AGE)}
    with running(folder, {**known, **factories, **measured}, policies=own, carries=True, **outside) as service:
        told = Secrets()
        told.word("notes", "looks like Countess Leaky", "said so by Countess Leaky")
        for name, value in {**FACE, **AGE, **OUTSIDE}.items():
            if isinstance(value, float):
                told.number(f"feature {name}", value)
        told.word("camera", "Leaky Cam 4711", "Leaky Mic 815")
        told.word("device", "1eafc0de4711815f", "Leaky Renderer", "Antarctica/Troll")
        told.word("user agent", "Leaky 4711")
        told.word("address", ADDRESS, "2001:db8:4711:815", "198.51.100.147", "203.0.113.7")
        told.word("person", "Augusta", "QQ123456C", "secret.example")
        told.word("bearer key", KEY)
        yield Searched(service, told)


@pytest.fixture(autouse=True)
def log_as_before() -> Iterator[None]:
    """Undo what a test configured: the log belongs to the process."""
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
    structlog.reset_defaults()
    logging.getLogger("uvicorn.access").disabled = False


def everything(all_of: Searched) -> Iterator[str]:
    """Whole evaluations, the good and the bad; after each something may be looked for."""
    service = all_of.service
    person = all_of.capture("customer-accepted")
    delivered = person.ask("frames", all_of.burst(person))
    assert delivered.status_code == 200
    yield "frames are there"
    asked = person.ask("passkey/options", {"nonce": person.take.nonce}).json()["passkey"]["publicKey"]
    key = Authenticator()
    person.ask("passkey", {"nonce": person.take.nonce, "credential": key.create(asked)})
    yield "a passkey was made"
    digest = delivered.json()["digest"]
    assert person.submit(digest, device=all_of.device()).status_code == 200
    person.submit(digest, device=all_of.device())
    yield "decided, and the frames kept"

    refused = all_of.capture("customer-refused")
    assert refused.ask("frames", {**all_of.burst(refused), "mac": "0" * 64}).status_code == 422
    assert refused.ask("frames", {**all_of.burst(refused), "more": ADDRESS}).status_code == 422
    assert refused.ask("decline", {}).status_code == 200
    yield "refused and declined"

    breaking = all_of.capture("customer-who-breaks-it")
    digest = breaking.ask("frames", all_of.burst(breaking)).json()["digest"]
    assert breaking.submit(digest, device=all_of.device()).status_code == 200
    yield "a provider raised"

    expired = all_of.capture("customer-expired")
    assert expired.ask("frames", all_of.burst(expired)).status_code == 200
    service.clock.wind(31 * 60_000)  # beyond the time that the sweep leaves to the carrier
    service.services.sweeping.sweep()
    yield "expired"

    for customer, data in (("customer-still", picture()), ("customer-no-image", b"no image" * 20)):
        all_of.secrets.word("customer", customer)
        all_of.secrets.picture(f"still of {customer}", data)
        individual = {"given_name": "Augusta", "national_id": "QQ123456C", "email": "ada@secret.example"}
        sent = {"individual": individual, "ip_address": "198.51.100.147", "selfie": {"image": as_base64(data)}}
        body = {"id": customer, "timestamp": NOW, "workflow": "searched_still", "data": sent}
        service.client.post("/api/evaluation", json=body)
        service.client.post("/api/evaluation", json={**body, "Augusta": 1})
    yield "stills"

    yield from by_steps(all_of)

    service.clock.wind(3_600_000)
    service.services.sweeping.sweep()
    yield "nothing is kept any more"


def by_steps(all_of: Searched) -> Iterator[str]:
    """Two selfies, a service outside, a candidate, an answer from outside, a person's, a label, and webhooks of all."""
    client = all_of.service.client
    endpoint = {"url": "https://127.0.0.1:1/", "events": [], "description": "nobody is there"}
    assert client.post("/api/webhooks/endpoints", json=endpoint).status_code == 201
    person = all_of.capture("customer-by-steps", "searched_steps")
    for state in ("consented", "submitted"):
        digest = person.ask("frames", all_of.burst(person)).json()["digest"]
        assert person.submit(digest, device=all_of.device()).json()["state"] == state
        yield f"by steps, {state}"
    (waits,) = client.get("/api/waiting").json()["items"]
    assert waits["for"] == "outside"
    said = {"timestamp": NOW, "data": {"features": {"document.age": OUTSIDE["document.age"]}}}
    done = client.patch(f"/api/evaluation/{waits['eval_id']}", json=said).json()
    assert (done["decision"], done["tags"]) == ("REVIEW", ["seen"])
    yield "by steps, decided"
    state = {"workflow": "searched_steps", "notes": "looks like Countess Leaky"}
    assert client.put(f"/api/evaluation/{waits['eval_id']}/state", json=state).status_code == 200
    label = {"id": "customer-by-steps", "workflow": "searched_steps", "fraud_label": "identity_theft"}
    assert client.put("/api/feedback", json={**label, "note": "said so by Countess Leaky"}).status_code == 200
    yield "by steps, noted and labelled"


def test_nothing_is_where_it_may_not_be(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    kinds: set[bytes] = set()
    with searched(tmp_path) as all_of:
        configure_log(Settings(data=tmp_path, log_format="json", log_level="debug"))
        for moment in everything(all_of):
            written = capsys.readouterr()
            assert (moment, all_of.found(written.out + written.err + caplog.text)) == (moment, set())
            kinds |= set(all_of.places().get("sighting.kind", []))
        places = all_of.places()
        assert not [place for place in places if place.startswith("blobs/")]
        with all_of.service.services.database.reading() as connection:
            outcomes = [row[0] for row in connection.exec_driver_sql("SELECT outcome FROM outcome").all()]
    assert outcomes.count("accept") == 2
    assert len(outcomes) == 6
    for place in ("run.state", "shadow.policies", "way.step", "webhook_event.body", "case_event.changed", "label.told"):
        assert places[place], place
    assert "durable.sqlite3" in places, "the carrier's own tables are searched too"
    assert {name for body in places["webhook_event.body"] for name in all_of.secrets.found_in(body)} >= {"notes"}
    assert all(all_of.secrets.found_in(value) for value in places["outcome.features"][:1]), "the search finds features"
    assert places["browser.browser"]
    assert kinds == {b"address", b"frame", b"media", b"device", b"print", b"customer"}
    assert places["passkey.public_key"]


def test_the_sealed_frames_were_there_to_be_found(tmp_path: Path) -> None:
    with searched(tmp_path) as all_of:
        moments = everything(all_of)
        next(moments)
        sealed = [place for place in all_of.places() if place.startswith("blobs/")]
        assert len(sealed) == 1
        assert all_of.places()["frame_key.wrapped"]


Plant = tuple[str, str]


FORMS = ["raw", "base64", *(pytest.param(each, marks=pytest.mark.soak) for each in ("inside base64", "hex", "words"))]


@pytest.mark.parametrize("form", FORMS)
def test_a_planted_leak_is_found(tmp_path: Path, form: str) -> None:
    with searched(tmp_path) as all_of:
        next(everything(all_of))
        frame = picture()
        all_of.secrets.picture("planted", frame)
        part = frame[1001:1065]
        text = {
            "raw": part.decode("latin-1"),
            "base64": as_base64(part),
            "inside base64": as_base64(b"x" + part + b"yz"),
            "hex": "f" + part.hex(),
            "words": "taken with Leaky Cam 4711",
        }[form]
        (all_of.service.data / "blobs" / "planted").write_bytes(text.encode("latin-1"))
        if form != "raw":
            row = {"name": "x", "version": 1, "sha256": "", "text": "", "by": "", "note": text, "seeded": False}
            with all_of.service.services.database.writing() as connection:
                connection.execute(insert(policy_version).values(**row, at=all_of.service.clock.now()))
        name = "camera" if form == "words" else "planted"
        found = all_of.found(json.dumps({"event": text}) if form != "raw" else "")
        assert found == {("blobs/planted", name)} | (
            set() if form == "raw" else {("policy_version.note", name), ("log", name)}
        )


def documented() -> dict[str, str]:
    """Each column in docs/privacy.md, and the word that says what it holds."""
    found = {}
    for line in DOCS.read_text().splitlines():
        row = re.fullmatch(r"\| `(\w+)` \| (`[^|]+`) \| [^|]+ \| ([a-z ]+) \|", line)
        if row:
            for column in re.findall(r"`(\w+)`", row[2]):
                assert f"{row[1]}.{column}" not in found, "each column once"
                found[f"{row[1]}.{column}"] = row[3]
    return found


def test_the_docs_name_every_column_and_no_other() -> None:
    assert set(documented()) == {f"{table.name}.{column.name}" for table in TABLES for column in table.columns}


def test_the_docs_say_where_features_and_customers_stand() -> None:
    for secret, places in ALLOWED.items():
        holding = {column for column, holds in documented().items() if WORDS[secret] in holds.split(" and ")}
        assert holding == places


def test_what_the_docs_call_a_pseudonym_or_digest_is_one(tmp_path: Path) -> None:
    with searched(tmp_path) as all_of:
        for moment in everything(all_of):
            if moment == "expired":
                break
        places = all_of.places()
    looked = 0
    for column, holds in documented().items():
        for value in places.get(column, []):
            if holds in {"pseudonym", "digest"} and value != b"None":
                looked += 1
                assert len(value) == 32 or re.fullmatch(rb"[0-9a-f]{64}", value), column
    assert looked > 30
