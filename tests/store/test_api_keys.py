"""Keys: in force until they are revoked, and for a second more where a process has just used them."""

from __future__ import annotations

from datetime import UTC, datetime

from engine.store.api_keys import FRESH_SECONDS, ApiKeys
from engine.store.database import Database

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
LATER = datetime(2026, 11, 2, 12, tzinfo=UTC)


def test_a_revoked_key_is_taken_for_a_second_more_at_most(database: Database) -> None:
    seconds = 0.0
    serving, desk = ApiKeys(database, lambda: seconds), ApiKeys(database)
    made = serving.add("secret", name="shop", environment="Production", edits_policies=False, at=AT)
    assert made is not None
    seconds = 100.0
    assert serving.find("secret") == made
    assert desk.revoke(made.id, LATER)
    seconds = 100.0 + FRESH_SECONDS - 0.001
    assert serving.find("secret") == made, "by what was found a moment ago"
    seconds = 100.0 + FRESH_SECONDS
    assert serving.find("secret") is None
    assert FRESH_SECONDS <= 1.0, "docs/operations.md promises it"


def test_who_revokes_a_key_no_longer_takes_it(database: Database) -> None:
    keys = ApiKeys(database, lambda: 0.0)
    made = keys.add("secret", name="shop", environment="Sandbox", edits_policies=False, at=AT)
    assert made is not None
    assert keys.find("secret")
    assert keys.revoke(made.id, LATER)
    assert keys.find("secret") is None
    assert keys.add("secret", name="again", environment="Sandbox", edits_policies=True, at=LATER) is None


def test_a_key_is_revoked_once_and_no_other_one_with_it(database: Database) -> None:
    keys = ApiKeys(database)
    one, other = (keys.add(name, name=name, environment="Sandbox", edits_policies=False, at=AT) for name in "ab")
    assert one is not None
    assert other is not None
    assert not keys.revoke("nothing", LATER)
    assert keys.revoke(one.id, LATER)
    assert not keys.revoke(one.id, datetime(2026, 12, 1, tzinfo=UTC))
    assert {each.key: each.revoked_at for each in keys.all()} == {one: LATER, other: None}
    assert keys.find("b") == other
