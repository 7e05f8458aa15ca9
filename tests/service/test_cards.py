"""`/api/models`: the cards that the package brings, and nothing beside them."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.service.versions.cards import read_card
from signals.cards import folder
from tests.service.conftest import Running

CARDS = Path(__file__).parents[2] / "docs" / "models"


def test_every_card_of_the_project_is_listed(service: Running) -> None:
    items = service.client.get("/api/models").json()["items"]
    assert [item["model"] for item in items] == sorted(path.stem for path in CARDS.glob("[!R]*.md"))
    assert {"model": "liveness", "title": "Passive liveness"} in items


def test_a_card_comes_with_its_plots(service: Running) -> None:
    card = service.client.get("/api/models/liveness/card").json()
    assert card["title"] == "Passive liveness"
    assert card["markdown"] == (CARDS / "liveness.md").read_text(encoding="utf-8")
    assert set(card["pictures"]) == {path.name for path in CARDS.glob("liveness-*.svg")}
    assert all(svg.startswith("<svg ") for svg in card["pictures"].values())


@pytest.mark.parametrize("name", ["nobody", "README", "LIVENESS", "..%2F..%2FREADME", "%2e%2e", "liveness.md"])
def test_a_name_that_is_not_listed_is_not_found(service: Running, name: str) -> None:
    answer = service.client.get(f"/api/models/{name}/card")
    assert answer.status_code == 404
    assert answer.json()["code"] in {"modelUnknown", "notFound"}
    assert service.client.get("/api/models/nobody/card").json()["code"] == "modelUnknown"


def test_cards_need_a_key(service: Running) -> None:
    for path in ("/api/models", "/api/models/liveness/card"):
        assert service.client.get(path, headers={"Authorization": "Bearer wrong"}).status_code == 401


def test_a_card_takes_no_picture_from_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "secret.svg").write_text("<svg/>", encoding="utf-8")
    (tmp_path / "cards").mkdir()
    card = tmp_path / "cards" / "odd.md"
    card.write_text("# Odd\n\n![a](../secret.svg) ![b](gone.svg)\n", encoding="utf-8")
    assert read_card(card).pictures == {}


def test_a_checkout_has_its_own_cards() -> None:
    assert folder() == CARDS
