"""Saving a policy from the console: nothing that was typed is ever lost."""

from __future__ import annotations

from contextlib import closing

import pytest
from streamlit.testing.v1 import AppTest

from tests.console.conftest import shown
from tests.harness.server import Service
from ui.console.api import Api
from ui.console.draft import Draft

POLICY = "digital_intelligence"


@pytest.fixture
def editor(app: AppTest) -> AppTest:
    """The page of one policy."""
    app.query_params["policy"] = POLICY
    return app.run()


def draft(app: AppTest) -> Draft:
    found = app.session_state[f"draft {POLICY}"]
    assert isinstance(found, Draft)
    return found


def save_elsewhere(service: Service, text: str) -> int:
    """Another person saves."""
    base = service.ask("GET", f"/api/policies/{POLICY}")["versions"][0]["version"]
    saved = service.ask("POST", f"/api/policies/{POLICY}/versions", json={"text": text, "base_version": base})
    return int(saved["version"])


def test_a_text_without_changes_cannot_be_saved(editor: AppTest) -> None:
    assert editor.button(key="save").disabled


def test_a_change_is_saved_with_its_note(editor: AppTest, service: Service) -> None:
    draft(editor).text += "\n# reviewed\n"
    editor.text_input(key="policy-note").set_value("Reviewed by two").run()
    editor.button(key="save").click().run()
    newest = service.ask("GET", f"/api/policies/{POLICY}")["versions"][0]
    assert newest["note"] == "Reviewed by two"
    assert newest["live"]
    assert draft(editor).base == newest["version"]
    assert not draft(editor).changed


def test_a_broken_text_cannot_be_saved(editor: AppTest) -> None:
    draft(editor).text = draft(editor).text.replace("device.bot_detected", "device.robot")
    page = shown(editor.run())
    assert "to fix before it can be saved" in page
    assert editor.button(key="save").disabled
    assert "Waiting for the text" in page


def test_a_refusal_is_shown_with_its_place_and_the_text_is_kept(editor: AppTest, service: Service) -> None:
    """The button is off for a broken text; the keys for saving still ask the service, which refuses."""
    broken = draft(editor).text.replace("device.bot_detected", "device.robot")
    kept = draft(editor)
    kept.text = broken
    with closing(Api(service.url, service.key)) as api:
        assert not kept.save(api, "")
    page = shown(editor.run())
    assert "The service did not save this text. It is kept here." in page
    assert "line " in page
    assert draft(editor).text == broken


def test_a_conflict_is_told_and_loses_nothing(editor: AppTest, service: Service) -> None:
    mine = draft(editor).text + "\n# mine\n"
    draft(editor).text = mine
    theirs = save_elsewhere(service, draft(editor).saved + "\n# theirs\n")
    editor.button(key="save").disabled = False
    editor.run()
    editor.button(key="save").click().run()
    page = shown(editor)
    assert f"Version {theirs} was saved" in page
    assert "# theirs" in page
    assert "# mine" in page
    assert draft(editor).text == mine
    editor.button(key="conflict-mine").click().run()
    newest = service.ask("GET", f"/api/policies/{POLICY}")["versions"][0]["version"]
    assert newest == theirs + 1
    assert service.ask("GET", f"/api/policies/{POLICY}/versions/{newest}")["text"] == mine


def test_theirs_can_be_taken_instead(editor: AppTest, service: Service) -> None:
    draft(editor).text += "\n# mine\n"
    text = draft(editor).saved + "\n# theirs again\n"
    save_elsewhere(service, text)
    editor.run()
    editor.button(key="conflict-theirs").click().run()
    assert draft(editor).text == text
    assert "was saved" not in shown(editor)


def test_an_untouched_text_follows_the_newest_version(editor: AppTest, service: Service) -> None:
    before = draft(editor).doc
    text = draft(editor).text + "\n# newer\n"
    save_elsewhere(service, text)
    editor.run()
    assert draft(editor).text == text
    assert draft(editor).doc != before, "the editor must take the new text"


def test_an_old_version_is_restored_as_a_new_one(app: AppTest, service: Service) -> None:
    first = service.ask("GET", f"/api/policies/{POLICY}/versions/1")["text"]
    save_elsewhere(service, first + "\n# later\n")
    app.query_params.update({"policy": POLICY, "version": "1"})
    app.run()
    app.button(key="restore-version").click().run()
    newest = service.ask("GET", f"/api/policies/{POLICY}")["versions"][0]
    assert newest["note"] == "Restores version 1"
    assert service.ask("GET", f"/api/policies/{POLICY}/versions/{newest['version']}")["text"] == first
