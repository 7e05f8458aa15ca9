"""Boxes in words: `age.predicted from 25 up to 30 (25 included, 30 not), liveness.passive_score at least 0.7`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.features import Feature
from engine.policy.proofs.cells import Cell, Dimension
from engine.policy.proofs.regions import Box
from engine.times import shown

ANY_RECORD = "every record"


def described(box: Box, dimensions: tuple[Dimension, ...], catalogue: Mapping[str, Feature]) -> str:
    """The box in one sentence."""
    told = by_name(box, dimensions, catalogue)
    text = ", ".join(f"{name} {words}" for name, words in told.items()) or ANY_RECORD
    return text if box.whole else f"some of: {text}"


def by_name(box: Box, dimensions: tuple[Dimension, ...], catalogue: Mapping[str, Feature]) -> dict[str, str]:
    """What the box says of each feature, in the order of the dimensions; comparisons come last."""
    features = [d for d in dimensions if d.name in box.cells and not d.relation]
    relations = [d for d in dimensions if d.name in box.cells and d.relation]
    told = {d.name: _cells(d, box.cells[d.name], catalogue[d.name]) for d in features}
    return told | {f"({d.name})": f"is {box.cells[d.name][0].label}" for d in relations}


def _cells(dimension: Dimension, cells: tuple[Cell, ...], feature: Feature) -> str:
    known = [cell for cell in dimension.cells if not _is_absent(cell)]
    inside = [cell for cell in cells if not _is_absent(cell)]
    absent = [cell.label for cell in cells if _is_absent(cell)]
    if not inside:
        return " or ".join(absent)
    if len(inside) == len(known):
        return " or ".join(["known", *absent])
    return " or ".join([*_values(known, inside, feature), *absent])


def _is_absent(cell: Cell) -> bool:
    return cell.label in {"unknown", "null", "left out"}


def _values(known: list[Cell], inside: list[Cell], feature: Feature) -> Iterator[str]:
    if any(cell.label for cell in inside):
        yield " or ".join(cell.label for cell in inside)
        return
    for run in _runs(known, inside):
        yield _range(run, feature)


def _runs(known: list[Cell], inside: list[Cell]) -> Iterator[list[Cell]]:
    """Neighbours together."""
    run: list[Cell] = []
    for cell in known:
        if cell in inside:
            run.append(cell)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _range(run: list[Cell], feature: Feature) -> str:
    first, last = run[0], run[-1]
    low, high = first.low, last.high
    if feature.type == "integer":
        return _whole_numbers(first, last, feature)
    if first.is_point and last.is_point:
        return _written(low) if low == high else f"from {_written(low)} to {_written(high)}"
    if low is None or low == feature.low:
        return f"{'at most' if last.is_point else 'below'} {_written(high)}"
    if high is None or high == feature.high:
        return f"{'at least' if first.is_point else 'above'} {_written(low)}"
    ends = f"{_written(low)} {_included(first)}, {_written(high)} {_included(last)}"
    return f"from {_written(low)} up to {_written(high)} ({ends})"


def _included(cell: Cell) -> str:
    return "included" if cell.is_point else "not"


def _whole_numbers(first: Cell, last: Cell, feature: Feature) -> str:
    """Whole numbers have a first and a last one, so their ends are always included."""
    low = None if first.low is None else int(float(first.low) // 1) + (0 if first.is_point else 1)
    high = None if last.high is None else -int(-float(last.high) // 1) - (0 if last.is_point else 1)
    if high is not None and high == (feature.low if low is None else low):
        return str(high)
    if low is None or low <= feature.low:
        return f"at most {high}"
    if high is None or high >= feature.high:
        return f"at least {low}"
    return f"from {low} to {high}"


def _written(end: float | str | None) -> str:
    if isinstance(end, str):
        return shown(end)
    return "" if end is None else str(int(end)) if end.is_integer() and abs(end) < 2**53 else repr(end)
