"""Settings, out of the `SELFIE_*` environment that a factory receives."""

from __future__ import annotations

import ipaddress
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit


class Unconfigured(Exception):  # noqa: N818 - the word of the domain
    """A setting is missing or wrong. The message names it and never holds a value."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Times are in seconds."""

    url: str
    key: str = field(repr=False)
    seconds: float
    attempts: int
    breaker_failures: int
    breaker_seconds: float


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The checked settings; raises `Unconfigured`."""
    return Settings(
        url=_url(environment.get("SELFIE_ACME_URL", "")),
        key=_key(environment.get("SELFIE_ACME_KEY", "")),
        seconds=_number(environment, "SELFIE_ACME_SECONDS", 6, 0.1, 60),
        attempts=int(_number(environment, "SELFIE_ACME_ATTEMPTS", 3, 1, 5)),
        breaker_failures=int(_number(environment, "SELFIE_ACME_BREAKER_FAILURES", 5, 1, 1000)),
        breaker_seconds=_number(environment, "SELFIE_ACME_BREAKER_SECONDS", 30, 0, 3600),
    )


def _url(text: str) -> str:
    """Pictures of people and a key go there: encrypted, or not off this machine."""
    if not text:
        raise Unconfigured("SELFIE_ACME_URL is not set")
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise Unconfigured("SELFIE_ACME_URL is no address") from None
    if parts.scheme not in {"http", "https"} or not host or port == 0:
        raise Unconfigured("SELFIE_ACME_URL is no address")
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise Unconfigured("SELFIE_ACME_URL holds more than scheme, host, port and path")
    if parts.scheme == "http" and not _is_loopback(host):
        raise Unconfigured("SELFIE_ACME_URL is not https:, and its host is not a loopback address")
    return text.rstrip("/")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _key(text: str) -> str:
    if not text:
        raise Unconfigured("SELFIE_ACME_KEY is not set")
    if not all("!" <= character <= "~" for character in text):
        raise Unconfigured("SELFIE_ACME_KEY holds a character that a header cannot")
    return text


def _number(environment: Mapping[str, str], name: str, default: float, low: float, high: float) -> float:
    try:
        value = float(environment.get(name) or default)
    except ValueError:
        value = math.nan
    if not low <= value <= high:
        raise Unconfigured(f"{name} is no number from {low:g} to {high:g}")
    return value
