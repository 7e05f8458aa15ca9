"""The pages' logic against the real service, without a browser."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from tests.console.conftest import CHILD, decide, shown
from tests.harness.server import Service, free_port


@pytest.mark.usefixtures("evaluations")
def test_the_list_has_decisions_codes_and_states(app: AppTest) -> None:
    page = shown(app.run())
    for words in ("adult", "Accept", "Reject", "R845", "Minimum age not met", "I856", "Waiting", "Awaiting the selfie"):
        assert words in page


@pytest.mark.usefixtures("evaluations")
def test_the_list_is_filtered_by_decision(app: AppTest) -> None:
    app.run()
    app.segmented_control(key="decision").set_value("reject").run()
    page = shown(app)
    assert "child" in page
    assert "adult" not in page


@pytest.mark.usefixtures("evaluations")
def test_a_search_without_result_says_what_to_do(app: AppTest) -> None:
    app.run()
    app.text_input(key="q").set_value("nobody-has-this-id").run()
    assert "No evaluation matches" in shown(app)


def test_the_first_day_says_what_to_do(empty_service: Service, app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SELFIE_API_URL", empty_service.url)
    monkeypatch.setenv("SELFIE_CONSOLE_KEY", empty_service.key)
    assert "No evaluations yet" in shown(app.run())


def test_one_evaluation_shows_which_rule_which_value_which_code(app: AppTest, evaluations: dict[str, str]) -> None:
    app.query_params["evaluation"] = evaluations["child"]
    page = shown(app.run())
    for words in (
        "Reject",
        "Minimum age not met",
        "under-age",
        "age.predicted",
        "15.5 years",
        "age_of_access",
        "line ",
    ):
        assert words in page
    assert page.index("under-age") < page.index("no-face"), "rules that fired come first"


def test_what_is_not_known_is_quiet(app: AppTest, evaluations: dict[str, str]) -> None:
    app.query_params["evaluation"] = evaluations["no-score"]
    page = shown(app.run())
    assert 'class="si-unknown">unknown' in page
    assert "Not known: Passive liveness" in page
    assert "None" not in page


def test_features_of_the_caller_are_marked(app: AppTest, evaluations: dict[str, str]) -> None:
    app.query_params["evaluation"] = evaluations["adult"]
    assert ">caller<" in shown(app.run())


def test_a_waiting_evaluation_shows_its_link_while_it_waits(app: AppTest, evaluations: dict[str, str]) -> None:
    app.query_params["evaluation"] = evaluations["waiting"]
    assert "Nothing is decided yet" in shown(app.run())


def test_an_evaluation_that_is_not_there_is_said_so(app: AppTest) -> None:
    app.query_params["evaluation"] = "00000000-0000-0000-0000-000000000000"
    page = shown(app.run())
    assert "This is not there" in page
    assert "← All evaluations" in page


def test_a_service_that_is_down_is_said_so(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SELFIE_API_URL", f"http://127.0.0.1:{free_port()}")
    assert "The service does not answer" in shown(app.run())
    assert app.button(key="page-again")


def test_a_wrong_key_is_said_so(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SELFIE_CONSOLE_KEY", "wrong")
    assert "The service refuses the console's key".replace("'", "&#x27;") in shown(app.run())


def test_a_console_without_settings_says_which(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SELFIE_API_URL")
    assert "SELFIE_API_URL" in shown(app.run())


def test_the_policies_have_their_live_versions(app: AppTest) -> None:
    app.query_params["view"] = "policies"
    page = shown(app.run())
    for words in ("selfie", "digital_intelligence", "version 1", "standard"):
        assert words in page


def test_a_record_is_tried_at_once(app: AppTest) -> None:
    app.query_params["policy"] = "selfie"
    app.run()
    assert "R1001" in shown(app), "an empty record is unknown and goes to a person"
    app.number_input(key="record face.count").set_value(1)
    app.number_input(key="record liveness.passive_score").set_value(0.95)
    app.number_input(key="record age.predicted").set_value(30.0).run()
    assert "si-accept" in shown(app)
    app.selectbox(key="try-strategy").select("strict")
    app.number_input(key="record liveness.passive_score").set_value(0.8).run()
    assert "R1801" in shown(app)


def test_the_latest_evaluation_fills_the_record(app: AppTest, service: Service) -> None:
    decide(service, "latest", CHILD)
    app.query_params["policy"] = "selfie"
    app.run()
    app.button(key="try-latest").click().run()
    assert app.number_input(key="record age.predicted").value == 15.5
    assert "R845" in shown(app)
    app.button(key="try-clear").click().run()
    assert app.number_input(key="record age.predicted").value is None
