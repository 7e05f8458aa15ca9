"""Each operator gives in onnxruntime what it gives in TensorFlow.js."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from signals.convert.tfjs import Output, convert_graph_model
from signals.convert.tfjs.operators import OPERATORS
from tests.signals.tfjs.cases import CASES
from tests.signals.tfjs.graphs import GraphText
from tests.signals.tfjs.reference import Job, Numbers, Reference, furthest

AGREE = 1e-5
BATCH = 2


def _input(graph: GraphText) -> Numbers:
    return np.random.default_rng(7).normal(0, 3, (BATCH, *graph.shape[1:])).astype(np.float32)


@pytest.fixture(scope="module")
def theirs(tfjs: Reference, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[GraphText, Numbers]]:
    """Every case run in one process of Node: the graph and the numbers of `y`."""
    folder: Path = tmp_path_factory.mktemp("graphs")
    graphs = {name: case() for name, case in CASES.items()}
    jobs = [
        Job("graph", *graph.written(folder, str(number)), _input(graph), ("y",))
        for number, graph in enumerate(graphs.values())
    ]
    results = tfjs.run(jobs)
    return {name: (graph, result[0]) for (name, graph), result in zip(graphs.items(), results, strict=True)}


def _ours(graph: GraphText, rank: int) -> Numbers:
    """`y` in TensorFlow's order of axes."""
    image = _input(graph)
    given = (graph.shape[3], *graph.shape[1:3]) if image.ndim == 4 else graph.shape[1:]
    output = Output("y", "result", ("n", *(f"d{axis}" for axis in range(1, rank))))
    model = convert_graph_model("case", graph.model(), graph.weights, given, [output])
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    first = image.transpose(0, 3, 1, 2) if image.ndim == 4 else image
    (result,) = session.run(None, {"image": np.ascontiguousarray(first)})
    return np.asarray(result.transpose(0, 2, 3, 1) if rank == 4 else result, np.float32)


RANKS = {"Mean of space": 2, "Reshape flat": 2, "Reshape to rows": 3, "MatMul": 2, "MatMul turned": 2}
RANKS |= {"_FusedMatMul": 2, "Softmax flat": 2}


@pytest.mark.parametrize("name", CASES)
def test_operator_agrees(name: str, theirs: dict[str, tuple[GraphText, Numbers]]) -> None:
    graph, expected = theirs[name]
    assert furthest(_ours(graph, RANKS.get(name, 4)), expected) < AGREE


def test_every_operator_has_a_case() -> None:
    assert {name.replace(",", "").split()[0] for name in CASES} == set(OPERATORS)
