"""The client against the real service: each failure is a problem with words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.harness.server import Service, free_port
from ui.console.api import Api, Problem


@pytest.fixture
def api(service: Service) -> Iterator[Api]:
    with closing(Api(service.url, service.key)) as client:
        yield client


def problem(url: str, key: str) -> Problem:
    """What a first call answers."""
    with closing(Api(url, key)) as client, pytest.raises(Problem) as found:
        client.policies()
    return found.value


def test_a_service_that_is_not_there_is_a_problem() -> None:
    found = problem(f"http://127.0.0.1:{free_port()}", "key")
    assert (found.status, found.code) == (0, "unreachable")


def test_a_wrong_key_is_a_problem(service: Service) -> None:
    assert problem(service.url, "wrong").status == 401


def test_a_name_from_the_address_bar_reaches_no_other_route(api: Api) -> None:
    with pytest.raises(Problem) as found:
        api.evaluation("../policies")
    assert found.value.status == 404


def test_a_broken_text_is_refused_with_its_places(api: Api) -> None:
    newest = api.policy("selfie")["live_version"]
    with pytest.raises(Problem) as found:
        api.save("selfie", "policy: selfie\nrules: [", newest, "")
    assert found.value.status == 422
    assert found.value.errors
    assert all(error["line"] >= 1 for error in found.value.errors)


def test_a_text_on_an_old_version_is_a_conflict(api: Api) -> None:
    text = api.version("selfie", 1)["text"]
    with pytest.raises(Problem) as found:
        api.save("selfie", text, 0, "")
    assert (found.value.status, found.value.code) == (409, "versionConflict")


@pytest.mark.usefixtures("evaluations")
def test_the_list_has_parts(api: Api) -> None:
    first = api.evaluations(limit=2, q="", decision=None)
    assert len(first.items) == 2
    assert first.cursor
    second = api.evaluations(limit=2, cursor=first.cursor)
    assert {item["eval_id"] for item in first.items}.isdisjoint(item["eval_id"] for item in second.items)
