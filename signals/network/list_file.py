"""One list of networks: a file with one CIDR a line and `#` comments."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from ipaddress import ip_network
from pathlib import Path

from signals.network.address import Address

_DATE = re.compile(r"#\s*date:\s*(.*)", re.IGNORECASE)
Span = tuple[int, int]
"""First and last address of a network."""


class BadLists(Exception):  # noqa: N818 - the word of the domain
    """Lists that cannot be used. The message has a line for each mistake, with its place."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Networks of one IP version, none inside another: first and last addresses, sorted."""

    firsts: tuple[int, ...]
    lasts: tuple[int, ...]

    def has(self, address: Address) -> bool:
        """Whether the address is in one of the networks."""
        place = bisect_right(self.firsts, int(address)) - 1
        return place >= 0 and int(address) <= self.lasts[place]


@dataclass(frozen=True, slots=True)
class NetworkList:
    """One file. `day` is `2026-11-01`."""

    kind: str
    day: str
    v4: Bounds
    v6: Bounds

    def has(self, address: Address) -> bool:
        """Whether the address is in one of the networks."""
        return (self.v4 if address.version == 4 else self.v6).has(address)


def read_list(path: Path, kind: str, mistakes: list[str]) -> NetworkList:
    """The networks of a file; what is wrong with its lines is added to `mistakes`. Raises `BadLists`."""
    try:
        lines = path.read_text("utf-8").splitlines()
        changed = path.stat().st_mtime
    except (OSError, UnicodeDecodeError) as broken:
        raise BadLists(f"{path.name}: cannot be read ({type(broken).__name__})") from broken
    spans: dict[int, list[Span]] = {4: [], 6: []}
    for number, line in enumerate(lines, 1):
        text = line.partition("#")[0].strip()
        try:
            network = ip_network(text) if text else None
        except ValueError:
            mistakes.append(f"{path.name}:{number}: `{text[:60]}` is no network such as `192.0.2.0/24`{_meant(text)}")
            continue
        if network is not None:
            spans[network.version].append((int(network.network_address), int(network.broadcast_address)))
    return NetworkList(kind, _day(path.name, lines, changed, mistakes), _bounds(spans[4]), _bounds(spans[6]))


def _meant(text: str) -> str:
    """A network with bits beyond its length is most likely a slip of the pen."""
    try:
        return f"; did you mean `{ip_network(text, strict=False)}`?"
    except ValueError:
        return ""


def _day(name: str, lines: Sequence[str], changed: float, mistakes: list[str]) -> str:
    """The day in the first comment `# date: 2026-11-01`, else that of the file's last change."""
    for number, line in enumerate(lines, 1):
        found = _DATE.match(line.strip())
        if found:
            try:
                return date.fromisoformat(found[1].strip()).isoformat()
            except ValueError:
                mistakes.append(f"{name}:{number}: `{found[1][:40]}` is no day such as `2026-11-01`")
                break
    return datetime.fromtimestamp(changed, UTC).date().isoformat()


def _bounds(spans: list[Span]) -> Bounds:
    """Of networks that overlap one is inside the other."""
    firsts: list[int] = []
    lasts: list[int] = []
    for first, last in sorted(spans):
        if not lasts or first > lasts[-1]:
            firsts.append(first)
            lasts.append(last)
        else:
            lasts[-1] = max(lasts[-1], last)
    return Bounds(tuple(firsts), tuple(lasts))
