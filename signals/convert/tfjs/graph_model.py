"""Reads a TensorFlow.js graph model into nodes in the order of their computation, and constants by name."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any

from signals.convert.graph import BadSource
from signals.convert.weight_manifest import Constant, read_weights


@dataclass(frozen=True, slots=True)
class Node:
    """One operation. `attributes` are as the JSON has them: texts in base64, whole numbers as texts."""

    name: str
    operator: str
    inputs: tuple[str, ...]
    attributes: Mapping[str, Any]

    def text(self, name: str, default: str = "") -> str:
        """A text attribute, such as the padding's kind."""
        held = self.attributes.get(name)
        return base64.b64decode(held["s"]).decode() if held else default

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts, such as the fused operations."""
        return tuple(base64.b64decode(item).decode() for item in self._list(name, "s"))

    def integers(self, name: str) -> tuple[int, ...]:
        """A list of whole numbers, such as the strides."""
        return tuple(int(item) for item in self._list(name, "i"))

    def flag(self, name: str) -> bool:
        """A truth value; false where it is left out, as in protobuf."""
        return bool(self.attributes.get(name, {}).get("b", False))

    def number(self, name: str, default: float) -> float:
        """A real number, such as a leak's slope."""
        return float(self.attributes.get(name, {}).get("f", default))

    def _list(self, name: str, kind: str) -> list[Any]:
        return list(self.attributes.get(name, {}).get("list", {}).get(kind, []))


@dataclass(frozen=True, slots=True)
class GraphModel:
    """What is needed for the outputs that were asked for, each node after its inputs."""

    nodes: tuple[Node, ...]
    constants: Mapping[str, Constant]


def read_graph_model(model: bytes, weights: bytes, outputs: Iterable[str]) -> GraphModel:
    """The nodes on which `outputs` depend. Raises `BadSource` for anything that is not such a model."""
    try:
        content = json.loads(model)
        nodes = {entry["name"]: _node(entry) for entry in content["modelTopology"]["node"]}
        entries = [entry for group in content["weightsManifest"] for entry in group["weights"]]
        constants = read_weights(entries, weights)
        return GraphModel(_in_order(nodes, outputs), constants)
    except BadSource:
        raise
    except CycleError as cycle:
        raise BadSource("the graph has a cycle") from cycle
    except (ValueError, KeyError, TypeError, AttributeError) as broken:
        raise BadSource(f"the graph model cannot be read ({type(broken).__name__})") from broken


def _node(entry: Mapping[str, Any]) -> Node:
    inputs = tuple(_input(name) for name in entry.get("input") or ())
    return Node(entry["name"], entry["op"], inputs, entry.get("attr") or {})


def _input(name: str) -> str:
    """The node behind an input. A control edge or a second output is for graphs with loops, which are not read."""
    producer, _, index = name.partition(":")
    if name.startswith("^") or index not in {"", "0"}:
        raise BadSource(f"the graph has an edge of a kind that is not translated, `{name}`")
    return producer


def _in_order(nodes: Mapping[str, Node], outputs: Iterable[str]) -> tuple[Node, ...]:
    """Each node after its inputs; the order depends on the graph and on `outputs` alone, as a digest must."""
    sorter: TopologicalSorter[str] = TopologicalSorter()
    waiting, seen = list(outputs), set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        if name not in nodes:
            raise BadSource(f"the graph lacks the node `{name}`")
        seen.add(name)
        sorter.add(name, *nodes[name].inputs)
        waiting.extend(nodes[name].inputs)
    return tuple(nodes[name] for name in sorter.static_order())
