"""A TensorFlow.js graph model to ONNX: read, put in order, translate node by node."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from onnx import checker, shape_inference

from signals.convert.graph import BadSource
from signals.convert.tfjs.graph_model import Node, read_graph_model
from signals.convert.tfjs.operators import OPERATORS
from signals.convert.tfjs.translation import Output, Translation


def convert_graph_model(
    title: str, model: bytes, weights: bytes, image: Sequence[int], outputs: Sequence[Output]
) -> bytes:
    """ONNX of a graph with one input `image`, N×C×H×W or of any other rank, the batch being free.

    Args:
        title: the ONNX graph's name.
        model: the content of model.json.
        weights: the content of the binary file that it names.
        image: channels, height and width of the input; or its sizes as they are, where it is no image.
        outputs: what to keep; whatever they do not need is left out.

    Raises:
        BadSource: not such a model, or an operator or a layout that is not translated.
    """
    source = read_graph_model(model, weights, [output.node for output in outputs])
    translation = Translation(title, source.constants, len(image) + 1)
    for node in source.nodes:
        _translate(translation, node)
    for output in outputs:
        translation.rename(output)
    inputs: Mapping[str, Sequence[int | str]] = {"image": ["n", *image]}
    try:
        return translation.graph.finish(inputs, {output.name: output.shape for output in outputs})
    except (checker.ValidationError, shape_inference.InferenceError) as wrong:
        raise BadSource(f"the graph does not fit together: {str(wrong).splitlines()[0]}") from wrong


def _translate(translation: Translation, node: Node) -> None:
    if node.operator not in OPERATORS:
        raise BadSource(f"the operator `{node.operator}` is not translated")
    try:
        OPERATORS[node.operator](translation, node)
    except BadSource:
        raise
    except Exception as broken:  # an input or attribute that is missing or of another shape
        raise BadSource(
            f"the node `{node.name}` is not what `{node.operator}` is ({type(broken).__name__})"
        ) from broken
