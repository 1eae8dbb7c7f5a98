"""Pictures as SVG: shapes, panels of shapes, grids of panels, and the file.

The style defines each colour twice, for a light and for a dark page. A shape gets its colour from a class
and `currentColor`, which viewers without CSS variables understand too: they show the light colours. The
same values give the same bytes.
"""

import math
import unicodedata
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import NamedTuple

from rnn_names.base.files import replacing
from rnn_names.base.text import printable

SIZE = 12  # the size of letters, in pixels: the unit of all lengths here
LONGEST = 64  # characters of a label; the rest is cut
COLOURS = 8  # eight, as distinct from each other and from grey as possible, even for the colour-blind
STYLE = """
text{font:12px system-ui,'Segoe UI',Roboto,'DejaVu Sans',sans-serif;fill:currentColor}
.paper{color:#fff}.ink{color:#222}.faint{color:#666}.rule{color:#ddd}.heat{color:#b03a00}.good{color:#2f6f9f}
.c0{color:#0063a5}.c1{color:#d93f0b}.c2{color:#3a823c}.c3{color:#7456e0}.c4{color:#7a4306}
.c5{color:#6d3d71}.c6{color:#65000d}.c7{color:#04384b}
.border{stroke:#aaa}
@media (prefers-color-scheme:dark){
.paper{color:#16181c}.ink{color:#e8e8e8}.faint{color:#a0a4aa}.rule{color:#3a3d43}.heat{color:#ff9d5c}
.good{color:#7fc0ee}
.c0{color:#5ab4f0}.c1{color:#d4651c}.c2{color:#7cc61d}.c3{color:#aa71fc}.c4{color:#cdcd7e}
.c5{color:#efd7ff}.c6{color:#44f5c0}.c7{color:#1e907f}
.border{stroke:#5a5d63}}
"""


class Panel(NamedTuple):
    """Shapes, and the width and height that they take from (0, 0)."""

    shapes: str
    width: float
    height: float


def number(value: float) -> str:
    """A coordinate, with at most two decimals."""
    return f"{round(value, 2) + 0.0:.7g}"  # + 0.0: never -0


def shape(tag: str, colour: str = "", content: str = "", **attributes: float | str) -> str:
    """One element; numbers are rounded, and `_` in a name stands for `-`."""
    texts = {"class": colour} if colour else {}
    for name, value in attributes.items():
        texts[name.replace("_", "-")] = value if isinstance(value, str) else number(value)
    inside = "".join(f' {name}="{escape(value)}"' for name, value in texts.items())
    return f"<{tag}{inside}>{content}</{tag}>\n" if content else f"<{tag}{inside}/>\n"


def text(
    x: float, y: float, content: str, anchor: str = "start", colour: str = "ink", turn: float = 0,
    size: float = SIZE,
) -> str:  # fmt: skip
    """A line of text, vertically centred at y and turned by `turn` degrees clockwise about (x, y)."""
    more = {"transform": f"rotate({number(turn)} {number(x)} {number(y)})"} if turn else {}
    if size != SIZE:
        more["style"] = f"font-size:{number(size)}px"
    y += 0.35 * size
    return shape("text", colour, escape(printable(content)), x=x, y=y, text_anchor=anchor, **more)


def short(label: str) -> str:
    """A label for display: printable, and cut if it is long."""
    label = printable(label)
    return label if len(label) <= LONGEST else label[: LONGEST - 1] + "…"


def width(content: str, size: float = SIZE) -> float:
    """The approximate width of the text."""
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in content)
    large = sum(c.isupper() for c in content)
    return size * (0.65 * len(content) + 0.4 * wide + 0.15 * large)


def tip(content: str) -> str:
    """A tooltip, shown while the pointer rests on the shape that holds it."""
    return f"<title>{escape(printable(content))}</title>"


def line(points: Iterable[tuple[float, float]], colour: str, dash: str = "", thick: float = 1.75) -> str:
    """A line through these pixels; a dot if there is only one."""
    path = " ".join(f"{number(x)},{number(y)}" for x, y in points)
    if " " not in path:
        path, thick = f"{path} {path}", max(thick, 5)
    more = {"stroke_dasharray": dash} if dash else {}
    return shape(
        "polyline", colour, points=path, fill="none", stroke="currentColor", stroke_width=thick,
        stroke_linecap="round", stroke_linejoin="round", **more,
    )  # fmt: skip


def grid(panels: Iterable[Panel], columns: int = 1) -> Panel:
    """The panels from left to right and from top to bottom, in this many columns."""
    panels = list(panels)
    rows = [panels[k : k + columns] for k in range(0, len(panels), columns)]
    widths = (
        [max(row[c].width for row in rows if c < len(row)) for c in range(len(rows[0]))] if rows else []
    )
    shapes, y = [], 0.0
    for row in rows:
        x = 0.0
        for panel, wide in zip(row, widths, strict=False):
            shapes.append(
                shape("g", "", "\n" + panel.shapes, transform=f"translate({number(x)} {number(y)})")
            )
            x += wide + 2 * SIZE
        y += max(panel.height for panel in row) + SIZE
    return Panel("".join(shapes), sum(widths) + 2 * SIZE * max(len(widths) - 1, 0), max(y - SIZE, 0.0))


def picture(panel: Panel, title: str) -> str:
    """The whole file: the panel on paper with a margin; the title is for those who cannot see it."""
    margin = 1.5 * SIZE
    w, h = number(math.ceil(panel.width + 2 * margin)), number(math.ceil(panel.height + 2 * margin))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" '
        f'viewBox="0 0 {w} {h}" role="img">\n'
        f"{tip(title)}\n<style>{STYLE}</style>\n"
        f'<rect class="paper" width="{w}" height="{h}" fill="currentColor"/>\n'
        f'<g transform="translate({number(margin)} {number(margin)})">\n{panel.shapes}</g>\n</svg>\n'
    )


def write(path: Path, panel: Panel, title: str) -> None:
    """Write the picture, whole or not at all. Raises OutputError."""
    with replacing(path) as file:
        file.write(picture(panel, title).encode())
