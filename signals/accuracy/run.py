"""Reading a labelled set with the providers: over several processes, with a progress bar, from where it stopped."""

from __future__ import annotations

import hashlib
import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from engine.contracts import SignalProvider
from engine.frames import MAX_FRAMES, BadFrame, Frame
from signals.accuracy.journal import Journal
from signals.accuracy.labels import LabelSet, Problem, Row, whole_set_problems
from signals.accuracy.pipeline import PipelineSpec, needed, read
from signals.accuracy.presentations import Presentation, Reading

FRAME_MS = 100
"""Time between the frames of a clip that is shown as a burst; labels do not tell it."""


class RunBroken(Exception):  # noqa: N818 - the word of the domain
    """A worker died. What was read is kept."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that is no image that could be read."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Measured:
    """A set with what was read from it."""

    labels: LabelSet
    frames: tuple[Presentation, ...]
    clips: tuple[Presentation, ...]
    """Each clip of at least two frames, shown to the providers as one burst."""
    problems: tuple[Problem, ...]
    """Of the labels and of the files."""


Answer = Reading | Unreadable
Reader = Callable[[Iterable[tuple[Path, ...]]], Iterable[Answer]]
Step = Callable[[], None]


def measure(labels: LabelSet, reader: Reader, journal: Journal, step: Step) -> Measured:
    """Read every frame and every clip of a set. `step` is called once for each of `amount_of_work`."""
    hashed, unread = _hashed(labels.rows)
    unique, repeats = _once_each_picture(hashed)
    answers = _answers([(sha256, (row.path,)) for row, sha256 in unique], reader, journal, step)
    readable = [(row, sha256, a) for (row, sha256), a in zip(unique, answers, strict=True) if isinstance(a, Reading)]
    bad = [
        Problem(row.line, a.code, row.file, a.message)
        for (row, _), a in zip(unique, answers, strict=True)
        if isinstance(a, Unreadable)
    ]
    clips = _clips([(row, sha256) for row, sha256, _ in readable])
    shown = [(_digest(sha for _, sha in clip), tuple(row.path for row, _ in clip)) for clip in clips]
    clip_answers = _answers(shown, reader, journal, step)
    after = whole_set_problems([row for row, _, _ in readable], labels.about)
    told = {problem for problem in labels.problems if problem.line == 0}
    return Measured(
        labels,
        tuple(Presentation(labels.name, row, reading) for row, _, reading in readable),
        tuple(
            Presentation(labels.name, clip[0][0], reading)
            for clip, reading in zip(clips, clip_answers, strict=True)
            if isinstance(reading, Reading)
        ),
        tuple(sorted({*labels.problems, *unread, *repeats, *bad, *(p for p in after if p not in told)})),
    )


def amount_of_work(labels: LabelSet) -> int:
    """Frames and clips to read, at most."""
    clips: dict[str, int] = {}
    for row in labels.rows:
        clips[row.clip] = clips.get(row.clip, 0) + 1
    return len(labels.rows) + sum(1 for clip, frames in clips.items() if clip and frames > 1)


@contextmanager
def readers(spec: PipelineSpec, features: frozenset[str], jobs: int) -> Iterator[Reader]:
    """A reader over `jobs` processes; one job reads in this process."""
    if jobs == 1:
        providers = needed(spec, features)
        yield lambda tasks: (_read(providers, task) for task in tasks)
        return
    fresh = multiprocessing.get_context("spawn")  # threads of onnxruntime do not survive a fork
    pool = ProcessPoolExecutor(jobs, fresh, _start, (spec, features))
    try:
        yield lambda tasks: pool.map(_read_here, tasks, chunksize=4)
    except BrokenProcessPool as died:
        raise RunBroken("a worker process died, perhaps for lack of memory; run it again to go on") from died
    finally:
        pool.shutdown(cancel_futures=True)


_providers: list[SignalProvider] = []
"""Of a worker process: built once when it starts."""


def _start(spec: PipelineSpec, features: frozenset[str]) -> None:
    _providers[:] = needed(spec, features)


def _read_here(paths: tuple[Path, ...]) -> Answer:
    return _read(_providers, paths)


def _read(providers: Sequence[SignalProvider], paths: tuple[Path, ...]) -> Answer:
    try:
        frames = [Frame(path.read_bytes(), number * FRAME_MS) for number, path in enumerate(paths)]
        for frame in frames:
            frame.pixels()
    except BadFrame as bad:
        return Unreadable(bad.code, str(bad))
    except OSError as lost:
        return Unreadable("unreadable-file", f"the file cannot be read ({lost.strerror})")
    return read(providers, frames)


def _answers(
    tasks: Sequence[tuple[str, tuple[Path, ...]]], reader: Reader, journal: Journal, step: Step
) -> list[Answer]:
    """An answer for each task, from the journal where it has one."""
    known = {shown: reading for shown, _ in tasks if (reading := journal.get(shown))}
    fresh = [(shown, paths) for shown, paths in tasks if shown not in known]
    for _ in range(len(tasks) - len(fresh)):
        step()
    found: dict[str, Answer] = dict(known)
    for (shown, _), answer in zip(fresh, reader([paths for _, paths in fresh]), strict=True):
        found[shown] = answer
        if isinstance(answer, Reading):
            journal.put(shown, answer)
        step()
    return [found[shown] for shown, _ in tasks]


Hashed = tuple[Row, str]


def _hashed(rows: Sequence[Row]) -> tuple[list[Hashed], list[Problem]]:
    """Each row with the SHA-256 of its file."""
    found, problems = [], []
    for row in rows:
        try:
            found.append((row, hashlib.sha256(row.path.read_bytes()).hexdigest()))
        except OSError as lost:
            text = f"the file cannot be read ({lost.strerror})"
            problems.append(Problem(row.line, "unreadable-file", row.file, text))
    return found, problems


def _once_each_picture(hashed: Sequence[Hashed]) -> tuple[list[Hashed], list[Problem]]:
    """The same picture under several names once; with different labels not at all."""
    by_content: dict[str, list[Row]] = {}
    for row, sha256 in hashed:
        by_content.setdefault(sha256, []).append(row)
    used: list[Hashed] = []
    problems: list[Problem] = []
    for sha256, (first, *others) in by_content.items():
        if all((o.label, o.attack, o.age) == (first.label, first.attack, first.age) for o in others):
            used.append((first, sha256))
            text = f"is the same picture as {first.file}; it counts once"
            problems += [Problem(o.line, "same-picture", o.file, text) for o in others]
        else:
            lines = ", ".join(str(row.line) for row in (first, *others))
            text = f"the same picture has different labels in lines {lines}; none is used"
            problems += [Problem(row.line, "two-labels", row.file, text) for row in (first, *others)]
    return used, problems


def _clips(rows: Sequence[Hashed]) -> list[list[Hashed]]:
    """The frames of each clip, at most as many as one request may carry, evenly chosen."""
    by_clip: dict[str, list[Hashed]] = {}
    for row, sha256 in rows:
        if row.clip:
            by_clip.setdefault(row.clip, []).append((row, sha256))
    return [_thinned(frames) for frames in by_clip.values() if len(frames) > 1]


def _thinned(frames: list[Hashed]) -> list[Hashed]:
    if len(frames) <= MAX_FRAMES:
        return frames
    return [frames[round(i * (len(frames) - 1) / (MAX_FRAMES - 1))] for i in range(MAX_FRAMES)]


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
