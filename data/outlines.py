"""Build the outlines of the countries that the package draws, from Natural Earth.

`python data/outlines.py` writes rnn_names/show/world.txt. Its first line holds the width and the height of
the map. Every other line holds the ISO 3166 code of a country, a tab, and its outline as the path of an SVG
(`M12 34l5 6…z`) or, where that would be too small to see, its place as a dot (`12 34`). The unit is a tenth
of a pixel. With `--check` it writes nothing, and exits with 1 when the committed file differs.

The borders are those of Natural Earth, 1:110m: who governs a place, not who claims it. Kosovo, Palestine
and Taiwan are countries of their own. Northern Cyprus is drawn with Cyprus and Somaliland with Somalia: the
table of countries has no code for them. Antarctica and other places without inhabitants are left out.

The projection is Equal Earth (Šavrič, Patterson, Jenny 2018), in which equal areas have equal sizes. With
longitude λ from the middle of the map, latitude φ and sin θ = √3/2 · sin φ:

    x = 2√3/3 · λ · cos θ / (A1 + 3 A2 θ² + θ⁶ (7 A3 + 9 A4 θ²))
    y = θ · (A1 + A2 θ² + θ⁶ (A3 + A4 θ²))
"""

import sys
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from math import asin, cos, hypot, radians, sin, sqrt
from typing import Any

from output import run
from sources import HERE
from territories import member

TABLE = HERE.parent / "rnn_names" / "names" / "countries.tsv"
WORLD = HERE.parent / "rnn_names" / "show" / "world.txt"

WIDTH = 9600  # of the map, in units
MIDDLE = 11.5  # its longitude: the map ends in the Bering Strait, so that no country is cut in two
NORTH, SOUTH = 84.0, -56.5  # latitudes of its edges: from Greenland to Cape Horn
TOLERANCE = 2.5  # units that a simplified line may lie beside the line
DOT = 1000.0  # square units under which a country is drawn as a dot: some 14,000 km²
ISLAND = 60.0  # square units under which a further part of a country is left out

# What has no ISO 3166 number in Natural Earth.
UNNUMBERED = {"Kosovo": "XK", "N. Cyprus": "CY", "Somaliland": "SO"}

# Parts of other countries in Natural Earth: latitude and longitude of their main towns, whole degrees.
PLACES = {
    "BQ": (12, -68), "CC": (-12, 97), "CX": (-10, 106), "GF": (5, -52), "GP": (16, -62),
    "MQ": (15, -61), "RE": (-21, 55), "SJ": (78, 16), "TK": (-9, -172), "YT": (-13, 45),
}  # fmt: skip

Point = tuple[float, float]
Ring = list[Point]

A1, A2, A3, A4 = 1.340264, -0.081106, 0.000893, 0.003796


def equal_earth(longitude: float, latitude: float) -> Point:
    """x to the east and y to the north, by the formula above; the angles are degrees."""
    t = asin(sqrt(3) / 2 * sin(radians(latitude)))
    x = (
        2
        * sqrt(3)
        / 3
        * radians(longitude)
        * cos(t)
        / (A1 + 3 * A2 * t**2 + t**6 * (7 * A3 + 9 * A4 * t**2))
    )
    return x, t * (A1 + A2 * t**2 + t**6 * (A3 + A4 * t**2))


SCALE = WIDTH / (2 * equal_earth(180, 0)[0])
TOP = equal_earth(0, NORTH)[1]
HEIGHT = round((TOP - equal_earth(0, SOUTH)[1]) * SCALE)


def place(longitude: float, latitude: float) -> Point:
    """The place on the map: x to the right and y down, in units."""
    x, y = equal_earth((longitude - MIDDLE + 180) % 360 - 180, latitude)
    return WIDTH / 2 + x * SCALE, (TOP - y) * SCALE


