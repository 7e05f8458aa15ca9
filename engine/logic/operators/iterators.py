"""`all  none  some  filter  map  reduce`: over the members of a list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from types import MappingProxyType
from typing import Any

from engine.logic.iterator import Iterator
from engine.logic.paths import part_of
from engine.logic.types import BOOLEAN, Type, has_truth, list_of

Members = Sequence[Any]
Work = Callable[..., Any]


def _truth(_member: Type, body: Type) -> Type | None:
    return BOOLEAN if has_truth(body) else None


def _all(members: Members, work: Work, _: Any) -> bool | None:
    """Kleene's `and`; of no members false, as JSONLogic has it."""
    return _none(members, lambda member: _not(work(member)), None) if members else False


def _none(members: Members, work: Work, _: Any) -> bool | None:
    return _not(_some(members, work, None))


def _some(members: Members, work: Work, _: Any) -> bool | None:
    """Kleene's `or`."""
    unknown = False
    for member in members:
        value = work(member)
        if value:
            return True
        unknown = unknown or value is None
    return None if unknown else False


def _not(value: Any) -> bool | None:
    return None if value is None else not value


def _filter(members: Members, work: Work, _: Any) -> list[Any] | None:
    kept = []
    for member in members:
        value = work(member)
        if value is None:
            return None
        if value:
            kept.append(member)
    return kept


def _map(members: Members, work: Work, _: Any) -> list[Any]:
    return [work(member) for member in members]


def _reduce(members: Members, work: Work, initial: Any) -> Any:
    return reduce(lambda gathered, member: work(member, gathered), members, initial)


def _starts(value: str) -> Callable[[str, str, str], list[str]]:
    return lambda out, members, initial: [f"{out} = {value.format(members=members, initial=initial)}"]


def _decides(test: str, value: str) -> Callable[[str, str, str], list[str]]:
    """Ends the loop where the body passes the test; an unknown is only noted."""
    return lambda out, _member, body: [
        f"if {body} is None:",
        f"    {out} = None",
        f"elif {test}{body}:",
        f"    {out} = {value}",
        "    break",
    ]


def _keeps(out: str, member: str, body: str) -> list[str]:
    lines = [f"if {body} is None:", f"    {out} = None", "    break"]
    return [*lines, f"if {body}:", f"    {out}.append({member})"]


RUNTIME = {"part_of": part_of}

_ALL = (
    Iterator("all", _truth, _all, _starts("len({members}) > 0"), _decides("not ", "False")),
    Iterator("none", _truth, _none, _starts("True"), _decides("", "False")),
    Iterator("some", _truth, _some, _starts("False"), _decides("", "True")),
    Iterator(
        "filter",
        lambda member, body: list_of(member) if has_truth(body) else None,
        _filter,
        _starts("[]"),
        _keeps,
    ),
    Iterator(
        "map",
        lambda _member, body: list_of(body),
        _map,
        _starts("[]"),
        lambda out, _member, body: [f"{out}.append({body})"],
    ),
    Iterator(
        "reduce",
        lambda _member, body: body,
        _reduce,
        _starts("{initial}"),
        lambda out, _member, body: [f"{out} = {body}"],
        folds=True,
    ),
)

ITERATORS: Mapping[str, Iterator] = MappingProxyType({iterator.name: iterator for iterator in _ALL})
