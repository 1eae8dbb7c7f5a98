"""Pictures as SVG: axes with lines, heat maps, and grids of these.

Every chart is a Panel; panels are laid out by `grid` and written by `write`. The style says each colour
twice, for light and for dark. Shapes take theirs by class and `currentColor`, which viewers know that know
no variables: those show the light ones. The same values give the same bytes.
"""

import math
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import product
from pathlib import Path
from typing import NamedTuple

from rnn_names.base.files import replacing
from rnn_names.base.text import printable

SIZE = 12  # of the letters, in pixels: the unit of every length here
LONGEST = 64  # letters of a label; the rest is cut
COLOURS = 8  # as far apart as eight and grey can be, for the colour-blind, too
STYLE = """
text{font:12px system-ui,'Segoe UI',Roboto,'DejaVu Sans',sans-serif;fill:currentColor}
.paper{color:#fff}.ink{color:#222}.faint{color:#666}.rule{color:#ddd}.heat{color:#b03a00}.good{color:#2f6f9f}
.c0{color:#0063a5}.c1{color:#d93f0b}.c2{color:#3a823c}.c3{color:#7456e0}.c4{color:#7a4306}
.c5{color:#6d3d71}.c6{color:#65000d}.c7{color:#04384b}
@media (prefers-color-scheme:dark){
.paper{color:#16181c}.ink{color:#e8e8e8}.faint{color:#a0a4aa}.rule{color:#3a3d43}.heat{color:#ff9d5c}
.good{color:#7fc0ee}
.c0{color:#5ab4f0}.c1{color:#d4651c}.c2{color:#7cc61d}.c3{color:#aa71fc}.c4{color:#cdcd7e}
.c5{color:#efd7ff}.c6{color:#44f5c0}.c7{color:#1e907f}}
"""


class Panel(NamedTuple):
    """Shapes, and the room they take, from (0, 0)."""

    shapes: str
    width: float
    height: float


