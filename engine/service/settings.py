"""Every setting, read from `SELFIE_*` environment variables. docs/configuration.md lists them; a test compares."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from engine.diagnostics import Diagnostic, Location, Refused
from engine.service.access.rates import open_storage, read_rate
from engine.service.outbound.destinations import BadDestination, named_host
from engine.store.database import NoDatabase, must_be_readable

PREFIX = "SELFIE_"
MEMORY = "memory://"
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
ORIGIN = r"https?://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(?::[0-9]{1,5})?"


def _networks(value: object) -> object:
    """Ranges from text: `10.0.0.0/8, 2001:db8::1`."""
    if not isinstance(value, str):
        return value
    return tuple(map(_network, filter(None, map(str.strip, value.split(",")))))


def _network(text: str) -> Network:
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        way = "write ranges like 10.0.0.0/8 or 2001:db8::1, with commas between them"
        raise ValueError(f"`{text[:64]}` is no range of addresses; {way}") from None


def _hosts(value: object) -> object:
    """Hosts from text: `api.example, 127.0.0.1:8443`."""
    if not isinstance(value, str):
        return value
    return tuple(map(_host, filter(None, map(str.strip, value.split(",")))))


def _host(text: str) -> str:
    try:
        return named_host(text)
    except BadDestination:
        way = "write hosts like api.example or api.example:8443, with commas between them"
        raise ValueError(f"`{text[:64]}` is no host; {way}") from None


Hosts = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_hosts)]


def _database(address: str) -> str:
    try:
        must_be_readable(address)
    except NoDatabase as wrong:
        raise ValueError(str(wrong)) from None
    return address


DatabaseUrl = Annotated[str, AfterValidator(_database)]


def _rate(text: str) -> str:
    read_rate(text)
    return text


def _rate_storage(address: str) -> str:
    if address != MEMORY:
        open_storage(address)
    return address


class Settings(BaseSettings):
    """The settings of one process. Field `data` is variable `SELFIE_DATA`, and so on."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True, env_ignore_empty=True)

    data: Path = Field(default=Path("data"), description="Folder of everything embedded: database, keys, frames.")
    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: Annotated[int, Field(ge=1, le=65535)] = Field(default=8000, description="Port to listen on.")
    public_url: str | None = Field(
        default=None,
        pattern=r"^https?://[^\s/?#]+$",
        description="Address under which people reach the service; links are built from it.",
    )
    sign_in: Literal["on", "off"] = Field(
        default="on", description="Whether the console asks for its token; `off` only on a loopback address."
    )
    sandbox_key: str | None = Field(
        default=None,
        min_length=1,
        max_length=512,
        description="Bearer key of environment `Sandbox` that `run` accepts; made on first start where absent.",
    )
    console_key: str | None = Field(default=None, description="Bearer key with which the console calls the API.")
    api_url: str | None = Field(default=None, description="Address at which the console calls the API.")
    policies: Path | None = Field(
        default=None, description="Folder of your own policies and workflows, beside the shipped ones."
    )
    database_url: DatabaseUrl | None = Field(
        default=None, description="SQLAlchemy address; default: SQLite in `SELFIE_DATA`."
    )
    key_database_url: DatabaseUrl | None = Field(
        default=None, description="SQLAlchemy address of the frames' keys; default: SQLite in `SELFIE_DATA/keys`."
    )
    blob_url: str | None = Field(
        default=None, description="Object store of sealed frames; default: a folder in `SELFIE_DATA`."
    )
    frame_ancestors: str | None = Field(
        default=None,
        pattern=rf"^{ORIGIN}( {ORIGIN})*$",
        description="Origins, separated by spaces, whose pages may show the Capture App in a frame.",
    )
    trusted_proxies: Annotated[tuple[Network, ...], NoDecode, BeforeValidator(_networks)] = Field(
        default=(),
        description="Address ranges of proxies, separated by commas, whose `X-Forwarded-For` is believed.",
    )
    test_camera: bool = Field(
        default=False, description="Lets a test camera and automation pass. For tests only, never in production."
    )
    capture_ttl: Annotated[int, Field(ge=60, le=7 * 24 * 3600)] = Field(
        default=1800, description="Seconds until a capture session expires."
    )
    replay_days: Annotated[int, Field(ge=1, le=365)] = Field(
        default=30,
        description="Days for which a picture that comes again is noticed; prints of pictures are kept so long.",
    )
    rate_limit: Annotated[str, AfterValidator(_rate)] = Field(
        default="6000/minute",
        description="Requests of one key, reading and writing apart, and of one address in the Capture App; or `off`.",
    )
    rate_limit_storage: Annotated[str, AfterValidator(_rate_storage)] = Field(
        default=MEMORY, description="Where requests are counted; by default each process counts for itself."
    )
    workers_threads: Annotated[int, Field(ge=1, le=32)] = Field(
        default=2, description="Evaluations that are computed at the same time."
    )
    workers_queue: Annotated[int, Field(ge=0, le=1000)] = Field(
        default=16, description="Evaluations that may wait for a thread; beyond them the answer is 503."
    )
    evaluation_seconds: Annotated[float, Field(gt=0, le=600)] = Field(
        default=20.0, description="Time limit of one evaluation's signals; what is late is unknown."
    )
    body_memory_mb: Annotated[int, Field(ge=64)] = Field(
        default=512, description="Request bodies held at the same time, in MiB; beyond them the answer is 503."
    )
    http_hosts: Hosts = Field(default=(), description="Hosts that `http` steps of workflows may ask.")
    private_hosts: Hosts = Field(
        default=(),
        description="Hosts that may be called although their address is private, and without TLS.",
    )
    log_format: Literal["console", "json"] = Field(default="console", description="Form of the log.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="Least level logged.")
    metrics: Literal["local", "on", "off"] = Field(
        default="local",
        description="Who may read `/metrics`: this machine where people reach the service on it too, anybody, nobody.",
    )
    metrics_token: str | None = Field(
        default=None, min_length=16, max_length=512, description="Bearer token without which nobody reads `/metrics`."
    )
    otel_endpoint: str | None = Field(
        default=None,
        pattern=r"^https?://[^\s?#]+$",
        description="Address of an OpenTelemetry collector (OTLP over HTTP) that gets traces.",
    )
    disk_reserve_mb: Annotated[int, Field(ge=0)] = Field(
        default=256, description="MiB that must be free in the data folder for the service to call itself ready."
    )
    model_cache: Path | None = Field(default=None, description="Folder of converted, verified model files.")
    model_mirror: Path | None = Field(default=None, description="Folder where model sources are looked for first.")
    model_offline: bool = Field(default=False, description="Never ask the network for models.")
    onnx_threads: Annotated[int, Field(ge=1, le=64)] = Field(
        default=1, description="Threads of the inference library for one image."
    )
    opencv_threads: Annotated[int, Field(ge=1, le=64)] = Field(
        default=1, description="Threads of the image library for one image."
    )
    eval_data: Path | None = Field(default=None, description="Labelled images; only the accuracy tests read them.")

    @model_validator(mode="after")
    def _sign_in_guards_other_addresses(self) -> Self:
        if self.sign_in == "off" and not is_loopback(self.host):
            raise ValueError("without sign-in the service listens on a loopback address only")
        return self

    @property
    def framed(self) -> bool:
        """Whether the Capture App may stand in a frame of another site, where browsers take only marked cookies."""
        return self.frame_ancestors is not None and self.public.startswith("https:")

    @property
    def public(self) -> str:
        """Where people reach the service; never taken from a request."""
        return self.public_url or f"http://127.0.0.1:{self.port}"


def is_loopback(host: str) -> bool:
    """Whether only this machine can connect to an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def read_settings(**given: object) -> Settings:
    """The settings of the environment, with what a command line says instead; raises `Refused` with every mistake."""
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as invalid:
        raise Refused(_diagnostic(dict(error)) for error in invalid.errors(include_input=False)) from invalid


def _diagnostic(error: Mapping[str, object]) -> Diagnostic:
    where = error.get("loc")
    field = where[0] if isinstance(where, tuple) and where else ""
    message = str(error["msg"]).removeprefix("Value error, ")
    name = f"{PREFIX}{str(field).upper()}" if field else "settings"
    return Diagnostic("bad-setting", f"`{name}`: {message[:1].lower()}{message[1:]}", Location("environment"))


def selfie_environment() -> dict[str, str]:
    """The `SELFIE_*` variables as text: what providers and the model store read."""
    return {name: value for name, value in os.environ.items() if name.startswith(PREFIX)}


OWN_SECRETS = (
    "SANDBOX_KEY",
    "CONSOLE_KEY",
    "DATABASE_URL",
    "KEY_DATABASE_URL",
    "BLOB_URL",
    "METRICS_TOKEN",
    "RATE_LIMIT_STORAGE",
    "HTTP_SECRET_",
)
"""Beginnings of variables that may hold a key or a password of the service's own."""


def for_providers(environment: Mapping[str, str]) -> dict[str, str]:
    """What a provider's factory is given: its own settings and the common ones, none of the service's secrets.

    A provider is code in this process and could read more; but what it is handed it may log, or send with a report.
    """
    secret = tuple(PREFIX + name for name in OWN_SECRETS)
    return {name: value for name, value in environment.items() if not name.startswith(secret)}
