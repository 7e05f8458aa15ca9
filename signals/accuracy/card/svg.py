"""A picture in SVG that reads well on light and dark pages: its own panel, colours by class, no script, no font."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

Point = tuple[float, float]
HUES = 6
"""Series are coloured by their number, 0 to 5."""
_LIGHT = ("#2563eb", "#d9600b", "#15935a", "#8b46d6", "#c8324d", "#5b6675")
_DARK = ("#74a9ff", "#ff9d57", "#54cf94", "#bf94ff", "#ff8196", "#a3adbb")
_BASE = """
text{font:12px ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;fill:#3c4653}
.title{font-weight:600;font-size:14px;fill:#151b23}.small{font-size:11px;fill:#5b6675}
.panel{fill:#fff;stroke:#dbe0e7}.grid{stroke:#e8ebf0}.axis{stroke:#9aa4b2}.zone{fill:#15935a;opacity:.11}
.line{fill:none;stroke-width:2.2;stroke-linejoin:round;stroke-linecap:round}.thin{stroke-width:1.6}
.area{stroke:none;opacity:.16}.bar{opacity:.8}.hollow{fill:#fff;stroke-width:2}.dash{stroke-dasharray:5 4}
"""
_NIGHT = """
text{fill:#c2cad5}.title{fill:#f0f3f7}.small{fill:#97a2b0}.panel{fill:#12171e;stroke:#2b333e}
.grid{stroke:#232b35}.axis{stroke:#66717f}.zone{fill:#54cf94;opacity:.13}.hollow{fill:#12171e}.area{opacity:.22}
"""


class Drawing:
    """Shapes on a panel, in pixels from the top left."""

    def __init__(self, width: int, height: int, title: str, description: str) -> None:
        self.width, self.height = width, height
        self._title, self._description = title, description
        self._shapes: list[str] = []

    def line(self, start: Point, end: Point, css: str, hue: int | None = None) -> None:
        """A straight line."""
        (x1, y1), (x2, y2) = start, end
        self._shapes.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{_css(css, hue, "s")}"/>'
        )

    def path(self, points: Sequence[Point], hue: int, css: str = "") -> None:
        """A line through points."""
        self._shapes.append(f'<path d="M{_joined(points)}" class="{_css(f"line {css}", hue, "s")}"/>')

    def area(self, points: Sequence[Point], hue: int, css: str = "area") -> None:
        """A closed shape without an outline."""
        self._shapes.append(f'<path d="M{_joined(points)}Z" class="{_css(css, hue, "f")}"/>')

    def box(
        self, corner: Point, width: float, height: float, css: str, hue: int | None = None, radius: int = 0
    ) -> None:
        """A rectangle."""
        rounded = f' rx="{radius}"' if radius else ""
        self._shapes.append(
            f'<rect x="{corner[0]:.1f}" y="{corner[1]:.1f}" width="{width:.1f}" height="{height:.1f}"{rounded} '
            f'class="{_css(css, hue, "f")}"/>'
        )

    def dot(self, centre: Point, hue: int, *, hollow: bool = False, radius: float = 4.5) -> None:
        """A round mark."""
        css = _css("hollow", hue, "s") if hollow else f"f{hue}"
        self._shapes.append(f'<circle cx="{centre[0]:.1f}" cy="{centre[1]:.1f}" r="{radius}" class="{css}"/>')

    def text(self, at: Point, text: str, *, anchor: str = "start", css: str = "", upright: bool = False) -> None:
        """A line of text; `upright` turns it to read from below."""
        turn = f' transform="rotate(-90 {at[0]:.1f} {at[1]:.1f})"' if upright else ""
        kind = f' class="{css}"' if css else ""
        self._shapes.append(
            f'<text x="{at[0]:.1f}" y="{at[1]:.1f}" text-anchor="{anchor}"{kind}{turn}>{escape(text)}</text>'
        )

    def render(self) -> str:
        """The SVG document."""
        size = f'width="{self.width}" height="{self.height}" viewBox="0 0 {self.width} {self.height}"'
        panel = f'<rect x=".5" y=".5" width="{self.width - 1}" height="{self.height - 1}" rx="10" class="panel"/>'
        head = f"<title>{escape(self._title)}</title><desc>{escape(self._description)}</desc>"
        style = f"{_BASE}{_hues(_LIGHT)}@media (prefers-color-scheme:dark){{{_NIGHT}{_hues(_DARK)}}}"
        body = "\n".join(self._shapes)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">{head}\n<style>{style}</style>\n'
            f"{panel}\n{body}\n</svg>\n"
        )


def text_width(text: str) -> float:
    """About how wide a line of 12 pixel text is."""
    return 6.9 * len(text)


def _css(css: str, hue: int | None, kind: str) -> str:
    return css.strip() if hue is None else f"{css} {kind}{hue % HUES}".strip()


def _joined(points: Sequence[Point]) -> str:
    return "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def _hues(colours: Sequence[str]) -> str:
    return "".join(f".s{i}{{stroke:{c}}}.f{i}{{fill:{c}}}" for i, c in enumerate(colours)) + "\n"
