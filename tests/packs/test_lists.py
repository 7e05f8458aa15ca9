"""Lists: a deny list may be a rule, an allow list only a name; entries have days; values are told nowhere."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from engine.diagnostics import Refused
from engine.policy import check_policy, shipped_catalogue, shipped_reasons
from engine.policy.lists import read_list
from engine.policy.registers import RegisterFile, Shelf
from tests.packs.registers import DENIED, SHELF, policy_of, record, rule, text_of, told

DAY = "2026-11-23"
UNLUCKY = rule({"==": [{"var": "face.count"}, 0]})
DENY = text_of(UNLUCKY, lists=[{"list": "denied", "then": "reject", "reason": "R406"}])
OWN = {
    "id": "own", "kind": "deny", "feature": "device.os", "owner": "Fraud", "why": "Attacks",
    "entries": [{"value": "Haiku", "why": "Attack", "added": "2026-01-01", "by": "ana"}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("system", "day", "outcome"),
    [
        ("Plan 9", DAY, "reject"),
        ("Plan 9", "2025-12-31", "accept"),
        ("Plan 9", "2026-01-01", "reject"),
        ("TempleOS", "2026-11-22", "reject"),
        ("TempleOS", "2026-11-22T23:59:59Z", "reject"),
        ("TempleOS", DAY, "accept"),
        ("BeOS", DAY, "accept"),
        ("BeOS", "2026-11-24", "reject"),
        ("quote'\"", DAY, "reject"),
        ("Linux", DAY, "accept"),
        ("Linux", None, "accept"),
        ("Plan 9", None, "review"),
        ("TempleOS", None, "review"),
        (None, DAY, "review"),
        (None, None, "review"),
    ],
)
def test_a_deny_list_is_a_rule(system: str | None, day: str | None, outcome: str) -> None:
    """In force it rejects, unknown it holds up; of what is not in it nothing but the value need be known."""
    policy, given = policy_of(DENY), {"face.count": 1, "device.os": system, **record(day=day)}
    decided = policy.decide(given)
    assert decided.outcome == outcome
    assert decided.rules == (() if outcome == "accept" else ("denied",))
    assert decided == policy.explain(given).decision


def test_unknown_never_passes_a_list() -> None:
    """What is accepted with unknowns is accepted whatever they turn out to be."""
    policy = policy_of(DENY)
    systems, days = ["Plan 9", "TempleOS", "BeOS", "Linux"], ["2025-01-01", DAY, "2026-11-24"]
    for system, day in itertools.product([None, *systems], [None, *days]):
        if policy.decide({"face.count": 1, "device.os": system, **record(day=day)}).outcome != "accept":
            continue
        for whole in itertools.product([system] if system else systems, [day] if day else days):
            given = {"face.count": 1, "device.os": whole[0], **record(day=whole[1])}
            assert policy.decide(given).outcome == "accept"


def test_an_allow_list_is_a_name() -> None:
    """A condition may ask for it; by itself it changes nothing, and it makes no reject milder."""
    exempt = rule(
        {"and": [{"==": [{"var": "face.count"}, 0]}, {"!": {"lookup": ["allowed", {"var": "device.browser"}]}}]}
    )
    policy = policy_of(text_of(exempt, {**rule({">": [{"var": "face.count"}, 1]}), "id": "many"}))
    ours = {"device.browser": "Selfie App", **record(day=DAY)}
    assert policy.decide({"face.count": 0, **ours}).outcome == "accept"
    assert policy.decide({"face.count": 0, **ours, "device.browser": "Other"}).outcome == "reject"
    assert policy.decide({"face.count": 0, **ours, "device.browser": None}).outcome == "review"
    assert policy.decide({"face.count": 2, **ours}).outcome == "reject"


def test_a_list_of_the_policy_itself() -> None:
    """It is a rule, and its name is known to conditions."""
    asked = {**rule({"and": [{"lookup": "own"}, {">": [{"var": "face.count"}, 3]}]}), "reason": "R835"}
    policy = policy_of(text_of(asked, lists=[{**OWN, "then": "review", "reason": "R406"}]))
    given = {"face.count": 5, "device.os": "Haiku", **record(day=DAY)}
    assert policy.decide(given).reasons == ("R835",)
    assert policy.decide(given).rules == ("r", "own")
    assert policy.decide({**given, "face.count": 1}).reasons == ("R406",)


def test_a_list_may_only_inform() -> None:
    """With a reason and no outcome, an allow list too; unknown is then nothing."""
    policy = policy_of(text_of(UNLUCKY, lists=[{"list": "allowed", "reason": "I401"}]))
    known = {"face.count": 1, "device.browser": "Selfie App", **record(day=DAY)}
    assert policy.decide(known).reasons == ("I401",)
    assert policy.decide({**known, "device.browser": None}).outcome == "accept"


@pytest.mark.parametrize(
    ("listed", "code"),
    [
        ({"list": "denied", "then": "reject"}, "no-reason"),
        ({"list": "denied", "then": "accept", "reason": "I401"}, "deny-accepts"),
        ({"list": "allowed", "then": "accept", "reason": "I401"}, "allow-decides"),
        ({"list": "allowed", "then": "review", "reason": "R406"}, "allow-decides"),
        ({"list": "ages"}, "not-a-list"),
        ({"list": "dinied"}, "unknown-register"),
        ({"then": "reject", "reason": "R406"}, "missing-key"),
        ({"list": "denied", "then": "reject", "reason": "R999"}, "unknown-reason"),
        ({"list": "denied", "on_unknown": {"then": "review"}}, "no-effect"),
        ({"list": "denied", "entries": []}, "unknown-key"),
        ({**OWN, "id": "denied"}, "taken-name"),
        ({**OWN, "id": "Own"}, "bad-name"),
        ({**OWN, "feature": "device.bot_detected"}, "type-mismatch"),
        ("denied", "wrong-kind"),
    ],
)
def test_a_list_that_says_what_it_may_not(listed: Any, code: str) -> None:
    """Each is an error, told once."""
    text = text_of(UNLUCKY, lists=[listed])
    assert [each for each, _ in told(text)] == [code]
    with pytest.raises(Refused):
        policy_of(text)


def test_a_list_is_named_once() -> None:
    """Twice in one policy, in whichever way, is a mistake."""
    text = text_of(UNLUCKY, lists=[{"list": "denied"}, {"list": "denied"}])
    assert told(text) == [("duplicate-list", "list `denied` is given twice")]


def test_a_rule_does_not_have_the_name_of_a_list() -> None:
    """A decision names rules by their ids, and nobody could tell which it was."""
    text = text_of({**UNLUCKY, "id": "denied"}, lists=[{"list": "denied", "then": "review", "reason": "R406"}])
    assert told(text) == [("duplicate-rule", "rule `denied` has the id of one that `lists` makes")]


def test_what_ends_soon_is_a_warning() -> None:
    """Told where the policy names the list, by number and not by value."""
    assert told(DENY, "2026-11-01") == [
        ("expires-soon", "1 of 4 entries of list `denied` has an end by 2026-12-01"),
        ("not-in-force", "1 of 4 entries of list `denied` has no effect on 2026-11-01"),
    ]
    assert ("expired", "1 of 4 entries of list `denied` has expired") in told(DENY, DAY)


SECRET = "somebody@example.org"
PERSONAL = DENIED.replace("TempleOS", SECRET)


def personal_shelf() -> Shelf:
    """A list with an address in it."""
    return Shelf({**SHELF.files, "denied": RegisterFile("list", "denied.yaml", lambda: PERSONAL)}, shipped_catalogue())


def test_values_are_told_nowhere() -> None:
    """Not in a trace of another value, not in a message, not in a `repr`; the trace has the name and the result."""
    from engine.policy import read_policy

    shelf = personal_shelf()
    known = {"catalogue": shipped_catalogue(), "reasons": shipped_reasons(), "shelf": shelf}
    policy = read_policy(DENY, source="p.yaml", **known)
    trace = policy.explain({"face.count": 1, "device.os": "Linux", **record(day=DAY)})
    messages = check_policy(DENY, source="p.yaml", today="2026-11-01", **known)
    held = shelf.get("denied")
    shown = [json.dumps(trace.to_json()), trace.render(), str(messages), repr(held), repr(policy.__dict__)]
    assert not [text for text in shown if SECRET in text]
    assert 'lookup(\\"denied\\", device.os, context.day)' in shown[0]


def test_a_refused_list_shows_no_line() -> None:
    """The place is enough for whoever may open the file."""
    with pytest.raises(Refused) as refused:
        read_list(PERSONAL.replace("by: ana", "from: ana"), "denied.yaml", shipped_catalogue())
    assert SECRET not in str(refused.value)
    assert "denied.yaml:9:" in str(refused.value)


def test_a_list_has_an_end() -> None:
    """10,000 entries may be a list; one more is none, and none of them is looked at."""
    head = DENIED[: DENIED.index("entries:")] + "entries:\n"
    assert codes_of(head + "  - {}\n" * 10_000) == {"missing-key"}
    assert codes_of(head + "  - {}\n" * 10_001) == {"too-long"}


def codes_of(text: str) -> set[str]:
    """What a list is refused for."""
    with pytest.raises(Refused) as refused:
        read_list(text, "x", shipped_catalogue())
    return {each.code for each in refused.value.diagnostics}
