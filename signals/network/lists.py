"""The operator's own lists in a folder: `tor.txt`, `vpn.txt` and so on, read again when one of them changes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from signals.network.address import Address
from signals.network.list_file import BadLists, NetworkList, read_list

KINDS = ("tor", "vpn", "proxy", "hosting", "mobile", "access")
"""The first that has an address says what it is. `access` is for those that the data takes for a data centre."""
MOST_SHOWN = 5
_NAMES = ", ".join(f"{kind}.txt" for kind in KINDS)
Stamp = tuple[tuple[str, int, int], ...]


class Lists:
    """All lists of a folder; none where no folder is named."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._read: tuple[Stamp, tuple[NetworkList, ...] | BadLists] = ((), ())

    def find(self, address: Address) -> NetworkList | None:
        """The first list that has the address; raises `BadLists`."""
        return next((each for each in self.current() if each.has(address)), None)

    def current(self) -> tuple[NetworkList, ...]:
        """The lists as they lie there now; raises `BadLists`, again as long as nobody mends them."""
        if self._folder is None:
            return ()
        stamp = _stamp(self._folder)
        if stamp != self._read[0]:
            self._read = (stamp, _lists(self._folder, [name for name, *_ in stamp]))
        found = self._read[1]
        if isinstance(found, BadLists):
            raise BadLists(str(found))
        return found


def _stamp(folder: Path) -> Stamp:
    """What tells a changed folder: name, size and time of each list."""
    try:
        files = [(path, path.stat()) for path in sorted(folder.iterdir()) if path.suffix == ".txt"]
    except OSError as broken:
        raise BadLists(f"the folder cannot be read ({type(broken).__name__})") from broken
    return tuple((path.name, state.st_size, state.st_mtime_ns) for path, state in files)


def _lists(folder: Path, names: Sequence[str]) -> tuple[NetworkList, ...] | BadLists:
    """A list under a name that means nothing would be missed by nobody, so it is a mistake."""
    mistakes = [f"{name}: no such list; there are {_NAMES}" for name in names if name.removesuffix(".txt") not in KINDS]
    try:
        found = tuple(read_list(folder / f"{kind}.txt", kind, mistakes) for kind in KINDS if f"{kind}.txt" in names)
    except BadLists as unreadable:
        return unreadable
    more = [f"and {len(mistakes) - MOST_SHOWN} more"] if len(mistakes) > MOST_SHOWN else []
    return BadLists("\n".join(mistakes[:MOST_SHOWN] + more)) if mistakes else found
