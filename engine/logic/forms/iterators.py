"""`all  none  some  filter  map  reduce`: a list, and a body in which names are parts of the item."""

from __future__ import annotations

from engine.diagnostics import Location
from engine.logic.iterator import MAX_ITERATORS, MAX_NESTED, Iterator
from engine.logic.mistakes import quoted
from engine.logic.paths import type_at
from engine.logic.reader import Form, ItemScope, Operands, Reader, broken, count_of
from engine.logic.tree import Expression, Item, Iterate, size_of
from engine.logic.types import NULL, UNKNOWN, Type, is_list, joined, object_of, phrase


def of_iterator(iterator: Iterator) -> Form:
    """Reads the operands of one iterator."""

    def read(reader: Reader, operands: Operands, at: Location, depth: int) -> Expression:
        high = 3 if iterator.folds else 2
        if not 2 <= len(operands) <= high:
            message = f"`{iterator.name}` takes {count_of(2, high)}, not {len(operands)}"
            return reader.refuse("operand-count", message, at)
        reader.iterators += 1
        if reader.iterators > MAX_ITERATORS:
            return reader.refuse("too-large", f"a condition has at most {MAX_ITERATORS} iterators", at)
        if len(reader.items) >= MAX_NESTED:
            return reader.refuse("too-deep", f"iterators nest at most {MAX_NESTED} deep", at)
        over = reader.read(operands[0], depth + 1)
        if not is_list(over.type) and over.type not in {UNKNOWN, NULL}:
            message = f"`{iterator.name}` goes through a list, not {phrase(over.type)}"
            return reader.refuse("type-mismatch", message, over.location)
        if iterator.folds:
            return _folded(reader, iterator, over, operands, at, depth)
        return _iterated(reader, iterator, over, operands, at, depth)

    return read


def _iterated(
    reader: Reader, iterator: Iterator, over: Expression, operands: Operands, at: Location, depth: int
) -> Expression:
    member = over.type.member or UNKNOWN
    body = reader.within(ItemScope(member, folds=False), operands[1], depth + 1)
    result = iterator.result(member, body.type)
    if result is None:
        message = f"`{iterator.name}` asks for the truth of its second operand, which is {phrase(body.type)}"
        return reader.refuse("type-mismatch", message, body.location)
    return Iterate(iterator, over, body, None, size_of(body), result, at)


def _folded(
    reader: Reader, iterator: Iterator, over: Expression, operands: Operands, at: Location, depth: int
) -> Expression:
    """The body is read for what the accumulator starts as, and again where the body makes more of it."""
    initial = reader.read(operands[2], depth + 1) if len(operands) == 3 else None
    current, type_ = over.type.member or UNKNOWN, initial.type if initial else UNKNOWN
    gathered = UNKNOWN if type_ == NULL else type_
    for _ in range(2):
        before = len(reader.mistakes.found)
        item = ItemScope(object_of({"current": current, "accumulator": gathered}), folds=True)
        body = reader.within(item, operands[1], depth + 1)
        if len(reader.mistakes.found) > before:
            return broken(at)
        both = joined([gathered, body.type])
        if both == gathered:
            return Iterate(iterator, over, body, initial, size_of(body), both, at)
        if both is None:
            message = f"`reduce` gathers {phrase(gathered)}, but its second operand is {phrase(body.type)}"
            return reader.refuse("type-mismatch", message, body.location)
        gathered = both
    return reader.refuse("type-mismatch", "what `reduce` gathers nests deeper with every member", body.location)


def read_item(reader: Reader, name: str, default: Expression | None, at: Location) -> Expression:
    """A name within an iterator: the item itself, or a part of it."""
    parts, item = tuple(name.split(".")) if name else (), reader.items[-1]
    type_ = _type_of_part(item, parts)
    if type_ is None:
        hint = "names here are `current` and `accumulator`" if item.folds else 'the item itself is `{var: ""}`'
        return reader.refuse("unknown-feature", f"there is no {quoted(name)} within this iterator", at, hint)
    own = len(parts) <= (1 if item.folds else 0)
    if default is None or own:
        return Item(parts, item.folds, type_, at)
    both = joined([type_, default.type])
    if both is None:
        message = f"the default of {quoted(name)} is {phrase(default.type)}, but the part is {phrase(type_)}"
        return reader.refuse("type-mismatch", message, default.location)
    return Item(parts, item.folds, both, at, default)


def _type_of_part(item: ItemScope, parts: tuple[str, ...]) -> Type | None:
    if item.folds and (not parts or parts[0] not in {"current", "accumulator"}):
        return None
    return type_at(item.type, parts)
