"""Addresses that a workflow names: their form only. Where they lead is looked at when they are asked."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

EVAL_ID = "{eval_id}"
HERE = frozenset({"127.0.0.1", "localhost"})
"""Hosts that may be asked without encryption: nothing leaves the machine."""
MOST = 2000
_HOST = re.compile(
    r"(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
)
_PRINTABLE = re.compile(r"[!-~]+")


def problem_of_url(url: str) -> str:
    """Why an address cannot be asked, as a phrase; the empty string where it can."""
    return _problem(url) or ("holds braces: it is the same for everybody" if set("{}") & set(url) else "")


def problem_of_link(link: str) -> str:
    """Why a person cannot be sent there, as a phrase; the empty string where they can."""
    host, _, rest = link.partition("://")[2].partition("/")
    if EVAL_ID not in rest and EVAL_ID not in host.partition("?")[2]:
        return f"names no `{EVAL_ID}` in its path or query, so nobody there knows whom it is about"
    return _problem(link) or ("holds other braces" if set("{}") & set(link.replace(EVAL_ID, "")) else "")


def _problem(address: str) -> str:
    if len(address) > MOST or not _PRINTABLE.fullmatch(address):
        return "is too long" if len(address) > MOST else "holds a space or a sign that no address has"
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "is no address"
    if parts.username is not None or parts.password is not None or parts.fragment:
        return "holds a user or a fragment"
    if parts.scheme not in {"https", "http"} or not _HOST.fullmatch(host) or port == 0:
        return "is no https address with a host that is written out"
    return "is not encrypted" if parts.scheme == "http" and host not in HERE else ""
