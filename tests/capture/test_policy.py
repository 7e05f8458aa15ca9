"""The page asks nobody but its own service, runs nothing inline, and stays small."""

from __future__ import annotations

import gzip
import html
import re
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser

from tests.capture.steps import at, press, shoot, to_camera
from tests.harness.browser import DESKTOP, page_of
from tests.harness.server import Service
from ui.capture import folder

pytestmark = pytest.mark.browser

FIRST_KIB = 24
"""Everything that a phone fetches for the first screen, compressed."""
GUIDE_KIB = 2100
"""What it fetches besides, after consent: nets, their runtime, the guide; compressed."""
REPORT = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy: ${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}`));
"""


def test_the_page_talks_to_its_service_alone(browser: Browser, service: Service) -> None:
    _, link = service.new_capture()
    asked: list[str] = []
    with page_of(browser, DESKTOP) as page:
        page.on("request", lambda request: asked.append(request.url))
        page.add_init_script(REPORT)  # a complaint fails the page
        to_camera(page, link)
        page.locator("[data-guide=on]").wait_for()
        shoot(page)
        press(page, "submit")
        at(page, "confirmation")
    token = link.split("#")[1]
    assert any(url.endswith(".wasm") for url in asked)
    assert {urlsplit(url).netloc for url in asked} == {urlsplit(service.url).netloc}
    assert not [url for url in asked if token in url]


def test_the_service_answers_with_a_strict_policy(service: Service) -> None:
    headers = httpx.get(f"{service.url}/capture/", timeout=60).headers
    policy = headers["content-security-policy"]
    assert "unsafe" not in policy.replace("'wasm-unsafe-eval'", "")
    assert "frame-ancestors 'none'" in policy
    assert "camera=(self)" in headers["permissions-policy"]


def test_header_and_page_say_the_same(service: Service) -> None:
    """The page's own policy holds where a server forgets the header; only `frame-ancestors` cannot stand in it."""
    header = httpx.get(f"{service.url}/capture/", timeout=60).headers["content-security-policy"]
    inside = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', (folder() / "index.html").read_text())
    assert inside is not None
    rules = {rule for rule in header.split("; ") if not rule.startswith("frame-ancestors")}
    assert rules == set(html.unescape(inside.group(1)).split("; "))


def test_nothing_in_the_page_is_inline() -> None:
    page = (folder() / "index.html").read_text()
    assert not re.search(r"<style|\sstyle=|\son\w+=", page)
    assert not re.search(r"<script(?![^>]*\ssrc=)", page)
    assert 'http-equiv="Content-Security-Policy"' in page


def test_the_first_screen_is_small_and_the_guide_bounded() -> None:
    page = folder() / "index.html"
    first = {page, *(folder() / name for name in re.findall(r'(?:src|href)="\./([^"]+)"', page.read_text()))}
    assert {path.suffix for path in first} == {".html", ".js", ".css", ".svg"}
    assert compressed(first) < FIRST_KIB * 1024
    later = {path for path in folder().rglob("*") if path.is_file() and path.suffix != ".gz"} - first
    needed = {path for path in later if not re.match(r"tfjs-backend-wasm-(?!simd)", path.name)}
    assert compressed(needed) < GUIDE_KIB * 1024


def test_what_is_compressed_is_the_same() -> None:
    packed = list(folder().rglob("*.gz"))
    assert {".js", ".css", ".wasm", ".bin", ".json"} <= {Path(path.stem).suffix for path in packed}
    for path in packed:
        assert gzip.decompress(path.read_bytes()) == path.with_suffix("").read_bytes(), path.name


def compressed(files: set[Path]) -> int:
    """Bytes on the wire."""
    return sum(len(gzip.compress(path.read_bytes())) for path in files)
