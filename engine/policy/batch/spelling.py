"""Rows of bits as lists of names: only bits that are set cost anything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Words = Sequence[NDArray[np.uint64]]
"""Bits of rows: word k of each row holds its bits 64·k to 64·k+63, the lowest first."""

NAMES = pa.list_(pa.dictionary(pa.int16(), pa.string()))
ONE = np.uint64(1)


def spelled(words: Words, labels: Sequence[NDArray[np.int16]], names: pa.StringArray) -> pa.ListArray:
    """For each row the names of its bits, in their order. `labels[k][b]` is the place in `names` of bit b of word k."""
    counts = [np.bitwise_count(word).astype(np.int32) for word in words]
    offsets = np.zeros(len(words[0]) + 1, np.int32)
    np.cumsum(sum(counts[1:], counts[0]), out=offsets[1:])
    found = np.empty(offsets[-1], np.int16)
    start = offsets[:-1].copy()
    for word, count, label in zip(words, counts, labels, strict=True):
        _place(word, label, start, found)
        start += count
    return pa.ListArray.from_arrays(pa.array(offsets), pa.DictionaryArray.from_arrays(pa.array(found), names))


def _place(word: NDArray[np.uint64], label: NDArray[np.int16], start: NDArray[np.int32], found: NDArray[Any]) -> None:
    """Write the names of the word's bits, lowest first: round by round the next bit of every row that has one."""
    rows = np.flatnonzero(word)
    left, place = word[rows], start[rows]
    while left.size:
        lowest = left & (~left + ONE)
        found[place] = label[np.bitwise_count(lowest - ONE)]
        left ^= lowest
        more = np.flatnonzero(left)
        left, place = left[more], place[more] + 1


def without_repeats(words: list[NDArray[np.uint64]], alike: Sequence[Sequence[np.uint64]]) -> None:
    """Of the bits that say the same keep each row's first. `alike` has for each such name its bits, word by word."""
    for masks in alike:
        seen: Any = None
        for number, mask in enumerate(masks):
            if not mask:
                continue
            own = words[number] & mask
            first = own & (~own + ONE)
            kept = first if seen is None else np.where(seen, np.uint64(0), first)
            words[number] = (words[number] & ~mask) | kept
            seen = own != 0 if seen is None else seen | (own != 0)
