"""Settings: read from the environment, refused with every mistake, listed in the docs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.diagnostics import Refused
from engine.service.settings import Settings, for_providers, is_loopback, read_settings

DOCS = Path(__file__).parents[2] / "docs" / "configuration.md"


def test_the_docs_list_every_setting_and_no_other() -> None:
    listed = set(re.findall(r"^\| `(SELFIE_[A-Z_]+)`", DOCS.read_text(encoding="utf-8"), re.MULTILINE))
    ours = {f"SELFIE_{name.upper()}" for name in Settings.model_fields}
    assert ours <= listed, ours - listed
    read_elsewhere = {"SELFIE_NETWORK_LISTS"}  # by a signal provider
    assert listed - ours <= read_elsewhere, listed - ours


def test_the_environment_is_read_and_the_command_line_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SELFIE_PORT", "9001")
    monkeypatch.setenv("SELFIE_PUBLIC_URL", "https://age.example")
    monkeypatch.setenv("SELFIE_DATABASE_URL", "")
    settings = read_settings(port=None)
    assert (settings.port, settings.public, settings.database_url) == (9001, "https://age.example", None)
    assert read_settings(port=9002).port == 9002


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SELFIE_PORT", "http"),
        ("SELFIE_PORT", "0"),
        ("SELFIE_CAPTURE_TTL", "5"),
        ("SELFIE_PUBLIC_URL", "age.example"),
        ("SELFIE_PUBLIC_URL", "https://age.example/path"),
        ("SELFIE_LOG_FORMAT", "xml"),
        ("SELFIE_ONNX_THREADS", "0"),
        ("SELFIE_OPENCV_THREADS", "many"),
        ("SELFIE_DATABASE_URL", "nonsense"),
        ("SELFIE_DATABASE_URL", "postgres://user:p4ssw0rd@db.example/selfie"),
        ("SELFIE_DATABASE_URL", "postgresql://user:p4ssw0rd@db.example:port/selfie"),
        ("SELFIE_DATABASE_URL", "mysql+pymysql://user:p4ssw0rd@db.example/selfie"),
        ("SELFIE_KEY_DATABASE_URL", "db.example:5432"),
        ("SELFIE_FRAME_ANCESTORS", "*"),
        ("SELFIE_FRAME_ANCESTORS", "shop.example"),
        ("SELFIE_FRAME_ANCESTORS", "https://shop.example/path"),
        ("SELFIE_FRAME_ANCESTORS", "https://shop.example; script-src *"),
    ],
)
def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(Refused) as refused:
        read_settings()
    assert f"`{name}`: " in str(refused.value)
    assert "p4ssw0rd" not in str(refused.value)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.7", "::", "example.org"])  # noqa: S104 - refused is what is shown
def test_no_other_bind_without_sign_in(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("SELFIE_SIGN_IN", "off")
    assert read_settings().host == "127.0.0.1"
    with pytest.raises(Refused, match="loopback"):
        read_settings(host=host)
    monkeypatch.setenv("SELFIE_SIGN_IN", "on")
    assert read_settings(host=host).host == host


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True), ("10.0.0.1", False), ("a", False)],
)
def test_loopback(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_proxies_are_named_by_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_settings().trusted_proxies == ()
    monkeypatch.setenv("SELFIE_TRUSTED_PROXIES", " 10.0.0.0/8, 2001:db8::1 ,")
    assert [str(network) for network in read_settings().trusted_proxies] == ["10.0.0.0/8", "2001:db8::1/128"]


@pytest.mark.parametrize("value", ["10.0.0.1/8", "everyone", "10.0.0.0/33", "10.0.0.0/8 10.0.0.1", "proxy.example"])
def test_a_range_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("SELFIE_TRUSTED_PROXIES", value)
    with pytest.raises(Refused, match="SELFIE_TRUSTED_PROXIES"):
        read_settings()


def test_hosts_are_named_with_or_without_a_port(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_settings().private_hosts == ()
    monkeypatch.setenv("SELFIE_PRIVATE_HOSTS", " Hooks.Inside. , 10.0.0.7:8443,[::1]:9,")
    assert read_settings().private_hosts == ("hooks.inside", "10.0.0.7:8443", "[::1]:9")


@pytest.mark.parametrize(
    "value", ["https://a.example", "a.example/path", "a b", "a.example:x", "10.0.0.0/8", "*", "::1"]
)
@pytest.mark.parametrize("name", ["SELFIE_HTTP_HOSTS", "SELFIE_PRIVATE_HOSTS"])
def test_a_host_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(Refused, match=name):
        read_settings()


def test_providers_are_given_none_of_the_services_secrets() -> None:
    theirs = {"SELFIE_ACME_KEY": "theirs", "SELFIE_ONNX_THREADS": "1", "SELFIE_DATA": "data"}
    ours = [f"SELFIE_{name}" for name in ("SANDBOX_KEY", "CONSOLE_KEY", "DATABASE_URL", "HTTP_SECRET_RISK")]
    assert for_providers({**theirs, **dict.fromkeys(ours, "ours")}) == theirs


def test_every_setting_that_may_hold_a_secret_is_kept_from_providers() -> None:
    """A new setting called a key, a token, a secret or an address with a password must be added to the list."""
    telling = ("key", "token", "secret", "_url", "storage")
    harmless = {"public_url", "api_url", "otel_endpoint"}
    named = [name for name in Settings.model_fields if any(word in name for word in telling) and name not in harmless]
    assert named
    assert for_providers({f"SELFIE_{name.upper()}": "x" for name in named}) == {}
