"""The models' page: the cards as the service tells them, and what files it lacks."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from playwright.sync_api import expect
from streamlit.testing.v1 import AppTest

from tests.console.conftest import DESK, OpenConsole, shown
from tests.harness.browser import PHONE, screenshot
from ui.console.parts.card import render


def test_a_card_has_its_warning_tables_and_plots(app: AppTest) -> None:
    app.query_params["model"] = "liveness"
    page = shown(app.run())
    assert page.index('role="note"') < page.index("Do not trust this score alone") < page.index("The score is the mean")
    assert 'class="si-notice si-warn" role="note"' in page
    assert page.count('src="data:image/svg+xml') == 5
    assert '<div class="si-wide" tabindex="0"><table>' in page
    assert "Model files missing: <code" in page, "this service has none"
    assert "None" not in unquote(re.sub(r'src="[^"]*"', "", page))


def test_without_a_name_the_first_card_is_shown(app: AppTest) -> None:
    app.query_params["view"] = "models"
    page = shown(app.run())
    assert 'href="?model=age" class="si-subtab" aria-current="page"' in page
    assert ">Predicted age</h2>" in page


def test_a_card_that_is_not_there_is_said_so(app: AppTest) -> None:
    app.query_params["model"] = "../features"
    page = shown(app.run())
    assert "This is not there" in page
    assert "← All models" in page


def test_a_card_can_neither_inject_nor_ask_another_host() -> None:
    text = (
        "# Odd\n\nNo <b>trust</b>.\n\n<script>x()</script>\n\n![far](https://far.example/a.svg) ![here](a.svg)\n\n"
        "[other](quality.md) [code](javascript:x) [file](age.json) [web](https://far.example/)"
    )
    page = render(text, {"a.svg": "<svg/>"}, {"quality"})
    assert "<script" not in page
    assert "<b>" not in page
    assert re.findall(r'src="([^"]*)"', page) == ["data:image/svg+xml;base64,PHN2Zy8+"]
    assert re.findall(r'href="([^"]*)"', page) == ["?model=quality", "https://far.example/"]
    assert "<em>far</em>" in page


@pytest.mark.browser
def test_cards_are_read_at_a_desk(console: OpenConsole) -> None:
    with console(size=DESK) as page:
        page.get_by_role("link", name="Models").click()
        expect(page.locator(".si-tab[aria-current]")).to_have_text("Models")
        page.get_by_role("link", name="Passive liveness").click()
        expect(page).to_have_url(re.compile("model=liveness"))
        expect(page.locator(".si-card-title")).to_have_text("Passive liveness")
        expect(page.locator(".si-card .si-warn")).to_contain_text("Do not trust this score alone")
        plots = page.locator(".si-plot img")
        expect(plots).to_have_count(5)
        page.wait_for_function(
            "() => [...document.querySelectorAll('.si-plot img')]"
            ".every((each) => each.complete && each.naturalWidth > 300)"
        )
        screenshot(page, "console-models")
        plots.nth(2).scroll_into_view_if_needed()
        screenshot(page, "console-models plots")
        page.locator(".si-card").get_by_role("link", name="quality").click()
        expect(page.locator(".si-card-title")).to_have_text("Quality")


@pytest.mark.browser
@pytest.mark.parametrize("name", ["liveness", "age", "facemesh"])
def test_a_phone_scrolls_a_wide_table_and_not_the_page(console: OpenConsole, name: str) -> None:
    with console(f"?model={name}", size=PHONE) as page:
        page.locator(".si-card table").first.wait_for()
        screenshot(page, f"console-phone models {name}")
        page.locator(".si-wide").nth(1).scroll_into_view_if_needed()
        screenshot(page, f"console-phone models {name} table")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        main = page.get_by_test_id("stMain")
        assert main.evaluate("main => main.scrollWidth <= main.clientWidth")
        assert page.locator(".si-wide").evaluate_all("all => all.some(box => box.scrollWidth > box.clientWidth)")