@dataclass(frozen=True)
class Axis:
    """Values from `low` to `high`, drawn from pixel `start` to pixel `end`; `log`: in powers of ten."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False
    whole: bool = False

    def place(self, value: float) -> float:
        """The pixel of a value."""
        low, high = self.low, self.high
        if self.log:
            low, high, value = map(math.log10, (low, high, value))
        return self.start + (value - low) / (high - low) * (self.end - self.start)

    def ticks(self) -> list[float]:
        """Round values from low to high, ten at most: multiples of 1, 2 or 5 times a power of ten."""
        if self.log:
            powers = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
            every = math.ceil(len(powers) / 8)
            found = [m * 10.0**k for k in powers[::every] for m in ((1, 2, 5) if len(powers) < 4 else (1,))]
            return [value for value in found if self.low <= value <= self.high]
        power = 10.0 ** math.floor(math.log10((self.high - self.low) / 4))
        step = next(m * power for m in (1, 2, 5, 10) if (self.high - self.low) / (m * power) <= 8)
        step = max(step, 1.0) if self.whole else step
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [k * step for k in range(first, last + 1)]


def around(
    values: Iterable[float], start: float, end: float, log: bool = False, whole: bool = False
) -> Axis:
    """An axis on which all these values have room; without `log` it begins at 0 if that is near."""
    values = list(values)
    low, high = (min(values), max(values)) if values else (1, 1)
    if log:
        return Axis(low / 1.25, high * 1.25, start, end, log)
    if low > 0 and low < high / 2:
        low = 0
    tiny = 1e-9 * max(abs(low), abs(high), 1e-3)
    room = (high - low) / 20 if high - low > tiny else abs(high) / 2 if abs(high) > tiny else 1
    return Axis(low if low == 0 else low - room, high + room, start, end, whole=whole)


def number(value: float) -> str:
    """A coordinate: two decimals at most."""
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
    """A line of text at its middle height, `turn` degrees clockwise about (x, y)."""
    more = {"transform": f"rotate({number(turn)} {number(x)} {number(y)})"} if turn else {}
    if size != SIZE:
        more["style"] = f"font-size:{number(size)}px"
    y += 0.35 * size
    return shape("text", colour, escape(printable(content)), x=x, y=y, text_anchor=anchor, **more)


def short(label: str) -> str:
    """A label as it is shown: printable, and cut where it is long. What is said beside it stays whole."""
    label = printable(label)
    return label if len(label) <= LONGEST else label[: LONGEST - 1] + "…"


def width(content: str, size: float = SIZE) -> float:
    """About how wide the text is."""
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in content)
    large = sum(c.isupper() for c in content)
    return size * (0.65 * len(content) + 0.4 * wide + 0.15 * large)


def tip(content: str) -> str:
    """What is shown when the pointer rests on a shape that holds it."""
    return f"<title>{escape(printable(content))}</title>"


def line(points: Iterable[tuple[float, float]], colour: str, dash: str = "", thick: float = 1.75) -> str:
    """A line through these pixels; through a single one, a dot."""
    path = " ".join(f"{number(x)},{number(y)}" for x, y in points)
    if " " not in path:
        path, thick = f"{path} {path}", max(thick, 5)
    more = {"stroke_dasharray": dash} if dash else {}
    return shape(
        "polyline", colour, points=path, fill="none", stroke="currentColor", stroke_width=thick,
        stroke_linecap="round", stroke_linejoin="round", **more,
    )  # fmt: skip


def frame(x: Axis, y: Axis, title: str, x_label: str, y_label: str) -> str:
    """Title, axes and ticks; y runs up from its `start` to its `end`."""
    shapes = [text(x.start, y.end - 1.5 * SIZE, title, size=1.15 * SIZE)]
    for value in y.ticks():
        shapes.append(line([(x.start, y.place(value)), (x.end, y.place(value))], "rule", thick=1))
        shapes.append(text(x.start - 6, y.place(value), f"{value:.6g}", "end", "faint"))
    for value in x.ticks():
        shapes.append(line([(x.place(value), y.start), (x.place(value), y.start + 4)], "faint", thick=1))
        shapes.append(text(x.place(value), y.start + 1.2 * SIZE, f"{value:.6g}", "middle", "faint"))
    shapes.append(line([(x.start, y.start), (x.end, y.start)], "faint", thick=1))
    shapes.append(text((x.start + x.end) / 2, y.start + 2.5 * SIZE, x_label, "middle", "faint"))
    shapes.append(text(SIZE, (y.start + y.end) / 2, y_label, "middle", "faint", turn=-90))
    return "".join(shapes)


DASHES = ("", "7 4", "2 4")


def line_chart(
    series: Mapping[str, Sequence[tuple[float, float]]],
    title: str = "",
    x_label: str = "",
    y_label: str = "",
    *,
    log: bool = False,
    share: bool = False,
    level: tuple[str, float] | None = None,
    looks: Mapping[str, tuple[str, str]] | None = None,
    size: tuple[float, float] = (480, 240),
) -> Panel:
    """A line for each series of (x, y), with a legend, and a horizontal line at `level` (label, y).

    `log`: the y axis has powers of ten; `share`: it goes from 0 to 1; `looks`: the colour and dashes of
    each series, by its name. Points that cannot be drawn (not finite, or with `log` not above 0) are left
    out.
    """
    kept = {
        name: [(x, y) for x, y in points if math.isfinite(x + y) and (y > 0 or not log)]
        for name, points in series.items()
    }
    level = level if level and math.isfinite(level[1]) and (level[1] > 0 or not log) else None
    xs, ys = ([point[k] for points in kept.values() for point in points] for k in (0, 1))
    left, top = 5.5 * SIZE, 2.5 * SIZE
    x = around(xs, left, left + size[0], whole=all(value == int(value) for value in xs))
    y = around([*ys, *([level[1]] if level else [])], top + size[1], top, log)
    y = Axis(0, 1, y.start, y.end) if share else y
    shapes = [frame(x, y, title, x_label, y_label)]
    entries = []
    for i, (name, points) in enumerate(kept.items()):
        colour, dash = looks[name] if looks else (f"c{i % COLOURS}", DASHES[i % 3])
        if points:
            shapes.append(line([(x.place(a), y.place(b)) for a, b in points], colour, dash))
        entries.append((name, colour, dash))
    if level:
        height = y.place(level[1])
        shapes.append(line([(x.start, height), (x.end, height)], "ink", "1 4", thick=1.5))
        entries.append((level[0], "ink", "1 4"))
    key = legend(entries, x.end + SIZE, top)
    shapes.append(key.shapes)
    return Panel(
        "".join(shapes),
        max(key.width, left + width(title, 1.15 * SIZE)),
        max(top + size[1] + 3.5 * SIZE, key.height),
    )


def legend(entries: Iterable[tuple[str, str, str]], x: float, y: float) -> Panel:
    """Label, colour and dashes of each line, below each other from this pixel."""
    shapes, right = [], x
    for label, colour, dash in entries:
        y += 1.5 * SIZE
        middle = y - 0.75 * SIZE
        shapes.append(line([(x, middle), (x + 2 * SIZE, middle)], colour, dash))
        shapes.append(text(x + 2.5 * SIZE, middle, short(label)))
        right = max(right, x + 2.5 * SIZE + width(short(label)))
    return Panel("".join(shapes), right, y)


def heat_map(
    shades: Sequence[Sequence[float]],
    rows: Sequence[str],
    columns: Sequence[str],
    title: str = "",
    row_label: str = "",
    column_label: str = "",
    *,
    texts: Sequence[Sequence[str]] | None = None,
    tips: Sequence[Sequence[str]] | None = None,
    side: float = 2 * SIZE,
    diagonal: bool = False,
) -> Panel:
    """A square of `side` pixels for each shade from 0 (paper) to 1, rows × columns.

    In it stands its text, and its tip is shown under the pointer. `diagonal`: those of equal row and column
    have a colour of their own.
    """
    rows, columns = [*map(short, rows)], [*map(short, columns)]
    left = max(map(width, rows), default=0) + SIZE + (2 * SIZE if row_label else 0)
    top = max(map(width, columns), default=0) + SIZE + (2 * SIZE if title else 0)
    bottom, right = top + side * len(rows), left + side * len(columns)
    shapes = [text(0, SIZE, title, size=1.15 * SIZE)] if title else []
    shapes.append(
        shape("rect", "rule", x=left, y=top, width=right - left, height=bottom - top, fill="none",
              stroke="currentColor")
    )  # fmt: skip
    shapes += [text(left - 6, top + (r + 0.5) * side, label, "end") for r, label in enumerate(rows)]
    shapes += [text(left + (c + 0.5) * side, top - 6, label, turn=-90) for c, label in enumerate(columns)]
    for r, c in product(range(len(rows)), range(len(columns))):
        shade, x, y = min(max(float(shades[r][c]), 0.0), 1.0), left + c * side, top + r * side
        said = texts[r][c] if texts else ""
        if shade:
            shapes.append(
                shape("rect", "good" if diagonal and r == c else "heat", tip(tips[r][c]) if tips else "",
                      x=x, y=y, width=side, height=side, fill="currentColor", fill_opacity=shade)
            )  # fmt: skip
        if said:
            colour = "paper" if shade > 0.67 else "ink"
            size = min(SIZE, side / 2)
            shapes.append(text(x + side / 2, y + side / 2, said, "middle", colour, size=size))
    if row_label:
        shapes.append(text(SIZE, (top + bottom) / 2, row_label, "middle", "faint", turn=-90))
    if column_label:
        shapes.append(text((left + right) / 2, bottom + SIZE, column_label, "middle", "faint"))
    return Panel(
        "".join(shapes),
        max(right, width(title, 1.15 * SIZE)),
        bottom + (2 * SIZE if column_label else 4),
    )


def grid(panels: Iterable[Panel], columns: int = 1) -> Panel:
    """The panels from left to right and from top to bottom, as many in a row as there are columns."""
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
    """The whole file: the panel on paper, with a margin; the title is for who cannot see it."""
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
