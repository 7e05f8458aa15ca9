"""`selfie policy diff`: what changed in the text, and whose decision changes."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.commands.policy_prove import FINDINGS, USAGE, OneStrategy, readable_policy
from engine.logic.mistakes import did_you_mean, quoted
from engine.policy.compiled import CompiledPolicy

if TYPE_CHECKING:
    from engine.policy.proofs.difference import Change, Difference, Region

MAX_SHOWN = 3
"""Regions that are shown of a code that changes while the outcome stays."""


def diff(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="A version of a policy.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="Another version of it.")],
    strategy: OneStrategy = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what changes between two versions: the text, and the records that are decided differently."""
    from engine.policy.proofs.difference import difference, text_difference  # noqa: PLC0415 - only this needs the solver

    before, after = readable_policy(old), readable_policy(new)
    text = text_difference(before, after, (str(old), str(new)))
    found = [difference(before, after, name) for name in _shared(before, after, strategy)]
    gone, added, looked_up = _only_in(before, after), _only_in(after, before), _other_registers(before, after)
    if as_json:
        strategies = {"onlyInOld": gone, "onlyInNew": added, "registers": looked_up}
        _print_json({"text": text, "strategies": [each.to_json() for each in found]} | strategies)
    else:
        head = [text or "the texts are the same", *(f"pack or list {quoted(name)} differs" for name in looked_up)]
        typer.echo("\n".join([*head, *(_lines(found, gone, added) if text or looked_up else ())]))
    changed = any(each.outcomes or each.codes for each in found) or gone or added
    raise typer.Exit(FINDINGS if changed else 0)


def _shared(old: CompiledPolicy, new: CompiledPolicy, strategy: str) -> list[str]:
    shared = [name for name in new.strategies if name in old.strategies]
    if strategy and strategy not in shared:
        hint = did_you_mean(strategy, shared)
        typer.echo(f"--strategy: {quoted(strategy)} is no strategy of both; {hint}".rstrip("; "), err=True)
        raise typer.Exit(USAGE)
    return [strategy] if strategy else shared


def _only_in(one: CompiledPolicy, other: CompiledPolicy) -> list[str]:
    return [name for name in one.strategies if name not in other.strategies]


def _other_registers(old: CompiledPolicy, new: CompiledPolicy) -> list[str]:
    """The packs and lists that one version looks up and the other does not, or with another text."""
    names = sorted({*old.registers, *new.registers})
    return [name for name in names if old.registers.get(name) != new.registers.get(name)]


def _lines(found: list[Difference], gone: list[str], added: list[str]) -> Iterator[str]:
    for each in found:
        yield f"{each.strategy}: {'' if each.outcomes else 'no outcome changes'}".rstrip()
        for change in each.outcomes:
            yield from _change(change, len(change.regions))
        for change in each.codes:
            yield from _change(change, MAX_SHOWN)
    for name in gone:
        yield f"{name}: only in the old version"
    for name in added:
        yield f"{name}: only in the new version"


def _change(change: Change, most: int) -> Iterator[str]:
    yield f"  {change.what}"
    for region in change.regions[:most]:
        yield f"    {region.words}"
        yield from _example(region)
    if change.cut_off:
        yield "    … and more: the list was cut off"
    elif len(change.regions) > most:
        yield f"    … and {len(change.regions) - most} more, which --json lists"


def _example(region: Region) -> Iterator[str]:
    if region.old is None or region.new is None:
        yield "      no example was confirmed"
        return
    yield f"      {json.dumps(region.old.record, ensure_ascii=False)}"
    was, now = (" ".join([each.outcome, *each.reasons]) for each in (region.old, region.new))
    yield f"      {was} → {now}"


def _print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, allow_nan=False) + "\n")
