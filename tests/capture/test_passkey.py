"""A passkey of a real browser: made and verified through the routes, on a page that our own headers guard."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.harness.browser import DESKTOP, chromium_with, page_of
from tests.harness.evidence import Take, frames_request, submit_request
from tests.harness.server import Service, running_service

pytestmark = pytest.mark.browser

PORTRAIT = Path(__file__).parents[2] / "examples" / "astronaut.jpg"
WORKFLOW = """
workflow: bound
title: A capture that offers a passkey
evidence: capture
providers: [device]
policies: [bound]
device_binding: true
"""
POLICY = """
policy: bound
title: Accepts whoever comes
strategies: {standard: {}}
unknown: review
otherwise: accept
rules:
  - {id: passkey-fails, when: {"==": [{var: device.passkey}, failed]}, then: review, reason: R1440}
"""
PLATFORM = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
ASK = """async ([token, step, body]) => {
  const answer = await fetch(`/api/capture/sessions/${step}`, {
    method: "POST",
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: await answer.json() };
}"""
ANSWER = """async ({ ceremony, publicKey }) => {
  const made = ceremony === "register"
    ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) })
    : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) });
  return made.toJSON();
}"""


@pytest.fixture(scope="module")
def bound(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service under a name, as passkeys need it, with a workflow that offers them."""
    folder = tmp_path_factory.mktemp("bound")
    (folder / "own" / "workflows").mkdir(parents=True)
    (folder / "own" / "workflows" / "bound.yaml").write_text(WORKFLOW)
    (folder / "own" / "bound.yaml").write_text(POLICY)
    with running_service(folder, "localhost", SELFIE_POLICIES=str(folder / "own")) as running:
        yield running


@pytest.fixture(scope="module")
def plain_browser(chromium: str) -> Iterator[Browser]:
    """A browser; the camera is of no matter here."""
    with chromium_with(chromium) as launched:
        yield launched


def evaluated(service: Service, page: Page) -> tuple[str, str]:
    """A whole evaluation; what the service said of the passkey, and the decision."""
    eval_id, link = service.new_capture(workflow="bound", strategy="standard")
    token = link.partition("#")[2]

    def ask(step: str, body: dict[str, Any]) -> Any:
        answer = page.evaluate(ASK, [token, step, body])
        assert answer["status"] == 200, (step, answer)
        return answer["body"]

    opened = ask("open", {})
    assert opened["device_binding"] is True
    ask("consent", {"version": opened["consent"]["version"], "agreed": True})
    take = Take.of(ask("challenge", {"choice": None}))
    time.sleep(1)  # a burst takes its time
    digest = ask("frames", frames_request(take, [PORTRAIT.read_bytes()] * 3))["digest"]
    credential = page.evaluate(ANSWER, ask("passkey/options", {"nonce": take.nonce})["passkey"])
    said = ask("passkey", {"nonce": take.nonce, "credential": credential})["passkey"]
    ask("submit", submit_request(take, digest))
    return said, service.evaluation(eval_id)["decision"]


def test_a_browser_makes_a_passkey_and_is_verified_by_it(bound: Service, plain_browser: Browser) -> None:
    with page_of(plain_browser, DESKTOP) as page:
        page.goto(f"{bound.url}/capture/")
        devtools = page.context.new_cdp_session(page)
        devtools.send("WebAuthn.enable")
        added = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": PLATFORM})
        assert [evaluated(bound, page) for _ in range(3)] == [
            ("registered", "ACCEPT"),
            ("verified", "ACCEPT"),
            ("verified", "ACCEPT"),
        ]
        keys = devtools.send("WebAuthn.getCredentials", {"authenticatorId": added["authenticatorId"]})["credentials"]
        assert [key["rpId"] for key in keys] in ([], ["localhost"])
        assert keys[0]["signCount"] >= 2
