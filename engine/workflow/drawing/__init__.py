"""A workflow, drawn: as data, as text for a terminal, as SVG."""

from engine.workflow.drawing.graph import Graph, graph_of
from engine.workflow.drawing.phrases import way_title
from engine.workflow.drawing.svg import svg_of
from engine.workflow.drawing.text import text_of

__all__ = ["Graph", "graph_of", "svg_of", "text_of", "way_title"]
