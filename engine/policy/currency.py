"""Whether packs and lists are current: what is not verified, over, not begun, or over soon. Always a warning.

An analyst wants to know what a decision stands on before it is relied on; but a figure that nobody has verified yet is
no reason to stop every evaluation, and unknown is never passed off as a figure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from engine.diagnostics import Diagnostic, Location, Refused
from engine.features import Catalogue
from engine.logic.mistakes import Mistakes, quoted
from engine.policy.lists import EntryList, ListEntry, read_list
from engine.policy.packs import Pack, PackEntry, read_pack
from engine.policy.registers import Consulted
from engine.times import canonical_time, shift

SOON = 30
"""Days before its end at which an entry of a list is spoken of."""
_SHOWN = 5
_HINTS = {
    "expired": "renew what is still wanted, and take out the rest",
    "expires-soon": "renew what is still wanted",
    "not-in-force": "it begins with the day `added`",
}


def what_is_looked_up_is_current(registers: Consulted, today: str | None, mistakes: Mistakes) -> None:
    """Warn, where a policy names a pack or list, of what is in it. Values of lists are not told."""
    for found, at in registers.used.values():
        if isinstance(found, Pack):
            _pack_is_current(found, at, today, mistakes)
        else:
            _list_is_current(found, at, today, mistakes)


def _pack_is_current(pack: Pack, at: Location, today: str | None, mistakes: Mistakes) -> None:
    doubtful = [entry for entry in pack.entries if not entry.verified]
    if doubtful:
        message = f"{_of(doubtful, pack.entries)} of pack {quoted(pack.name)} {_are(doubtful)} not verified"
        mistakes.add("unverified", f"{message}: {_labels(doubtful)}", at, "compare them with their sources", "warning")
    if today and not pack.in_force(today):
        message = f"nothing of pack {quoted(pack.name)} is in force on {today}"
        mistakes.add("not-in-force", message, at, "what is looked up there is unknown", "warning")


def _list_is_current(found: EntryList, at: Location, today: str | None, mistakes: Mistakes) -> None:
    for code, entries, what in _by_state(found.entries, today):
        message = f"{_of(entries, found.entries)} of list {quoted(found.name)} {'has' if len(entries) == 1 else 'have'}"
        mistakes.add(code, f"{message} {what}", at, _HINTS[code], "warning")


def pack_warnings(pack: Pack, today: str | None) -> tuple[Diagnostic, ...]:
    """Each figure of a pack that is not verified, and each key for which nothing is in force."""
    mistakes = Mistakes()
    for entry in pack.entries:
        if not entry.verified:
            message = f"the figure for {quoted(entry.label)} is not verified"
            hint = "compare it with its source, then write `verified: true` and the day as `as_of`"
            mistakes.add("unverified", message, entry.location, hint, "warning")
    for entry in _over_or_to_come(pack, today) if today else ():
        message = f"nothing is in force for {quoted(entry.label)} on {today}"
        mistakes.add("not-in-force", message, entry.location, "it is unknown on that day", "warning")
    return tuple(mistakes.found)


def _over_or_to_come(pack: Pack, today: str) -> Iterable[PackEntry]:
    known = {entry.keys for entry in pack.in_force(today)}
    newest = {entry.keys: entry for entry in sorted(pack.entries, key=lambda e: e.since)}
    return (entry for keys, entry in newest.items() if keys not in known)


def list_warnings(found: EntryList, today: str | None) -> tuple[Diagnostic, ...]:
    """Each entry of a list that is over, not begun or over soon, by its place alone."""
    return tuple(
        Diagnostic(code, f"this entry has {what}", entry.location, _HINTS[code], "warning")
        for code, entries, what in _by_state(found.entries, today)
        for entry in entries
    )


def _by_state(entries: Sequence[ListEntry], today: str | None) -> Iterable[tuple[str, list[ListEntry], str]]:
    if today is None:
        return
    soon = (shift(canonical_time(today), SOON, "days") or "9999-12-31")[:10]
    states = {
        "expired": [e for e in entries if e.expires and e.expires <= today],
        "expires-soon": [e for e in entries if e.expires and today < e.expires <= soon],
        "not-in-force": [e for e in entries if e.added > today],
    }
    words = {"expired": "expired", "expires-soon": f"an end by {soon}", "not-in-force": f"no effect on {today}"}
    yield from ((code, found, words[code]) for code, found in states.items() if found)


def check_register(
    kind: Literal["pack", "list"], text: str, source: str, catalogue: Catalogue, today: str | None
) -> tuple[Diagnostic, ...]:
    """Every mistake of a pack or list; where there is none, its warnings."""
    try:
        if kind == "pack":
            return pack_warnings(read_pack(text, source), today)
        return list_warnings(read_list(text, source, catalogue), today)
    except Refused as refused:
        return refused.diagnostics


def _of(some: Sequence[object], whole: Sequence[object]) -> str:
    return f"{len(some)} of {len(whole)} {'entry' if len(whole) == 1 else 'entries'}"


def _are(some: Sequence[object]) -> str:
    return "is" if len(some) == 1 else "are"


def _labels(entries: Sequence[PackEntry]) -> str:
    shown = ", ".join(entry.label for entry in entries[:_SHOWN])
    return f"{shown} and {len(entries) - _SHOWN} more" if len(entries) > _SHOWN else shown
