"""Sessions of onnxruntime: bounded threads, loaded when first needed, once, from bytes that were verified."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from engine.contracts import ModelUnavailable, Ports
from signals.convert import NotAModel, model_digest
from signals.settings import ONNX_THREADS, thread_count

Batch = NDArray[np.float32]
_ERRORS_ONLY = 3
MOST_AT_ONCE = 16
"""Rows in one run. More are no faster on one thread, and memory would grow with the frames of a request."""
_ANY_SIDE = 320
"""Where a graph leaves a side open."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A session with what would cost time to ask it for at each run."""

    session: Any
    input: str
    outputs: list[str]
    sha256: str


class Network:
    """One model, ready when first asked. Several threads may run it at the same time.

    Where the model file is absent every call says so by `ModelUnavailable`, until the file is there.
    """

    def __init__(self, ports: Ports, name: str) -> None:
        self.name = name
        self._models = ports.models
        self._threads = thread_count(ports.settings, ONNX_THREADS)
        self._lock = threading.Lock()
        self._loaded: Loaded | None = None

    def run(self, batch: Batch) -> list[Batch]:
        """The outputs in the order of the graph, for one batch of the graph's only input."""
        if len(batch) <= MOST_AT_ONCE:
            return self.run_once(batch)
        parts = [self.run_once(batch[first : first + MOST_AT_ONCE]) for first in range(0, len(batch), MOST_AT_ONCE)]
        return [np.concatenate(output) for output in zip(*parts, strict=True)]

    def run_once(self, batch: Batch) -> list[Batch]:
        """As `run`, in one run whatever the batch's length."""
        loaded = self.loaded()
        return list(loaded.session.run(loaded.outputs, {loaded.input: batch}))

    def output_names(self) -> list[str]:
        """The names of what `run` returns."""
        return self.loaded().outputs

    def sha256(self) -> str:
        """The digest of graph and weights that runs."""
        return self.loaded().sha256

    def warm(self) -> None:
        """Load the net and run it once, so that the first request does not pay for it; raises `ModelUnavailable`."""
        (wanted,) = self.loaded().session.get_inputs()
        # Sizes that the graph leaves open: one row, and a side that every net of ours takes.
        shape = [
            size if isinstance(size, int) else 1 if axis == 0 else _ANY_SIDE for axis, size in enumerate(wanted.shape)
        ]
        self.run(np.zeros(shape, np.float32))

    def loaded(self) -> Loaded:
        """The session, loaded the first time; raises `ModelUnavailable`."""
        loaded = self._loaded
        if loaded is None:
            with self._lock:
                loaded = self._loaded = self._loaded or self._load()
        return loaded

    def _load(self) -> Loaded:
        """The bytes that run are the bytes that were checked: the file is read once."""
        file = self._models.get(self.name)
        try:
            content = file.path.read_bytes()
            sound = model_digest(content) == file.sha256
        except (OSError, NotAModel):
            sound = False
        if not sound:
            raise ModelUnavailable(
                f"the file of model `{self.name}` was changed after it was verified; run `selfie models pull`"
            )
        session = onnxruntime.InferenceSession(content, self._options(), providers=["CPUExecutionProvider"])
        (wanted,) = session.get_inputs()
        return Loaded(session, wanted.name, [output.name for output in session.get_outputs()], file.sha256)

    def _options(self) -> Any:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        options.log_severity_level = _ERRORS_ONLY
        return options
