"""Charts as panels: axes, lines with a legend, heat maps."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from rnn_names.show.svg import COLOURS, SIZE, Panel, line, shape, short, text, tip, width


@dataclass(frozen=True)
class Axis:
    """Values from `low` to `high`, drawn from pixel `start` to pixel `end`; `log`: a logarithmic scale."""

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
        """At most ten round values from low to high: multiples of 1, 2 or 5 times a power of ten."""
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
    """An axis with room for all these values; without `log` it begins at 0 if that is near."""
    values = list(values)
    low, high = (min(values), max(values)) if values else (1, 1)
    if log:
        return Axis(low / 1.25, high * 1.25, start, end, log)
    if low > 0 and low < high / 2:
        low = 0
    tiny = 1e-9 * max(abs(low), abs(high), 1e-3)
    room = (high - low) / 20 if high - low > tiny else abs(high) / 2 if abs(high) > tiny else 1
    return Axis(low if low == 0 else low - room, high + room, start, end, whole=whole)


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

    `log`: the y axis is logarithmic; `share`: it goes from 0 to 1; `looks`: the colour and dashes of each
    series, by name. Points that cannot be drawn (not finite, or with `log` not above 0) are left out.
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
    """The label, colour and dashes of each line, one below the other from this pixel."""
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
    """Rows × columns of squares of `side` pixels, each with a shade from 0 (paper) to 1.

    A square holds its text, and shows its tip under the pointer. `diagonal`: squares with equal row and
    column have their own colour.
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