class Atlas:
    """A TopoJSON file on the map: arcs, which two countries may share, and the arcs of each country."""

    def __init__(self, scale: str, alpha2: dict[str, str], tolerance: float) -> None:
        world = member("world-atlas", f"countries-{scale}.json")
        (kx, ky), (x0, y0) = world["transform"]["scale"], world["transform"]["translate"]
        self.arcs: list[Ring] = []
        for steps in world["arcs"]:  # each point is the step from the one before
            x = y = 0
            line = []
            for dx, dy in steps:
                x, y = x + dx, y + dy
                line.append(place(x * kx + x0, y * ky + y0))
            self.arcs.append(simplified(line, tolerance))
        self.shapes: dict[str, list[Any]] = defaultdict(list)  # code → geometries
        for shape in world["objects"]["countries"]["geometries"]:
            code = alpha2.get(shape.get("id")) or UNNUMBERED.get(shape["properties"]["name"])
            if code:
                self.shapes[code].append(shape)

    def arc(self, number: int) -> Ring:
        """The points of an arc; ~n is arc n backwards."""
        return self.arcs[number] if number >= 0 else self.arcs[~number][::-1]

    def rings(self, code: str) -> list[Ring]:
        """The closed lines round a country, its largest part first. Each ends before it begins again."""
        found = [
            ring
            for shape in self.shapes[code]
            for polygon in (shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]])
            for ring in polygon
        ]
        if len(self.shapes[code]) > 1:
            found = self._united([number for ring in found for number in ring])
        rings = [[point for number in ring for point in self.arc(number)[:-1]] for ring in found]
        return sorted(rings, key=lambda ring: -area(ring))

    def _united(self, numbers: list[int]) -> list[list[int]]:
        """The rings round several shapes; an arc that two of them share is an inner border, left out."""
        left = [number for number in numbers if ~number not in numbers]
        rings = []
        while left:
            ring = [left.pop(0)]
            while self.arc(ring[-1])[-1] != self.arc(ring[0])[0]:
                end = self.arc(ring[-1])[-1]
                ring.append(next(number for number in left if self.arc(number)[0] == end))
                left.remove(ring[-1])
            rings.append(ring)
        return rings


def simplified(line: Ring, tolerance: float) -> Ring:
    """The line with fewer points, never further than the tolerance from it (Douglas and Peucker 1973)."""
    if len(line) < 3:
        return line
    (x0, y0), (x1, y1) = line[0], line[-1]
    dx, dy = x1 - x0, y1 - y0
    long = hypot(dx, dy)

    def distance(point: Point) -> float:
        x, y = point[0] - x0, point[1] - y0
        return abs(x * dy - y * dx) / long if long else hypot(x, y)

    far = max(range(1, len(line) - 1), key=lambda k: distance(line[k]))
    if distance(line[far]) <= tolerance:
        return [line[0], line[-1]]
    return simplified(line[: far + 1], tolerance)[:-1] + simplified(line[far:], tolerance)


def area(ring: Ring) -> float:
    """The area of a ring, in square units."""
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise([*ring, ring[0]]))) / 2


def centre(ring: Ring) -> Point:
    """The mean of the points of a ring: of a small one, its middle."""
    xs, ys = zip(*ring, strict=True)
    return sum(xs) / len(ring), sum(ys) / len(ring)


def path(rings: Sequence[Ring]) -> str:
    """The rings as the path of an SVG: the first point of each, then the steps to the next."""
    text = ""
    for ring in rings:
        points = [(round(x), round(y)) for x, y in ring]
        (x, y), steps = points[0], ""
        for a, b in pairwise(points):
            if a != b:
                steps += f" {b[0] - a[0]} {b[1] - a[1]}"
        text += f"M{x} {y}l{steps[1:].replace(' -', '-')}z"
    return text


def world() -> str:
    """The text of the file."""
    _, *rows = TABLE.read_text(encoding="utf-8").splitlines()
    codes = sorted(row.split("\t")[0] for row in rows)
    mappings = member("cldr", "supplemental/codeMappings.json")["supplemental"]["codeMappings"]
    # Only codes of the table: CLDR lists those of the past (ZR) with the same number.
    alpha2 = {mappings[code]["_numeric"]: code for code in codes}
    outlines, dots = Atlas("110m", alpha2, TOLERANCE), Atlas("10m", alpha2, 0.0)
    lines = [f"{WIDTH} {HEIGHT}"]
    for code in codes:
        rings = outlines.rings(code)
        if rings and area(rings[0]) >= DOT:
            shown = path([rings[0], *(ring for ring in rings[1:] if area(ring) >= ISLAND)])
        else:
            latitude, longitude = PLACES.get(code, (0, 0))
            x, y = place(longitude, latitude) if code in PLACES else centre(dots.rings(code)[0])
            shown = f"{round(x)} {round(y)}"
        lines.append(f"{code}\t{shown}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(run("Draw the outlines of the countries.", lambda: {WORLD: world().encode("utf-8")}))
