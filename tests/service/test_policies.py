"""`/api/policies`: an edit is checked, saved as a version, and changes the next decision."""

from __future__ import annotations

from typing import Any

from engine.policy import shipped_policies
from tests.service.conftest import KEY, Running, as_base64
from tests.service.test_evaluation import ADULT

TEXT = shipped_policies()["selfie"]
STRICTER = TEXT.replace("value: 18}", "value: 30}")


def save(service: Running, text: str, base: int, name: str = "selfie", **more: Any) -> Any:
    """Save a version."""
    return service.client.post(f"/api/policies/{name}/versions", json={"text": text, "base_version": base, **more})


def test_shipped_policies_are_seeded_and_live(service: Running) -> None:
    items = {item["policy"]: item for item in service.client.get("/api/policies").json()["items"]}
    assert set(items) == set(shipped_policies())
    assert items["selfie"] | {"at": ""} == {
        "policy": "selfie",
        "title": "Selfie Intelligence",
        "live_version": 1,
        "versions": 1,
        "sha256": items["selfie"]["sha256"],
        "at": "",
        "by": "selfie",
        "strategies": ["lenient", "standard", "strict"],
    }
    version = service.client.get("/api/policies/selfie/versions/1").json()
    assert (version["text"], version["live"]) == (TEXT, True)


def test_an_edit_changes_the_next_decision_and_no_earlier_one(service: Running) -> None:
    before = service.post("selfie_features", {"features": ADULT}).json()
    saved = save(service, STRICTER, 1, note="older people only")
    assert (saved.status_code, saved.json()["version"], saved.json()["live"]) == (201, 2, True)
    after = service.post("selfie_features", {"features": ADULT}).json()
    assert (before["decision"], after["decision"]) == ("ACCEPT", "REVIEW")
    assert service.evaluation(before["eval_id"]) == before
    trace = service.client.get(f"/api/evaluation/{before['eval_id']}/trace").json()
    assert trace["policies"][0]["version"] == 1
    assert trace["policies"][0]["parameters"]["age_of_access"] == 18
    versions = service.client.get("/api/policies/selfie").json()
    assert versions["live_version"] == 2
    assert [(each["version"], each["note"], each["by"]) for each in versions["versions"]] == [
        (2, "older people only", "test"),
        (1, "", "selfie"),
    ]


def test_who_was_slower_is_told(service: Running) -> None:
    assert save(service, STRICTER, 1).status_code == 201
    lost = save(service, TEXT, 1)
    assert (lost.status_code, lost.json()["code"]) == (409, "versionConflict")
    assert service.client.get("/api/policies/selfie").json()["live_version"] == 2


def test_a_policy_with_mistakes_is_refused_with_their_places(service: Running) -> None:
    broken = TEXT.replace("var: liveness.passive_score", "var: livness.passive_score", 1)
    refused = save(service, broken, 1)
    assert (refused.status_code, refused.json()["code"]) == (422, "policyRefused")
    error = refused.json()["errors"][0]
    assert error["line"] == broken[: broken.index("livness")].count("\n") + 1
    assert "liveness.passive_score" in error["hint"]
    assert service.client.get("/api/policies/selfie").json()["live_version"] == 1


def test_a_version_must_be_of_its_policy_and_keep_the_workflows_strategies(service: Running) -> None:
    assert save(service, TEXT, 1, "selfie_image").status_code == 422
    assert save(service, TEXT.replace("  standard:", "  usual:"), 1).json()["code"] == "policyRefused"
    assert save(service, TEXT.replace("policy: selfie\n", "policy: mine\n"), 0, "mine").status_code == 201


def test_a_key_that_may_not_edit(service: Running) -> None:
    secret = "sk_sandbox_readonly" + "r" * 30
    services = service.services
    services.keys.add(secret, name="r", environment="Sandbox", edits_policies=False, at=services.clock.now())
    headers = {"Authorization": f"Bearer {secret}"}
    body = {"text": STRICTER, "base_version": 1}
    answer = service.client.post("/api/policies/selfie/versions", json=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "keyMayNot")
    assert service.client.get("/api/policies/selfie", headers=headers).status_code == 200


