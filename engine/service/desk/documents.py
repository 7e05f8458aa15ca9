"""What is kept of one evaluation as a ZIP, made while it is sent: nothing of it lies in the clear on a disk."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from engine.contracts import Clock
from engine.service.versions.pinned_texts import PinnedTexts
from engine.store.api_keys import ApiKey
from engine.store.capture_sessions import CaptureSessions
from engine.store.cases import Cases
from engine.store.database import Database
from engine.store.evaluations import Evaluation
from engine.store.sealed import CannotOpen, FrameVault, SealedFrame
from engine.workflow.model import Workflow

Json = dict[str, Any]
FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""Of every entry: the same evaluation makes the same bytes."""
SIGNATURES = {b"\xff\xd8\xff": "jpg", b"\x89PNG": "png", b"RIFF": "webp"}


@dataclass(frozen=True, slots=True)
class Frames:
    """The frames that go into the ZIP, or why there are none."""

    frames: tuple[SealedFrame, ...] = ()
    why_not: str | None = None


class Documents:
    """Puts together what is kept."""

    def __init__(self, database: Database, vault: FrameVault, cases: Cases, texts: PinnedTexts, clock: Clock) -> None:
        self._sessions = CaptureSessions(database)
        self._vault = vault
        self._cases = cases
        self._texts = texts
        self._clock = clock

    def frames(self, evaluation: Evaluation, workflow: Workflow | None, key: ApiKey) -> Frames:
        """The frames of an evaluation that has ended, where its workflow keeps them still.

        That they were read is in the history of the case before anybody has them.
        """
        started, ended = evaluation.started, evaluation.ended
        hours = workflow.keep_frames if workflow else 0
        session = self._sessions.of_evaluation(started.eval_id) if started.evidence_kind == "capture" else None
        if session is None or hours == 0:
            return Frames(why_not="the workflow keeps none")
        if ended is None:
            return Frames(why_not="the evaluation waits")
        now = self._clock.now()
        if session.state != "submitted" or session.blob is None or ended.decided_at + timedelta(hours=hours) <= now:
            return Frames(why_not="none were submitted, or their time is over")
        try:
            burst = self._vault.open(session.session_id, session.blob)
        except CannotOpen:
            return Frames(why_not="they were destroyed")
        self._cases.note(started.eval_id, {"frames": [None, "read"]}, by=key.name, at=now)
        return Frames(burst.frames)

    def packed(self, evaluation: Evaluation, answer: Json, trace: Json, frames: Frames | None) -> Iterator[bytes]:
        """The ZIP in pieces. `frames` is None where nobody asked for them."""
        sink = _Sink()
        contents: list[Json] = []
        with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in self._entries(evaluation, answer, trace, frames):
                archive.writestr(zipfile.ZipInfo(name, FIRST_DAY), data, zipfile.ZIP_DEFLATED)
                contents.append({"name": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()})
                yield sink.taken()
            listed = {"eval_id": evaluation.started.eval_id, "files": contents, "frames": _about(frames)}
            archive.writestr(zipfile.ZipInfo("contents.json", FIRST_DAY), _json(listed), zipfile.ZIP_DEFLATED)
        yield sink.taken()

    def _entries(
        self, evaluation: Evaluation, answer: Json, trace: Json, frames: Frames | None
    ) -> Iterator[tuple[str, bytes]]:
        yield "answer.json", _json(answer)
        yield "trace.json", _json(trace)
        history = self._cases.history(evaluation.started.eval_id)
        if history:
            yield "history.json", _json([{"at": str(e.at), "by": e.by, "changed": e.changed} for e in history])
        yield from self._texts.of(evaluation)
        for number, frame in enumerate(frames.frames if frames else (), 1):
            yield f"frames/{number:03}-{frame.t_ms}ms.{_ending(frame.data)}", frame.data


class _Sink(io.RawIOBase):
    """Where the archive writes to: what was written can be taken away at any time, and nothing goes back."""

    def __init__(self) -> None:
        super().__init__()
        self._written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._written += data
        return len(data)

    def taken(self) -> bytes:
        """What was written since the last time."""
        taken = bytes(self._written)
        self._written.clear()
        return taken


def _json(value: Mapping[str, Any] | list[Any]) -> bytes:
    return json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True).encode()


def _about(frames: Frames | None) -> str:
    if frames is None:
        return "not asked for"
    return frames.why_not or f"{len(frames.frames)} frames"


def _ending(data: bytes) -> str:
    return next((ending for signature, ending in SIGNATURES.items() if data.startswith(signature)), "bin")
