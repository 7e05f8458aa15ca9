"""Where a person comes from: the peer's address, or what a proxy that we were told to trust says of it.

`X-Forwarded-For` is a list to which every proxy adds the address that it saw, on the right. Only what a named proxy
added can be believed; whatever stands further left is the person's own word, and may be anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


def person_address(peer: str | None, forwarded: Sequence[str], proxies: Sequence[Network]) -> str | None:
    """The person's address, normalised; None where it cannot be told. Never raises.

    Args:
        peer: the address that the connection came from.
        forwarded: every `X-Forwarded-For` header of the request, in their order.
        proxies: the proxies that are trusted.
    """
    nearest = _address(peer or "")
    if nearest is None or not _is_named(nearest, proxies):
        return None if nearest is None else str(nearest)
    for entry in _from_the_right(forwarded):
        address = _address(entry)
        if address is None:
            return None  # what our own proxy saw is no address: then nobody knows it
        if not _is_named(address, proxies):
            return str(address)
    return str(nearest)


def household(address: str | None) -> str:
    """What an address is counted by: IPv4 as it is, of IPv6 the first 64 bits; the rest one person may have alone."""
    known = _address(address or "")
    if isinstance(known, IPv6Address):
        return str(IPv6Network((known, 64), strict=False))
    return str(known) if known else "unknown"


def _from_the_right(forwarded: Sequence[str]) -> Iterable[str]:
    return reversed([entry.strip() for header in forwarded for entry in header.split(",") if entry.strip()])


def _is_named(address: Address, proxies: Sequence[Network]) -> bool:
    return any(address.version == network.version and address in network for network in proxies)


def _address(text: str) -> Address | None:
    """An address as proxies write it: perhaps with a port, in brackets, with a zone, or an IPv4 one inside IPv6."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
