"""Versions are never overwritten: seeded from the package, continued by people."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from engine.store.database import Database
from engine.store.policy_versions import PolicyVersions, VersionConflict

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def numbers(versions: PolicyVersions, name: str) -> list[tuple[int, str, str]]:
    """Number, text and author, the newest first."""
    return [(each.version, each.text, each.by) for each in versions.all_of(name)]


def test_seeding_twice_adds_nothing(database: Database) -> None:
    versions = PolicyVersions(database)
    assert versions.seed({"a": "one", "b": "two"}, NOW) == ["a", "b"]
    assert versions.seed({"a": "one", "b": "two"}, NOW) == []
    assert versions.names() == ["a", "b"]


def test_a_changed_shipped_text_is_a_new_version(database: Database) -> None:
    versions = PolicyVersions(database)
    versions.seed({"a": "one"}, NOW)
    assert versions.seed({"a": "newer"}, NOW) == ["a"]
    assert numbers(versions, "a") == [(2, "newer", "selfie"), (1, "one", "selfie")]


def test_a_version_that_a_person_saved_stays_the_newest(database: Database) -> None:
    versions = PolicyVersions(database)
    versions.seed({"a": "one"}, NOW)
    versions.save("a", "mine", base=1, by="ada", note="", at=NOW)
    assert versions.seed({"a": "newer"}, NOW) == []
    assert versions.newest_numbers() == {"a": 2}


def test_whoever_is_slower_is_told(database: Database) -> None:
    versions = PolicyVersions(database)
    versions.seed({"a": "one"}, NOW)
    versions.save("a", "mine", base=1, by="ada", note="", at=NOW)
    for base in (0, 1, 3):
        with pytest.raises(VersionConflict) as conflict:
            versions.save("a", "other", base=base, by="bob", note="", at=NOW)
        assert conflict.value.newest == 2
    assert numbers(versions, "a") == [(2, "mine", "ada"), (1, "one", "selfie")]
