"""An address as it is looked up and counted."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

Address = IPv4Address | IPv6Address
_PRIVATE = tuple(
    ip_network(text)
    for text in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",  # RFC 1918
        "100.64.0.0/10",  # behind a carrier's translation, RFC 6598
        "127.0.0.0/8",
        "169.254.0.0/16",
        "::1/128",
        "fe80::/10",
        "fc00::/7",  # RFC 4193
    )
)
_SITE = 0xFFFF_FFFF_FFFF_FFFF << 64
"""A household or an office has at least a /64 of its own and changes the rest at will."""


def read_address(text: str | None) -> Address | None:
    """The address, an IPv4 one inside IPv6 unwrapped; None where there is none, or it is no address."""
    try:
        address = ip_address((text or "").strip().partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def is_private(address: Address) -> bool:
    """Loopback, link-local, a network of one's own, or behind a carrier's translation: no data speaks of these."""
    return any(address in network for network in _PRIVATE)


def counted_as(address: Address) -> str:
    """What is counted together: one IPv4 address, or a /64 of IPv6."""
    if isinstance(address, IPv4Address):
        return str(address)
    return f"{IPv6Address(int(address) & _SITE)}/64"
