"""Where the service is, from the environment, and what is read from it once a minute."""

from __future__ import annotations

import os

import streamlit as st

from ui.console.api import Api, Json, Problem


def api() -> Api:
    """The service that `SELFIE_API_URL` and `SELFIE_CONSOLE_KEY` name."""
    url, key = os.environ.get("SELFIE_API_URL", ""), os.environ.get("SELFIE_CONSOLE_KEY", "")
    if not url or not key:
        raise Problem(0, "notConfigured", "The console does not know its service")
    return _open(url, key)


def features() -> dict[str, Json]:
    """The feature catalogue by name, in its own order."""
    return _features(api())


def reasons() -> dict[str, Json]:
    """The reason codes, by code."""
    return _reasons(api())


def workflows() -> dict[str, Json]:
    """The workflows, by name."""
    return _workflows(api())


@st.cache_resource(on_release=Api.close)
def _open(url: str, key: str) -> Api:
    return Api(url, key)


@st.cache_data(ttl=60, show_spinner=False)
def _features(_api: Api) -> dict[str, Json]:
    return {item["name"]: item for item in _api.features()}


@st.cache_data(ttl=60, show_spinner=False)
def _reasons(_api: Api) -> dict[str, Json]:
    return {item["code"]: item for item in _api.reasons()}


@st.cache_data(ttl=60, show_spinner=False)
def _workflows(_api: Api) -> dict[str, Json]:
    return {item["workflow"]: item for item in _api.workflows()}