def test_check_tells_mistakes_and_what_is_read(service: Running) -> None:
    good = service.client.post("/api/policies/check", json={"text": TEXT, "name": "selfie"}).json()
    assert good["diagnostics"] == []
    assert good["strategies"] == ["lenient", "standard", "strict"]
    assert "age.predicted" in good["reads"]
    bad = service.client.post("/api/policies/check", json={"text": TEXT + "\nsurprise: 1\n"}).json()
    assert bad["diagnostics"][0]["line"] > 10
    for text in ("", "[", "a: b", "\t", "'", "x" * 1000, "__import__('os')", "&a [*a, *a]"):
        answer = service.client.post("/api/policies/check", json={"text": text})
        assert answer.status_code == 200, text
        assert answer.json()["diagnostics"], text


def test_try_stores_nothing(service: Running, portrait: bytes) -> None:
    def attempt(**body: Any) -> Any:
        return service.client.post("/api/policies/try", json={"text": STRICTER, "strategy": "standard", **body})

    record = attempt(features=ADULT)
    assert record.json()["decision"]["value"] == "review"
    assert record.json()["features"]["age.predicted"] == 34.9
    selfie = attempt(selfie={"image": as_base64(portrait)})
    assert (selfie.json()["decision"]["value"], selfie.json()["failures"]) == ("accept", [])
    assert selfie.json()["rules"]
    assert attempt(features={"face.count": "x"}).json()["code"] == "badFeatures"
    assert attempt(features={}, selfie={"image": ""}).status_code == 422
    assert attempt(features={}, strategy="loose").json()["code"] == "unknownStrategy"
    assert attempt(features={}, text="policy: [").json()["code"] == "policyRefused"
    assert attempt(selfie={"image": as_base64(b"GIF89a")}).json()["code"] == "badImage"
    assert service.client.get("/api/evaluation").json()["items"] == []
    assert service.client.get("/api/policies/selfie").json()["live_version"] == 1


def test_what_is_not_there(service: Running) -> None:
    for path in ("nope", "selfie/versions/9", "selfie/versions/0", "selfie/versions/-1", f"selfie/versions/{2**70}"):
        answer = service.client.get(f"/api/policies/{path}", headers={"Authorization": f"Bearer {KEY}"})
        assert (answer.status_code, answer.json()["code"]) == (404, "policyUnknown"), path
    assert service.client.get("/api/policies/selfie/versions/x").status_code == 422


def test_strings_with_quotes_newlines_and_code_stay_strings(service: Running) -> None:
    nasty = "'; DROP TABLE policy_version; --\" \\n __import__('os').system('true')"
    title = '"' + nasty.replace("\\", "\\\\").replace('"', '\\"') + '"'
    saved = save(service, TEXT.replace("title: Selfie Intelligence", f"title: {title}", 1), 1, note=nasty)
    assert saved.status_code == 201, saved.text
    items = {item["policy"]: item for item in service.client.get("/api/policies").json()["items"]}
    assert items["selfie"]["title"] == nasty
    assert service.client.get("/api/policies/selfie").json()["versions"][0]["note"] == nasty
    assert service.post("selfie_features", {"features": ADULT}).json()["decision"] == "ACCEPT"


def test_a_warning_is_told_and_stops_nothing(service: Running) -> None:
    """The console shows it beside the line; the version is saved all the same."""
    odd = TEXT.replace("age_buffer: 7}", "age_buffer: 4}")
    told = service.client.post("/api/policies/check", json={"text": odd, "name": "selfie"}).json()
    assert [(each["code"], each["severity"]) for each in told["diagnostics"]] == [("threshold-order", "warning")]
    assert told["diagnostics"][0]["line"] == odd[: odd.index("age_buffer: 4}")].count("\n") + 1
    assert told["strategies"] == ["lenient", "standard", "strict"]
    assert save(service, odd, 1).status_code == 201


def test_a_stored_text_includes_nothing(service: Running) -> None:
    """What it names could change under it: refused with the way out, and no file is looked for."""
    text = TEXT.replace("rules:", "include: [common/faces.yaml]\nrules:", 1)
    told = service.client.post("/api/policies/check", json={"text": text}).json()["diagnostics"]
    assert [(each["code"], "policy flatten" in each["hint"]) for each in told] == [("include-not-here", True)]
    refused = save(service, text, 1)
    assert (refused.status_code, refused.json()["code"]) == (422, "policyRefused")
