"""What is no graph model, or one that is not translated, is refused by name and never raises anything else."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from signals.convert import BadSource
from signals.convert.tfjs import Output, convert_graph_model
from tests.signals.tfjs.graphs import GraphText

OUTPUT = (Output("y", "result", ("n", 4, 7, 6)),)


def _converted(graph: GraphText, change: Any = lambda _: None, weights: bytes | None = None) -> bytes:
    content = json.loads(graph.model())
    change(content)
    held = graph.weights if weights is None else weights
    return convert_graph_model("case", json.dumps(content).encode(), held, (4, 7, 6), OUTPUT)


def _sound() -> GraphText:
    graph = GraphText()
    return graph.node("Mul", ["x", graph.constant("c", np.ones(4, np.float32))])


def test_a_sound_graph_converts_to_the_same_bytes_each_time() -> None:
    assert _converted(_sound()) == _converted(_sound())


def test_unknown_operator_is_named() -> None:
    with pytest.raises(BadSource, match="`TensorListReserve` is not translated"):
        _converted(GraphText().node("TensorListReserve", ["x"]))


def test_missing_node_is_named() -> None:
    with pytest.raises(BadSource, match="lacks the node `nowhere`"):
        _converted(GraphText().node("Relu", ["nowhere"]))


def test_cycle() -> None:
    with pytest.raises(BadSource, match="cycle"):
        _converted(GraphText().node("Relu", ["z"]).node("Relu", ["y"], "z"))


@pytest.mark.parametrize("edge", ["^x", "x:1"])
def test_edges_of_graphs_with_loops(edge: str) -> None:
    with pytest.raises(BadSource, match="an edge of a kind"):
        _converted(GraphText().node("Relu", [edge]))


@pytest.mark.parametrize(("weights", "says"), [(b"\0" * 15, "shorter"), (b"\0" * 17, "longer")])
def test_weights_of_another_length(weights: bytes, says: str) -> None:
    with pytest.raises(BadSource, match=says):
        _converted(_sound(), weights=weights)


def test_output_of_another_rank() -> None:
    graph = GraphText()
    graph.node("Reshape", ["x", graph.constant("shape", np.asarray([-1, 168], np.int32))])
    with pytest.raises(BadSource, match="has 2 dimensions"):
        _converted(graph)


def test_constant_in_the_place_of_a_value() -> None:
    graph = GraphText()
    with pytest.raises(BadSource, match="`c` is a constant"):
        _converted(graph.node("Relu", [graph.constant("c", np.ones(4, np.float32))]))


def test_value_in_the_place_of_a_constant() -> None:
    with pytest.raises(BadSource, match="`x` is computed"):
        _converted(GraphText().node("Conv2D", ["x", "x"], strides=(1, 1, 1, 1), padding="SAME"))


def test_other_layout() -> None:
    graph = GraphText()
    kernel = graph.constant("kernel", np.ones((3, 3, 4, 4), np.float32))
    graph.node("Conv2D", ["x", kernel], strides=(1, 1, 1, 1), padding="SAME", data_format="NCHW")
    with pytest.raises(BadSource, match="layout"):
        _converted(graph)


def test_other_padding() -> None:
    graph = GraphText()
    kernel = graph.constant("kernel", np.ones((3, 3, 4, 4), np.float32))
    graph.node("Conv2D", ["x", kernel], strides=(1, 1, 1, 1), padding="ROUND")
    with pytest.raises(BadSource, match="padding `ROUND`"):
        _converted(graph)


def test_fused_operation_that_is_not_known() -> None:
    graph = GraphText()
    inputs = ["x", graph.constant("kernel", np.ones((1, 1, 4, 4), np.float32)), graph.constant("b", np.ones(4))]
    graph.node("_FusedConv2D", inputs, strides=(1, 1, 1, 1), padding="SAME", fused_ops=("BiasAdd", "Gelu"))
    with pytest.raises(BadSource, match="`Gelu`"):
        _converted(graph)


def _without(key: str) -> Any:
    return lambda content: content.pop(key)


def _no_nodes(content: dict[str, Any]) -> None:
    content["modelTopology"]["node"] = {"y": 1}


def _bad_shape(content: dict[str, Any]) -> None:
    content["weightsManifest"][0]["weights"][0]["shape"] = ["four"]


def _bad_dtype(content: dict[str, Any]) -> None:
    content["weightsManifest"][0]["weights"][0]["dtype"] = "string"


@pytest.mark.parametrize(
    "change", [_without("modelTopology"), _without("weightsManifest"), _no_nodes, _bad_shape, _bad_dtype]
)
def test_broken_json(change: Any) -> None:
    with pytest.raises(BadSource, match="cannot be read"):
        _converted(_sound(), change)


@pytest.mark.parametrize("text", [b"", b"[]", b"null", b"\xff", b"{" * 20000])
def test_no_json(text: bytes) -> None:
    with pytest.raises(BadSource, match="cannot be read"):
        convert_graph_model("case", text, b"", (4, 7, 6), OUTPUT)


def test_operation_without_its_inputs() -> None:
    with pytest.raises(BadSource, match=r"does not fit together: Node\(y\)"):
        _converted(GraphText().node("Mul", ["x"]))


def test_operation_without_its_attributes() -> None:
    with pytest.raises(BadSource, match="`y` has the padding ``"):
        _converted(GraphText().node("MaxPool", ["x"]))
