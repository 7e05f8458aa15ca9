"""Sessions of onnxruntime: bounded threads, loaded when first needed, once, from bytes that were verified."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from engine.contracts import ModelUnavailable, Ports
from signals.convert import NotAModel, model_digest
from signals.settings import ONNX_THREADS, thread_count

Batch = NDArray[np.float32]
_ERRORS_ONLY = 3


class Network:
    """One model, ready when first asked. Several threads may run it at the same time.

    Where the model file is absent every call says so by `ModelUnavailable`, until the file is there.
    """

    def __init__(self, ports: Ports, name: str) -> None:
        self.name = name
        self._models = ports.models
        self._threads = thread_count(ports.settings, ONNX_THREADS)
        self._lock = threading.Lock()
        self._loaded: tuple[Any, str] | None = None

    def run(self, batch: Batch) -> list[Batch]:
        """The outputs in the order of the graph, for one batch of the graph's only input."""
        session, _ = self._session()
        return list(session.run(None, {session.get_inputs()[0].name: batch}))

    def output_names(self) -> list[str]:
        """The names of what `run` returns."""
        session, _ = self._session()
        return [output.name for output in session.get_outputs()]

    def sha256(self) -> str:
        """The digest of graph and weights that runs."""
        return self._session()[1]

    def _session(self) -> tuple[Any, str]:
        with self._lock:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded

    def _load(self) -> tuple[Any, str]:
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
        return onnxruntime.InferenceSession(content, self._options(), providers=["CPUExecutionProvider"]), file.sha256

    def _options(self) -> Any:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        options.log_severity_level = _ERRORS_ONLY
        return options
