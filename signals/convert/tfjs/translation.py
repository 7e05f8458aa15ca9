"""From a TensorFlow.js graph to an ONNX graph: constants are laid out anew, activations are kept channels first.

TensorFlow holds images as N×H×W×C and onnxruntime computes on N×C×H×W. A value of rank 4 is kept channels first all
the way; it is turned only where its order is seen, before and after a reshape. Values of any other rank stay as
they are. Every place where an axis is named goes through `axis`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from signals.convert.graph import BadSource, Graph
from signals.convert.tfjs.graph_model import Node
from signals.convert.weight_manifest import Constant

IMAGE_RANK = 4
TO_CHANNELS_FIRST = (0, 3, 1, 2)
TO_CHANNELS_LAST = (0, 2, 3, 1)


@dataclass(frozen=True, slots=True)
class Output:
    """One output that is kept: the graph's node, our name for it, and its shape with channels first."""

    node: str
    name: str
    shape: tuple[int | str, ...]


class Translation:
    """The ONNX graph so far, with the rank of each of its values and the constants not yet placed."""

    def __init__(self, title: str, constants: Mapping[str, Constant], input_rank: int) -> None:
        self.graph = Graph(title)
        self._input_rank = input_rank
        self._constants = constants
        self._ranks: dict[str, int] = {}
        self._names: dict[str, str] = {}

    def rank(self, name: str) -> int:
        """Rank of an activation; raises `BadSource` where a constant stands in its place."""
        if name not in self._ranks:
            raise BadSource(f"`{name}` is a constant where a computed value is expected")
        return self._ranks[name]

    def add(self, operator: str, inputs: Sequence[str], name: str, rank: int, **attributes: object) -> str:
        """Append one node whose output has this rank."""
        self._ranks[name] = rank
        return self.graph.add(operator, [self._names.get(held, held) for held in inputs], name, **attributes)

    def same_as(self, node: Node, name: str) -> None:
        """Another name for a value that is there already."""
        self._ranks[node.name] = self.rank(name)
        self._names[node.name] = self._names.get(name, name)

    def take_image(self, node: Node) -> None:
        """The graph's input."""
        self._ranks[node.name] = self._input_rank
        self._names[node.name] = "image"

    def rename(self, output: Output) -> None:
        """Give an output its name; its rank must be the one that was asked for."""
        if self.rank(output.node) != len(output.shape):
            raise BadSource(f"the output `{output.node}` has {self.rank(output.node)} dimensions")
        self.add("Identity", [output.node], output.name, len(output.shape))

    def holds(self, name: str) -> bool:
        """Whether `name` is a constant."""
        return name in self._constants

    def constant(self, name: str) -> Constant:
        """A constant's numbers; raises `BadSource` where the value is computed."""
        if name not in self._constants:
            raise BadSource(f"`{name}` is computed where a constant is expected")
        return self._constants[name]

    def place(self, name: str, value: Constant) -> str:
        """Keep a constant in the ONNX graph under a name of its own."""
        return self.graph.constant(name, value)

    def operand(self, name: str, rank: int, user: str) -> str:
        """An input beside a value of rank `rank`: a constant is turned so that it broadcasts as TensorFlow has it."""
        if not self.holds(name):
            return name
        value = self.constant(name)
        if rank == IMAGE_RANK and value.ndim:
            shape = (1,) * (IMAGE_RANK - value.ndim) + value.shape
            value = value.reshape(shape).transpose(TO_CHANNELS_FIRST)
        return self.place(f"{user}/{name}", value)

    def axis(self, axis: int, rank: int) -> int:
        """Where TensorFlow's axis lies in our layout."""
        positive = axis % rank
        return TO_CHANNELS_FIRST.index(positive) if rank == IMAGE_RANK else positive
