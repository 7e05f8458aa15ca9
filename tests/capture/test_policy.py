"""The page asks nobody but its own service, runs nothing inline, and stays small."""

from __future__ import annotations

import gzip
import re
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser

from tests.capture.steps import to_end
from tests.harness.browser import DESKTOP, page_of
from tests.harness.server import Service
from ui.capture import folder

pytestmark = pytest.mark.browser

MOST_KIB = 40
"""Everything that a phone fetches before the first screen, compressed."""


def test_the_page_talks_to_its_service_alone(browser: Browser, service: Service) -> None:
    _, link = service.new_capture()
    asked: list[str] = []
    with page_of(browser, DESKTOP) as page:
        page.on("request", lambda request: asked.append(request.url))
        to_end(page, link)
    token = link.split("#")[1]
    assert asked
    assert {urlsplit(url).netloc for url in asked} == {urlsplit(service.url).netloc}
    assert not [url for url in asked if token in url]


def test_the_service_answers_with_a_strict_policy(service: Service) -> None:
    headers = httpx.get(f"{service.url}/capture/", timeout=60).headers
    policy = headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "camera=(self)" in headers["permissions-policy"]


def test_nothing_in_the_page_is_inline() -> None:
    page = (folder() / "index.html").read_text()
    assert not re.search(r"<style|\sstyle=|\son\w+=", page)
    assert not re.search(r"<script(?![^>]*\ssrc=)", page)
    assert 'http-equiv="Content-Security-Policy"' in page


def test_the_page_is_small() -> None:
    files = [path for path in folder().rglob("*") if path.suffix in {".html", ".js", ".css", ".svg"}]
    assert len(files) >= 4
    assert sum(len(gzip.compress(path.read_bytes())) for path in files) < MOST_KIB * 1024
