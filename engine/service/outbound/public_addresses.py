"""Which addresses belong to the open internet: whatever else a name stands for may be a machine of our own."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address

# From the special-purpose registries of IANA (RFC 6890 and what followed), and addresses at which clouds tell their
# machines secrets. Written down here, since what the standard library calls global differs between its versions.
_CLOSED_V4 = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",  # behind a carrier's translation; 100.100.100.200 tells metadata
            "127.0.0.0/8",
            "168.63.129.16/32",  # public by its number, metadata by its use
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
        ),
    )
)
_OPEN_V6 = IPv6Network("2000::/3")
_CLOSED_V6 = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # Teredo and other tunnels among them
            "2001:db8::/32",
            "2002::/16",  # 6to4: another way to write any IPv4 address
            "3fff::/20",
        ),
    )
)
_TRANSLATED = IPv6Network("64:ff9b::/96")
"""NAT64: the last four bytes are the IPv4 address that is reached."""


def address_of(text: str) -> Address | None:
    """An address from text, with an IPv4 one inside IPv6 as what it reaches; None for anything with a zone."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv4Address):
        return address
    if address.scope_id is not None:
        return None
    if address in _TRANSLATED:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address


def is_public(text: str) -> bool:
    """Whether this address is one of the open internet. What is no address is none."""
    address = address_of(text)
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _CLOSED_V4)
    return address is not None and address in _OPEN_V6 and not any(address in network for network in _CLOSED_V6)


def is_host(text: str) -> bool:
    """Whether this is one machine at all, and not none, or many."""
    address = address_of(text)
    return address is not None and not address.is_unspecified and not address.is_multicast
