"""Who may show the Capture App in a frame, and the cookies that work there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.service.conftest import running

SHOPS = "https://shop.example https://app.example:8443"


@pytest.mark.parametrize("path", ["/capture/", "/capture/assets/index.js"])
def test_nobody_frames_the_app_but_those_that_were_named(tmp_path: Path, path: str) -> None:
    with running(tmp_path / "closed") as service:
        policy = service.client.get(path).headers["content-security-policy"]
        assert policy.endswith("; frame-ancestors 'none'")
    with running(tmp_path / "open", frame_ancestors=SHOPS) as service:
        policy = service.client.get(path).headers["content-security-policy"]
        assert policy.endswith(f"; frame-ancestors {SHOPS}")
        assert "frame-ancestors" not in service.client.get("/api/workflows").headers.get("content-security-policy", "")


def test_cookies_cross_to_another_site_only_where_it_may_frame(tmp_path: Path) -> None:
    """In a frame of another site browsers keep only cookies that are marked so, and those apart for each site."""
    assert {marks(each) for each in cookies(tmp_path / "closed")} == {("SameSite=strict", "Secure")}
    framed = {marks(each) for each in cookies(tmp_path / "open", frame_ancestors=SHOPS)}
    assert framed == {("Partitioned", "SameSite=none", "Secure")}


def test_without_https_cookies_stay_strict_since_browsers_would_drop_others(tmp_path: Path) -> None:
    plain = cookies(tmp_path, frame_ancestors="http://localhost:3000", public_url="http://selfie.example")
    assert {marks(each) for each in plain} == {("SameSite=strict",)}


def cookies(folder: Path, **settings: Any) -> list[str]:
    """What the first `open` sets: the session's cookie and the device's."""
    with running(folder, **settings) as service:
        _, token = service.new_capture()
        found = service.browser(token).ask("open", {}).headers.get_list("set-cookie")
    assert len(found) == 2
    return [str(each) for each in found]


def marks(cookie: str) -> tuple[str, ...]:
    """The attributes that say where a cookie goes."""
    assert "HttpOnly" in cookie
    told = ("SameSite", "Secure", "Partitioned")
    return tuple(sorted({part for part in cookie.split("; ") if part.startswith(told)}))
