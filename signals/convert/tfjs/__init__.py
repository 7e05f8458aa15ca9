"""TensorFlow.js graph models (a model.json and one binary file) to ONNX, with numpy and onnx alone."""

from signals.convert.tfjs.conversion import convert_graph_model
from signals.convert.tfjs.published import convert_blazeface, convert_facemesh
from signals.convert.tfjs.translation import Output

__all__ = ["Output", "convert_blazeface", "convert_facemesh", "convert_graph_model"]
